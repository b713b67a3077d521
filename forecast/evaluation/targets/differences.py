"""Differences of two methods' scores over origins, with intervals that allow for what neighbouring origins share.

Forecasts of overlapping futures err together, so whole origins are resampled in circular blocks at least as long as the
target's horizon. Beside that stands the interval of the fixed-b theory (Kiefer and Vogelsang 2005, Econometric Theory
21(6)): a Bartlett kernel whose bandwidth is a share b of the sample, of which the critical values take account.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecast.evaluation.scoring.bootstrap import INTERVAL

__all__ = ["FEWEST_BLOCKS", "Difference", "compare", "fixed_b_interval", "power_of"]

FEWEST_BLOCKS = 4
"""Fewer blocks in a series give no interval: neither theory holds with so few."""
_RESAMPLES = 2000
_QUANTILE = (1.6449, 2.1859, 0.3142, -0.3427)  # of the fixed-b t statistic at 95%, Bartlett: cubic in b, their table 1


@dataclass(frozen=True)
class Difference:
    """How much better than a baseline: its mean loss less that of the model, above 0 where the model is better.

    Attributes
    ----------
    low, high : float or None
        90% interval from blocks of origins; ``None`` where there are too few of them.
    hac_low, hac_high : float or None
        Fixed-b interval.
    effective_n : float or None
        As many independent origins would fix the mean as well.
    power : float or None
        Chance that the fixed-b interval would lie above 0 if the model's own distributions were right.
    n, block : int
        Origins, and how many a block holds.
    """

    mean: float
    low: float | None
    high: float | None
    hac_low: float | None
    hac_high: float | None
    effective_n: float | None
    power: float | None
    n: int
    block: int


def compare(differences: np.ndarray, block: int, *, power: float | None, rng: np.random.Generator) -> Difference:
    """Summarise paired differences, one for each origin in order.

    Parameters
    ----------
    differences : ndarray, shape (n,)
    block : int
        Origins that a block holds at least.
    power : float or None
        From :func:`power_of`.
    """
    n = len(differences)
    block = max(block, round(n ** (1 / 3)), 1)
    mean = float(differences.mean())
    if n < FEWEST_BLOCKS * block:
        return Difference(mean, None, None, None, None, None, None, n, block)
    starts = rng.integers(0, n, size=(_RESAMPLES, math.ceil(n / block)))
    index = (starts[:, :, None] + np.arange(block)).reshape(_RESAMPLES, -1)[:, :n] % n
    low, high = np.quantile(differences[index].mean(axis=1), [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    hac_low, hac_high, effective = (float(part[0]) for part in fixed_b_interval(differences[None], block))
    return Difference(mean, float(low), float(high), hac_low, hac_high, effective, power, n, block)


def fixed_b_interval(series: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """90% intervals of means and effective sizes.

    The bandwidth is twice the block, or 1.3 sqrt(n) where that is more (Lazarus, Lewis, Stock and Watson 2018, Journal
    of Business and Economic Statistics 36(4)).

    Parameters
    ----------
    series : ndarray, shape (m, n)
        One of them in each row.

    Returns
    -------
    low, high, effective : ndarray, shape (m,)
    """
    n = series.shape[1]
    width = min(n, max(2 * block, math.ceil(1.3 * math.sqrt(n))))
    mean = series.mean(axis=1)
    centred = series - mean[:, None]
    variance = (centred**2).mean(axis=1)
    long_run = variance.copy()
    for lag in range(1, width):
        long_run += 2 * (1 - lag / width) * (centred[:, lag:] * centred[:, :-lag]).sum(axis=1) / n
    quantile = float(np.polynomial.polynomial.polyval(width / n, _QUANTILE))
    half = quantile * np.sqrt(np.maximum(long_run, 0) / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(long_run > 0, np.clip(n * variance / long_run, 1, n), n)
    return mean - half, mean + half, effective


def power_of(
    chances: list[list[np.ndarray]],
    gains: list[list[np.ndarray]],
    block: int,
    *,
    simulations: int = 400,
    rng: np.random.Generator,
) -> float | None:
    """Chance that the model would be seen to be better, were its distributions right; looks at no outcome.

    What comes at one origin after the other is drawn from the model's distributions by normal variables that are moving
    averages over a block, as the errors of forecasts so many origins ahead are at best. Parts of one origin are drawn
    independently of each other.

    Parameters
    ----------
    chances, gains : list of list of ndarray
        For each origin and part: probabilities of what may come, and the baseline's loss less the model's if it does.

    Returns
    -------
    float or None
        ``None`` where there are too few origins for an interval.
    """
    from scipy.special import ndtr

    n = len(chances)
    block = max(block, round(n ** (1 / 3)), 1)
    if n < FEWEST_BLOCKS * block:
        return None
    drawn = np.zeros((simulations, n))
    parts = max(len(row) for row in chances)
    for part in range(parts):
        shocks = rng.normal(size=(simulations, n + block - 1))
        total = np.cumsum(np.pad(shocks, ((0, 0), (1, 0))), axis=1)
        smooth = (total[:, block:] - total[:, :-block]) / math.sqrt(block)
        uniform = ndtr(smooth)
        for i, (row, gain) in enumerate(zip(chances, gains, strict=True)):
            if part < len(row):
                place = np.searchsorted(np.cumsum(row[part])[:-1], uniform[:, i], side="right")
                drawn[:, i] += gain[part][place] / len(row)
    low, _, _ = fixed_b_interval(drawn, block)
    return float((low > 0).mean())
