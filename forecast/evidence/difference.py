"""What is new between two cuts of the evidence, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord

__all__ = ["Change", "difference"]

type _Record = Report | SeriesValue | Judgement | TransitionRecord


@dataclass(frozen=True)
class Change:
    """One row that came, went or reads differently.

    Attributes
    ----------
    kind : str
        Of what the row is.
    id : str
        Of the row; for rows without one, what tells them apart.
    what : {"new", "gone", "changed"}
        ``gone``: withdrawn, replaced by a correction, or no longer in the file.
    reported : date
        Day on which the row was reported.
    text : str
        What it says, in a few words.
    withdrawn : date or None
        Day on which a report that is gone was withdrawn, where that is why it went.
    """

    kind: Literal["report", "series", "judgement", "transition"]
    id: str
    what: Literal["new", "gone", "changed"]
    reported: date
    text: str
    withdrawn: date | None = None


def difference(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """List what changed, by the day on which it was reported.

    Parameters
    ----------
    before, after : Evidence
        As :func:`forecast.evidence.visible.visible_evidence` cuts it.
    """
    tables: tuple[tuple[Sequence[_Record], Sequence[_Record]], ...] = (
        (before.reports, after.reports),
        (before.series, after.series),
        (before.judgements, after.judgements),
        (before.transitions, after.transitions),
    )
    changes = [
        replace(change, withdrawn=after.withdrawn.get(change.id))
        if (change.kind, change.what) == ("report", "gone")
        else change
        for old, new in tables
        for change in _compare(old, new)
    ]
    return tuple(sorted(changes, key=lambda change: (change.reported, change.kind, change.id)))


def _compare(old: Sequence[_Record], new: Sequence[_Record]) -> list[Change]:
    was, now = ({_key(row): replace(row, line=0) for row in rows} for rows in (old, new))
    return [
        *(_change(row, "new") for key, row in now.items() if key not in was),
        *(_change(row, "gone") for key, row in was.items() if key not in now),
        *(_change(row, "changed") for key, row in now.items() if key in was and was[key] != row),
    ]


def _key(row: _Record) -> str:
    match row:
        case Report() | Judgement():
            return row.id
        case SeriesValue():
            return f"{row.series} {row.start}..{row.end}"
        case TransitionRecord():
            return f"{row.date} {row.from_}->{row.to}"


def _change(row: _Record, what: Literal["new", "gone", "changed"]) -> Change:
    match row:
        case Report():
            return Change("report", row.id, what, row.reported, row.summary)
        case SeriesValue():
            return Change("series", _key(row), what, row.reported, f"{row.value:g}")
        case Judgement():
            text = f"{row.driver} {row.low:g} to {row.high:g} ({row.expert})"
            return Change("judgement", row.id, what, row.reported, text)
        case TransitionRecord():
            return Change("transition", _key(row), what, row.reported, f"{row.from_} to {row.to}")


def applied(evidence: Evidence, change: Change, after: Evidence) -> Evidence:
    """Make one change: a row comes from ``after``, or goes."""
    table: dict[str, str] = {
        "report": "reports",
        "series": "series",
        "judgement": "judgements",
        "transition": "transitions",
    }
    name = table[change.kind]
    rows: Sequence[_Record] = getattr(evidence, name)
    kept = [row for row in rows if _key(row) != change.id]
    coming = [row for row in getattr(after, name) if _key(row) == change.id and change.what != "gone"]
    order = {_key(row): i for i, row in enumerate(getattr(after, name))}  # the order decides between equal grades
    rows = sorted(kept + coming, key=lambda row: order.get(_key(row), -1))
    tables: dict[str, Any] = {name: tuple(rows)}
    return replace(evidence, **tables)
