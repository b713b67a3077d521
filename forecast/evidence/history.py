"""The dated history of states: stays, changes, and spells that have not lasted long enough to count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from forecast.evidence.records import TransitionRecord
from forecast.scenario.types import Scenario
from forecast.timegrid import DAYS_PER_YEAR, days_between, shift

__all__ = ["history_arrays"]


@dataclass(frozen=True)
class _Stay:
    """Days in a state with its exits running: from ``first`` to the day before ``end``; entered on ``entered``.

    The days of a spell that broke lie between two stays of its origin, which keeps its age.
    """

    state: str
    first: date
    end: date
    entered: date


class _Walk:
    """Walks through the dated changes and gathers what the likelihood needs."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._held_after = {name: state.held_after for name, state in scenario.states.items()}
        self.state = scenario.initial_state
        self._entered = self._since = scenario.start
        self.spell: str | None = None  # a state whose spell has begun but not yet lasted
        self._began = scenario.start
        self.stays: list[_Stay] = []
        self.changes: list[tuple[int, date, int]] = []  # transition, day, age of the state left
        self.pending_days = dict.fromkeys(scenario.states, 0)
        self.breaks = dict.fromkeys(scenario.states, 0)
        self.visited = {self.state}

    def age(self, day: date) -> int:
        """Whole days since the present state was entered."""
        return days_between(self._entered, day)

    def spell_age(self, day: date) -> int:
        """Whole days since the open spell began."""
        return days_between(self._began, day)

    def reach(self, day: date) -> None:
        """Enter the state of a spell that has lasted long enough at the start of a day."""
        if self.spell is not None and self.spell_age(day) >= self._held_after[self.spell]:
            self.pending_days[self.spell] += self._held_after[self.spell]
            self._enter(self.spell, shift(self._began, self._held_after[self.spell]))

    def follow(self, row: TransitionRecord) -> None:
        """Follow one dated change."""
        self.reach(row.date)
        if self.spell is not None:
            if (row.from_, row.to) != (self.spell, self.state):
                raise ValueError(f"on {row.date} a spell of {self.spell!r} can only break, back to {self.state!r}")
            self.breaks[self.spell] += 1
            self._wait(row.date)
            self.spell, self._since = None, row.date
            return
        index = next(q for q, e in enumerate(self._scenario.transitions) if (e.from_, e.to) == (row.from_, row.to))
        self.changes.append((index, row.date, self.age(row.date)))
        self._leave(row.date)
        if self._held_after[row.to]:
            self.spell, self._began = row.to, row.date
        else:
            self._enter(row.to, row.date)

    def stop(self, day: date) -> None:
        """Stop at the start of a day."""
        self.reach(day)
        if self.spell is None:
            self._leave(day)
        else:
            self._wait(day)

    def _enter(self, state: str, day: date) -> None:
        self.state, self.spell = state, None
        self._entered = self._since = day
        self.visited.add(state)

    def _leave(self, day: date) -> None:
        self.stays.append(_Stay(self.state, self._since, day, self._entered))

    def _wait(self, day: date) -> None:
        if self.spell is not None:
            self.pending_days[self.spell] += self.spell_age(day)


def history_arrays(
    scenario: Scenario, transitions: Sequence[TransitionRecord], as_of: date, n_steps: int
) -> dict[str, Any]:
    """Fields of the snapshot that describe the history of states.

    A state is left at the start of the day of its transition. A spell of a state with ``min_duration`` that begins on
    day D has lasted d days at the end of day D + d - 1: from then on the state is entered. Until then the history is
    still in the state it came from, whose exits do not run.

    Parameters
    ----------
    transitions : sequence of TransitionRecord
        In the order in which they happened.
    as_of : date
        The last day seen.
    n_steps : int
        T.

    Raises
    ------
    ValueError
        When a spell that has not lasted long enough ends elsewhere than where it came from.
    """
    grid, states, after = scenario.grid, list(scenario.states), shift(as_of, 1)
    walk = _Walk(scenario)
    for row in transitions:
        walk.follow(row)
    walk.stop(after)
    years = np.zeros((n_steps, len(states)))
    for stay in walk.stays:
        for t in range(grid.index(stay.first), min(grid.count(stay.end), n_steps)):
            days = days_between(max(stay.first, grid.first_day(t)), min(stay.end, shift(grid.last_day(t), 1)))
            years[t, states.index(stay.state)] += max(days, 0) / DAYS_PER_YEAR
    spans = [
        (
            states.index(stay.state),
            days_between(scenario.start, stay.first),
            days_between(scenario.start, stay.end),
            days_between(scenario.start, stay.entered),
        )
        for stay in walk.stays
    ]
    return {
        "state_years": years,
        "stays": np.array(spans, dtype=np.int64).reshape(-1, 4),
        "pending_years": np.array([walk.pending_days[name] for name in states]) / DAYS_PER_YEAR,
        "breaks": np.array([walk.breaks[name] for name in states], dtype=np.int64),
        "transition_index": np.array([index for index, _, _ in walk.changes], dtype=np.int64),
        "transition_step": np.array([grid.index(day) for _, day, _ in walk.changes], dtype=np.int64),
        "transition_age": np.array([age for _, _, age in walk.changes], dtype=np.int64),
        "state": walk.state,
        "state_age": walk.age(after),
        "spell": walk.spell,
        "spell_age": 0 if walk.spell is None else walk.spell_age(after),
        "visited": frozenset(walk.visited),
    }
