"""``forecast import``: what is added, what is left out and counted, and that nothing else of the case changes."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from forecast.evidence.folding import fold
from forecast.evidence.readers import read_evidence
from forecast.evidence.visible import visible_evidence
from forecast.scenario.file import load_scenario

CASE = "harbour-strike"
SAMPLE = f"priors/mappings/{CASE}/port-log.sample.csv"
MAPPING = f"priors/mappings/{CASE}/port-log.yaml"
EVENTS = Path("data") / CASE / "events.csv"


@pytest.fixture
def told(invoke, workspace):
    def run(*args: str, code: int = 0) -> dict:
        done = invoke("import", *args, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def shipped(tmp_path, project_root, monkeypatch) -> Path:
    """A copy of the shipped case, which is the current folder."""
    for name in ("priors", "data"):
        shutil.copytree(project_root / name, tmp_path / name, ignore=shutil.ignore_patterns("ledger", "backtests"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def added() -> list:
    scenario = load_scenario(Path("priors") / f"{CASE}.yaml").scenario
    return [row for row in read_evidence(Path("data") / CASE, scenario).reports if row.id.startswith("log-")]


def test_rows_become_reports(told, workspace):
    before = EVENTS.read_bytes()
    document = told(CASE, SAMPLE, "--mapping", "port-log")
    assert EVENTS.read_bytes().startswith(before)
    rows = {row.id: row for row in added()}
    assert list(rows) == [f"log-{n}" for n in range(1, 7)]
    first = rows["log-1"]
    assert (first.event_type, first.reliability + first.credibility) == ("mediation_meeting", "A1")
    assert (first.date, first.reported, first.entered) == (date(2023, 3, 20), date(2023, 3, 20), date.today())  # noqa: DTZ011
    assert (first.actor, first.summary) == ("Mediator", "Second meeting, on pay")
    assert first.source == "Port log 1, Harbour Post"
    assert dict(first.directions) == {"bargaining_progress": 1.0}
    assert dict(rows["log-6"].directions) == {"union_resolve": 1.5, "bargaining_progress": -0.5}
    assert (rows["log-6"].actor, rows["log-6"].summary) == ("Members", "Vote: Eight to one")
    assert document["rows"] == 8
    assert document["left_out"] == {"unmatched": 1, "outside": 1, "later": 0, "repeated": 0, "known": 0}
    assert document["added"] + sum(document["left_out"].values()) == document["rows"]
    assert {(item["type"], item["grade"]): item["reports"] for item in document["by_type"]} == Counter(
        (row.event_type, row.reliability + row.credibility) for row in rows.values()
    )
    assert any("coverage of mediation_meeting is complete" in warning for warning in document["warnings"])


def test_reports_of_one_event_are_folded_by_the_stated_columns(told, workspace):
    document = told(CASE, SAMPLE, "--mapping", "port-log")
    assert [row.same_as for row in added()] == ["", "log-1", "log-1", "", "", ""]  # a blank case is no agreement
    assert (document["added"], document["events"]) == (6, 4)
    scenario = load_scenario(Path("priors") / f"{CASE}.yaml").scenario
    evidence = read_evidence(Path("data") / CASE, scenario)
    reports = visible_evidence(scenario, evidence, date(2023, 4, 30)).reports
    marks = fold(reports)
    (at,) = (i for i, row in enumerate(marks.best) if reports[int(row)].id == "log-1")
    assert marks.origins[at] == ("A1", "A1")  # two papers; the second row of one of them adds nothing


def test_importing_again_adds_nothing(told, workspace):
    told(CASE, SAMPLE, "--mapping", "port-log")
    before = EVENTS.read_bytes()
    again = told(CASE, SAMPLE, "--mapping", "port-log")
    assert (again["added"], again["left_out"]["known"], again["changed"]) == (0, 6, [])
    assert EVENTS.read_bytes() == before


def test_a_longer_export_adds_what_is_new_and_joins_it_to_its_event(told, workspace):
    told(CASE, SAMPLE, "--mapping", "port-log")
    before = EVENTS.read_bytes()
    lines = Path(SAMPLE).read_text(encoding="utf-8").splitlines()
    newer = "0,2023-03-20,23 March 2023,meeting,a,Mediator,A fourth paper,1,Weekly"
    Path("longer.csv").write_text("\n".join([lines[0], newer, *lines[1:]]) + "\n", encoding="utf-8")
    assert told(CASE, "longer.csv", "--mapping", MAPPING)["added"] == 1
    assert EVENTS.read_bytes().startswith(before)
    assert added()[-1].same_as == "log-1"


def test_a_row_that_now_says_something_else_is_told_and_stays(told, workspace):
    told(CASE, SAMPLE, "--mapping", "port-log")
    before = EVENTS.read_bytes()
    text = Path(SAMPLE).read_text(encoding="utf-8")
    Path("revised.csv").write_text(text.replace("Eight to one,3", "Seven to two,2"), encoding="utf-8")
    document = told(CASE, "revised.csv", "--mapping", "port-log")
    assert document["changed"] == [{"id": "log-6", "line": 7}]
    assert "replaces" in " ".join(document["warnings"])
    assert EVENTS.read_bytes() == before


def test_a_report_like_one_from_elsewhere_is_told(told, workspace):
    """It may be one event that two sources tell: only a reader can see that."""
    text = EVENTS.read_text(encoding="utf-8").splitlines()
    columns, there = text[0].split(","), added_by_hand("picket_grows", "2023-03-24")
    EVENTS.write_text("\n".join([*text, ",".join(there.get(name, "") for name in columns)]) + "\n", encoding="utf-8")
    document = told(CASE, SAMPLE, "--mapping", "port-log", "--preview")
    assert document["alike"] == [
        {"id": "log-4", "line": 5, "like": "by-hand"},
        {"id": "log-5", "line": 6, "like": "by-hand"},
    ]
    assert any("2 new reports have type and day" in warning for warning in document["warnings"])
    told(CASE, SAMPLE, "--mapping", "port-log")
    assert told(CASE, SAMPLE, "--mapping", "port-log")["alike"] == []  # they are no longer new


def added_by_hand(event_type: str, day: str) -> dict[str, str]:
    cells = {"id": "by-hand", "date": day, "reported": day, "event_type": event_type, "summary": "Seen from the quay"}
    return {**cells, "source": "Own eyes", "reliability": "A", "credibility": "1"}


def test_preview_shows_all_of_it_and_writes_nothing(told, invoke, workspace):
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}

    before = content()
    preview = told(CASE, SAMPLE, "--mapping", "port-log", "--preview")
    shown = invoke("import", CASE, SAMPLE, "--mapping", "port-log", "--preview").output
    assert content() == before
    assert preview["most_unmatched"] == [{"cells": {"kind": "weather"}, "rows": 1}]
    assert [row["line"] for row in preview["first"]] == [2, 3, 4, 5, 6]
    for text in ("6 reports would be added", "1 match no rule", "nothing was written", "weather", "Second meeting"):
        assert text in shown
    done = told(CASE, SAMPLE, "--mapping", "port-log")
    assert {key: done[key] for key in ("added", "events", "by_type", "left_out", "first")} == {
        key: preview[key] for key in ("added", "events", "by_type", "left_out", "first")
    }


def test_a_repeated_row_is_counted_and_a_contradicting_one_refused(told, workspace):
    lines = Path(SAMPLE).read_text(encoding="utf-8").splitlines()
    Path("twice.csv").write_text("\n".join([*lines, lines[5]]), encoding="utf-8")
    assert told(CASE, "twice.csv", "--mapping", "port-log", "--preview")["left_out"]["repeated"] == 1
    Path("twice.csv").write_text("\n".join([*lines, lines[5].replace("Tug crews", "Others")]), encoding="utf-8")
    (problem,) = told(CASE, "twice.csv", "--mapping", "port-log", code=2)["problems"]
    assert (problem["file"], problem["line"], problem["key"]) == ("twice.csv", 10, "id")
    assert "line 6" in problem["message"]


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said"),
    [
        ("2023-03-25,26 March", "25.3.2023,26 March", 7, "day", "not a date"),
        ("25 Mar 2023,picket,,Pilots", "23 Mar 2023,picket,,Pilots", 5, "", "before it happened"),
        ("Eight to one,3", "Eight to one,9", 7, "direction", "outside -2 to 2"),
        ("on pay\",2", "on pay\",much", 2, "direction", "not a number"),
        ("on pay\",2", "on pay\",", 2, "direction", "must not be blank"),
        ("Eight to one,3,Bulletin", "Eight to one,3", 7, "", "8 cells, the file 9 columns"),
        ("Fog", '"Fog', 8, "", "not valid CSV"),
        ("\n4,2023", "\n,2023", 5, "no", "the report's id is made of it"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_at_its_line_and_nothing_is_written(told, workspace, old, new, line, key, said):
    before, text = EVENTS.read_bytes(), Path(SAMPLE).read_text(encoding="utf-8")
    assert old in text
    Path("wrong.csv").write_text(text.replace(old, new), encoding="utf-8")
    for more in ((), ("--preview",)):
        (problem,) = told(CASE, "wrong.csv", "--mapping", "port-log", *more, code=2)["problems"]
        assert (problem["file"], problem["line"], problem["key"]) == ("wrong.csv", line, key)
        assert said in problem["message"]
    assert EVENTS.read_bytes() == before


def test_a_sign_that_the_type_excludes_is_told_at_the_export(told, workspace):
    mapping = Path(MAPPING)
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("{union_resolve: 1}", "{union_resolve: {column: mood}}"), encoding="utf-8")
    sample = Path(SAMPLE).read_text(encoding="utf-8")
    Path("signs.csv").write_text(sample.replace("crews join too,0", "crews join too,-1"), encoding="utf-8")
    (problem,) = told(CASE, "signs.csv", "--mapping", "port-log", code=2)["problems"]
    assert (problem["file"], problem["line"], problem["key"]) == ("signs.csv", 6, "direction")


def test_of_very_many_problems_the_first_are_listed(told, workspace):
    rows = [f"{n},soon,20 March 2023,meeting,,,Text,1,Post" for n in range(500)]
    head = Path(SAMPLE).read_text(encoding="utf-8").splitlines()[0]
    Path("many.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    found = told(CASE, "many.csv", "--mapping", "port-log", code=2)["problems"]
    assert len(found) == 101
    assert "400 more problems" in found[-1]["message"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((CASE, SAMPLE, "--mapping", "port-lgo"), "did you mean 'port-log'?"),
        ((CASE, "absent.csv", "--mapping", "port-log"), "absent.csv: cannot be read"),
        ((CASE, "priors", "--mapping", "port-log"), "cannot be read"),
        ((CASE, SAMPLE, "--mapping", "absent.yaml"), "there is no mapping file absent.yaml"),
        (("harbor-strike", SAMPLE, "--mapping", "port-log"), "did you mean 'harbour-strike'?"),
    ],
)
def test_what_is_not_there(invoke, workspace, args, said):
    done = invoke("import", *args)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"no,day\n1,\xff", "UTF-8"),
        (b"a,a\n1,2\n", "twice"),
        (b"no\tday\n1\t2\n", "a comma separates cells"),
    ],
)
def test_a_file_of_another_form(invoke, workspace, content, said):
    Path("odd.csv").write_bytes(content)
    done = invoke("import", CASE, "odd.csv", "--mapping", "port-log")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "odd.csv" in done.stderr


def test_what_happens_later_than_today_is_left_out(told, workspace):
    sample = Path(SAMPLE).read_text(encoding="utf-8")
    Path("late.csv").write_text(
        sample.replace("25 Mar 2023,picket,,Pilots", "25 Mar 2999,picket,,Pilots"), encoding="utf-8"
    )
    document = told(CASE, "late.csv", "--mapping", "port-log")
    assert document["left_out"]["later"] == 1
    assert document["added"] == 5


def test_line_ends_and_a_missing_last_one_stay_as_they_are(told, workspace):
    content = EVENTS.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n")
    EVENTS.write_bytes(content)
    told(CASE, SAMPLE, "--mapping", "port-log")
    after = EVENTS.read_bytes()
    assert after.startswith(content + b"\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert not after.endswith(b"\n")
    assert len(added()) == 6


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the file's mode binds nobody here")
def test_a_write_protected_case_is_told(invoke, workspace):
    EVENTS.chmod(0o400)
    assert invoke("import", CASE, SAMPLE, "--mapping", "port-log").exit_code == 2


@pytest.mark.parametrize(
    ("mapping", "suffix", "types", "left_out"),
    [
        (
            "acled",
            "csv",
            {"mass_strike_ukraine": 1, "ua_deep_strike": 1, "ru_territorial_gain": 1, "ua_gain_or_ru_stall": 1},
            {"unmatched": 2, "outside": 1},
        ),
        ("ucdp-ged", "csv", {"mass_strike_ukraine": 2}, {"unmatched": 2}),
        (
            "gdelt",
            "tsv",
            {"blame_moscow": 2, "blame_kyiv": 1, "leader_contact": 1, "sanctions_threat": 1},
            {"unmatched": 2, "outside": 1},
        ),
    ],
)
def test_the_shipped_mappings_read_the_form_of_their_source(invoke, shipped, mapping, suffix, types, left_out):
    sample = f"priors/mappings/ukraine-2025/{mapping}.sample.{suffix}"
    for expected in (types, {}):  # the second time there is nothing new
        done = invoke("import", "ukraine-2025", sample, "--mapping", mapping, "--json")
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        assert {item["type"]: item["reports"] for item in document["by_type"]} == expected
        found = {why: count for why, count in document["left_out"].items() if count and why != "known"}
        assert found == left_out
    scenario = load_scenario(shipped / "priors" / "ukraine-2025.yaml").scenario
    rows = read_evidence(shipped / "data" / "ukraine-2025", scenario).reports
    assert sum(row.id.startswith(mapping.partition("-")[0]) for row in rows) == sum(types.values())


def test_a_table_with_commas_is_no_file_of_gdelt(invoke, shipped):
    sample = "priors/mappings/ukraine-2025/acled.sample.csv"
    done = invoke("import", "ukraine-2025", sample, "--mapping", "gdelt", "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert (done.exit_code, problem["line"]) == (2, 1)
    assert "a tab separates cells" in problem["message"]


def test_a_hundred_thousand_rows_of_gdelt(invoke, shipped):
    """Half of the rows are reports of one event, the others match no rule."""
    lines = Path("priors/mappings/ukraine-2025/gdelt.sample.tsv").read_text(encoding="utf-8").splitlines()
    wide = [line.split("\t") for line in (lines[0], lines[5])]
    with Path("big.tsv").open("w", encoding="utf-8") as file:
        for n in range(100_000):
            cells = wide[n % 2].copy()
            cells[0] = str(n)
            file.write("\t".join(cells) + "\n")
    done = invoke("import", "ukraine-2025", "big.tsv", "--mapping", "gdelt", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert (document["rows"], document["added"], document["events"]) == (100_000, 50_000, 1)
