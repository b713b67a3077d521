"""Simulation-based calibration: ranks of true values among posterior draws, and bands for their distribution.

If truths are drawn from the prior and evidence from the truths, the rank of a true value among L independent posterior
draws is uniform on 0..L (Talts et al. 2018, arXiv:1804.06788).
"""

from __future__ import annotations

import numpy as np

__all__ = ["ecdf_band", "ecdf_excess", "rank_among"]


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


def ecdf_band(
    n: int, levels: int, *, probability: float = 0.95, simulations: int = 20_000, rng: np.random.Generator
) -> np.ndarray:
    """How far the ECDF of n uniform ranks on 0..levels may stray, in standard deviations, with a given probability.

    The ECDF at rank r is binomial; the largest standardised distance over all r is simulated, after Sailynoja, Buerkner
    and Vehtari (2022), Statistics and Computing 32(2), who adjust quantiles where this scales deviations.

    Returns
    -------
    ndarray, shape (levels,)
        Half-widths of the simultaneous band around (r + 1) / (levels + 1) for r = 0..levels - 1.
    """
    expected = np.arange(1, levels + 1) / (levels + 1)
    spread = np.sqrt(expected * (1 - expected) / n)
    largest = np.empty(simulations)
    for i in range(simulations):
        counts = np.bincount(rng.integers(0, levels + 1, size=n), minlength=levels + 1)
        largest[i] = np.max(np.abs(np.cumsum(counts)[:-1] / n - expected) / spread)
    return float(np.quantile(largest, probability)) * spread


def ecdf_excess(ranks: np.ndarray, levels: int, band: np.ndarray) -> float:
    """Largest distance of the ranks' ECDF from uniform, in half-widths of the band: above 1 it leaves the band.

    Parameters
    ----------
    ranks : ndarray of int, shape (n,)
    """
    counts = np.bincount(ranks, minlength=levels + 1)
    expected = np.arange(1, levels + 1) / (levels + 1)
    return float(np.max(np.abs(np.cumsum(counts)[:-1] / len(ranks) - expected) / band))
