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
        space = self._space
        one_day = Motion(space, log_hazard, 1 / DAYS_PER_YEAR)
        for day in range(self._day, self._day + days):
            before = self._probability[space.pending]
            one_day.apply(self._probability)
            begun = self._probability[space.pending] - before
            for row, cells in enumerate(self._begun):
                cells[day % len(cells)] = begun[row]
                pending, origin = space.pending[row], space.origin[row]
                broke = self._probability[pending] * self._breaks[row]
                self._probability[pending] -= broke
                self._probability[origin] += broke
                self._enter(row, cells[(day + 1) % len(cells)] * self._hold[row])  # begun d - 1 days ago
            if day == self._open_until:
                self._enter(self._open_row, self._open_hold)
        self._day += days

    def _enter(self, row: int, share: np.ndarray) -> None:
        self._probability[self._space.pending[row]] -= share
        self._probability[self._space.held[row]] += share
