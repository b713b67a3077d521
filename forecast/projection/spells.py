"""Pending spells in state occupancy: from the day on which they began to the day on which their state is entered.

Breaks are as likely on every day of a spell, whatever the drivers do. So what was begun on a day and is still there d
days later follows from the day's beginnings alone, and a delay line of beginnings, one cell a day, takes the place of
rows and columns in the transition matrices.
"""

from __future__ import annotations

import numpy as np

from forecast.projection.occupancy import StateSpace, advance
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["Pending"]


class Pending:
    """The spells under way on every path.

    Parameters
    ----------
    space : StateSpace
        Whose ``pending`` nodes these are.
    break_hazard : ndarray, shape (states, paths)
        Per year.
    spell_age : int
        Days that the spell open at the beginning has lasted; used where the space starts in a pending node.
    """

    def __init__(self, space: StateSpace, break_hazard: np.ndarray, spell_age: int) -> None:
        self._space = space
        daily = break_hazard[space.spell_state] / DAYS_PER_YEAR
        self._stays = np.exp(-daily)
        self._survives = np.exp(-daily * (space.held_after[:, None] - 1))
        safe = np.where(daily > 0, daily, 1.0)
        # Of a day's beginnings those that are left in the evening have had half a day of risk on average; the state
        # is entered by those that would have survived d whole days.
        self._enters = np.where(daily > 0, safe / np.expm1(safe), 1.0)
        self._begun = [np.zeros((days, daily.shape[1])) for days in space.held_after]
        self._day = 0
        self._open_until, self._open_stays = -1, np.zeros(0)
        if space.start in space.pending:
            row = int(np.flatnonzero(space.pending == space.start)[0])
            left = int(space.held_after[row]) - spell_age
            self._open_row, self._open_until = row, left - 1
            self._open_stays = np.exp(-daily[row] * left)

    def advance(
        self, probability: np.ndarray, log_hazard: np.ndarray, days: int, paths: slice
    ) -> None:
        """Move the probabilities of some paths, in place, over whole days with constant hazards.

        Parameters
        ----------
        probability : ndarray, shape (n, all paths)
        log_hazard : ndarray, shape (edges, all paths)
            Log hazards per year, those of breaking included.
        """
        here, hazard = probability[:, paths], log_hazard[:, paths]
        for day in range(self._day, self._day + days):
            stayed = here[self._space.pending] * self._stays[:, paths]
            here = advance(self._space, here, hazard, 1 / DAYS_PER_YEAR)
            new = np.maximum(here[self._space.pending] - stayed, 0)
            for row, (cells, pending) in enumerate(zip(self._begun, self._space.pending, strict=True)):
                cells[day % len(cells), paths] = new[row]
                due = cells[(day + 1) % len(cells), paths] * self._survives[row, paths]  # begun d - 1 days ago
                self._enter(here, row, pending, due, due * self._enters[row, paths])
            if day == self._open_until:
                due = self._open_stays[paths]
                self._enter(here, self._open_row, self._space.start, due, due)
        probability[:, paths] = here

    def _enter(self, here: np.ndarray, row: int, pending: int, due: np.ndarray, enters: np.ndarray) -> None:
        here[pending] -= due
        here[self._space.held[row]] += enters
        here[self._space.origin[row]] += due - enters

    def pass_days(self, days: int) -> None:
        """Say that all paths have been moved over so many days."""
        self._day += days
