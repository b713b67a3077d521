"""Pending spells in state occupancy: from the day on which they began to the day on which their state is entered.

Breaks are as likely on every day of a spell, whatever the drivers do. So what was begun on a day and is still there d
days later follows from that day's beginnings alone: a delay line with one cell a day takes the place of rows and
columns in the transition matrices.

Days are whole, as in the evidence: a spell that begins on a day is at risk of breaking on that day and on each of the
d - 1 after it. One that breaks is back where it came from in the evening; one that holds has entered its state in the
evening of the last.
"""

from __future__ import annotations

import numpy as np

from forecast.projection.occupancy import Motion, StateSpace
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["DelayLine"]

_TOGETHER = 4096  # paths moved day by day at a time, so that their matrices stay in the processor's cache


class DelayLine:
    """The spells under way on some paths, and the probabilities of all nodes.

    Parameters
    ----------
    space : StateSpace
    probability : ndarray, shape (n, paths)
        At the beginning; changed in place.
    break_hazard : ndarray, shape (states, paths)
        Per year.
    spell_age : int
        Days that the spell has lasted that is open at the beginning; used where the space starts in a pending node.
    """

    def __init__(self, space: StateSpace, probability: np.ndarray, break_hazard: np.ndarray, spell_age: int) -> None:
        self._space, self._probability = space, probability
        daily = break_hazard[space.spell_state] / DAYS_PER_YEAR
        self._breaks = -np.expm1(-daily)
        self._hold = np.exp(-daily * space.held_after[:, None])
        self._begun = [np.zeros((days, daily.shape[1])) for days in space.held_after]
        self._day = 0
        self._open_row = self._open_until = -1
        if space.start in space.pending:
            self._open_row = int(np.flatnonzero(space.pending == space.start)[0])
            left = int(space.held_after[self._open_row]) - spell_age
            self._open_until = left - 1
            self._open_hold = np.exp(-daily[self._open_row] * left)

    def advance(self, log_hazard: np.ndarray, days: int) -> None:
        """Move the probabilities over whole days with constant hazards.

        Parameters
        ----------
        log_hazard : ndarray, shape (transitions, paths)
            Log hazards per year.
        """
        for first in range(0, self._probability.shape[1], _TOGETHER):
            paths = slice(first, first + _TOGETHER)
            one_day = Motion(self._space, log_hazard[:, paths], 1 / DAYS_PER_YEAR)
            self._move(one_day, paths, range(self._day, self._day + days))
        self._day += days

    def _move(self, one_day: Motion, paths: slice, days: range) -> None:
        """Move some of the paths day by day, row by row in place."""
        space, probability = self._space, self._probability[:, paths]
        rows = list(probability)
        lines = [
            (rows[pending], rows[origin], rows[held], self._breaks[i, paths], self._hold[i, paths], cells[:, paths])
            for i, (pending, origin, held, cells) in enumerate(
                zip(space.pending, space.origin, space.held, self._begun, strict=True)
            )
        ]
        flow = np.empty(probability.shape[1])
        for day in days:
            before = probability[space.pending]
            one_day.apply(probability)
            for i, (pending, origin, held, breaks, hold, cells) in enumerate(lines):
                np.subtract(pending, before[i], out=cells[day % len(cells)])
                _flow(pending, origin, np.multiply(pending, breaks, out=flow))
                begun = cells[(day + 1) % len(cells)]  # d - 1 days ago
                _flow(pending, held, np.multiply(begun, hold, out=flow))
            if day == self._open_until:
                pending, _, held, *_ = lines[self._open_row]
                _flow(pending, held, self._open_hold[paths])


def _flow(source: np.ndarray, target: np.ndarray, amount: np.ndarray) -> None:
    """Move an amount from one row to another in place."""
    np.subtract(source, amount, out=source)
    np.add(target, amount, out=target)
