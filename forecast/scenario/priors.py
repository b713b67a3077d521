"""From 90% ranges to distributions: every elicited quantity is a transformed standard normal.

A range [l, h] of a real quantity becomes Normal((l + h) / 2, (h - l) / 3.29); of a positive one the same on the log
scale. A loading, slope or log ratio whose ends have one sign is signed log-normal; one that spans or touches zero is
Normal. A probability of something happening within a year becomes a Normal log hazard, g(p) = log(-log(1 - p)); any
other probability is logit-Normal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Elicited", "PriorVector", "log_hazard", "log_odds", "log_ratio", "positive", "real", "signed"]

WIDTH_90 = 3.2897072539029435  # standard deviations between the 5% and the 95% point of a normal


@dataclass(frozen=True)
class Elicited:
    """One quantity: ``loc + scale z`` when ``sign`` is 0, else ``sign exp(loc + scale z)``, with z standard normal."""

    sign: int
    loc: float
    scale: float


def real(low: float, high: float) -> Elicited:
    """Normal with the 90% range [low, high]."""
    return Elicited(0, (low + high) / 2, (high - low) / WIDTH_90)


def positive(low: float, high: float) -> Elicited:
    """Log-normal with the 90% range [low, high], both above 0."""
    return Elicited(1, *_normal(math.log(low), math.log(high)))


def signed(low: float, high: float) -> Elicited:
    """Signed log-normal when both ends have one sign, Normal when the range spans or touches zero."""
    if low > 0:
        return positive(low, high)
    if high < 0:
        return Elicited(-1, *_normal(math.log(-high), math.log(-low)))
    return real(low, high)


def log_ratio(low: float, high: float) -> Elicited:
    """The log of a rate or hazard ratio with the 90% range [low, high], as a signed loading."""
    return signed(math.log(low), math.log(high))


def log_hazard(low: float, high: float) -> Elicited:
    """Log rate per year from the chance [low, high] of its happening within a year with no competitor."""
    return real(math.log(-math.log1p(-low)), math.log(-math.log1p(-high)))


def log_odds(low: float, high: float) -> Elicited:
    """The log odds of a probability with the 90% range [low, high]."""
    return real(math.log(low / (1 - low)), math.log(high / (1 - high)))


def _normal(low: float, high: float) -> tuple[float, float]:
    return (low + high) / 2, (high - low) / WIDTH_90


@dataclass(frozen=True)
class PriorVector:
    """Elicited quantities side by side; arrays of shape (n,)."""

    sign: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, items: Iterable[Elicited]) -> PriorVector:
        """Collect quantities in order."""
        rows: Sequence[Elicited] = tuple(items)
        return cls(
            np.array([row.sign for row in rows], dtype=np.int64),
            np.array([row.loc for row in rows], dtype=np.float64),
            np.array([row.scale for row in rows], dtype=np.float64),
        )

    def __len__(self) -> int:
        """Count the quantities."""
        return len(self.loc)

    def value(self, z: np.ndarray) -> np.ndarray:
        """Quantities at standard normal deviates ``z`` of shape (..., n)."""
        linear = self.loc + self.scale * np.asarray(z)
        return np.where(self.sign == 0, linear, self.sign * np.exp(np.where(self.sign == 0, 0.0, linear)))

    def deviate(self, value: np.ndarray) -> np.ndarray:
        """Inverse of :meth:`value`."""
        value = np.asarray(value)
        with np.errstate(divide="ignore", invalid="ignore"):
            linear = np.where(self.sign == 0, value, np.log(self.sign * value))
        return (linear - self.loc) / self.scale

    @property
    def median(self) -> np.ndarray:
        """Prior medians, shape (n,)."""
        return self.value(np.zeros(len(self)))
