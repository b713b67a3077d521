"""Outcomes under half of a prior from a new fit of its own, for rows that the draws of one fit cannot carry.

A truncated prior has an edge that samplers do not like. The new fit is made with the prior *tilted* towards the half,
p(q) exp(t q) on the scale of its unknown, which for a normal prior is a shift by t and for a Gamma prior another rate.
Its draws get the importance weights of the truncated prior over the tilted one, which are bounded; so the result is
exact. The tilt puts the mean of the new posterior where that of the truncated one should be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.importance import largest_reliable_k, pareto_smooth
from forecast.inference.montecarlo import weighted_mean, weighted_variance
from forecast.inference.posterior import Posterior
from forecast.model.density import log_density
from forecast.model.draws import Unknowns
from forecast.model.spec import ModelSpec
from forecast.projection.chances import Chances
from forecast.projection.quantities import GammaLaw, Quantity
from forecast.projection.sensitivity import LEAST_IN_HALF, Halved

__all__ = ["HalfFit", "fit_half", "refitted"]

_LEAST_RATE = 0.1  # of a Gamma prior's rate: a tilt up must leave a proper prior
_STRAIGHT = 100.0  # prior standard deviations: as wide as a judgement must be to be a tilt and nothing else
_REACH, _CELLS = 10.0, 20_000  # posterior standard deviations that are integrated over, and in how many pieces


@dataclass(frozen=True)
class HalfFit:
    """A posterior under one half of a prior: draws of a fit under the tilted prior, weighted."""

    posterior: Posterior
    pareto_k: float
    effective_draws: float


def _tilted(spec: ModelSpec, snapshot: Snapshot, quantity: Quantity, tilt: float) -> tuple[ModelSpec, Snapshot]:
    """Multiply the prior of one quantity by exp(tilt times its unknown).

    The level at the start is tilted by a made-up judgement of it instead, so wide that its log density is a straight
    line: what the shock of the first step means for reports must not change.

    Raises
    ------
    ValueError
        When the tilted prior of a mean hazard would not be proper.
    """
    i = quantity.index
    if isinstance(quantity.law, GammaLaw):
        rate = spec.base_rate.copy()
        rate[i] -= tilt
        if rate[i] <= 0:
            raise ValueError(f"a tilt of {tilt} leaves no proper prior of {quantity.key}")
        return replace(spec, base_rate=rate), snapshot
    if quantity.unknown == "start":
        sd = _STRAIGHT * spec.start.scale[i]
        return spec, replace(
            snapshot,
            judgement_step=np.append(snapshot.judgement_step, 0),
            judgement_driver=np.append(snapshot.judgement_driver, i),
            judgement_mean=np.append(snapshot.judgement_mean, spec.start.loc[i] + tilt * sd**2 / spec.start.scale[i]),
            judgement_sd=np.append(snapshot.judgement_sd, sd),
        )
    vector = getattr(spec, quantity.unknown)
    loc = vector.loc.copy()
    loc[i] += tilt * vector.scale[i]
    return replace(spec, **{quantity.unknown: replace(vector, loc=loc)}), snapshot


def fit_half(
    spec: ModelSpec,
    snapshot: Snapshot,
    quantity: Quantity,
    upper: bool,
    present: Chances,
    sample: Callable[[ModelSpec, Snapshot], Posterior],
) -> HalfFit:
    """Fit under the lower or the upper half of a prior.

    Parameters
    ----------
    present : Chances
        Draws under the whole prior, from which the tilt is chosen.
    sample : callable
        Gives draws of the posterior of a specification given what was known.
    """
    tilt = _tilt(quantity, upper, present)
    moved = _tilted(spec, snapshot, quantity, tilt)
    fitted = sample(*moved)
    unknowns = _as_under_the_prior(quantity, tilt, fitted.unknowns)
    raw, law = quantity.of(unknowns), quantity.law
    inside = (law.standard(raw) > law.standard(np.array(law.quantile(0.5)))) == upper
    if not inside.any():
        return HalfFit(replace(fitted, unknowns=unknowns), math.inf, 0.0)
    kept, proposed = ({name: x[inside] for name, x in some.items()} for some in (unknowns, fitted.unknowns))
    log_weight = np.full(len(raw), -np.inf)
    log_weight[inside] = log_density(spec, snapshot, kept) - log_density(*moved, proposed)
    importance = pareto_smooth(log_weight)
    posterior = replace(fitted, unknowns=unknowns, weight=importance.weight)
    return HalfFit(posterior, importance.pareto_k, importance.effective_draws)


def refitted(row: Halved, halves: tuple[HalfFit, HalfFit], projected: tuple[Chances, Chances]) -> Halved:
    """Replace what a row says by what two new fits say: lower half first.

    Parameters
    ----------
    projected : (Chances, Chances)
        Both fits at the horizon, along the futures of the row.
    """
    low, high = projected
    limit = min(largest_reliable_k(len(half.posterior)) for half in halves)
    k = max(half.pareto_k for half in halves)
    effective = halves[0].effective_draws, halves[1].effective_draws
    return replace(
        row,
        low=low.probability,
        high=high.probability,
        difference=high.probability - low.probability,
        mcse=np.hypot(low.mcse, high.mcse),
        effective=effective,
        pareto_k=k,
        trusted=k <= limit and min(effective) >= LEAST_IN_HALF,
        refitted=True,
    )


def _tilt(quantity: Quantity, upper: bool, present: Chances) -> float:
    """Tilt under which the posterior has the mean of its truncated half, taken for normal or, of a hazard, Gamma."""
    raw, weight = quantity.of(present.unknowns), present.selection.weight
    mean, variance = float(weighted_mean(raw, weight)), float(weighted_variance(raw, weight))
    edge, reach = quantity.law.quantile(0.5), _REACH * math.sqrt(variance)
    # Where a higher unknown means a lower quantity, its upper half is the lower one of the unknown.
    rising = bool(np.diff(quantity.law.standard(np.array([1.0, 2.0])))[0] > 0)
    far = max(edge, mean) + reach if upper == rising else min(edge, mean) - reach
    if not isinstance(quantity.law, GammaLaw):
        target = _mean_between(edge, far, lambda x: -((x - mean) ** 2) / (2 * variance))
        return (target - mean) / variance
    shape, rate = mean**2 / variance, mean / variance
    target = _mean_between(edge, max(far, 0.0), lambda x: (shape - 1) * np.log(x) - rate * x)
    return min(rate - shape / target, (1 - _LEAST_RATE) * quantity.law.rate)


def _mean_between(edge: float, far: float, log_density: Callable[[np.ndarray], np.ndarray]) -> float:
    """Mean of a density cut off at an edge, by the midpoint rule."""
    x = edge + (far - edge) * (np.arange(_CELLS) + 0.5) / _CELLS
    values = log_density(x)
    weight = np.exp(values - values.max())
    return float(weight @ x / weight.sum())


def _as_under_the_prior(quantity: Quantity, tilt: float, unknowns: Unknowns) -> Unknowns:
    """Unknowns that mean under the original prior what these mean under the tilted one."""
    if isinstance(quantity.law, GammaLaw) or quantity.unknown == "start":
        return unknowns
    values = unknowns[quantity.name].copy()
    values[:, quantity.index] += tilt
    return {**unknowns, quantity.name: values}
