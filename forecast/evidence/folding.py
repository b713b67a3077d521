"""Several reports of one event become one mark: independent origins add to its weight, copies of one origin do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecast.evidence.grades import DIGITS, LETTERS, fixed_weights
from forecast.evidence.records import Report

__all__ = ["Mark", "fold"]


@dataclass(frozen=True)
class Mark:
    """One event as the model sees it.

    Attributes
    ----------
    report : Report
        The best graded report; its type, grade and coded directions stand for the event.
    day : date
        Earliest day that a report gives.
    origins : tuple of str
        Grade of the best report of each independent origin, such as ``B2``, the best first.
    """

    report: Report
    day: date
    origins: tuple[str, ...]


def fold(reports: Sequence[Report]) -> tuple[Mark, ...]:
    """Fold reports linked by ``same_as`` into marks, in the order of each event's first report.

    Parameters
    ----------
    reports : sequence of Report
        Visible ones, whose links :func:`forecast.evidence.visible.visible_evidence` has followed to their end: rows of
        one event name one row, whether or not it is among them. A blank ``origin`` is an origin of its own.
    """
    events: dict[str, list[Report]] = {}
    for row in reports:
        events.setdefault(row.same_as or row.id, []).append(row)
    return tuple(_mark(rows) for rows in events.values())


def _mark(rows: Sequence[Report]) -> Mark:
    best: dict[str, Report] = {}
    for row in sorted(rows, key=_worth, reverse=True):
        best.setdefault(row.origin or f"row {row.id}", row)
    ranked = tuple(best.values())
    return Mark(ranked[0], min(row.date for row in rows), tuple(row.reliability + row.credibility for row in ranked))


def _worth(row: Report) -> float:
    return float(_WEIGHTS[LETTERS.index(row.reliability), DIGITS.index(row.credibility)])


_WEIGHTS = fixed_weights()
