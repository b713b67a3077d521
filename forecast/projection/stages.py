"""The stages through which an explanation goes from one forecast to another, in two orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from forecast.evidence.difference import Change, applied, difference
from forecast.evidence.records import Evidence

__all__ = ["Known", "backward", "changes_between", "forward"]


@dataclass(frozen=True)
class Known:
    """What was known on a day; ``change`` is the row by which it differs from the stage before, ``None`` for time."""

    as_of: date
    evidence: Evidence
    change: Change | None = None


def changes_between(start: Known, end: Known) -> list[tuple[date, Change]]:
    """Rows that went and rows that came, each on the day that it is told; a row that a new one replaces goes with it.

    A row that came is told when it was reported, one that went when it was withdrawn, and together with it the row that
    its withdrawal brings back. What should have been known before is told on the day of the earlier forecast, and so is
    a row of which nobody says when it went. On one day rows that went come first, the last of them before the others.
    """
    before, after = ({row.id: row for row in known.evidence.reports} for known in (start, end))
    replaced = {row.replaces for row in after.values()}
    changes = difference(start.evidence, end.evidence)
    gone = [change for change in reversed(changes) if change.what == "gone" and change.id not in replaced]
    back = {  # by event
        before[change.id].same_as or change.id: change.withdrawn
        for change in gone
        if change.withdrawn and before[change.id].replaces
    }

    def day(change: Change) -> date:
        row = after.get(change.id) if change.kind == "report" else None
        if row and change.what == "new" and row.reported <= start.as_of:
            return max(start.as_of, back.get(row.same_as or row.id, start.as_of))
        return max(start.as_of, change.withdrawn or change.reported)

    told = [(day(change), change) for change in (*gone, *(change for change in changes if change.what != "gone"))]
    return sorted(told, key=lambda item: item[0])


def forward(start: Known, end: Known, changes: Sequence[tuple[date, Change]]) -> Iterator[Known]:
    """Give the stages from one forecast to the other: day by day, time before what was told on the day."""
    yield start
    day, evidence = start.as_of, start.evidence
    for told, change in changes:
        if told > day:
            day = told
            yield Known(day, evidence)
        evidence = applied(evidence, change, end.evidence)
        yield Known(day, evidence, change)
    if end.as_of > day:
        yield Known(end.as_of, evidence)


def backward(start: Known, end: Known, dated: Sequence[tuple[date, Change]]) -> Iterator[Known]:
    """Give the stages of the opposite order: all time first, then the rows from the last to the first.

    Changes of state come before the others and in their order, since each needs the one before it.
    """
    yield start
    evidence = start.evidence
    yield Known(end.as_of, evidence)
    changes = [change for _, change in dated]
    states = [change for change in changes if change.kind == "transition"]
    for change in (*states, *(change for change in reversed(changes) if change.kind != "transition")):
        evidence = applied(evidence, change, end.evidence)
        yield Known(end.as_of, evidence, change)
