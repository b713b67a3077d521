"""The evidence files: what is accepted, and that every kind of mistake is reported at its line and column."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from forecast.errors import InputError, Problem
from forecast.evidence.readers import COLUMNS, form_problems, read_evidence
from forecast.scenario.types import Scenario


def driver() -> dict[str, object]:
    half_life = ["4w", "20w"]
    return {"meaning": "m", "low": "l", "high": "h", "at_start": [-1, 1], "long_run": [-1, 1], "half_life": half_life}


SCENARIO = Scenario.model_validate(
    {
        "scenario": "made",
        "title": "Made",
        "start": "2030-01-07",
        "horizon": "2031-01-07",
        "drivers": {"wind": driver(), "rain": driver()},
        "events": {
            "storm": {
                "coverage": {"complete": ["2030-02-01", "2030-11-30"]},
                "signs": "both",
                "per_month": [0.5, 2],
                "signal": {"wind": {"per_unit": [0.3, 1]}},
            },
            "flood": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"rain": [1.2, 3]}},
            "drought": {"coverage": {"selected": "press"}, "signs": "negative"},
        },
        "series": {
            "gauge": {
                "driver": "rain",
                "transform": "log",
                "at_neutral": [1, 2],
                "per_unit": [0.1, 0.4],
                "noise": [0.1, 0.3],
            },
            "vane": {"driver": "wind", "at_neutral": [1, 2], "per_unit": [0.1, 0.4], "noise": [0.1, 0.3]},
        },
        "states": {"dry": {"initial": True}, "wet": {}, "lost": {}},
        "transitions": [
            {"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4]},
            {"from": "wet", "to": "dry", "within_12_months": [0.1, 0.4]},
            {"from": "wet", "to": "lost", "within_12_months": [0.1, 0.4]},
        ],
        "outcomes": [{"name": "ruin", "when": {"at_horizon": "lost"}}, {"name": "rest", "otherwise": True}],
    }
)

GOOD = {
    "events.csv": """\
id,date,reported,entered,event_type,driver,direction,actor,summary,source,reliability,credibility,verified,same_as,origin,replaces,withdrawn
e1,2030-02-01,2030-02-02,,storm,wind,2,Coast,"A storm, with ""gusts""
over two lines",Gazette,B,2,page,,,,
e2,2030-03-01,2030-03-01,2030-03-05,flood,rain; wind,1;-0.5,,River rises,Gazette,A,1,page,,wire,,2030-04-01
e3,2030-01-07,2030-03-02,,flood,rain,0,,Noted,Gazette,F,6,memory,e2,wire,e1,
e4,2030-03-03,2030-03-03,,drought,,,,No push coded,Gazette,C,3,page,,,,
""",
    "series.csv": """\
series,start,end,value,reported,entered,source
gauge,2029-12-01,2029-12-31,12.5,2030-01-01,,Office
gauge,2030-02-01,2030-02-28,1e1,2030-03-01,2030-03-02,Office
gauge,2030-01-01,2030-01-31,11,2030-02-01,,Office
vane,2030-01-01,2030-01-31,-3,2030-02-01,,Office
""",
    "judgements.csv": """\
id,driver,date,low,high,expert,reported,entered,reason
j1,wind,2030-02-01,-1,0.5,Expert one,2030-02-03,,Calmer
""",
    "transitions.csv": """\
date,from,to,reported,entered,source
2030-05-01,wet,dry,2030-05-02,,Gazette
2030-03-01,dry,wet,2030-03-02,,Gazette
""",
    "questions.csv": """\
platform,question,target,by,min_duration_days
Market,Will it flood?,ever: wet,2030-12-31,
Market,"Will it flood, for long?",ever: wet,2030-12-31,28
""",
}


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the good files, with some (named without .csv) replaced or left out."""
    for name, text in GOOD.items():
        content = changes.get(name.removesuffix(".csv"), text)
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def problems_of(folder: Path) -> list[Problem]:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError) as caught:
        read_evidence(folder, SCENARIO)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return list(caught.value.problems)


def test_good_files_become_records(tmp_path: Path) -> None:
    evidence = read_evidence(write(tmp_path), SCENARIO)
    first, second, third, fourth = evidence.reports
    assert first.summary == 'A storm, with "gusts"\nover two lines'
    assert (first.id, first.event_type, first.directions) == ("e1", "storm", {"wind": 2.0})
    assert (first.date, first.reported, first.entered) == (date(2030, 2, 1), date(2030, 2, 2), date(2030, 2, 2))
    assert (first.reliability, first.credibility, first.withdrawn, first.line) == ("B", "2", None, 2)
    assert second.directions == {"rain": 1.0, "wind": -0.5}
    assert (second.entered, second.withdrawn, second.line) == (date(2030, 3, 5), date(2030, 4, 1), 4)
    assert (third.same_as, third.origin, third.replaces) == ("e2", "wire", "e1")
    assert fourth.directions == {}
    assert [(v.series, v.value, v.line) for v in evidence.series] == [
        ("gauge", 12.5, 2),
        ("gauge", 10.0, 3),
        ("gauge", 11.0, 4),
        ("vane", -3.0, 5),
    ]
    assert [(j.driver, j.low, j.high, j.expert) for j in evidence.judgements] == [("wind", -1.0, 0.5, "Expert one")]
    assert [(t.from_, t.to, t.line) for t in evidence.transitions] == [("wet", "dry", 2), ("dry", "wet", 3)]
    assert [(q.target, q.min_duration_days) for q in evidence.questions] == [("ever: wet", 0), ("ever: wet", 28)]
    assert evidence.last_reported == date(2030, 5, 2)


def test_every_file_has_its_hash(tmp_path: Path) -> None:
    files = read_evidence(write(tmp_path), SCENARIO).files
    assert files == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in GOOD.items()}


def test_a_byte_order_mark_other_line_ends_and_another_column_order_are_read(tmp_path: Path) -> None:
    plain = read_evidence(write(tmp_path), SCENARIO)
    series = [line.split(",") for line in GOOD["series.csv"].splitlines()]
    turned = "\r\n".join(",".join(reversed(cells)) for cells in series) + "\r\n\r\n"
    other = read_evidence(write(tmp_path, series=b"\xef\xbb\xbf" + turned.encode()), SCENARIO)
    assert other.series == plain.series


def test_judgements_and_questions_may_be_absent(tmp_path: Path) -> None:
    evidence = read_evidence(write(tmp_path, judgements=None, questions=None), SCENARIO)
    assert (evidence.judgements, evidence.questions) == ((), ())
    assert set(evidence.files) == {"events.csv", "series.csv", "transitions.csv"}


def test_headers_alone_are_no_evidence(tmp_path: Path) -> None:
    for name, columns in COLUMNS.items():
        (tmp_path / name).write_text(",".join(columns) + "\n")
    evidence = read_evidence(tmp_path, SCENARIO)
    assert (evidence.reports, evidence.series, evidence.transitions) == ((), (), ())
    assert evidence.last_reported is None


@pytest.mark.parametrize("name", ["events", "series", "transitions"])
def test_a_missing_file_is_named_with_the_header_it_needs(tmp_path: Path, name: str) -> None:
    (problem,) = problems_of(write(tmp_path, **{name: None}))
    assert problem.file == str(tmp_path / f"{name}.csv")
    assert "the file is missing" in problem.message
    assert ",".join(COLUMNS[f"{name}.csv"]) in problem.message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no-such-case: there is no such folder"):
        read_evidence(tmp_path / "no-such-case", SCENARIO)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    write(tmp_path, series=None)
    (tmp_path / "series.csv").mkdir()
    with pytest.raises(InputError, match=r"series\.csv: cannot be read"):
        read_evidence(tmp_path, SCENARIO)


EVENTS_HEADER = ",".join(COLUMNS["events.csv"])
BLANK_EVENT = {
    "id": "x1",
    "date": "2030-03-01",
    "reported": "2030-03-02",
    "event_type": "storm",
    "driver": "wind",
    "direction": "1",
    "reliability": "B",
    "credibility": "2",
}


def event(**cells: str) -> str:
    row = BLANK_EVENT | cells
    return ",".join(row.get(column, "") for column in COLUMNS["events.csv"]) + "\n"


def events(*rows: str) -> str:
    return f"{EVENTS_HEADER}\n{event(id='x0')}" + "".join(rows)


@pytest.mark.parametrize(
    ("cells", "column", "fragment"),
    [
        ({"id": ""}, "id", "must not be blank"),
        ({"id": "x0"}, "id", "'x0' is given twice, first on line 2"),
        ({"date": ""}, "date", "must not be blank"),
        ({"date": "1.3.2030"}, "date", "'1.3.2030' is not a date written YYYY-MM-DD"),
        ({"date": "2030-02-30"}, "date", "day"),
        ({"date": "2030-01-06", "event_type": "flood"}, "date", "before the scenario's start, 2030-01-07"),
        ({"date": "2030-01-31"}, "date", "outside the type's complete coverage, 2030-02-01 to 2030-11-30"),
        (
            {"date": "2030-12-01", "reported": "2030-12-02"},
            "date",
            "2030-12-01 is outside the type's complete coverage",
        ),
        ({"reported": ""}, "reported", "must not be blank"),
        ({"reported": "2030-02-28"}, "reported", "2030-02-28 is before it happened, on 2030-03-01"),
        ({"reported": "soon"}, "reported", "not a date"),
        ({"entered": "2030-03-01"}, "entered", "2030-03-01 is before it was reported, on 2030-03-02"),
        ({"entered": "later"}, "entered", "not a date"),
        ({"event_type": "strom"}, "event_type", "unknown event type 'strom'; did you mean 'storm'?"),
        ({"event_type": ""}, "event_type", "must not be blank"),
        ({"driver": "wnd"}, "driver", "unknown driver 'wnd'; did you mean 'wind'?"),
        ({"driver": "wind;wind", "direction": "1;1"}, "driver", "a driver is named twice"),
        ({"driver": "wind;rain", "direction": "1"}, "direction", "1 directions for 2 drivers"),
        ({"driver": "wind", "direction": "1;1"}, "direction", "2 directions for 1 drivers"),
        ({"direction": "up"}, "direction", "'up' is not a number"),
        ({"direction": ""}, "direction", "'' is not a number"),
        ({"direction": "2.5"}, "direction", "2.5 is outside -2 to 2"),
        ({"direction": "-3"}, "direction", "-3 is outside -2 to 2"),
        ({"direction": "nan"}, "direction", "nan is outside -2 to 2"),
        ({"event_type": "flood", "direction": "-1"}, "direction", "the type's signs are positive"),
        (
            {"event_type": "drought", "driver": "wind;rain", "direction": "0;1"},
            "direction",
            "the type's signs are negative",
        ),
        ({"reliability": "G"}, "reliability", "'G' is not an Admiralty letter, A to F"),
        ({"reliability": "AB"}, "reliability", "Admiralty letter"),
        ({"reliability": ""}, "reliability", "Admiralty letter"),
        ({"credibility": "7"}, "credibility", "'7' is not an Admiralty digit, 1 to 6"),
        ({"credibility": ""}, "credibility", "Admiralty digit"),
        ({"verified": "pge"}, "verified", "'pge' is none of page, article, memory or blank; did you mean 'page'?"),
        ({"driver": "heat"}, "driver", "unknown driver 'heat'"),
        ({"withdrawn": "2030-03-01"}, "withdrawn", "withdrawn on 2030-03-01, before it was reported on 2030-03-02"),
        ({"withdrawn": "yes"}, "withdrawn", "not a date"),
        ({"replaces": "x00"}, "replaces", "there is no row with id 'x00'; did you mean 'x0'?"),
        ({"same_as": "y"}, "same_as", "there is no row with id 'y'"),
        ({"replaces": "x1"}, "replaces", "a row cannot refer to itself"),
    ],
)
def test_each_mistake_in_an_event(tmp_path: Path, cells: dict[str, str], column: str, fragment: str) -> None:
    folder = write(tmp_path, events=events(event(**cells), event(id="x2")))
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line, problem.key) == (str(folder / "events.csv"), 3, column)
    assert fragment in problem.message


@pytest.mark.parametrize(
    "cells",
    [
        {"event_type": "flood", "driver": "wind;rain", "direction": "-1;1"},
        {"event_type": "flood", "direction": "0"},
        {"event_type": "drought", "direction": "-2"},
        {"date": "2030-11-30", "reported": "2031-06-01"},
        {"date": "2030-01-07", "event_type": "flood"},
        {"withdrawn": "2030-03-02", "entered": "2030-03-02", "reported": "2030-03-02"},
    ],
)
def test_events_at_the_edge_of_what_is_allowed(tmp_path: Path, cells: dict[str, str]) -> None:
    evidence = read_evidence(write(tmp_path, events=events(event(**cells))), SCENARIO)
    assert len(evidence.reports) == 2


def test_a_reference_to_a_faulty_row_is_no_second_problem(tmp_path: Path) -> None:
    rows = events(event(date="never"), event(id="x2", replaces="x1"))
    assert [(p.line, p.key) for p in problems_of(write(tmp_path, events=rows))] == [(3, "date")]


LASTING = Scenario.model_validate(
    {
        **SCENARIO.model_dump(mode="json", include={"scenario", "title", "start", "horizon", "outcomes"}),
        "drivers": {
            "wind": {
                "meaning": "m", "low": "l", "high": "h", "at_start": [-1, 1], "long_run": [-1, 1],
                "half_life": ["4w", "16w"],
            }
        },
        "states": {"dry": {"initial": True}, "wet": {"min_duration": "10d", "breaks_before": [0.2, 0.5]}, "lost": {}},
        "transitions": [
            {"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4]},
            {"from": "wet", "to": "lost", "within_12_months": [0.1, 0.4]},
            {"from": "dry", "to": "lost", "within_12_months": [0.1, 0.4]},
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "column", "fragment"),
    [
        (["03-01,dry,wet", "03-01,wet,dry"], "", ""),  # broke on its first day
        (["03-01,dry,wet", "03-10,wet,dry"], "", ""),  # and on its tenth: no transition is needed for that
        (["03-01,dry,wet", "03-11,wet,lost"], "", ""),
        (["03-01,dry,wet", "03-04,wet,dry", "03-06,dry,lost"], "", ""),
        (["03-01,dry,wet", "03-10,wet,lost"], "to", "for 10 days it can only break, back to 'dry'"),
        (["03-01,dry,wet", "03-11,wet,dry"], "to", "no transition from 'wet' to 'dry'"),
        (["03-01,dry,wet", "03-04,wet,dry", "03-06,wet,dry"], "from", "is 'dry' by the rows before"),
        (["03-01,dry,wet", "03-04,wet,dry,03-30"], "", ""),
        (["03-01,dry,wet,03-20", "03-04,wet,dry,03-19"], "reported", "before the change it follows was reported"),
        (["03-01,dry,wet,03-02,03-09", "03-04,wet,dry"], "entered", "before the change it follows was entered"),
    ],
)
def test_spells_end_by_breaking_until_they_have_lasted(
    tmp_path: Path, changes: list[str], column: str, fragment: str
) -> None:
    lines = [change.split(",") for change in changes]
    known = [[f"2030-{seen}" for seen in line[3:]] or [f"2030-{line[0]}"] for line in lines]
    rows = [
        f"2030-{day},{a},{b},{','.join([*seen, ''][:2])},\n" for (day, a, b, *_), seen in zip(lines, known, strict=True)
    ]
    folder = tmp_path / "made"
    folder.mkdir()
    for name in ("events", "series", "transitions"):
        header = ",".join(COLUMNS[f"{name}.csv"]) + "\n"
        (folder / f"{name}.csv").write_text(header + "".join(rows) * (name == "transitions"), encoding="utf-8")
    if not fragment:
        assert len(read_evidence(folder, LASTING).transitions) == len(rows)
        return
    with pytest.raises(InputError) as caught:
        read_evidence(folder, LASTING)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (len(rows) + 1, column)
    assert fragment in problem.message


def test_a_faulty_change_of_state_is_not_blamed_on_the_next(tmp_path: Path) -> None:
    rows = "date,from,to,reported,entered,source\n2030-02-30,dry,wet,2030-03-01,,\n2030-04-01,wet,dry,2030-04-01,,\n"
    assert [(p.line, p.key) for p in problems_of(write(tmp_path, transitions=rows))] == [(2, "date")]


SERIES = "series,start,end,value,reported,entered,source\nvane,2030-01-01,2030-01-31,1,2030-02-01,,\n"
JUDGEMENTS = "id,driver,date,low,high,expert,reported,entered,reason\nj0,wind,2030-02-01,0,1,,2030-02-01,,\n"
TRANSITIONS = "date,from,to,reported,entered,source\n2030-02-01,dry,wet,2030-02-01,,\n"
QUESTIONS = "platform,question,target,by,min_duration_days\nMarket,Q,T,2030-12-31,0\n"


@pytest.mark.parametrize(
    ("name", "row", "column", "fragment"),
    [
        (
            "series",
            "vain,2030-02-01,2030-02-28,1,2030-03-01,,",
            "series",
            "unknown series 'vain'; did you mean 'vane'?",
        ),
        ("series", "vane,2030-02-28,2030-02-01,1,2030-03-01,,", "end", "ends on 2030-02-01, before it starts"),
        ("series", "vane,2030-02-01,2030-02-28,,2030-03-01,,", "value", "must not be blank"),
        ("series", "vane,2030-02-01,2030-02-28,NaN,2030-03-01,,", "value", "'NaN' is not a finite number"),
        ("series", "vane,2030-02-01,2030-02-28,inf,2030-03-01,,", "value", "'inf' is not a finite number"),
        ("series", 'vane,2030-02-01,2030-02-28,"1,5",2030-03-01,,', "value", "'1,5' is not a number"),
        ("series", "gauge,2030-02-01,2030-02-28,0,2030-03-01,,", "value", "log transform needs values above 0, not 0"),
        ("series", "vane,2030-02-01,2030-02-28,1,2030-02-27,,", "reported", "2030-02-27 is before the period ended"),
        ("series", "vane,2030-02-01,2030-02-28,1,2030-03-01,2030-02-28,", "entered", "before it was reported"),
        ("series", "vane,2030-01-31,2030-02-28,1,2030-03-01,,", "start", "overlaps that of line 2 of the same series"),
        ("series", "vane,2029-12-15,2030-01-01,1,2030-03-01,,", "start", "overlaps that of line 2 of the same series"),
        ("series", "vane,2030-01-01,2030-01-31,1,2030-03-01,,", "start", "overlaps that of line 2 of the same series"),
        ("judgements", "j0,wind,2030-02-02,0,1,,2030-02-02,,", "id", "'j0' is given twice, first on line 2"),
        ("judgements", "j1,wnd,2030-02-02,0,1,,2030-02-02,,", "driver", "unknown driver 'wnd'; did you mean 'wind'?"),
        ("judgements", "j1,wind,2030-02-02,1,0,,2030-02-02,,", "low", "the range is reversed: low 1, high 0"),
        ("judgements", "j1,wind,2030-02-02,1,1,,2030-02-02,,", "low", "needs a width"),
        ("judgements", "j1,wind,2030-02-02,low,1,,2030-02-02,,", "low", "'low' is not a number"),
        ("judgements", "j1,wind,2030-01-06,0,1,,2030-02-02,,", "date", "before the scenario's start"),
        ("transitions", "2030-03-01,wet,dri,2030-03-01,,", "to", "unknown state 'dri'; did you mean 'dry'?"),
        ("transitions", "2030-03-01,wett,dry,2030-03-01,,", "from", "unknown state 'wett'; did you mean 'wet'?"),
        ("transitions", "2030-03-01,dry,wet,2030-03-01,,", "from", "is 'wet' by the rows before, not 'dry'"),
        ("transitions", "2030-03-01,dry,lost,2030-03-01,,", "to", "no transition from 'dry' to 'lost'"),
        ("transitions", "2030-01-06,dry,wet,2030-03-01,,", "date", "before the scenario's start"),
        ("transitions", "2030-03-01,wet,dry,2030-02-01,,", "reported", "before it happened"),
        ("questions", "Market,,T,2030-12-31,0", "question", "must not be blank"),
        ("questions", "Market,Q,T,2030,0", "by", "not a date"),
        ("questions", "Market,Q,T,2030-12-31,month", "min_duration_days", "'month' is not a whole number of days"),
        ("questions", "Market,Q,T,2030-12-31,-3", "min_duration_days", "'-3' is not a whole number of days"),
        ("questions", "Market,Q,T,2030-12-31", "", "the row has 4 cells, the header 5"),
        ("questions", "Market,Q,T,2030-12-31,0,more", "", "the row has 6 cells, the header 5"),
        ("questions", 'Market,"Q,T,2030-12-31,0', "", "not valid CSV"),
        ("questions", 'Market,"Q"x,T,2030-12-31,0', "", "not valid CSV"),
    ],
)
def test_each_mistake_in_the_other_files(tmp_path: Path, name: str, row: str, column: str, fragment: str) -> None:
    first = {"series": SERIES, "judgements": JUDGEMENTS, "transitions": TRANSITIONS, "questions": QUESTIONS}[name]
    folder = write(tmp_path, **{name: f"{first}{row}\n"})
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line, problem.key) == (str(folder / f"{name}.csv"), 3, column)
    assert fragment in problem.message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [(1, "", "the file is empty; it begins with the line series,start,end,value")]),
        (b"\n \n", [(1, "", "the file is empty")]),
        (b"\xef\xbb\xbf", [(1, "", "the file is empty")]),
        (SERIES.replace("value,", "").encode(), [(1, "value", "this column is missing")]),
        (
            SERIES.replace("source", "sauce").encode(),
            [(1, "sauce", "did you mean 'source'?"), (1, "source", "missing")],
        ),
        (SERIES.replace("\n", ",x\n").encode(), [(1, "x", "unknown column")]),
        (SERIES.replace("\n", ",end\n").encode(), [(1, "end", "the column is given twice")]),
        (SERIES.replace(",", ";").encode(), [(1, "", "separated by semicolons")]),
        (SERIES.encode() + b"vane,2030-02-01,2030-02-28,1,2030-03-01,,caf\xe9\n", [(3, "", "not UTF-8: byte 0xe9")]),
        (SERIES.encode("utf-16"), [(1, "", "not UTF-8")]),
    ],
    ids=["empty", "blank", "only a mark", "missing", "misspelt", "unknown", "twice", "semicolons", "latin-1", "utf-16"],
)
def test_files_that_are_wrong_as_a_whole(tmp_path: Path, content: bytes, expected: list[tuple[int, str, str]]) -> None:
    found = problems_of(write(tmp_path, series=content))
    for line, column, fragment in expected:
        assert any((p.line, p.key) == (line, column) and fragment in p.message for p in found)
    assert all(p.file.endswith("series.csv") for p in found)


def test_lines_are_counted_in_the_file_not_in_rows(tmp_path: Path) -> None:
    rows = events(event(summary='"two\nlines"', id="x1"), "\n", event(id="x2", reliability="Z"))
    (problem,) = problems_of(write(tmp_path, events=rows))
    assert (problem.line, problem.key) == (6, "reliability")


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        events=events(event(date="x", reliability="Z", direction="9"), event(id="x0")),
        series="series,start\n",
        judgements=b"\xff",
        transitions=f"{TRANSITIONS}2030-03-01,dry,wet,2030-03-01,,\n",
        questions=f"{QUESTIONS}Market,Q\n",
    )
    found = [(Path(p.file).stem, p.line, p.key) for p in problems_of(folder)]
    assert found == [
        ("events", 3, "date"),
        ("events", 3, "direction"),
        ("events", 3, "reliability"),
        ("events", 4, "id"),
        ("judgements", 1, ""),
        ("questions", 3, ""),
        *[("series", 1, column) for column in ("end", "entered", "reported", "source", "value")],
        ("transitions", 3, "from"),
    ]


def test_without_a_scenario_only_the_form_is_judged(tmp_path: Path) -> None:
    """What a scenario would have to say is left open; what no scenario could mend is found."""
    assert form_problems(tmp_path / "absent") == ()
    assert form_problems(write(tmp_path)) == ()
    strange = GOOD["events.csv"].replace("e1,2030-02-01", "e1,1999-02-01").replace(",storm,wind,", ",quake,heat,")
    moves = GOOD["transitions.csv"].replace(",wet,dry,", ",here,there,")
    assert form_problems(write(tmp_path, events=strange, transitions=moves)) == ()
    events = strange.replace("e4,2030-03-03", "e2,2030-02-30").replace("rain; wind,1;-0.5", "rain; wind,1;3")
    series = GOOD["series.csv"].replace("value", "valeu").encode()
    found = [(Path(p.file).name, p.line, p.key) for p in form_problems(write(tmp_path, events=events, series=series))]
    assert sorted(found) == [
        ("events.csv", 4, "direction"),
        ("events.csv", 6, "date"),
        ("events.csv", 6, "id"),
        ("series.csv", 1, "valeu"),
        ("series.csv", 1, "value"),
    ]
