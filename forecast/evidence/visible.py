"""What was known on a day: the only place where evidence is cut in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

import numpy as np

from forecast.evidence.columns import Coded, Numbering
from forecast.evidence.records import Evidence, Judgement, SeriesValue, TransitionRecord
from forecast.evidence.reports import ReportTable
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between

__all__ = ["visible_evidence"]

_LEAST_ON_GRID = 0.5  # a value of which less lies on the grid is mostly about other days


def visible_evidence(scenario: Scenario, evidence: Evidence, as_of: date, *, as_recorded: bool = False) -> Evidence:
    """Cut the evidence at a date: what was reported on or before it and can be used, and nothing else.

    A row withdrawn by that date is out, and so is one that a standing row replaces, directly or through others. Cutting
    again at the same date changes nothing.

    Parameters
    ----------
    as_recorded : bool
        Whether a row must also have been entered by that date: then this is what a forecast made on that day could
        use. A withdrawal has one date only, so it always counts from that day.

    Returns
    -------
    Evidence
        Rows in file order, reports of one event linked to one row, changes of state by date, and when rows that are out
        were withdrawn; without questions, which are no evidence, and without the files' hashes, which cover rows that
        are not visible.
    """

    def known[Row: (SeriesValue, Judgement, TransitionRecord)](rows: Sequence[Row]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row.reported <= as_of and (row.entered <= as_of or not as_recorded))

    reports, last = ReportTable.of(evidence.reports), as_of.toordinal()
    in_time = (reports.days["reported"] <= last) & ((reports.days["entered"] <= last) | (not as_recorded))
    gone = {**evidence.withdrawn, **_withdrawals(reports, in_time)}
    return Evidence(
        reports=_standing(reports, in_time, last),
        series=tuple(row for row in known(evidence.series) if _on_grid(scenario, row) >= _LEAST_ON_GRID),
        judgements=known(evidence.judgements),
        transitions=tuple(sorted(known(evidence.transitions), key=attrgetter("date"))),
        withdrawn={row: day for row, day in gone.items() if day <= as_of},
    )


def _withdrawals(reports: ReportTable, known: np.ndarray) -> dict[str, date]:
    """Of the known reports those withdrawn, and when."""
    days = reports.days["withdrawn"]
    rows = np.flatnonzero(known & (days > 0))
    return dict(zip(reports.texts["id"].take(rows).rows(), map(date.fromordinal, days[rows].tolist()), strict=True))


def _standing(reports: ReportTable, known: np.ndarray, last: int) -> ReportTable:
    """Of the known reports those neither withdrawn by a day, given as ordinal, nor replaced, their links followed."""
    withdrawn = reports.days["withdrawn"]
    standing = known & ((withdrawn == 0) | (withdrawn > last))
    identifiers, same_as, replaces = (reports.texts[name] for name in ("id", "same_as", "replaces"))
    correcting = np.flatnonzero(known & ~replaces.isin([""])).tolist()
    corrects = {identifiers[row]: replaces[row] for row in correcting}
    replaced: set[str] = set()
    for row in correcting:
        other = replaces[row] if standing[row] else ""
        while other and other not in replaced:  # through withdrawn corrections too
            replaced.add(other)
            other = corrects.get(other, "")
    linking = np.flatnonzero(known & ~(replaces.isin([""]) & same_as.isin([""])))
    links = {identifiers[row]: same_as[row] or replaces[row] for row in linking.tolist()}
    events = Numbering({"": 0})
    event = np.zeros(len(reports), np.int32)
    event[linking] = events.codes([_event(identifiers[row], links) for row in linking.tolist()])
    followed = replace(
        reports,
        texts={**reports.texts, "same_as": Coded(event, list(events))},
        days={**reports.days, "withdrawn": np.zeros_like(withdrawn)},  # a withdrawal still to come is not known either
    )
    return followed.take(standing & ~identifiers.isin(replaced)).compact()


def _event(row: str, links: Mapping[str, str]) -> str:
    """The row that stands for a row's event, at the end of its links; blank for that row itself.

    Links lead through rows that are withdrawn, replaced or not yet known: what they link is still one event. In a
    circle, the smallest id.
    """
    chain = [row]
    while (following := links.get(chain[-1], "")) and following not in chain:
        chain.append(following)
    end = min(chain[chain.index(following) :]) if following else chain[-1]
    return "" if end == row else end


def _on_grid(scenario: Scenario, row: SeriesValue) -> float:
    """Share of a value's period that lies on the grid."""
    inside = days_between(max(row.start, scenario.start), row.end) + 1
    return inside / (days_between(row.start, row.end) + 1)
