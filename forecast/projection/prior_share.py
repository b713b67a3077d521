"""How much of each outcome's probability is still the prior, and how far the evidence moved it.

Both compare 80% ranges over draws on the scale of log odds, on which a probability of 1% is comparable with one of 50%.
In a normal model with a prior N(m, v) and a posterior of variance u the posterior mean is (u/v) m + (1 - u/v) y, with y
what the data alone would say: u/v is the share of the forecast that is prior. Here u and v are squared widths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.projection.chances import Chances
from forecast.projection.forecast import range80
from forecast.projection.prior import PriorForecast

__all__ = ["PriorShare", "prior_share"]

_WIDTH_80 = 2.5631031310892007  # standard deviations between the 10% and the 90% point of a normal
_BLOCKS = 20  # of the jackknife


@dataclass(frozen=True)
class PriorShare:
    """What is left of the prior in each of O outcomes.

    Attributes
    ----------
    prior, prior_low80, prior_high80 : ndarray, shape (O,)
        Probability knowing only which states were entered so far, and its 80% range.
    low80, high80 : ndarray, shape (O,)
        80% range of the forecast.
    share, share_mcse : ndarray, shape (O,)
        Squared width of the forecast's range over that of the prior's, in log odds, at most 1; and its Monte Carlo
        standard error. NaN where one of them has no width or reaches 0 or 1.
    moved, moved_mcse : ndarray, shape (O,)
        Log odds of the forecast less those of the prior, in standard deviations of the prior (its range over 2.56).
    """

    prior: np.ndarray
    prior_low80: np.ndarray
    prior_high80: np.ndarray
    low80: np.ndarray
    high80: np.ndarray
    share: np.ndarray
    share_mcse: np.ndarray
    moved: np.ndarray
    moved_mcse: np.ndarray


def prior_share(present: Chances, prior: PriorForecast) -> PriorShare:
    """Compare a forecast with the prior forecast from the same history of states.

    Both should have as many futures per draw: their noise has the right variance taken out, but it makes what is left
    more like a normal distribution, which then cancels.

    The errors are those of a jackknife over 20 blocks of draws of each.
    """
    after = _Set(present.chance, present.noise, present.weight)
    before = _Set(prior.chance, prior.noise, prior.weight)
    share, moved = _compared(after, before)
    variance = np.zeros((2, *share.shape))
    for without in ([(less, before) for less in after.blocks()], [(after, less) for less in before.blocks()]):
        found = np.array([_compared(*pair) for pair in without])
        variance += (_BLOCKS - 1) * found.var(axis=0)
    low, high = after.range80
    prior_low, prior_high = before.range80
    share_mcse, moved_mcse = np.sqrt(variance)
    return PriorShare(
        before.mean, prior_low, prior_high, low, high, np.minimum(share, 1), share_mcse, moved, moved_mcse
    )


@dataclass(frozen=True)
class _Set:
    """Draws of a probability: what each says, the variance of its noise, and its weight."""

    chance: np.ndarray
    noise: np.ndarray
    weight: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        return self.weight @ self.chance

    @property
    def range80(self) -> tuple[np.ndarray, np.ndarray]:
        return range80(self.chance, self.noise, 1, self.weight)

    def blocks(self) -> list[_Set]:
        """Leave out one block of consecutive draws at a time."""
        kept = [np.delete(np.arange(len(self.weight)), gone) for gone in _block_index(len(self.weight))]
        return [
            _Set(self.chance[index], self.noise[index], self.weight[index] / self.weight[index].sum()) for index in kept
        ]


def _block_index(n: int) -> list[np.ndarray]:
    return np.array_split(np.arange(n), _BLOCKS)


def _compared(after: _Set, before: _Set) -> tuple[np.ndarray, np.ndarray]:
    """Share, not capped, and move."""
    with np.errstate(divide="ignore", invalid="ignore"):
        width, prior_width = (np.diff(_log_odds(np.array(item.range80)), axis=0)[0] for item in (after, before))
        known = np.isfinite(width) & np.isfinite(prior_width) & (prior_width > 0)
        share = np.where(known, (width / prior_width) ** 2, np.nan)
        moved = np.where(known, _WIDTH_80 * (_log_odds(after.mean) - _log_odds(before.mean)) / prior_width, np.nan)
    return share, moved


def _log_odds(probability: np.ndarray) -> np.ndarray:
    return np.log(probability / (1 - probability))
