"""What outcomes hang on: each prior conditioned on its lower and on its upper half, and each driver's present level.

The prior of a quantity q, conditioned on its lower half, is p(q | q <= m) with m its prior median; everything else
keeps its prior given q. The posterior under that prior is the posterior given q <= m: the indicator of the half is the
importance weight, exactly. So a half's outcome probability is the mean over the draws in it. The weights are bounded;
what can fail is that the evidence left hardly any draws in a half, which is flagged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.inference.importance import largest_reliable_k, tail_shape
from forecast.inference.montecarlo import weighted_quantile
from forecast.projection.chances import Chances
from forecast.projection.quantities import Quantity

__all__ = ["CLEAR_BY", "LEAST_IN_HALF", "Halved", "halved_drivers", "halved_priors", "largest_first"]

LEAST_IN_HALF = 100  # effective draws: fewer make the error of a half's probability itself a guess
CLEAR_BY = 3.0  # Monte Carlo standard errors: of numbers that do not matter, 1 in 370 seems to


@dataclass(frozen=True)
class Halved:
    """Outcomes where one quantity lies in the lower and in the upper half. O outcomes.

    Attributes
    ----------
    parameter : str
        Path in the scenario file, or ``drivers.NAME.now`` for a driver's present level.
    kind : {"prior", "driver"}
        Half of the prior, or half of the posterior of the present level.
    unit : str
        Of ``middle``.
    middle : float
        Where the halves meet: the prior median, or the posterior median of the present level.
    share_low : float
        Of the posterior that lies in the lower half; 1/2 where the evidence said nothing about it.
    low, high : ndarray, shape (O,)
        Probabilities with the quantity in the lower and in the upper half; NaN where no draw is left.
    difference, mcse : ndarray, shape (O,)
        ``high`` less ``low``, and the Monte Carlo standard error of this difference.
    effective : (float, float)
        Effective draws in the lower and in the upper half.
    pareto_k : float
        The larger one of the halves' weights; minus infinity where all draws weigh the same.
    refitted : bool
        Whether both halves come from new fits.
    trusted : bool
        Whether both halves hold enough effective draws and ``pareto_k`` is low enough.
    """

    parameter: str
    kind: Literal["prior", "driver"]
    unit: str
    middle: float
    share_low: float
    low: np.ndarray
    high: np.ndarray
    difference: np.ndarray
    mcse: np.ndarray
    effective: tuple[float, float]
    pareto_k: float
    trusted: bool
    refitted: bool = False

    @property
    def clear(self) -> np.ndarray:
        """Whether each difference exceeds three Monte Carlo standard errors, shape (O,)."""
        with np.errstate(invalid="ignore"):
            return np.abs(self.difference) > CLEAR_BY * self.mcse


def halved_priors(present: Chances, quantities: Iterable[Quantity]) -> tuple[Halved, ...]:
    """Condition the prior of each quantity on its lower and on its upper half."""
    rows = []
    for quantity in quantities:
        raw, law = quantity.of(present.unknowns), quantity.law
        middle = law.quantile(0.5)
        lower = law.standard(raw) <= law.standard(np.array(middle))
        rows.append(_halved(present, lower, quantity.key, "prior", quantity.unit, quantity.prior_quantile(0.5)))
    return tuple(rows)


def halved_drivers(present: Chances, names: Sequence[str]) -> tuple[Halved, ...]:
    """Condition on the lower and on the upper half of the posterior of each driver's level in the last step."""
    level = present.draws.level[:, -1]
    middle = weighted_quantile(level, (0.5,), present.selection.weight)[0]
    return tuple(
        _halved(present, level[:, k] <= middle[k], f"drivers.{name}.now", "driver", "", float(middle[k]))
        for k, name in enumerate(names)
    )


def largest_first(rows: Iterable[Halved]) -> list[Halved]:
    """Order rows by their largest difference of any outcome, those that cannot be trusted before all others."""

    def size(row: Halved) -> float:
        return float(np.abs(row.difference).max()) if row.trusted else math.inf

    return sorted(rows, key=lambda row: -size(row))


def _halved(
    present: Chances, lower: np.ndarray, parameter: str, kind: Literal["prior", "driver"], unit: str, middle: float
) -> Halved:
    weight, chance = present.weight, present.chance
    # What each draw contributes to the difference of two ratio means: the delta method.
    series, means, effective, shapes = np.zeros_like(chance), [], [], []
    for inside, sign in ((lower, -1), (~lower, 1)):
        mass = float(weight[inside].sum())
        effective.append(_effective(present, inside, mass))
        if mass == 0:
            means.append(np.full(chance.shape[1], np.nan))
            continue
        means.append(weight[inside] @ chance[inside] / mass)
        series += sign * len(weight) * (weight * inside / mass)[:, None] * (chance - means[-1])
        if present.selection.weight is not None and present.pareto_k is None:
            shapes.append(tail_shape(weight, inside.astype(float)))
    low, high = means
    k = max(shapes, default=-math.inf) if present.pareto_k is None else present.pareto_k
    empty = np.isnan(high - low)
    return Halved(
        parameter=parameter,
        kind=kind,
        unit=unit,
        middle=middle,
        share_low=float(weight[lower].sum()),
        low=low,
        high=high,
        difference=high - low,
        mcse=np.where(empty, np.nan, present.error(series)),
        effective=(effective[0], effective[1]),
        pareto_k=k,
        trusted=min(effective) >= LEAST_IN_HALF and k <= largest_reliable_k(len(weight)),
    )


def _effective(present: Chances, inside: np.ndarray, mass: float) -> float:
    """Effective draws in a half: no more than its weights allow, nor than the chains moved in and out of it."""
    if mass == 0:
        return 0.0
    weight = present.weight
    by_weight = mass**2 / float(np.sum(weight[inside] ** 2))
    error = float(present.error(len(weight) * weight * (inside - mass)))
    moved = math.inf if error == 0 else mass**2 * (1 - mass) / error**2
    return min(by_weight, moved)
