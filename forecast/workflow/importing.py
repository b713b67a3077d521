"""Import the events of another's export into a case by a mapping file: all that is new, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from forecast.errors import InputError, Problem
from forecast.evidence.csvtext import append_rows
from forecast.evidence.readers import read_reports
from forecast.evidence.reports import Report, ReportTable
from forecast.evidence.writing import change_file
from forecast.exchange.applying import Applied, Made, apply_mapping
from forecast.exchange.mapping_file import LoadedMapping, load_mapping
from forecast.exchange.source_file import SourceFile
from forecast.scenario.types import Scenario
from forecast.workflow.entering import events_file, require_read_back
from forecast.workflow.imported import ImportResult
from forecast.workspace import Workspace

__all__ = ["import_events"]

_MOST_PROBLEMS = 100  # of the rows of a file; more of them hide the others


def import_events(
    workspace: Workspace, name: str, source: Path, mapping: str, *, today: date, preview: bool = False
) -> ImportResult:
    """Append to a case's events what an export has and the case has not.

    A report's id comes from the source, so that importing a file again, or a longer one, adds only what is new. The
    file of events is read as it would be written before it takes the old one's place.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    source : Path
        The export.
    mapping : str
        Path of a mapping file, or a name found in ``priors/mappings/<scenario>``.
    today : date
        Reports of later days are left out; the new rows are entered on it.
    preview : bool
        Whether to find out everything and write nothing.

    Raises
    ------
    InputError
        With every problem of the scenario, of the mapping, of the rows that it picks, or of the file of events as it
        stands; nothing has been written then.
    """
    loaded, path = events_file(workspace, name)
    read = load_mapping(workspace.mapping_path(loaded.scenario.scenario, mapping))
    applied, problems = _applied(read, source, loaded.scenario, today)
    if problems:
        raise InputError(_told(problems, source))

    def edit(content: bytes) -> tuple[bytes, ImportResult]:
        before = read_reports(path, content, loaded.scenario)
        known = {report.id: report for report in _having(before, applied)}
        new = _linked(applied.made, known)
        changed = tuple(
            (made.row["id"], made.line)
            for made in applied.made
            if made.row["id"] in known and _content(known[made.row["id"]]) != _meant(made)
        )
        alike = _alike(before, applied, new)
        n_known = len(applied.made) - len(new)
        result = ImportResult(loaded, read, source, path, preview, applied, new, n_known, changed, alike)
        return _appended(path, content, before, new, loaded.scenario, source, today), result

    if preview:
        return edit(_content_of(path))[1]
    return change_file(path, edit)


def _applied(mapping: LoadedMapping, path: Path, scenario: Scenario, today: date) -> tuple[Applied, Sequence[Problem]]:
    """Apply a mapping; where it does not fit, every problem of it is told together with the file's."""
    try:
        source = SourceFile(path, mapping.mapping.file)
    except InputError as error:
        raise InputError([*mapping.problems(scenario, None), *error.problems]) from None
    if unfit := mapping.problems(scenario, source.columns):
        raise InputError(unfit)
    return apply_mapping(mapping, source, scenario, today=today), source.problems


def _having(reports: ReportTable, applied: Applied) -> Sequence[Report]:
    """The reports that an export has too."""
    return reports.take(reports.texts["id"].isin({made.row["id"] for made in applied.made}))


def _alike(before: ReportTable, applied: Applied, new: Sequence[Made]) -> tuple[tuple[Made, str], ...]:
    """The first reports of events of a type on a day of which the case has one that the export has not."""
    ids = {made.row["id"] for made in applied.made}
    reports = before.take(before.texts["event_type"].isin({made.row["event_type"] for made in new}))
    there = {
        (row.event_type, row.date.isoformat()): row.id for row in reports if row.id not in ids and not row.withdrawn
    }
    keys = ((made, (made.row["event_type"], made.row["date"])) for made in new if "same_as" not in made.row)
    return tuple((made, there[key]) for made, key in keys if key in there)


def _linked(made: Sequence[Made], known: Mapping[str, Report]) -> tuple[Made, ...]:
    """The new reports; all but one of an event name that one: one the case has already, else the first of them."""
    heads: dict[str, str] = {}
    for item in made:
        there = known.get(item.row["id"])
        if there is not None and there.event_type == item.row["event_type"]:
            heads.setdefault(item.event, there.same_as or there.id)

    def linked(item: Made) -> Made:
        head = heads.get(item.event, item.event)
        return item if head == item.row["id"] else replace(item, row={**item.row, "same_as": head})

    return tuple(linked(item) for item in made if item.row["id"] not in known)


def _content(report: Report) -> tuple[object, ...]:
    return report.date, report.event_type, dict(report.directions)


def _meant(made: Made) -> tuple[object, ...]:
    row = made.row
    drivers, directions = row["driver"].split(";"), row["direction"].split(";")
    pushes = {name: float(push) + 0.0 for name, push in zip(drivers, directions, strict=True)} if row["driver"] else {}
    return date.fromisoformat(row["date"]), row["event_type"], pushes


def _appended(
    path: Path,
    content: bytes,
    before: ReportTable,
    new: Sequence[Made],
    scenario: Scenario,
    source: Path,
    today: date,
) -> bytes:
    """The content with the new rows, which has been read and found in order."""
    after_content, first = append_rows(content, [{**made.row, "entered": today.isoformat()} for made in new])
    try:
        after = read_reports(path, after_content, scenario)
    except InputError as error:
        raise InputError(
            _told(
                [
                    Problem(str(source), new[problem.line - first].line, problem.key, problem.message)
                    if problem.line >= first
                    else problem
                    for problem in error.problems
                ],
                source,
            )
        ) from None
    as_meant = after[: len(before)] == before and list(after.texts["id"].rows()[len(before) :]) == [
        made.row["id"] for made in new
    ]
    require_read_back(as_meant, path)
    return after_content


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError([Problem(str(path), 0, "", f"cannot be read: {error.strerror}")]) from None


def _told(problems: Sequence[Problem], source: Path) -> list[Problem]:
    """The problems to list: of a file with very many faulty rows the first ones."""
    ordered = sorted(problems)
    if len(ordered) <= _MOST_PROBLEMS:
        return ordered
    more = len(ordered) - _MOST_PROBLEMS
    return [*ordered[:_MOST_PROBLEMS], Problem(str(source), ordered[-1].line, "", f"the last of {more} more problems")]
