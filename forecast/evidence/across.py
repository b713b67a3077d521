"""What must hold between the rows of one evidence file."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from forecast.evidence.records import SeriesValue, TransitionRecord
from forecast.evidence.tables import Table
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between

__all__ = ["check_series", "check_transitions"]


def check_series(table: Table, values: Sequence[SeriesValue], scenario: Scenario | None) -> None:
    """Find periods of one series that overlap."""
    del scenario
    ordered = sorted(values, key=attrgetter("series", "start", "end", "line"))
    latest: SeriesValue | None = None  # the one of the series so far that ends last
    for value in ordered:
        if latest is None or latest.series != value.series:
            latest = value
            continue
        if value.start <= latest.end:
            first, second = sorted((latest, value), key=attrgetter("line"))
            table.problem(second.line, "start", f"the period overlaps that of line {first.line} of the same series")
        if value.end > latest.end:
            latest = value


def check_transitions(table: Table, transitions: Sequence[TransitionRecord], scenario: Scenario | None) -> None:
    """Find a change of state that does not follow from the one before it.

    Each begins where the last one ended; a spell that has not lasted its state's ``min_duration`` goes back to where it
    came from.
    """
    if scenario is None or table.problems:
        return  # a change that could not be read leaves a gap that would be blamed on the rows after it
    declared = {(item.from_, item.to) for item in scenario.transitions}
    state: str = scenario.initial_state
    spell: TransitionRecord | None = None  # the row that began the present stay, unless a break did
    last: TransitionRecord | None = None
    for change in sorted(transitions, key=attrgetter("date", "line")):
        least = scenario.states[state].held_after
        short = spell is not None and days_between(spell.date, change.date) < least
        if change.from_ != state:
            message = f"the state on {change.date} is {state!r} by the rows before, not {change.from_!r}"
            table.problem(change.line, "from", message)
        elif spell and short and change.to != spell.from_:
            message = f"{state!r} began on {spell.date}: for {least} days it can only break, back to {spell.from_!r}"
            table.problem(change.line, "to", message)
        elif not short and (change.from_, change.to) not in declared:
            table.problem(change.line, "to", f"the scenario has no transition from {change.from_!r} to {change.to!r}")
        if last and change.reported < last.reported:
            message = f"{change.reported} is before the change it follows was reported, on {last.reported}"
            table.problem(change.line, "reported", message)
        elif last and change.entered < last.entered:
            message = f"{change.entered} is before the change it follows was entered, on {last.entered}"
            table.problem(change.line, "entered", message)
        state, spell, last = change.to, None if short else change, change
