"""The evidence files of a case: CSV to checked records, or every problem in them with its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem
from forecast.evidence import across, rows
from forecast.evidence.events import read_events
from forecast.evidence.records import Evidence
from forecast.evidence.reports import ReportTable
from forecast.evidence.tables import Row, Table
from forecast.scenario.types import Scenario

__all__ = ["COLUMNS", "form_problems", "read_evidence", "read_reports"]

COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split(","))
    for name, columns in {
        "events.csv": "id,date,reported,entered,event_type,driver,direction,actor,summary,source,"
        "reliability,credibility,verified,same_as,origin,replaces,withdrawn",
        "series.csv": "series,start,end,value,reported,entered,source",
        "judgements.csv": "id,driver,date,low,high,expert,reported,entered,reason",
        "transitions.csv": "date,from,to,reported,entered,source",
        "questions.csv": "platform,question,target,by,min_duration_days",
    }.items()
}
"""Columns of each file, in the order in which they are written."""

_Check = Callable[[Table, Sequence[Any], Scenario | None], None]


def read_evidence(folder: Path, scenario: Scenario) -> Evidence:
    """Read and check all evidence of a case.

    A direction's sign is checked against the type's ``signs`` only where every direction of the row that is not 0
    has the forbidden sign: a type of one sign may push two drivers in opposite ways.

    Parameters
    ----------
    folder : Path
        Holds events.csv, series.csv and transitions.csv, and where there are any judgements.csv and questions.csv.
    scenario : Scenario
        What the files refer to.

    Returns
    -------
    Evidence
        Every row, in file order, corrected and withdrawn ones included.

    Raises
    ------
    InputError
        With every problem of every file, each with its line and column.
    """
    if not folder.is_dir():
        raise InputError([Problem(str(folder), 0, "", "there is no such folder; it must hold the scenario's evidence")])
    files = _Files(folder, scenario)
    evidence = files.evidence()
    if files.problems:
        raise InputError(files.problems)
    return evidence


def form_problems(folder: Path) -> tuple[Problem, ...]:
    """Find what is wrong with the evidence files whatever the scenario says; nothing where there is no such folder.

    For a scenario that cannot be read itself, so that its problems and those of the data come in one round.
    """
    if not folder.is_dir():
        return ()
    files = _Files(folder, None)
    files.evidence()
    return tuple(files.problems)


def read_reports(path: Path, content: bytes, scenario: Scenario) -> ReportTable:
    """Check what a file of reports holds, or would hold.

    Parameters
    ----------
    path : Path
        The file that problems name.
    content : bytes
        Read in place of the file.
    scenario : Scenario
        What the rows refer to.

    Returns
    -------
    ReportTable
        In file order, as :func:`read_evidence` reads them.

    Raises
    ------
    InputError
        With every problem, each with its line and column.
    """
    table = Table(path, COLUMNS["events.csv"], content)
    reports = read_events(table, scenario)
    if table.problems:
        raise InputError(table.problems)
    return reports


def _by_row[Record](
    build: Callable[[Row, Scenario | None], Record | None], check: _Check | None = None
) -> Callable[[Table, Scenario | None], tuple[Record, ...]]:
    """Make the reader of a file that is small enough to be read row by row."""

    def read(table: Table, scenario: Scenario | None) -> tuple[Record, ...]:
        records = tuple(record for row in table.rows() if (record := build(row, scenario)) is not None)
        if check:
            check(table, records, scenario)
        return records

    return read


class _Files:
    """Reads one file after another, gathering hashes and problems."""

    def __init__(self, folder: Path, scenario: Scenario | None) -> None:
        self._folder = folder
        self._scenario = scenario
        self.hashes: dict[str, str] = {}
        self.problems: list[Problem] = []

    def evidence(self) -> Evidence:
        return Evidence(
            reports=self._read("events.csv", read_events),
            series=self._read("series.csv", _by_row(rows.series_value, across.check_series)),
            judgements=self._read_if_there("judgements.csv", _by_row(rows.judgement)),
            transitions=self._read("transitions.csv", _by_row(rows.transition, across.check_transitions)),
            questions=self._read_if_there("questions.csv", _by_row(rows.question)),
            files=self.hashes,
        )

    def _read[Records](self, name: str, read: Callable[[Table, Scenario | None], Records]) -> Records:
        table = Table(self._folder / name, COLUMNS[name])
        records = read(table, self._scenario)
        self.hashes[name] = table.sha256
        self.problems.extend(table.problems)
        return records

    def _read_if_there[Record](
        self, name: str, read: Callable[[Table, Scenario | None], tuple[Record, ...]]
    ) -> tuple[Record, ...]:
        return self._read(name, read) if (self._folder / name).exists() else ()
