"""Distributions of counts: Poisson and negative binomial, and their mixtures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["CELLS", "count_probabilities", "log_none"]

CELLS = 41
"""Counts of 0 to 39 apart, and 40 or more together."""


def count_probabilities(mean: ArrayLike, excess: ArrayLike | None, weight: np.ndarray) -> np.ndarray:
    """Mixture of the distributions of a count.

    Each is Poisson(m), or negative binomial with mean m and variance (1 + d) m, that is of size r = m / d:
    P(0) = (1 + d)^-r and P(n + 1) = P(n) (n + r) / (n + 1) d / (1 + d).

    Parameters
    ----------
    mean : array_like, shape (paths,)
    excess : array_like, shape (paths,) or (), or None
        d; ``None``: Poisson.
    weight : ndarray, shape (paths,)
        Sums to 1.

    Returns
    -------
    ndarray, shape (CELLS,)
    """
    m = np.asarray(mean, dtype=float)
    term = np.exp(log_none(m, excess))
    out = np.empty(CELLS)
    for n in range(CELLS - 1):
        out[n] = weight @ term
        if excess is None:
            term = term * m / (n + 1)
        else:
            d = np.asarray(excess, dtype=float)
            term = term * (n * d + m) / ((n + 1) * (1 + d))
    out[-1] = max(0.0, 1 - out[:-1].sum())
    return out / out.sum()


def log_none(mean: ArrayLike, excess: ArrayLike | None) -> np.ndarray:
    """Log probability of a count of 0."""
    m = np.asarray(mean, dtype=float)
    if excess is None:
        return -m
    d = np.asarray(excess, dtype=float)
    return -m * np.log1p(d) / d
