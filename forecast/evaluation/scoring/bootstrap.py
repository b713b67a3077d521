"""Intervals of mean scores: whole questions are drawn again, never single updates of one question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecast.evaluation.scoring.shapes import alike

__all__ = ["FEWEST_GROUPS", "INTERVAL", "Interval", "bootstrap_interval"]

INTERVAL = 0.9
"""Probability of the intervals of scores."""
FEWEST_GROUPS = 20
"""Fewer independent groups give no interval: the percentile bootstrap would be far too narrow."""
_RESAMPLES = 4000  # the error of a 5% quantile is then about 0.02 standard errors of the mean


@dataclass(frozen=True)
class Interval:
    """A mean with its interval; the ends are ``None`` where too few independent groups allow one.

    Attributes
    ----------
    n : int
        Values averaged.
    groups : int
        Groups that can be taken for independent.
    """

    mean: float
    low: float | None
    high: float | None
    n: int
    groups: int


def bootstrap_interval(
    values: ArrayLike, group: ArrayLike | None = None, weight: ArrayLike | None = None, *, rng: np.random.Generator
) -> Interval:
    """Weighted mean of values with its bootstrap interval over groups.

    A Wilson interval would be wrong: a Brier score is no share of successes.

    Parameters
    ----------
    values : array_like, shape (n,)
        One of each question: all updates of a question are one value, its average.
    group : array_like of int or str, shape (n,), optional
        Questions of one group share their fate, as those about one war do: they are drawn together. Each question is
        its own group unless given.
    weight : array_like, shape (n,), optional
        Above 0, equal unless given. The mean is the ratio sum(weight * value) / sum(weight), in every resample too.

    Returns
    -------
    Interval
        Percentile interval of probability :data:`INTERVAL`; without ends below :data:`FEWEST_GROUPS` groups, or where
        a value is not finite, or where all groups have the same mean: a width of 0 would claim certainty.
    """
    given = np.asarray(values, dtype=float)
    if given.ndim != 1 or not given.size:
        raise ValueError(f"values have shape {given.shape}: a row of at least one is needed")
    labels = np.arange(given.size) if group is None else alike("group", group, "values", given)
    _, place = np.unique(labels, return_inverse=True)
    w = np.ones(given.shape) if weight is None else alike("weight", weight, "values", given).astype(float)
    if not np.all(w > 0):
        raise ValueError("weight must be above 0")
    total, count = np.bincount(place, weights=w * given), np.bincount(place, weights=w)
    groups, mean = len(count), float(np.average(given, weights=w))
    if (
        groups < FEWEST_GROUPS
        or not np.isfinite(given).all()
        or np.allclose(total / count, mean, rtol=1e-12, atol=1e-12)
    ):
        return Interval(mean, None, None, given.size, groups)
    drawn = rng.integers(0, groups, size=(_RESAMPLES, groups))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return Interval(mean, float(low), float(high), given.size, groups)
