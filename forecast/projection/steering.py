"""Steering and watching simulated futures: drivers set to a level for some time, and whoever looks on at every stretch.

Setting is an intervention, Pearl's do(): the driver's own dynamics are cut while it lasts, everything that the driver
influences responds, and what influences the driver does not (Pearl 2009, Causality, sec. 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from forecast.timegrid import shift

__all__ = ["Setting", "Watch", "imposed", "stretches"]


@dataclass(frozen=True)
class Setting:
    """A driver, by its index, set to a level from one day to another, both included.

    ``level`` may be an array of shape (J,), one for each of a draw's paths; NaN leaves the driver as it is there.

    Levels move from step to step. So the level stays until the step of ``last`` ends, and the next step's dynamics go
    on from it.
    """

    driver: int
    level: float | np.ndarray
    first: date
    last: date


class Watch(Protocol):
    """Looks on while futures are simulated. S draws, J paths each, K drivers."""

    def __call__(self, first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        """Take note of days of one step on which the drivers are constant.

        Parameters
        ----------
        first, last : date
            Both included.
        level, push : ndarray, shape (S, J, K)
            Drivers, and the standardised innovation of the step: what pushed them into it, or would have pushed a
            driver that is set.
        """


def stretches(first: date, last: date, settings: Sequence[Setting]) -> Iterator[tuple[date, date]]:
    """Cut the days of a step where a driver is set."""
    starts = sorted({setting.first for setting in settings if first < setting.first <= last})
    yield from zip([first, *starts], [*(shift(day, -1) for day in starts), last], strict=True)


def imposed(level: np.ndarray, day: date, settings: Sequence[Setting]) -> np.ndarray:
    """The drivers on a day, shape (..., K): those that are set at their level, the others as they are."""
    now = [setting for setting in settings if setting.first <= day <= setting.last]
    if now:
        level = level.copy()
        for setting in now:
            free = level[..., setting.driver]
            level[..., setting.driver] = np.where(np.isnan(setting.level), free, setting.level)
    return level
