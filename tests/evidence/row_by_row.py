"""The rules of events.csv said once more, row by row and with the csv module: slow, and plain to read."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from forecast.errors import Problem
from forecast.evidence.records import VERIFIED, Report
from forecast.scenario.types import Scenario
from forecast.suggest import did_you_mean


def read_row_by_row(path: Path, content: bytes, scenario: Scenario | None) -> tuple[list[Report], list[Problem]]:
    """Read reports of a file with a correct header: those without faults of their own, and every problem."""
    file = _File(path, scenario)
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    header = [name.strip() for name in next(reader)]
    line = reader.line_num + 1
    try:
        for cells in reader:
            if len(cells) == len(header):
                file.read(line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
            elif cells:
                file.problem(line, "", f"the row has {len(cells)} cells, the header {len(header)}")
            line = reader.line_num + 1
    except csv.Error as error:
        file.problem(line, "", f"not valid CSV: {error}")
    file.check_links()
    return file.reports, sorted(file.problems)


class _File:
    def __init__(self, path: Path, scenario: Scenario | None) -> None:
        self.path, self.scenario = path, scenario
        self.problems: list[Problem] = []
        self.reports: list[Report] = []
        self.ids: dict[str, int] = {}

    def problem(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(str(self.path), line, column, message))

    def read(self, line: int, row: dict[str, str]) -> None:  # noqa: C901  # one rule after the other
        before = len(self.problems)

        def wrong(column: str, message: str) -> None:
            self.problem(line, column, message)

        def day(column: str) -> date | None:
            text = row[column]
            if not text:
                if column in ("date", "reported"):
                    wrong(column, "must not be blank")
                return None
            if [len(part) for part in text.split("-")] != [4, 2, 2] or not text.replace("-", "").isdigit():
                wrong(column, f"{text!r} is not a date written YYYY-MM-DD")
                return None
            try:
                return date(*map(int, text.split("-")))
            except ValueError:
                wrong(column, f"there is no such day as {text}")
                return None

        scenario = self.scenario
        if not row["id"]:
            wrong("id", "must not be blank")
        elif row["id"] in self.ids:
            wrong("id", f"{row['id']!r} is given twice, first on line {self.ids[row['id']]}")
        else:
            self.ids[row["id"]] = line
        happened, reported = day("date"), day("reported")
        entered = day("entered") if row["entered"] else reported
        withdrawn = day("withdrawn")
        if scenario and happened and happened < scenario.start:
            wrong("date", f"{happened} is before the scenario's start, {scenario.start}")
        if happened and reported and reported < happened:
            wrong("reported", f"{reported} is before it happened, on {happened}")
        if reported and entered and entered < reported:
            wrong("entered", f"{entered} is before it was reported, on {reported}")
        if reported and withdrawn and withdrawn < reported:
            wrong("withdrawn", f"withdrawn on {withdrawn}, before it was reported on {reported}")
        kind = row["event_type"]
        event = scenario.events.get(kind) if scenario else None
        if not kind:
            wrong("event_type", "must not be blank")
        elif scenario and event is None:
            wrong("event_type", f"unknown event type {kind!r}{did_you_mean(kind, scenario.events)}")
        directions = self._directions(line, row["driver"], row["direction"])
        if event:
            pushes = [push for push in directions.values() if push != 0]
            sign = {"both": 0, "positive": 1, "negative": -1}[event.signs]
            if pushes and all(push * sign < 0 for push in pushes):
                wrong("direction", f"the type's signs are {event.signs}, and this direction is not")
            if event.coverage.complete and happened:
                first, last = event.coverage.complete
                if happened < first or (last != "ongoing" and happened > last):
                    wrong("date", f"{happened} is outside the type's complete coverage, {first} to {last}")
        if row["reliability"] not in list("ABCDEF"):
            wrong("reliability", f"{row['reliability']!r} is not an Admiralty letter, A to F")
        if row["credibility"] not in list("123456"):
            wrong("credibility", f"{row['credibility']!r} is not an Admiralty digit, 1 to 6")
        if row["verified"] and row["verified"] not in VERIFIED:
            known, near = ", ".join(VERIFIED), did_you_mean(row["verified"], VERIFIED)
            wrong("verified", f"{row['verified']!r} is none of {known} or blank{near}")
        if len(self.problems) > before:
            return
        assert happened
        assert reported
        assert entered
        same = ("id", "event_type", "actor", "summary", "source", "reliability", "credibility", "verified", "same_as")
        self.reports.append(
            Report(
                date=happened, reported=reported, entered=entered, withdrawn=withdrawn, directions=directions,
                line=line, **{name: row[name] for name in (*same, "origin", "replaces")},
            )
        )  # fmt: skip

    def _directions(self, line: int, drivers: str, directions: str) -> dict[str, float]:
        if not drivers and not directions:
            return {}
        names, codes = ([part.strip() for part in cell.split(";")] for cell in (drivers, directions))
        if self.scenario:
            for name in names:
                if name not in self.scenario.drivers:
                    near = did_you_mean(name, self.scenario.drivers)
                    self.problem(line, "driver", f"unknown driver {name!r}{near}")
        if len(set(names)) < len(names):
            self.problem(line, "driver", "a driver is named twice")
        if len(names) != len(codes):
            self.problem(line, "direction", f"{len(codes)} directions for {len(names)} drivers")
            return {}
        found: dict[str, float] = {}
        for name, code in zip(names, codes, strict=True):
            try:
                found[name] = float(code)
            except ValueError:
                self.problem(line, "direction", f"{code!r} is not a number")
                continue
            if not -2 <= found[name] <= 2:
                self.problem(line, "direction", f"{code} is outside -2 to 2")
        return found

    def check_links(self) -> None:
        types = {report.id: report.event_type for report in self.reports}
        for report in self.reports:
            for column, other in (("same_as", report.same_as), ("replaces", report.replaces)):
                if other == report.id:
                    self.problem(report.line, column, "a row cannot refer to itself")
                elif other and other not in self.ids:
                    near = did_you_mean(other, self.ids)
                    self.problem(report.line, column, f"there is no row with id {other!r}{near}")
            if types.get(report.same_as, report.event_type) != report.event_type:
                message = f"{report.same_as!r} is a {types[report.same_as]}: reports of one event have one type"
                self.problem(report.line, "same_as", message)
