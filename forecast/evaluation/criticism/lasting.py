"""What lasts: sums over earlier steps that decay as a driver does."""

from __future__ import annotations

import numpy as np

__all__ = ["decayed"]


def decayed(deviation: np.ndarray, rho: float) -> np.ndarray:
    """Sum of rho^(t - s) times the deviations at s < t, shape (R, T)."""
    total = np.zeros_like(deviation)
    for t in range(1, deviation.shape[1]):
        total[:, t] = rho * (total[:, t - 1] + deviation[:, t - 1])
    return total
