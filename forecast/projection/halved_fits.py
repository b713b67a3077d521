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
from forecast.projection.present import Present
from forecast.projection.quantities import GammaLaw, Quantity
from forecast.projection.sensitivity import LEAST_IN_HALF, Halved

__all__ = ["HalfFit", "fit_half", "refitted", "tilted"]

_LEAST_RATE = 0.1  # of a Gamma prior's rate: a tilt up must leave a proper prior


@dataclass(frozen=True)
class HalfFit:
    """A posterior under one half of a prior: draws of a fit under the tilted prior, weighted."""

    posterior: Posterior
    pareto_k: float
    effective_draws: float


def tilted(spec: ModelSpec, quantity: Quantity, tilt: float) -> ModelSpec:
    """Multiply the prior of one quantity by exp(tilt times its unknown).

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
        return replace(spec, base_rate=rate)
    vector = getattr(spec, quantity.unknown)
    loc = vector.loc.copy()
    loc[i] += tilt * vector.scale[i]
    return replace(spec, **{quantity.unknown: replace(vector, loc=loc)})


def fit_half(
    spec: ModelSpec,
    snapshot: Snapshot,
    quantity: Quantity,
    upper: bool,
    present: Present,
    sample: Callable[[ModelSpec], Posterior],
) -> HalfFit:
    """Fit under the lower or the upper half of a prior.

    Parameters
    ----------
    present : Present
        Draws under the whole prior, from which the tilt is chosen.
    sample : callable
        Gives draws of the posterior under another specification, given the same evidence.
    """
    tilt = _tilt(quantity, upper, present)
    moved = tilted(spec, quantity, tilt)
    fitted = sample(moved)
    unknowns = _as_under(quantity, tilt, fitted.unknowns)
    raw, law = quantity.of(unknowns), quantity.law
    inside = (law.standard(raw) > law.standard(np.array(law.quantile(0.5)))) == upper
    log_weight = np.full(len(raw), -np.inf)
    if inside.any():
        kept, proposed = ({name: x[inside] for name, x in some.items()} for some in (unknowns, fitted.unknowns))
        log_weight[inside] = log_density(spec, snapshot, kept) - log_density(moved, snapshot, proposed)
        importance = pareto_smooth(log_weight)
        posterior = replace(fitted, unknowns=unknowns, weight=importance.weight)
        return HalfFit(posterior, importance.pareto_k, importance.effective_draws)
    return HalfFit(replace(fitted, unknowns=unknowns), math.inf, 0.0)


def refitted(row: Halved, halves: tuple[HalfFit, HalfFit], projected: tuple[Present, Present]) -> Halved:
    """Replace what a row says by what two new fits say: lower half first.

    Parameters
    ----------
    projected : (Present, Present)
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


def _tilt(quantity: Quantity, upper: bool, present: Present) -> float:
    """Tilt under which a normal posterior would have the mean that its truncated half has."""
    raw, weight = quantity.of(present.unknowns), present.selection.weight
    mean, variance = float(weighted_mean(raw, weight)), float(weighted_variance(raw, weight))
    sd, edge = math.sqrt(variance), quantity.law.quantile(0.5)
    # Where a higher unknown means a lower quantity, its upper half is the lower one of the unknown.
    rising = bool(np.diff(quantity.law.standard(np.array([1.0, 2.0])))[0] > 0)
    side = 1 if upper == rising else -1
    target = mean + side * sd * _mills(side * (edge - mean) / sd)
    if isinstance(quantity.law, GammaLaw):
        # The posterior is about Gamma(mean^2 / variance, mean / variance), and a tilt lowers its rate.
        target = max(target, edge / 3)
        return min(mean / variance - mean**2 / variance / target, (1 - _LEAST_RATE) * quantity.law.rate)
    return (target - mean) / variance


def _mills(z: float) -> float:
    """Mean of a standard normal variable given that it exceeds z."""
    above = math.erfc(z / math.sqrt(2)) / 2
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / above if z < 30 else z + 1 / z


def _as_under(quantity: Quantity, tilt: float, unknowns: Unknowns) -> Unknowns:
    """Unknowns that mean under the original prior what these mean under the tilted one."""
    if isinstance(quantity.law, GammaLaw):
        return unknowns
    values = unknowns[quantity.name].copy()
    if quantity.unknown == "start":
        values[:, 0, quantity.index] += tilt
    else:
        values[:, quantity.index] += tilt
    return {**unknowns, quantity.name: values}
