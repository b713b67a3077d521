"""The Gamma distribution of rate 1, as far as priors need it; without SciPy, which takes a second to load."""

from __future__ import annotations

import math

__all__ = ["log_moments", "quantile"]


def log_moments(shape: float) -> tuple[float, float]:
    """Mean and standard deviation of the log of a Gamma(shape, 1) variable: digamma and the root of trigamma.

    By recurrence up to an argument of 12 and the asymptotic series there (Abramowitz and Stegun 1964, 6.3.18, 6.4.12).
    """
    mean = variance = 0.0
    while shape < 12:
        mean -= 1 / shape
        variance += 1 / shape**2
        shape += 1
    s = 1 / shape**2
    mean += math.log(shape) - 1 / (2 * shape) - s / 12 * (1 - s / 10 * (1 - s * 10 / 21 * (1 - s * 21 / 20)))
    variance += 1 / shape + s / 2 + s / shape / 6 * (1 - s / 5 * (1 - s * 5 / 7 * (1 - s * 7 / 5)))
    return mean, math.sqrt(variance)


def quantile(probability: float, shape: float) -> float:
    """Value below which a Gamma(shape, 1) variable lies with a probability, by bisection on the log scale.

    Raises
    ------
    ValueError
        When the probability does not lie between 0 and 1.
    """
    if not 0 < probability < 1:
        raise ValueError(f"{probability} is not a probability between 0 and 1")
    low, high = -800.0 / min(shape, 1), math.log(shape + 40 * math.sqrt(shape) + 800)
    for _ in range(200):
        middle = (low + high) / 2
        if _below(math.exp(middle), shape) < probability:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _below(x: float, shape: float) -> float:
    """Distribution function: the power series of the lower incomplete Gamma function (same source, 6.5.29)."""
    if x == 0:
        return 0.0
    term = total = 1 / shape
    n = shape
    while term > total * 1e-17:
        n += 1
        term *= x / n
        total += term
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))
