"""Enter a report into a case's events, or withdraw one: checked as the reader checks, written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.errors import ForecastError, InputError, Problem
from forecast.evidence.csvtext import append_rows, fill_cell
from forecast.evidence.readers import read_reports
from forecast.evidence.records import Report
from forecast.evidence.reports import ReportTable
from forecast.evidence.writing import change_file
from forecast.scenario.file import LoadedScenario, load_scenario
from forecast.suggest import did_you_mean
from forecast.timegrid import iso_date
from forecast.workflow.case import wrong
from forecast.workspace import Workspace

__all__ = ["EnteredReport", "add", "events_file", "require_read_back", "withdraw"]

_ALIKE = ("event_type", "date", "actor", "source", "summary")
"""Columns in which two reports of one event by one source agree."""

_NO_SOURCE = Problem(
    "", 0, "--source", "is blank: nobody can look this report up, and its grade is of an unnamed source"
)


@dataclass(frozen=True)
class EnteredReport:
    """A row that was added or withdrawn.

    Attributes
    ----------
    report : Report
        The row as it now stands.
    path : Path
        Its file.
    warnings : tuple of Problem
        What a row may lack and should not.
    """

    loaded: LoadedScenario
    report: Report
    path: Path
    warnings: tuple[Problem, ...] = ()


def add(workspace: Workspace, name: str, cells: Mapping[str, str], *, today: date) -> EnteredReport:
    """Append a report to a case's events.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    cells : mapping of column to str
        Columns of events.csv, at least ``event_type``, ``date``, ``summary`` and the grade. ``id`` and ``entered`` are
        filled in: ``evt-``, the event's day and the next number of that day; and today. A blank ``reported`` is the
        event's day.
    today : date
        Event and report may not lie later.

    Raises
    ------
    InputError
        With every problem of the scenario, or of the file as it stands, or of the new row, the same report already
        there among them; nothing has been written then.
    """
    loaded, path = events_file(workspace, name)

    def edit(content: bytes) -> tuple[bytes, tuple[Report, str]]:
        before = read_reports(path, content, loaded.scenario)
        row, problems = _complete(cells, before, today)
        new, line = append_rows(content, [row])
        keys = {"event_type": "--type", "reliability": "--grade", "credibility": "--grade"}
        if not cells.get("reported"):
            keys["reported"] = "--date"
        after, found = _read_again(path, new, loaded, line, keys)
        problems |= {problem for problem in found if problem.key != "--entered"}  # then one of the other dates is wrong
        if problems or not after:
            raise InputError(problems or found)
        require_read_back(after[:-1] == before and after[-1].id == row["id"], path)
        return new, (after[-1], _alike(before, after[-1]))

    report, alike = change_file(path, edit)
    warnings = [] if report.source else [_NO_SOURCE]
    if alike:
        again = f"if it tells the same event, withdraw {report.id} and add it with --same-as {alike}"
        warnings.append(
            Problem("", 0, "", f"{alike} has this type and day too, so this counts as another event; {again}")
        )
    return EnteredReport(loaded, report, path, tuple(warnings))


def _alike(before: ReportTable, report: Report) -> str:
    """Id of an earlier report with the type and day of a new one that is linked to none; blank without any."""
    if report.same_as or report.replaces:
        return ""
    rows = (row for row in before if (row.event_type, row.date) == (report.event_type, report.date))
    return next((row.id for row in rows if row.withdrawn is None), "")


def withdraw(workspace: Workspace, name: str, identifier: str, *, day: date, today: date) -> EnteredReport:
    """Set the day from which a report no longer counts; nothing else in the file changes.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    identifier : str
        Id of the row.
    day, today : date
        The report was withdrawn on ``day``, which may not be later than today.

    Raises
    ------
    InputError
        With every problem of the scenario, or of the file as it stands; where there is no such row or it is withdrawn
        already; where it was reported later. Nothing has been written then.
    """
    loaded, path = events_file(workspace, name)

    def edit(content: bytes) -> tuple[bytes, Report]:
        before = read_reports(path, content, loaded.scenario)
        if missing := _unknown(identifier, "ID", before):
            raise InputError(missing)
        (at,) = (index for index, report in enumerate(before) if report.id == identifier)
        if already := before[at].withdrawn:
            raise wrong("ID", f"{identifier!r} was withdrawn on {already} already")
        if late := _later(day.isoformat(), "--date", today):
            raise InputError(late)
        new = fill_cell(content, before[at].line, "withdrawn", day.isoformat())
        after, found = _read_again(path, new, loaded, before[at].line, {"withdrawn": "--date"})
        if found:
            raise InputError(found)
        changed = replace(before[at], withdrawn=day)
        require_read_back(after == (*before[:at], changed, *before[at + 1 :]), path)
        return new, changed

    return EnteredReport(loaded, change_file(path, edit), path)


def events_file(workspace: Workspace, name: str) -> tuple[LoadedScenario, Path]:
    """Read a scenario, and say where its events lie."""
    loaded = load_scenario(workspace.scenario_path(name))
    return loaded, workspace.data(loaded.scenario.scenario) / "events.csv"


def _complete(cells: Mapping[str, str], before: Sequence[Report], today: date) -> tuple[dict[str, str], set[Problem]]:
    """Fill in what the file needs beside what was given, and find what the reader of files cannot."""
    problems: set[Problem] = set()
    row: dict[str, str] = {}
    for column, given in cells.items():
        row[column] = given.encode(errors="replace").decode().strip()
        if row[column] != given.strip():
            problems.add(Problem("", 0, _option(column), "is not text in UTF-8"))
    if not row.get("summary"):
        problems.add(Problem("", 0, "--summary", "must not be blank: say in a sentence what happened"))
    problems |= _later(row["date"], "--date", today) | _later(row.get("reported", ""), "--reported", today)
    for column in ("same_as", "replaces"):
        if row.get(column) and (missing := _unknown(row[column], _option(column), before)):
            problems |= missing
            row[column] = ""
    row["id"] = _next_id(row["date"], before)
    row["entered"] = today.isoformat()
    row["reported"] = row.get("reported") or row["date"]
    if not cells.get("same_as") and (same := _same(row, before)):
        message = f"this report is there already, as {same!r}; another report of that event says --same-as {same}"
        problems.add(Problem("", 0, "", message))
    return row, problems


def _next_id(day: str, before: Iterable[Report]) -> str:
    stem = f"evt-{day.replace('-', '')}-"
    numbers = (re.fullmatch(rf"{re.escape(stem)}([0-9]+)", report.id) for report in before)
    return f"{stem}{max((int(number[1]) for number in numbers if number), default=0) + 1:02d}"


def _same(row: Mapping[str, str], before: Sequence[Report]) -> str | None:
    """Id of a standing report that says the same; the one to be replaced does not count."""
    replaced = {row.get("replaces", ""), *(report.replaces for report in before if not report.withdrawn)}
    for report in before:
        standing = not report.withdrawn and report.id not in replaced
        if standing and all(str(getattr(report, column)) == row.get(column, "") for column in _ALIKE):
            return report.id
    return None


def _later(day: str, key: str, today: date) -> set[Problem]:
    try:
        late = iso_date(day) > today
    except ValueError:
        return set()  # the reader of files says so
    return {Problem("", 0, key, f"{day} lies in the future; today is {today}")} if late else set()


def _unknown(identifier: str, key: str, reports: Iterable[Report]) -> set[Problem]:
    ids = [report.id for report in reports]
    message = f"there is no row with id {identifier!r}{did_you_mean(identifier, ids)}"
    return set() if identifier in ids else {Problem("", 0, key, message)}


def _read_again(
    path: Path, content: bytes, loaded: LoadedScenario, line: int, keys: Mapping[str, str]
) -> tuple[Sequence[Report], set[Problem]]:
    """Read what would be written; a problem of the row at ``line`` is put at the option that its cell came from."""
    try:
        return read_reports(path, content, loaded.scenario), set()
    except InputError as error:
        return (), {
            Problem("", 0, keys.get(problem.key) or _option(problem.key), problem.message)
            if problem.line == line
            else problem
            for problem in error.problems
        }


def _option(column: str) -> str:
    return f"--{column.replace('_', '-')}" if column else ""


def require_read_back(as_meant: bool, path: Path) -> None:
    """Refuse to write what would be read otherwise than it was meant."""
    if not as_meant:
        raise ForecastError(f"{path} would not be read back as meant, so nothing was written")
