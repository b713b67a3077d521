"""The file of events, read by column: every rule looks at all rows at once, or at each distinct text once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from forecast.evidence.columns import Coded, Numbering
from forecast.evidence.grades import DIGITS, LETTERS
from forecast.evidence.records import VERIFIED
from forecast.evidence.reports import DAYS, TEXTS, UNLIKE, Pushes, ReportTable
from forecast.evidence.tables import Table
from forecast.evidence.wording import BLANK, before_start, not_a_number, out_of_order, unknown
from forecast.scenario.types import EventType, Scenario
from forecast.suggest import did_you_mean
from forecast.timegrid import iso_date

__all__ = ["STRONGEST", "outside_coverage", "read_events"]

STRONGEST = 2.0  # directions are coded from -2 to +2
_LAST_DAY = date.max.toordinal()

type _Fault = tuple[str, str]
"""Column and what is wrong."""


def read_events(table: Table, scenario: Scenario | None) -> ReportTable:
    """Read a file of reports and note what is wrong with it in the table.

    Parameters
    ----------
    table : Table
        Of events.csv, not read yet.
    scenario : Scenario or None
        What the rows refer to; without it only their form is checked.

    Returns
    -------
    ReportTable
        The rows without faults of their own, in file order.
    """
    line, cells = _columns(table)
    rows = _Rows(table, line)
    there = _check_ids(rows, cells["id"].values)
    days = _read_days(rows, cells, scenario)
    _check_types(rows, cells["event_type"], days["date"], scenario)
    pushes = _read_pushes(rows, cells, scenario)
    for name, fault in (("reliability", _no_letter), ("credibility", _no_digit), ("verified", _not_verified)):
        rows.check(name, cells[name], fault)
    reports = ReportTable({name: cells[name] for name in TEXTS}, days, pushes, line)
    _check_links(rows, cells, there)
    return reports.take(~rows.faulty) if rows.faulty.any() else reports


class _Rows:
    """Notes what is wrong with rows of a table, and which of them are faulty."""

    def __init__(self, table: Table, line: np.ndarray) -> None:
        self.table, self.line = table, line
        self.faulty = np.zeros(len(line), dtype=bool)

    def refuse(self, wrong: np.ndarray, column: str, message: Callable[[int], str]) -> None:
        """Note the rows of a mask; the message is made from a row's position."""
        self.faulty |= wrong
        for row in np.flatnonzero(wrong).tolist():
            self.table.problem(int(self.line[row]), column, message(row))

    def check(self, column: str, cells: Coded[str], fault: Callable[[str], str]) -> None:
        """Note each row whose text in a column has a fault, said in a sentence; no fault is blank."""
        self.read(cells, lambda text: (None, [(column, said)] if (said := fault(text)) else []))

    def read[Text: Hashable, Value: Hashable](
        self, cells: Coded[Text], read: Callable[[Text], tuple[Value, Sequence[_Fault]]]
    ) -> Coded[Value]:
        """Read every distinct value once, and note each row that has one with faults."""
        found = [read(text) for text in cells.values]
        wrong = np.array([bool(faults) for _, faults in found], dtype=bool)[cells.code]
        self.faulty |= wrong
        for row in np.flatnonzero(wrong).tolist():
            for column, message in found[cells.code[row]][1]:
                self.table.problem(int(self.line[row]), column, message)
        values = Coded.of([value for value, _ in found])
        return Coded(values.code[cells.code], values.values)


def _columns(table: Table) -> tuple[np.ndarray, dict[str, Coded[str]]]:
    """Line of each row, and its cells without surrounding blanks."""
    lines: list[int] = []
    texts: dict[str, list[str]] = {name: [] for name in UNLIKE}
    numberings: dict[str, Numbering[str]] = {name: Numbering() for name in table.columns if name not in UNLIKE}
    codes: dict[str, list[np.ndarray]] = {name: [np.zeros(0, np.int32)] for name in numberings}
    for numbers, columns in table.blocks():
        lines.extend(numbers)
        for name, column in zip(table.header, columns, strict=True):
            if name in texts:
                texts[name].extend(map(str.strip, column))
            else:
                codes[name].append(numberings[name].codes(column))
    return np.array(lines, dtype=np.int32), {
        **{name: Coded.each(rows) for name, rows in texts.items()},
        **{name: _stripped(Coded(np.concatenate(codes[name]), list(numberings[name]))) for name in numberings},
    }


def _stripped(cells: Coded[str]) -> Coded[str]:
    texts = list(map(str.strip, cells.values))
    return cells if texts == cells.values else cells.map(str.strip)


def _check_ids(rows: _Rows, texts: Sequence[str]) -> dict[str, int]:
    """Find rows without an id, or with that of an earlier row. Returns the first row of each id."""
    there = dict(zip(texts, range(len(texts)), strict=True))
    if len(there) == len(texts) and "" not in there:
        return there
    there = {}
    again = np.array([there.setdefault(text, row) != row for row, text in enumerate(texts)], dtype=bool)
    blank = np.array([not text for text in texts], dtype=bool)
    there.pop("", None)
    rows.refuse(blank, "id", lambda row: BLANK)

    def message(row: int) -> str:
        return f"{texts[row]!r} is given twice, first on line {rows.line[there[texts[row]]]}"

    rows.refuse(again & ~blank, "id", message)
    return there


def _read_days(rows: _Rows, cells: dict[str, Coded[str]], scenario: Scenario | None) -> dict[str, np.ndarray]:
    """Days as ordinals, 0 where there is none; a report was entered when it was reported unless the file says so."""
    days = {name: _read_day(rows, name, cells[name], optional=name in ("entered", "withdrawn")) for name in DAYS}
    happened, reported = days["date"], days["reported"]
    blank = cells["entered"].isin([""])
    days["entered"] = np.where(blank, reported, days["entered"])

    def told(name: str, row: int) -> date:
        return date.fromordinal(int(days[name][row]))

    def follows(later: str, earlier: str, message: Callable[[date, date], str]) -> None:
        wrong = (days[later] > 0) & (days[later] < days[earlier])
        rows.refuse(wrong, later, lambda row: message(told(later, row), told(earlier, row)))

    if scenario is not None:
        early = (happened > 0) & (happened < scenario.start.toordinal())
        rows.refuse(early, "date", lambda row: before_start(told("date", row), scenario.start))
    follows("reported", "date", lambda later, earlier: out_of_order(later, "it happened", earlier))
    follows("entered", "reported", lambda later, earlier: out_of_order(later, "it was reported", earlier))
    follows(
        "withdrawn", "reported", lambda later, earlier: f"withdrawn on {later}, before it was reported on {earlier}"
    )
    return days


def _read_day(rows: _Rows, name: str, cells: Coded[str], *, optional: bool) -> np.ndarray:
    def read(text: str) -> tuple[int, list[_Fault]]:
        if not text:
            return 0, [] if optional else [(name, BLANK)]
        try:
            return iso_date(text).toordinal(), []
        except ValueError as error:
            return 0, [(name, str(error))]

    return rows.read(cells, read).numbers(int, np.int32)


def _check_types(rows: _Rows, kinds: Coded[str], happened: np.ndarray, scenario: Scenario | None) -> None:
    """Find types that are not there, and days outside a complete type's coverage."""
    events = None if scenario is None else scenario.events

    def fault(name: str) -> str:
        if not name:
            return BLANK
        return "" if events is None or name in events else unknown("event type", name, events)

    rows.check("event_type", kinds, fault)
    if events is None:
        return
    ends = {name: event.coverage.complete for name, event in events.items() if event.coverage.complete}

    def first(name: str) -> int:
        return ends[name][0].toordinal() if name in ends else 0

    def last(name: str) -> int:
        return _LAST_DAY if name not in ends or (end := ends[name][1]) == "ongoing" else end.toordinal()

    def message(row: int) -> str:
        return outside_coverage(events[kinds[row]], date.fromordinal(int(happened[row])))

    outside = (happened < kinds.numbers(first, np.int32)) | (happened > kinds.numbers(last, np.int32))
    rows.refuse(outside & (happened > 0), "date", message)


def outside_coverage(event: EventType, day: date) -> str:
    """Say that a day lies outside a type's complete coverage; empty where it does not."""
    if event.coverage.complete is None:
        return ""
    first, last = event.coverage.complete
    outside = day < first or (last != "ongoing" and day > last)
    return f"{day} is outside the type's complete coverage, {first} to {last}" if outside else ""


def _read_pushes(rows: _Rows, cells: dict[str, Coded[str]], scenario: Scenario | None) -> Coded[Pushes]:
    """Coded directions; a row whose every push has the sign that its type excludes is refused."""
    pushes = rows.read(cells["driver"].paired(cells["direction"]), lambda pair: _read_directions(*pair, scenario))
    if scenario is None:
        return pushes
    signs = {name: {"both": 0, "positive": 1, "negative": -1}[event.signs] for name, event in scenario.events.items()}

    def excluded(pair: tuple[str, Pushes]) -> tuple[None, list[_Fault]]:
        kind, sign = pair[0], signs.get(pair[0], 0)
        pushing = [push for _, push in pair[1] if push != 0]
        if not pushing or not all(push * sign < 0 for push in pushing):
            return None, []
        said = f"the type's signs are {scenario.events[kind].signs}, and this direction is not"
        return None, [("direction", said)]

    rows.read(cells["event_type"].paired(pushes), excluded)
    return pushes


def _read_directions(drivers: str, directions: str, scenario: Scenario | None) -> tuple[Pushes, list[_Fault]]:
    if not drivers and not directions:
        return (), []
    names = [part.strip() for part in drivers.split(";")]
    codes = [part.strip() for part in directions.split(";")]
    faults = [
        ("driver", unknown("driver", name, scenario.drivers))
        for name in names
        if scenario and name not in scenario.drivers
    ]
    if len(set(names)) < len(names):
        faults.append(("driver", "a driver is named twice"))
    if len(names) != len(codes):
        return (), [*faults, ("direction", f"{len(codes)} directions for {len(names)} drivers")]
    pushes: dict[str, float] = {}
    for name, code in zip(names, codes, strict=True):
        try:
            pushes[name] = float(code) + 0.0  # adding 0 makes one zero of two
        except ValueError:
            faults.append(("direction", not_a_number(code)))
            continue
        if not abs(pushes[name]) <= STRONGEST:  # so written that NaN fails too
            faults.append(("direction", f"{code} is outside -2 to 2"))
    return tuple(pushes.items()), faults


def _no_letter(text: str) -> str:
    return "" if len(text) == 1 and text in LETTERS else f"{text!r} is not an Admiralty letter, A to F"


def _no_digit(text: str) -> str:
    return "" if len(text) == 1 and text in DIGITS else f"{text!r} is not an Admiralty digit, 1 to 6"


def _not_verified(text: str) -> str:
    if not text or text in VERIFIED:
        return ""
    return f"{text!r} is none of {', '.join(VERIFIED)} or blank{did_you_mean(text, VERIFIED)}"


def _check_links(rows: _Rows, cells: dict[str, Coded[str]], there: dict[str, int]) -> None:
    """Find references to rows that are not there, to the row itself, or across types.

    Faults of links do not make a row faulty. A faulty row's links are not looked at, nor is its type.
    """
    kinds = cells["event_type"]
    missing = lru_cache(maxsize=None)(lambda text: f"there is no row with id {text!r}{did_you_mean(text, there)}")
    for column in ("same_as", "replaces"):
        links = cells[column]
        for row in np.flatnonzero(~rows.faulty & ~links.isin([""])).tolist():
            line, other = int(rows.line[row]), links[row]
            if other == cells["id"][row]:
                rows.table.problem(line, column, "a row cannot refer to itself")
            elif other not in there:
                rows.table.problem(line, column, missing(other))
            elif column == "same_as" and not rows.faulty[there[other]] and kinds[there[other]] != kinds[row]:
                message = f"{other!r} is a {kinds[there[other]]}: reports of one event have one type"
                rows.table.problem(line, column, message)
