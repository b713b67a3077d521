"""Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72)); NumPy only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["LARGEST_K", "Importance", "largest_reliable_k", "pareto_smooth", "tail_shape"]

LARGEST_K = 0.7  # however many draws there are
_SAME = 1e-9  # of the largest weight: a smaller spread is rounding
_SHORTEST_TAIL = 5  # draws; fewer say nothing about a shape
_PRIOR_DRAWS = 10  # weight of the prior guess of 1/2 for the shape (same source, appendix)


@dataclass(frozen=True)
class Importance:
    """Smoothed importance weights of S draws.

    Attributes
    ----------
    weight : ndarray, shape (S,)
        Sums to 1.
    pareto_k : float
        Shape of the tail of the raw weights; minus infinity when all are equal.
    """

    weight: np.ndarray
    pareto_k: float

    @property
    def effective_draws(self) -> float:
        """1 / sum of squared weights: as many equally weighted draws have the same variance."""
        return float(1 / np.sum(self.weight**2))


def largest_reliable_k(n_draws: int) -> float:
    """min(0.7, 1 - 1 / log10 S): above it the error of S weighted draws is not under control (same source, sec. 3)."""
    return min(LARGEST_K, 1 - 1 / math.log10(n_draws))


def pareto_smooth(log_weight: np.ndarray) -> Importance:
    """Replace the largest weights by the quantiles of a generalised Pareto distribution fitted to them.

    Parameters
    ----------
    log_weight : ndarray, shape (S,)
        Raw, up to a constant; minus infinity for draws that are ruled out.

    Raises
    ------
    ValueError
        When no draw has a positive weight, or one is NaN or infinite.
    """
    top = log_weight.max()
    if not np.isfinite(top):
        raise ValueError("no draw has a finite weight")
    weight = np.exp(log_weight - top)
    order = np.argsort(weight, kind="stable")
    n_tail = _tail_length(len(weight))
    tail, cutoff = order[-n_tail:], weight[order[-n_tail - 1]]
    if weight[tail[-1]] - weight[tail[0]] < _SAME:
        k = -math.inf
    else:
        k, scale = _fit(weight[tail] - cutoff, np.ones(n_tail))
        if math.isnan(k):
            k = math.inf  # nothing like a Pareto tail
        if math.isfinite(k):
            smoothed = cutoff + _quantiles((np.arange(n_tail) + 0.5) / n_tail, k, scale)
            weight[tail] = np.minimum(smoothed, 1)
    return Importance(weight / weight.sum(), k)


def tail_shape(weight: np.ndarray, chance: np.ndarray) -> float:
    """Pareto k of weights where something happens: of weight times an indicator that is 1 with each draw's chance.

    The indicator is not drawn: a draw counts as often as its chance says. Minus infinity when the tail has no spread or
    less than five draws are left in it.

    Parameters
    ----------
    weight, chance : ndarray, shape (S,)
    """
    order = np.argsort(weight, kind="stable")
    counts = chance[order]
    left = counts.sum() - np.cumsum(counts)  # that stand above each draw
    below = np.flatnonzero(left >= _tail_length(float(counts.sum())))
    if not len(below) or left[below[-1]] < _SHORTEST_TAIL:
        return -math.inf
    tail = slice(below[-1] + 1, None)
    excess = weight[order][tail] - weight[order][below[-1]]
    return -math.inf if np.ptp(excess) < _SAME * weight.max() else _fit(excess, counts[tail])[0]


def _tail_length(n: float) -> int:
    return int(3 * math.sqrt(n)) if n > 225 else max(int(n / 5), 1)


@np.errstate(over="ignore", invalid="ignore")  # weights over hundreds of powers of ten: the shape comes out as NaN
def _fit(excess: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution, for ascending values that count so often.

    The profile posterior mean of Zhang and Stephens (2009), Technometrics 51(3), with the shape drawn towards 1/2.
    """
    n = counts.sum()
    share = counts / n
    first = int(np.searchsorted(np.cumsum(counts), int(n / 4 + 0.5) - 1e-9))
    quartile = excess[min(first, len(excess) - 1)]
    if quartile <= excess[0]:
        return math.nan, math.nan
    grid = np.arange(1, 31 + int(math.sqrt(n)))
    theta = 1 / excess[-1] + (1 - np.sqrt(len(grid) / (grid - 0.5))) / (3 * quartile)
    shape = np.log1p(-theta[:, None] * excess) @ share
    profile = n * (np.log(-theta / shape) - shape - 1)
    posterior = np.exp(profile - profile.max())
    posterior[posterior < 10 * np.finfo(float).eps * posterior.sum()] = 0
    best = float(theta @ posterior / posterior.sum())
    k = float(np.log1p(-best * excess) @ share)
    return (n * k + _PRIOR_DRAWS / 2) / (n + _PRIOR_DRAWS), -k / best


@np.errstate(over="ignore")  # a huge shape reaches infinity; no weight is let above the largest seen
def _quantiles(probability: np.ndarray, k: float, scale: float) -> np.ndarray:
    if k == 0:
        return -scale * np.log1p(-probability)
    return scale * np.expm1(-k * np.log1p(-probability)) / k
