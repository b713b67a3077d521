"""Scores of weighted draws against a number that was observed: CRPS, and the probability integral transform (PIT)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.evaluation.scoring.shapes import alike, unit

__all__ = ["crps", "pit_of_draws", "randomised_pit"]


def crps(draws: ArrayLike, observed: ArrayLike, weights: ArrayLike | None = None) -> np.ndarray:
    """Continuous ranked probability score, the integral of (F(x) - 1{x >= y})^2: in the unit of y, lower is better.

    F is the weighted distribution function of the draws, so this is E|X - y| - E|X - X'| / 2 over independent X, X'
    from them (Gneiting and Raftery 2007), computed by sorting. A single draw gives the absolute error.

    Parameters
    ----------
    draws : array_like, shape (..., S)
    observed : array_like, shape (...)
    weights : array_like, shape (..., S), optional
        From 0, with a positive sum; equal unless given.

    Returns
    -------
    ndarray, shape (...)
    """
    x, y, w = _checked(draws, observed, weights)
    order = np.argsort(x, axis=-1)
    x, w = np.take_along_axis(x, order, axis=-1), np.take_along_axis(w, order, axis=-1)
    below = np.cumsum(w, axis=-1)[..., :-1]
    spread = (below * (1 - below) * np.diff(x, axis=-1)).sum(axis=-1)  # E|X - X'| / 2
    return (w * np.abs(x - y[..., None])).sum(axis=-1) - spread


def randomised_pit(below: ArrayLike, at: ArrayLike, *, rng: np.random.Generator) -> np.ndarray:
    """PIT of counts, P(Y < y) + V P(Y = y) with V uniform: uniform on 0 to 1 if the forecasts are right.

    Without V the jumps of a discrete distribution look like miscalibration (Czado, Gneiting and Held 2009).

    Parameters
    ----------
    below, at : array_like, shape (...)
        Probability of less than what was observed, and of exactly that.

    Returns
    -------
    ndarray, shape (...)
    """
    less = unit("below", below)
    exactly = unit("at", alike("at", at, "below", less))
    return np.minimum(less + rng.random(less.shape) * exactly, 1.0)


def pit_of_draws(
    draws: ArrayLike, observed: ArrayLike, weights: ArrayLike | None = None, *, rng: np.random.Generator
) -> np.ndarray:
    """PIT from weighted draws: the weight below what was observed, ties counted by :func:`randomised_pit`.

    Parameters
    ----------
    draws : array_like, shape (..., S)
    observed : array_like, shape (...)
    weights : array_like, shape (..., S), optional
        As in :func:`crps`.

    Returns
    -------
    ndarray, shape (...)
    """
    x, y, w = _checked(draws, observed, weights)
    less, exactly = ((w * where).sum(axis=-1) for where in (x < y[..., None], x == y[..., None]))
    return randomised_pit(np.clip(less, 0, 1), np.clip(exactly, 0, 1), rng=rng)


def _checked(
    draws: ArrayLike, observed: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws, observations and weights that sum to 1, as arrays that fit."""
    x, y = np.asarray(draws, dtype=float), np.asarray(observed, dtype=float)
    if x.ndim == 0 or x.shape[:-1] != y.shape or not x.shape[-1]:
        raise ValueError(f"draws have shape {x.shape}, observed has shape {y.shape}: draws need a further last axis")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("draws and observed must be finite numbers")
    w = np.ones(x.shape) if weights is None else alike("weights", weights, "draws", x).astype(float)
    total = w.sum(axis=-1, keepdims=True)
    if not (np.all(w >= 0) and np.all(total > 0)):
        raise ValueError("weights must not be negative, and some must be positive")
    return x, y, w / total
