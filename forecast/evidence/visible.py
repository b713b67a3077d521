"""What was known on a day: the only place where evidence is cut in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

from forecast.evidence.records import Evidence, Report, SeriesValue
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between

__all__ = ["visible_evidence"]

_LEAST_ON_GRID = 0.5  # a value of which less lies on the grid is mostly about other days


def visible_evidence(scenario: Scenario, evidence: Evidence, as_of: date) -> Evidence:
    """Cut the evidence at a date: what was reported on or before it and can be used, and nothing else.

    A row withdrawn by that date is out, and so is one that a standing row replaces, directly or through others. Cutting
    again at the same date changes nothing.

    Returns
    -------
    Evidence
        Rows in file order, changes of state by date; without questions, which are no evidence, and without the files'
        hashes, which cover rows that are not visible.
    """
    return Evidence(
        reports=_visible_reports(evidence.reports, as_of),
        series=tuple(
            row for row in evidence.series if row.reported <= as_of and _on_grid(scenario, row) >= _LEAST_ON_GRID
        ),
        judgements=tuple(row for row in evidence.judgements if row.reported <= as_of),
        transitions=tuple(
            sorted((row for row in evidence.transitions if row.reported <= as_of), key=attrgetter("date"))
        ),
    )


def _visible_reports(rows: Sequence[Report], as_of: date) -> tuple[Report, ...]:
    known = [row for row in rows if row.reported <= as_of]
    standing = [row for row in known if row.withdrawn is None or row.withdrawn > as_of]
    replaces = {row.id: row.replaces for row in known}
    replaced: set[str] = set()
    for row in standing:
        other = row.replaces
        while other and other not in replaced:  # through withdrawn corrections too
            replaced.add(other)
            other = replaces.get(other, "")
    # A withdrawal still to come is not known either.
    return tuple(replace(row, withdrawn=None) for row in standing if row.id not in replaced)


def _on_grid(scenario: Scenario, row: SeriesValue) -> float:
    """Share of a value's period that lies on the grid."""
    inside = days_between(max(row.start, scenario.start), row.end) + 1
    return inside / (days_between(row.start, row.end) + 1)
