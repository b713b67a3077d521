"""The page that lists all recorded forecasts, renewed whenever a report or a criticism is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.ledger.entry import Entry, ForecastEntry
from forecast.ledger.standing import Standing, standing
from forecast.ledger.store import Ledger
from forecast.workflow.case import Dates
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.report.index import IndexCase, IndexRow

__all__ = ["report_names", "report_stem", "write_forecast_index"]

_FILES = (("HTML", ".html"), ("PDF", ".pdf"), ("picture", "_brief.png"), ("criticism", "_criticism.html"))


def report_names(forecasts: Sequence[ForecastEntry]) -> dict[str, str]:
    """Names of the files of a scenario's forecasts, by their ids.

    The last forecast with its dates is named by them; an earlier one has its id in the name, so that it does not take
    the last one's place.
    """
    newest = {report_stem(entry): entry.id for entry in forecasts}.values()
    return {
        entry.id: report_stem(entry) if entry.id in newest else f"{report_stem(entry)}_{entry.short_id}"
        for entry in forecasts
    }


def report_stem(question: ForecastEntry | Dates) -> str:
    """Begin the names of all files about one question."""
    return f"{question.as_of}_{question.horizon}{'_as-recorded' if question.as_recorded else ''}"


def write_forecast_index(workspace: Workspace) -> None:
    """List every forecast of the ledger, with the reports of it that lie in ``reports/``."""
    from forecast.report.index import write_index

    entries = Ledger(workspace.ledger).entries()
    forecasts: dict[str, list[ForecastEntry]] = {}
    for entry in entries:
        if isinstance(entry, ForecastEntry):
            forecasts.setdefault(entry.scenario, []).append(entry)
    cases = [_case(workspace, forecasts[name], entries) for name in sorted(forecasts)]
    write_index(cases, workspace.index)


def _case(workspace: Workspace, forecasts: Sequence[ForecastEntry], entries: Sequence[Entry]) -> IndexCase:
    from forecast.report.index import IndexCase

    newest = forecasts[-1]
    stands = standing(entries)
    names = report_names(forecasts)
    newest_first = sorted(forecasts, key=lambda entry: (entry.as_of, entry.number), reverse=True)
    rows = [_row(workspace, entry, stands, names[entry.id]) for entry in newest_first]
    return IndexCase(newest.scenario, newest.title or newest.scenario, tuple(rows))


def _row(workspace: Workspace, entry: ForecastEntry, stands: Standing, name: str) -> IndexRow:
    from forecast.report.index import IndexRow, link_to
    from forecast.report.words import format_probability, plain

    top, resolution = entry.top_outcome, stands.resolution(entry)
    titles = {outcome.name: outcome.title or plain(outcome.name) for outcome in entry.outcomes}
    resolved = "" if resolution is None else "void" if resolution.outcome is None else resolution.outcome
    folder = workspace.reports(entry.scenario)
    files = [(called, folder / f"{name}{ending}") for called, ending in _FILES]
    return IndexRow(
        as_of=f"{entry.as_of}{' (as recorded)' if entry.as_recorded else ''}",
        horizon=entry.horizon.isoformat(),
        likeliest=titles[top.name],
        probability=format_probability(top.probability, top.mcse),
        status=entry.status,
        stage=stands.stage(entry),
        resolved=titles.get(resolved, resolved),
        created=entry.created[:16].replace("T", " ") + " UTC",
        id=entry.short_id,
        links=tuple((called, link_to(path, workspace.index.parent)) for called, path in files if _of(path, entry)),
    )


def _of(path: Path, entry: ForecastEntry) -> bool:
    """Whether a file is there and not older than the forecast: an older one shows the forecast before it."""
    return path.exists() and path.stat().st_mtime >= datetime.fromisoformat(entry.created).timestamp()
