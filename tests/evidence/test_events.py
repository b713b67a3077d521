"""Events read by column are those read row by row, with the same problems at the same places; so are cut and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from row_by_row import read_row_by_row
from test_readers import SCENARIO

from forecast.errors import InputError
from forecast.evidence import tables
from forecast.evidence.events import read_events
from forecast.evidence.folding import fold
from forecast.evidence.grades import DIGITS, LETTERS, fixed_weights
from forecast.evidence.readers import COLUMNS, read_reports
from forecast.evidence.records import Evidence, Report
from forecast.evidence.reports import ReportTable
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence

FILE = Path("events.csv")
FREE = st.sampled_from(["", "Coast", "Gazette", " a, b", 'said "no"', "two\nlines", "two\r\nlines", "\u2028", "é"])
DAY = st.integers(-3, 330).map(lambda n: (SCENARIO.start + timedelta(days=n)).isoformat())
ODD_DAY = st.sampled_from(["2030-02-30", "2030-2-3", "soon", "0000-01-01", " 2030-03-01 "])
IDS = st.sampled_from(["a", "b", "c", "d", "e", "ab"])
GOOD = {
    "id": IDS,
    "date": DAY,
    "reported": DAY,
    "entered": st.just("") | DAY,
    "event_type": st.sampled_from(list(SCENARIO.events)),
    "driver": st.sampled_from(["", "wind", "rain; wind"]),
    "direction": st.sampled_from(["", "1", "-2", "0;1", "-1; -0.5", "-0"]),
    "actor": FREE,
    "summary": FREE,
    "source": FREE,
    "reliability": st.sampled_from(LETTERS),
    "credibility": st.sampled_from(DIGITS),
    "verified": st.sampled_from(["", "page", "memory"]),
    "same_as": st.just("") | IDS,
    "origin": FREE,
    "replaces": st.just("") | IDS,
    "withdrawn": st.just("") | DAY,
}
BAD = {
    "id": st.sampled_from(["", " "]),
    "date": ODD_DAY,
    "reported": ODD_DAY | st.just(""),
    "entered": ODD_DAY,
    "event_type": st.sampled_from(["", "strom", "hail"]),
    "driver": st.sampled_from(["wnid", "wind;wind", "wind; rain; wind"]),
    "direction": st.sampled_from(["nan", "x", "3", "1;2;3", "inf"]),
    "reliability": st.sampled_from(["", "G", "AB"]),
    "credibility": st.sampled_from(["", "7", "12"]),
    "verified": st.just("pgae"),
    "same_as": st.just("aa"),
    "replaces": st.just("zzz"),
    "withdrawn": ODD_DAY,
}


@st.composite
def files(draw: st.DrawFn, *, faults: bool) -> bytes:
    columns = draw(st.permutations(COLUMNS["events.csv"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [",".join(columns)]
    for number in range(draw(st.integers(0, 9))):
        row = {name: draw(cells) for name, cells in GOOD.items()}
        if not faults or draw(st.booleans()):  # one row in two is well formed
            first = draw(st.integers(30, 300))
            days = [SCENARIO.start + timedelta(days=first + n) for n in (0, draw(st.integers(0, 20)), 20, 25)]
            row |= dict(zip(("date", "reported", "entered", "withdrawn"), map(date.isoformat, days), strict=True))
            row["withdrawn"] = draw(st.sampled_from(["", row["withdrawn"]]))
            row |= {"event_type": "storm"} if draw(st.booleans()) else {"event_type": "flood"}
            row |= draw(
                st.sampled_from([{"driver": "", "direction": ""}, {"driver": "wind;rain", "direction": "1;-1"}])
            )
            row["id"] = f"{row['id']}{number}"
        elif draw(st.booleans()):
            name = draw(st.sampled_from(list(BAD)))
            row[name] = draw(BAD[name])
        if not faults:
            row |= {"same_as": "", "replaces": ""}
        cells = [row[name] for name in columns]
        if faults and draw(st.integers(0, 9)) == 0:
            cells = draw(st.sampled_from([cells[1:], [*cells, "x"], []]))
        lines.append(",".join(_quoted(cell, draw(st.integers(0, 5)) == 0) for cell in cells))
    text = end.join(lines) + draw(st.sampled_from(["", end, end + end]))
    if faults and draw(st.integers(0, 9)) == 0:
        text += end + '"never closed'
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


def _quoted(cell: str, quoted: bool) -> str:
    return '"' + cell.replace('"', '""') + '"' if quoted or any(char in cell for char in '",\r\n') else cell


@settings(max_examples=150, deadline=None)
@given(files(faults=True), st.booleans(), st.sampled_from([1, 2, 512]))
def test_by_column_as_row_by_row(content: bytes, with_scenario: bool, lines: int) -> None:
    scenario = SCENARIO if with_scenario else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_BLOCK", lines)
        table = tables.Table(FILE, COLUMNS["events.csv"], content)
        got = read_events(table, scenario)
    reports, problems = read_row_by_row(FILE, content, scenario)
    assert sorted(table.problems) == problems
    assert list(got) == reports
    if with_scenario and problems:
        with pytest.raises(InputError) as caught:
            read_reports(FILE, content, SCENARIO)
        assert list(caught.value.problems) == problems


def by_hand(rows: Sequence[Report]) -> list[tuple[Report, date, list[str]]]:
    """Events in the order of their first reports: best report, earliest day, and grade of each origin."""
    events: dict[str, list[Report]] = {}
    for row in rows:
        events.setdefault(row.same_as or row.id, []).append(row)
    found = []
    for event in events.values():
        origins: dict[str, Report] = {}
        for row in sorted(event, key=worth, reverse=True):
            origins.setdefault(row.origin or f"its own: {row.id}", row)
        best = list(origins.values())
        found.append((best[0], min(row.date for row in event), [row.reliability + row.credibility for row in best]))
    return found


def worth(row: Report) -> float:
    return float(fixed_weights()[LETTERS.index(row.reliability), DIGITS.index(row.credibility)])


@settings(max_examples=80, deadline=None)
@given(files(faults=False), st.integers(30, 330), st.data())
def test_events_are_folded_and_become_arrays_as_by_hand(content: bytes, days: int, data: st.DataObject) -> None:
    read = list(read_reports(FILE, content, SCENARIO))
    ids = [row.id for row in read]
    links = st.sampled_from(["", *ids, "gone"])
    rows = [replace(row, same_as=data.draw(links), replaces=data.draw(st.just("") | links)) for row in read]
    as_of = SCENARIO.start + timedelta(days=days)
    seen = visible_evidence(SCENARIO, Evidence(tuple(rows)), as_of).reports
    snapshot = take_snapshot(SCENARIO, Evidence(tuple(rows)), as_of)
    expected = by_hand(list(seen))
    marks = fold(ReportTable.of(seen))
    assert [list(origins) for origins in marks.origins] == [origins for _, _, origins in expected]
    assert [seen[int(i)] for i in marks.best] == [best for best, _, _ in expected]
    assert [date.fromordinal(int(day)) for day in marks.day] == [day for _, day, _ in expected]
    kinds, drivers = list(SCENARIO.events), list(SCENARIO.drivers)
    assert snapshot.report_type.tolist() == [kinds.index(best.event_type) for best, _, _ in expected]
    assert snapshot.report_step.tolist() == [SCENARIO.grid.index(day) for _, day, _ in expected]
    wanted = [[best.directions.get(name, np.nan) for name in drivers] for best, _, _ in expected]
    np.testing.assert_array_equal(snapshot.report_direction, np.array(wanted).reshape(-1, len(drivers)))


@settings(max_examples=40, deadline=None)
@given(files(faults=False), st.integers(30, 330))
def test_the_hash_is_that_of_the_rows_however_they_are_held(content: bytes, days: int) -> None:
    table = read_reports(FILE, content, SCENARIO)
    as_of = SCENARIO.start + timedelta(days=days)
    hashes = {
        take_snapshot(SCENARIO, Evidence(held), as_of).hash
        for held in (table, tuple(table), ReportTable.of(tuple(table)), table.take(np.arange(len(table))))
    }
    assert len(hashes) == 1


def test_a_table_reads_like_a_tuple() -> None:
    row = Report(
        "a", date(2030, 2, 1), date(2030, 2, 2), date(2030, 2, 2), "storm", {"wind": -0.0}, "", "one", "", "B", "2",
        "", "", "", "", None, 4,
    )  # fmt: skip
    rows = (row, replace(row, id="b", withdrawn=date(2030, 3, 1)), replace(row, id="c", directions={}))
    table = ReportTable.of(rows)
    assert table == rows
    assert rows == table
    assert table != rows[:2]
    assert table != "abc"
    assert table[-1] == rows[2]
    assert table[1:] == rows[1:]
    assert len(table) == 3
    assert ReportTable.of(table) is table
    assert rows[1] in table
    with pytest.raises(IndexError):
        table[3]


def test_a_report_of_a_missing_row_names_the_nearest_id() -> None:
    header = ",".join(COLUMNS["events.csv"])
    rows = [
        f"{name},2030-03-01,2030-03-01,,storm,,,,,,B,2,,{same},,," for name, same in (("first", ""), ("b", "frist"))
    ]
    with pytest.raises(InputError) as caught:
        read_reports(FILE, "\n".join([header, *rows]).encode(), SCENARIO)
    assert [problem.message for problem in caught.value.problems] == [
        "there is no row with id 'frist'; did you mean 'first'?"
    ]
