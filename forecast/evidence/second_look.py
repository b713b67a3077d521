"""What in evidence files without faults deserves a second look. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.evidence.records import Report
from forecast.scenario.types import Scenario

__all__ = ["count_directions", "repeated_reports"]


def repeated_reports(reports: Sequence[Report]) -> Iterator[tuple[int, str]]:
    """Find rows that repeat an earlier one of the same type, day, actor, summary and source under another id.

    A row that was withdrawn or replaced counts for nothing, and one linked by ``same_as`` counts once: none repeats.

    Yields
    ------
    (int, str)
        Line of the row and what to do about it.
    """
    replaced = {row.replaces for row in reports}
    first: dict[tuple[object, ...], Report] = {}
    for row in reports:
        if row.withdrawn or row.same_as or row.id in replaced:
            continue
        earlier = first.setdefault((row.event_type, row.date, row.actor, row.summary, row.source), row)
        if earlier is not row:
            what = f"{row.id!r} repeats {earlier.id!r} on line {earlier.line}, and both count"
            yield row.line, f"{what}: link them by same_as if they report one event, or withdraw one"


def count_directions(scenario: Scenario, reports: Sequence[Report]) -> tuple[int, int]:
    """Count coded directions, and those of them on a driver for which the type has no ``signal``: kept and unused."""
    coded = [(row.event_type, driver) for row in reports for driver in row.directions]
    return len(coded), sum(driver not in scenario.events[kind].signal for kind, driver in coded)
