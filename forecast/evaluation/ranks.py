"""Simulation-based calibration: ranks of true values among posterior draws, and exact bands for their distribution.

If truths are drawn from the prior and evidence from the truths, the rank of a true value among L independent posterior
draws is uniform on 0..L (Talts et al. 2018, arXiv:1804.06788). The distance of the ranks' ECDF from uniform is that of
Saeilynoja, Buerkner and Vehtari (2022), Statistics and Computing 32(2): the smallest two-sided binomial tail over all
ranks. Its distribution is computed, not simulated.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

__all__ = ["ecdf", "ecdf_band", "ecdf_chance", "rank_among"]

_SAME = 1 + 1e-9  # tails this close are one value, rounded


def rank_among(truth: np.ndarray, draws: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Rank of each true value among its draws, ties broken at random.

    Parameters
    ----------
    truth : ndarray, shape (...)
    draws : ndarray, shape (L, ...)

    Returns
    -------
    ndarray of int, shape (...)
        0 (below all draws) to L.
    """
    ties = (draws == truth).sum(axis=0)
    return (draws < truth).sum(axis=0) + rng.integers(0, ties + 1)


def ecdf(ranks: np.ndarray, levels: int) -> np.ndarray:
    """Share of ranks that are at most r = 0, 1, ..., levels - 1; of uniform ranks about (r + 1) / (levels + 1)."""
    counts = np.bincount(ranks, minlength=levels + 1)
    return np.asarray(np.cumsum(counts)[:-1] / len(ranks))


def ecdf_chance(ranks: np.ndarray, levels: int) -> float:
    """Chance of an ECDF at least as far from uniform as that of n ranks on 0..levels, were they uniform.

    Parameters
    ----------
    ranks : ndarray of int, shape (n,)
    """
    n = len(ranks)
    below = np.cumsum(np.bincount(ranks, minlength=levels + 1))[:-1]
    return _chance_of(float(_tails(n, levels)[np.arange(levels), below].min()), n, levels)


@lru_cache(maxsize=8)
def ecdf_band(n: int, levels: int, *, probability: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of a band that holds the whole ECDF of n uniform ranks with at least a given probability.

    Returns
    -------
    low, high : ndarray, shape (levels,)
        For shares of ranks that are at most 0, 1, ..., levels - 1.
    """
    inside, outside = (1 - probability) / levels, 1.0  # tails; by Bonferroni's inequality the first leaves few outside
    while outside / inside > 1 + 1e-4:
        middle = math.sqrt(inside * outside)
        if _chance_of(middle, n, levels) <= 1 - probability:
            inside = middle
        else:
            outside = middle
    low, high = _bounds(inside, n, levels)
    return low / n, high / n


def _chance_of(tail: float, n: int, levels: int) -> float:
    """Chance that the smallest tail of n uniform ranks is at most this one.

    Counts up to each rank are a Markov chain; given their sum, counts of single ranks are independent Poisson numbers.
    """
    mean = n / (levels + 1)
    step = np.exp(np.arange(n + 1) * math.log(mean) - mean - _log_factorials(n))
    at = np.zeros(n + 1)
    at[0] = 1
    for low, high in zip(*_bounds(tail, n, levels), strict=True):
        at = np.convolve(at, step)[: n + 1]
        at[:low] = 0
        at[high + 1 :] = 0
    whole = math.exp(n * math.log(n) - n - float(_log_factorials(n)[-1]))
    return min(1.0, max(0.0, 1 - float(at @ step[::-1]) / whole))


def _bounds(tail: float, n: int, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest count up to each rank whose tail is above a given one, shape (levels,) each.

    Where there is none the smallest is n + 1.
    """
    above = _tails(n, levels) > tail * _SAME
    low, high = above.argmax(axis=1), n - above[:, ::-1].argmax(axis=1)
    return np.where(above.any(axis=1), low, n + 1), high


@lru_cache(maxsize=4)
def _tails(n: int, levels: int) -> np.ndarray:
    """Twice the smaller binomial tail of each count up to each rank, both with the count, shape (levels, n + 1)."""
    share = np.arange(1, levels + 1)[:, None] / (levels + 1)
    count, factorial = np.arange(n + 1), _log_factorials(n)
    ways = factorial[-1] - factorial - factorial[::-1]
    mass = np.exp(ways + count * np.log(share) + (n - count) * np.log1p(-share))
    return 2 * np.minimum(np.cumsum(mass, axis=1), np.cumsum(mass[:, ::-1], axis=1)[:, ::-1])


def _log_factorials(n: int) -> np.ndarray:
    """Of 0, 1, ..., n."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
