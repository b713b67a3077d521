"""What the scores are given, checked in one place: each message names both shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["alike", "distributions", "outcome_of_each", "unit"]

_SUM_TOLERANCE = 1e-6  # of probabilities written down by people or averaged over draws


def unit(name: str, values: ArrayLike) -> np.ndarray:
    """Probabilities: numbers from 0 to 1.

    Raises
    ------
    ValueError
        Otherwise; NaN is no probability.
    """
    array = np.asarray(values, dtype=float)
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"{name} must be probabilities from 0 to 1")
    return array


def alike(name: str, values: ArrayLike, of: str, other: np.ndarray) -> np.ndarray:
    """Values of the same shape as other ones.

    Raises
    ------
    ValueError
        Otherwise.
    """
    array = np.asarray(values)
    if array.shape != other.shape:
        raise ValueError(f"{name} has shape {array.shape}, {of} has shape {other.shape}: they must be the same")
    return array


def distributions(values: ArrayLike) -> np.ndarray:
    """Probabilities of K options on the last axis, which sum to 1.

    Raises
    ------
    ValueError
        Otherwise.
    """
    array = unit("probabilities", values)
    if array.ndim == 0 or array.shape[-1] < 2:
        raise ValueError(f"probabilities have shape {array.shape}: the last axis must hold at least 2 options")
    if not np.allclose(array.sum(axis=-1), 1, rtol=0, atol=_SUM_TOLERANCE):
        raise ValueError(f"probabilities of shape {array.shape} must sum to 1 over the last axis")
    return array


def outcome_of_each(outcome: ArrayLike, probabilities: np.ndarray) -> np.ndarray:
    """Index of the option that happened, for each distribution.

    Raises
    ------
    ValueError
        When shapes differ or there is no such option.
    """
    index = np.asarray(outcome)
    if index.shape != probabilities.shape[:-1]:
        raise ValueError(
            f"outcome has shape {index.shape}, probabilities have shape {probabilities.shape}:"
            " one outcome for each distribution over the last axis"
        )
    options = probabilities.shape[-1]
    if not np.issubdtype(index.dtype, np.integer) or np.any((index < 0) | (index >= options)):
        raise ValueError(f"outcome must be whole numbers from 0 to {options - 1}, the places of the options")
    return index
