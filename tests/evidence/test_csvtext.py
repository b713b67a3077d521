"""Changes to a table's text: one row or one cell is new, every other byte is what it was."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.evidence.csvtext import append_rows, fill_cell
from forecast.evidence.readers import COLUMNS, read_reports
from forecast.evidence.records import VERIFIED
from forecast.scenario.file import load_scenario

BOM = b"\xef\xbb\xbf"
SCENARIO = load_scenario(Path(__file__).parent.parent / "cases" / "priors" / "harbour-strike.yaml").scenario
EVENTS = Path("events.csv")


@pytest.mark.parametrize(
    ("content", "added"),
    [
        (b"a,b\n1,2\n", b"x,y\n"),
        (b"a,b\r\n1,2\r\n", b"x,y\r\n"),
        (b"a,b\r1,2\r", b"x,y\r"),
        (b"a,b\n1,2", b"\nx,y"),
        (b"a,b\r\n1,2", b"\r\nx,y"),
        (b"a,b", b"\nx,y"),
        (b"a,b\n\n1,2\n\n", b"x,y\n"),
        (b"b , a\n1,2\n", b"y,x\n"),
        (BOM + b"a,b\r\n1,2", b"\r\nx,y"),
        (b'"a","b"\n"1","2"\n', b'"x","y"\n'),
        (b'a,b\n"1",2\n', b"x,y\n"),
        (b'"a","b"\n', b'"x","y"\n'),
        (b'a,b\r\n1,"two\nlines, and ""more"""\r\n', b"x,y\r\n"),
        (b'a,b\n1,"ends\r\nwithin"', b"\nx,y"),
        (b"a,b\r\n1,2\n", b"x,y\n"),
        ("a,b\n\u2028,\x0b\x85\n".encode(), b"x,y\n"),
    ],
)
def test_a_row_is_added_as_the_file_is_written(content, added):
    new, line = append_rows(content, [{"a": "x", "b": "y"}])
    assert new == content + added
    lines = list(io.StringIO(new.decode(), newline=""))
    assert lines[line - 1].strip("\r\n") == added.strip(b"\r\n").decode()


def test_a_cell_that_needs_quotes_gets_them():
    new, _ = append_rows(b"a,b\n", [{"a": 'say "so"', "b": "1\r2"}])
    assert new == b'a,b\n"say ""so""","1\r2"\n'


@pytest.mark.parametrize(
    ("content", "line", "column", "new"),
    [
        (b"a,b\n1,\n", 2, "b", b"a,b\n1,x\n"),
        (b"a,b\n1,", 2, "b", b"a,b\n1,x"),
        (b"a,b\n,1\r\n", 2, "a", b"a,b\nx,1\r\n"),
        (b'a,b\n1,""\n', 2, "b", b'a,b\n1,"x"\n'),
        (b"a,b\n1,  \n", 2, "b", b"a,b\n1,x\n"),
        (BOM + b' b,"a"\r\n,1\r\n,2\r\n', 3, "b", BOM + b' b,"a"\r\n,1\r\nx,2\r\n'),
        (b'a,b\n"one\n""two"", \r\nthree",\n4,\n', 2, "b", b'a,b\n"one\n""two"", \r\nthree",x\n4,\n'),
        (b'a,b\n"one\ntwo",\n\n4,\n', 5, "b", b'a,b\n"one\ntwo",\n\n4,x\n'),
        ('a,b\nü "q",\n'.encode(), 2, "b", 'a,b\nü "q",x\n'.encode()),
    ],
)
def test_one_cell_changes_and_no_other_byte(content, line, column, new):
    assert fill_cell(content, line, column, "x") == new


TEXT = st.text(max_size=12) | st.text(alphabet="\",\r\n ;'a", max_size=8)


@st.composite
def tables(draw) -> bytes:
    """A valid events.csv as odd as CSV allows: column order, line ends, byte order mark, quotes, blank lines."""
    columns = draw(st.permutations(COLUMNS["events.csv"]))
    rows: list[list[str]] = [list(columns)]
    for number in range(draw(st.integers(0, 4))):
        cells = {
            "id": f"evt-20230310-{number + 1:02d}",
            "date": "2023-03-10",
            "reported": "2023-03-11",
            "event_type": "picket_grows",
            "reliability": "B",
            "credibility": "2",
            **{column: draw(TEXT) for column in ("actor", "summary", "source", "origin")},
            "verified": draw(st.sampled_from(["", *VERIFIED])),
        }
        rows.append([cells.get(column, "") for column in columns])
    quoted = draw(st.sampled_from(["all", "where needed", "by chance"]))
    text = ""
    for row in rows:
        text += ",".join(
            _written(cell, quoted == "all" or (quoted == "by chance" and draw(st.booleans()))) for cell in row
        )
        text += draw(st.sampled_from(["\n", "\r\n", "\r"])) * draw(st.sampled_from([1, 1, 1, 2]))
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    return draw(st.sampled_from([b"", BOM])) + text.encode()


def _written(cell: str, quoted: bool) -> str:
    quoted = quoted or any(char in cell for char in '",\r\n')
    return '"' + cell.replace('"', '""') + '"' if quoted else cell


@given(tables(), st.tuples(TEXT, TEXT, TEXT))
def test_adding_and_reading_gives_the_same_rows_and_one_more(content, texts):
    before = read_reports(EVENTS, content, SCENARIO)
    actor, summary, source = texts
    cells = {"id": "new", "date": "2023-03-12", "reported": "2023-03-12", "event_type": "picket_grows"}
    cells |= {"reliability": "A", "credibility": "1", "actor": actor, "summary": summary, "source": source}
    new, line = append_rows(content, [cells])
    assert new.startswith(content)
    *old, added = read_reports(EVENTS, new, SCENARIO)
    assert tuple(old) == before
    assert (added.id, added.line) == ("new", line)
    assert (added.actor, added.summary, added.source) == (actor.strip(), summary.strip(), source.strip())
    assert new.endswith((b"\n", b"\r")) == content.endswith((b"\n", b"\r"))


@given(tables(), st.data())
def test_filling_and_reading_changes_one_field_and_keeps_every_other_byte(content, data):
    before = read_reports(EVENTS, content, SCENARIO)
    if not before:
        return
    at = data.draw(st.integers(0, len(before) - 1))
    new = fill_cell(content, before[at].line, "withdrawn", "2023-04-01")
    after = read_reports(EVENTS, new, SCENARIO)
    assert after == (*before[:at], replace(before[at], withdrawn=date(2023, 4, 1)), *before[at + 1 :])
    assert len(new) == len(content) + len("2023-04-01")
    assert new.replace(b"2023-04-01", b"", 1) == content
