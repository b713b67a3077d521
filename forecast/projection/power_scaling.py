"""Power-scaling: how outcomes move when the prior, the likelihood or a part of either counts more or less.

Kallioinen, Paananen, Buerkner and Vehtari (2024), Statistics and Computing 34, 57. A component c(theta) of the
posterior is raised to a power alpha near 1. The draws stand for that posterior with importance weights c^(alpha - 1),
which are Pareto-smoothed. Sensitivities are central differences per doubling of alpha, of the outcome probability and
of the log of the spread of the draws' probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.importance import Importance, largest_reliable_k, pareto_smooth
from forecast.model.density import (
    grade_log_likelihood,
    judgement_log_likelihood,
    report_log_likelihood,
    series_log_likelihood,
    silence_log_likelihood,
    state_log_likelihood,
)
from forecast.model.spec import ModelSpec
from forecast.projection.chances import Chances
from forecast.projection.quantities import Quantity

__all__ = [
    "SENSITIVE_SHIFT",
    "SENSITIVE_SPREAD",
    "Scaled",
    "ScalingVerdict",
    "log_components",
    "power_scaled",
    "scaling_verdicts",
]

WIDEST = math.log2(1.25)  # of log2 alpha: powers 0.8 and 1.25, halved until the weights carry them
NARROWEST = math.log2(1.01)
# Per doubling: a shift in posterior standard deviations, and the log of a factor of the spread. For a normal
# distribution either is a gradient of 0.05 of the cumulative Jensen-Shannon distance, the threshold of the source;
# unlike that distance they have a sign and an error. A posterior that is nothing but its prior has -0.35 of spread.
SENSITIVE_SHIFT, SENSITIVE_SPREAD = 0.24, 0.22
CLEAR_BY = 2.0  # Monte Carlo standard errors from zero

ScalingVerdict = Literal[
    "prior-dominated", "prior-data conflict", "driven by evidence", "neither alone", "not resolved"
]


@dataclass(frozen=True)
class Scaled:
    """Outcomes when one component counts more or less. O outcomes.

    Attributes
    ----------
    component : str
        ``prior``, ``likelihood``, or a part of one, as in ``prior.drivers``, ``likelihood.reports``.
    powers : (float, float)
        The two powers, each one over the other.
    low, high : ndarray, shape (O,)
        Outcome probabilities at these powers.
    change, change_mcse : ndarray, shape (O,)
        Of the probability, per doubling of the power, and its Monte Carlo standard error.
    shift, shift_mcse : ndarray, shape (O,)
        The same in posterior standard deviations of the draws' probabilities; NaN where these do not differ.
    spread, spread_mcse : ndarray, shape (O,)
        Change of the log of that standard deviation, per doubling of the power.
    pareto_k : float
        The larger one of the two powers' weights.
    trusted : bool
        Whether it is low enough.
    """

    component: str
    powers: tuple[float, float]
    low: np.ndarray
    high: np.ndarray
    change: np.ndarray
    change_mcse: np.ndarray
    shift: np.ndarray
    shift_mcse: np.ndarray
    spread: np.ndarray
    spread_mcse: np.ndarray
    pareto_k: float
    trusted: bool

    @property
    def sensitive(self) -> np.ndarray:
        """Whether each outcome hangs on it: shift or spread over the threshold and clear of its error, shape (O,)."""
        return (self._over & self._beyond_error).any(axis=0)

    @property
    def doubtful(self) -> np.ndarray:
        """Whether one is over its threshold and not clear of its error, and neither is both, shape (O,)."""
        return self._over.any(axis=0) & ~self.sensitive

    @property
    def _over(self) -> np.ndarray:
        return np.abs([self.shift, self.spread]) >= np.array([[SENSITIVE_SHIFT], [SENSITIVE_SPREAD]])

    @property
    def _beyond_error(self) -> np.ndarray:
        return np.abs([self.shift, self.spread]) > CLEAR_BY * np.array([self.shift_mcse, self.spread_mcse])


def log_components(
    spec: ModelSpec, snapshot: Snapshot, present: Chances, quantities: Iterable[Quantity]
) -> dict[str, np.ndarray]:
    """Log of what can be scaled, up to constants, each of shape (n,).

    The prior is that of the elicited quantities, each on the scale on which it is normal (log for a reference class).
    Not scaled are the drivers' shocks and what only fills gaps of the model (the mix of grades): these are the model.

    Returns
    -------
    dict of str to ndarray
        ``prior``, then the part of each section of the scenario file; ``likelihood``, then its parts. Only what differs
        between draws.
    """
    draws = present.draws
    priors: dict[str, np.ndarray] = {}
    for quantity in quantities:
        section = f"prior.{quantity.key.partition('.')[0]}"
        log_density = quantity.law.log_density(quantity.of(present.unknowns))
        priors[section] = priors.get(section, np.zeros(len(log_density))) + log_density
    grades = np.concatenate([present.unknowns[name] for name in ("letter_z", "digit_z")], axis=1)
    priors["prior.grades"] = -0.5 * (grades**2).sum(axis=1)
    parts = {
        "likelihood.reports": report_log_likelihood(spec, snapshot, draws).sum(axis=1),
        "likelihood.silence": silence_log_likelihood(spec, snapshot, draws)
        + grade_log_likelihood(spec, snapshot, draws),
        "likelihood.series": series_log_likelihood(spec, snapshot, draws).sum(axis=1),
        "likelihood.judgements": judgement_log_likelihood(snapshot, draws).sum(axis=1),
        "likelihood.states": state_log_likelihood(spec, snapshot, draws),
    }
    every = {"prior": _sum(priors), **priors, "likelihood": _sum(parts), **parts}
    return {name: values for name, values in every.items() if np.ptp(values) > 0}


def power_scaled(present: Chances, components: Mapping[str, np.ndarray]) -> tuple[Scaled, ...]:
    """Scale each component, as far from power 1 as its weights allow."""
    return tuple(_scaled(present, name, values) for name, values in components.items())


def scaling_verdicts(scaled: Iterable[Scaled], n_outcomes: int) -> tuple[ScalingVerdict, ...]:
    """Say of each outcome whether it hangs on the prior, on the evidence, or on both against each other.

    Sensitive to the prior alone: prior-dominated; to the likelihood alone: driven by evidence; to both: prior-data
    conflict; to neither: neither alone decides. Not resolved where the weights or their number cannot tell.
    """
    whole = {item.component: item for item in scaled}
    known = [whole.get(name) for name in ("prior", "likelihood")]
    no = np.zeros(n_outcomes, dtype=bool)
    prior, likelihood = (no if item is None else item.sensitive for item in known)
    doubtful = np.any([no if item is None else item.doubtful | (not item.trusted) for item in known], axis=0)
    words: dict[tuple[bool, bool], ScalingVerdict] = {
        (True, False): "prior-dominated",
        (True, True): "prior-data conflict",
        (False, True): "driven by evidence",
        (False, False): "neither alone",
    }
    return tuple(
        "not resolved" if unknown else words[bool(a), bool(b)]
        for a, b, unknown in zip(prior, likelihood, doubtful, strict=True)
    )


def _sum(parts: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.sum(list(parts.values()), axis=0)


def _scaled(present: Chances, component: str, log_values: np.ndarray) -> Scaled:
    with np.errstate(divide="ignore"):
        base = np.log(present.weight)
    log_values = log_values - log_values.max()
    limit = largest_reliable_k(len(base))

    def at(step: float) -> tuple[Importance, Importance, float]:
        less, more = (pareto_smooth(base + (2.0**power - 1) * log_values) for power in (-step, step))
        return less, more, max(less.pareto_k, more.pareto_k)

    step = WIDEST
    while at(step)[2] > limit and step > NARROWEST:
        step /= 2
    *found, k = at(step)
    less, more = (_moments(present, importance.weight) for importance in found)
    centre = _moments(present, present.weight)
    change = (more.mean - less.mean) / (2 * step)
    change_mcse = present.error((more.of_mean - less.of_mean) / (2 * step))
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.sqrt(np.maximum(centre.variance, 0))
        sd = np.where(sd > 0, sd, np.nan)
        spread = np.log(more.variance / less.variance) / (4 * step)
        contribution = (more.of_variance / more.variance - less.of_variance / less.variance) / (4 * step)
        known = (more.variance > 0) & (less.variance > 0)
    return Scaled(
        component=component,
        powers=(2.0**-step, 2.0**step),
        low=less.mean,
        high=more.mean,
        change=change,
        change_mcse=change_mcse,
        shift=change / sd,
        shift_mcse=change_mcse / sd,
        spread=np.where(known, spread, np.nan),
        spread_mcse=np.where(known, present.error(np.where(known, contribution, 0.0)), np.nan),
        pareto_k=k,
        trusted=k <= limit,
    )


@dataclass(frozen=True)
class _Moments:
    """Mean and variance of the draws' probabilities, futures' noise taken out, and what each draw contributes."""

    mean: np.ndarray
    variance: np.ndarray
    of_mean: np.ndarray
    of_variance: np.ndarray


def _moments(present: Chances, weight: np.ndarray) -> _Moments:
    mean = weight @ present.chance
    square = (present.chance - mean) ** 2 - present.noise
    variance = weight @ square
    share = len(weight) * weight[:, None]
    return _Moments(mean, variance, share * (present.chance - mean), share * (square - variance))
