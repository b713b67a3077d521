"""``whatif``, ``signposts`` and ``reach``: what is asked and refused, their documents, and what people read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import pytest
from prior_fit import record_prior_fit

from forecast.ledger.store import Ledger
from forecast.workspace import Workspace

NAME, FIT, AS_OF, HORIZON = "harbour-strike", date(2023, 3, 1), "2023-03-04", "2023-03-24"
DATES = ("--as-of", AS_OF, "--horizon", HORIZON)
WHATIF = ("whatif", NAME, *DATES)
OUTCOMES = {"lasting_lockout", "deal_without_lockout", "deal_after_lockout", "paused", "strike_goes_on"}
HEAD = ["format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed"]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, project_root):
    """A workspace with one fit, made once; nothing asked here changes it."""
    root = tmp_path_factory.mktemp("asked") / "workspace"
    shutil.copytree(project_root / "tests" / "cases", root)
    record_prior_fit(Workspace(root), NAME, FIT, date.fromisoformat(HORIZON))
    return root


@pytest.fixture
def asked(fitted, monkeypatch, invoke):
    """Ask in that workspace and read the document."""
    monkeypatch.chdir(fitted)

    def ask(*args: str) -> dict:
        done = invoke(*args, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def problems(fitted, monkeypatch, invoke):
    """What is wrong with a question, by place."""
    monkeypatch.chdir(fitted)

    def ask(*args: str) -> list[tuple[str, int | None, str, str]]:
        done = invoke(*args, "--json")
        assert done.exit_code == 2, done.output
        found = json.loads(done.stdout)["problems"]
        return [(item["file"], item["line"], item["key"], item["message"]) for item in found]

    return ask


# Documents


def test_whatif_has_the_promised_fields(asked, fitted):
    told = asked(*WHATIF, "--do", "union_resolve=-1.5", "--observe", "mediation_meeting:1:A2@2023-03-10")
    assert list(told)[: len(HEAD)] == HEAD
    assert (told["scenario"], told["as_of"], told["horizon"], told["seed"]) == (NAME, AS_OF, HORIZON, 1)
    (item,) = told["alternatives"]
    assert item["name"] == "union_resolve=-1.5 + mediation_meeting:1:A2@2023-03-10"
    assert item["kind"] == "both"
    assert item["spec"] == {
        "do": [{"driver": "union_resolve", "level": -1.5, "from": "2023-03-05", "to": HORIZON}],
        "observe": [
            {
                "type": "mediation_meeting",
                "direction": {"bargaining_progress": 1.0},
                "grade": "A2",
                "date": "2023-03-10",
            }
        ],
    }
    assert set(told["baseline"]) == set(item["outcomes"]) == OUTCOMES
    for name, outcome in item["outcomes"].items():
        base = told["baseline"][name]["probability"]
        assert outcome["difference"] == pytest.approx(outcome["probability"] - base, abs=1e-12)
        assert outcome["difference_mcse"] >= 0
    assert len(Ledger(fitted / "data" / "ledger").entries()) == 1


def test_signposts_have_the_promised_fields(asked):
    told = asked("signposts", NAME, *DATES, "--days", "14")
    bits = [item["bits"] for item in told["signposts"]]
    assert bits == sorted(bits, reverse=True)
    kinds = {(item["type"], item["driver"], item["sign"]) for item in told["signposts"]}
    signs = {("mediation_meeting", "bargaining_progress", sign) for sign in ("negative", "neutral", "positive")}
    assert kinds == {*signs, ("written_offer", None, None)}
    for item in told["signposts"]:
        assert (item["from"], item["to"]) == ("2023-03-05", "2023-03-18")
        assert set(item["if_seen"]) == set(item["if_not"]) == set(told["baseline"]) == OUTCOMES
        assert 0 < item["p_seen"] < 1
        assert item["bits_mcse"] > 0


def test_the_window_ends_at_the_horizon_by_default(asked):
    told = asked("signposts", NAME, *DATES)
    assert {(item["from"], item["to"]) for item in told["signposts"]} == {("2023-03-05", HORIZON)}


def test_reach_says_what_would_lead_there(asked):
    base = asked("signposts", NAME, *DATES)["baseline"]["deal_without_lockout"]
    told = asked("reach", NAME, "deal_without_lockout", f"{base + 0.005:.4f}", *DATES)
    assert (told["outcome"], told["direction"]) == ("deal_without_lockout", "at least")
    assert told["baseline"]["deal_without_lockout"] == pytest.approx(base, abs=1e-12)
    assert told["found"] == told["nearest"]
    assert told["found"]["signposts"]
    assert told["found"]["outcomes"]["deal_without_lockout"] >= base + 0.005
    for item in told["found"]["signposts"]:
        assert set(item) == {"type", "driver", "sign", "from", "to", "seen"}
    none = asked("reach", NAME, "deal_without_lockout", "0.999", *DATES)
    assert none["found"] is None
    assert none["nearest"]["outcomes"]["deal_without_lockout"] < 0.999


def test_the_baseline_is_what_an_update_publishes(workspace, invoke):
    record_prior_fit(Workspace(workspace), NAME, FIT, date.fromisoformat(HORIZON))
    told = json.loads(invoke(*WHATIF, "--do", "union_resolve=1", "--json").stdout)
    done = invoke("update", NAME, *DATES, "--no-report", "--json")
    published = json.loads(done.stdout)
    assert published["method"] == "reweight", done.output
    for name, item in published["outcomes"].items():
        assert told["baseline"][name]["probability"] == pytest.approx(item["probability"], abs=1e-12)


# Words


@pytest.mark.parametrize(
    ("words", "key", "said"),
    [
        (("--do", "union_resolv=1"), "--do", "did you mean 'union_resolve'?"),
        (("--do", "union_resolve"), "--do", "DRIVER=LEVEL[@FROM[:TO]]"),
        (("--do", "union_resolve=high"), "--do", "'high' is not a number"),
        (("--do", "union_resolve=inf"), "--do", "'inf' is not a number"),
        (("--do", "union_resolve=1@2023-03-04:"), "--do", "cannot be set any more"),
        (("--do", "union_resolve=1@:2023-04-01"), "--do", "after the horizon"),
        (("--do", "union_resolve=1@2023-03-20:2023-03-10"), "--do", "before it starts"),
        (("--do", "union_resolve=1@2023-02-30:"), "--do", "no such day"),
        (("--do", "union_resolve=1", "--do", "union_resolve=2"), "--do", "set twice"),
        (("--observe", "mediation_meting@2023-03-10"), "--observe", "did you mean 'mediation_meeting'?"),
        (("--observe", "mediation_meeting"), "--observe", "TYPE[:DIRECTION[:GRADE]]@DATE"),
        (("--observe", "mediation_meeting@soon"), "--observe", "YYYY-MM-DD"),
        (("--observe", "mediation_meeting:3@2023-03-10"), "--observe", "not between -2 and 2"),
        (("--observe", "mediation_meeting:up@2023-03-10"), "--observe", "'up' is not a number"),
        (("--observe", "mediation_meeting:employer_pressure=1@2023-03-10"), "--observe", "no signal on"),
        (("--observe", "mediation_meeting::B7@2023-03-10"), "--observe", "not an Admiralty grade"),
        (("--observe", "written_offer:1@2023-03-10"), "--observe", "positive signs only"),
        (("--observe", "written_offer@2023-03-05"), "--observe", "outside the type's complete coverage"),
        (("--observe", "mediation_meeting@2023-02-28"), "--observe", "does not lie between"),
        (("--observe", "mediation_meeting@2023-03-25"), "--observe", "does not lie between"),
        ((), "", "nothing is asked"),
    ],
)
def test_words_that_cannot_be_are_refused_with_a_hint(problems, words, key, said):
    ((_, _, where, message),) = problems(*WHATIF, *words)
    assert where == key
    assert said in message


def test_all_problems_are_told_at_once(problems):
    found = problems(*WHATIF, "--do", "nobody=1", "--do", "union_resolve=x", "--observe", "nothing@2023-03-10")
    assert len(found) == 3


def test_several_may_be_set_one_after_the_other_and_beyond_the_scale_is_warned_of(asked):
    told = asked(*WHATIF, "--do", "union_resolve=1@:2023-03-10", "--do", "union_resolve=3@2023-03-11:2023-03-20")
    assert [item["level"] for item in told["alternatives"][0]["spec"]["do"]] == [1, 3]
    assert any("beyond what low and high" in warning for warning in told["warnings"])


def test_a_direction_may_be_left_out_and_a_driver_named(asked):
    bare, named = (
        asked(*WHATIF, "--observe", text)["alternatives"][0]["spec"]["observe"][0]
        for text in ("mediation_meeting::C3@2023-03-10", "mediation_meeting:bargaining_progress=-1@2023-03-02")
    )
    assert (bare["direction"], bare["grade"]) == ({}, "C3")
    assert (named["direction"], named["grade"]) == ({"bargaining_progress": -1}, "B2")


FILE = """\
# what the committee wants to know
the union gives in:
  do: union_resolve=-2@2023-03-10
talks:
  observe:
    - mediation_meeting:2:A1@2023-03-12
    - picket_shrinks@2023-03-03
"""


def test_a_file_holds_alternatives_by_name(asked, tmp_path):
    path = tmp_path / "alternatives.yaml"
    path.write_text(FILE, encoding="utf-8")
    told = asked(*WHATIF, "--file", str(path), "--do", "employer_pressure=1")
    assert [(item["name"], item["kind"]) for item in told["alternatives"]] == [
        ("employer_pressure=1", "do"), ("the union gives in", "do"), ("talks", "observe"),
    ]  # fmt: skip
    assert told["alternatives"][1]["spec"]["do"][0]["from"] == "2023-03-10"
    assert len(told["alternatives"][2]["spec"]["observe"]) == 2


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        (FILE.replace("  do:", "  doo:"), 3, "the union gives in.doo", "did you mean 'do'?"),
        (FILE.replace("meeting:2", "meeting:5"), 6, "talks.observe[0]", "not between -2 and 2"),
        (FILE.replace("- picket_shrinks@", "- picket_shrink@"), 7, "talks.observe[1]", "did you mean 'picket_shrinks'"),
        (FILE + "talks:\n  do: union_resolve=1\n", 8, "talks", "given twice"),
        ("just words", 1, "", "must be a mapping"),
        ("", 1, "", "must be a mapping"),
        ("a:\n  do: 5\n", 2, "a.do", "must be text"),
        ("a:\n  do: [{driver: union_resolve}]\n", 2, "a.do[0]", "must be text"),
        ("a: union_resolve=1\n", 1, "a", "must be a mapping with"),
        ("a: {do: []}\n", 1, "a", "nothing is asked"),
        ("a: [\n", 2, "", "not valid YAML"),
    ],
)
def test_a_file_is_refused_with_its_lines(problems, tmp_path, text, line, key, said):
    path = tmp_path / "alternatives.yaml"
    path.write_text(text, encoding="utf-8")
    found = problems(*WHATIF, "--file", str(path))
    assert (str(path), line, key) in [item[:3] for item in found]
    assert any(said in message for *_, message in found)


def test_a_file_that_is_not_there_is_named(problems, tmp_path):
    ((*_, message),) = problems(*WHATIF, "--file", str(tmp_path / "absent.yaml"))
    assert "absent.yaml" in message


# Without a fit, and other input that is wrong


@pytest.mark.parametrize(
    "words", [("whatif", NAME, "--do", "union_resolve=1"), ("signposts", NAME), ("reach", NAME, "paused", "0.5")]
)
def test_without_a_fit_the_run_to_type_is_named(workspace, invoke, words):
    done = invoke(*words, "--as-of", AS_OF, "--json")
    assert done.exit_code == 2
    assert f"`forecast run {NAME} --as-of {AS_OF}`" in json.loads(done.stdout)["problems"][0]["message"]


def test_a_changed_scenario_needs_a_new_fit(workspace, invoke):
    record_prior_fit(Workspace(workspace), NAME, FIT, date.fromisoformat(HORIZON))
    path = workspace / "priors" / f"{NAME}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("half_life: [10d, 40d]", "half_life: [10d, 41d]"))
    done = invoke("signposts", NAME, *DATES, "--json")
    assert done.exit_code == 2
    message = json.loads(done.stdout)["problems"][0]["message"]
    assert "the scenario has changed" in message
    assert f"`forecast run {NAME} --as-of {AS_OF} --seed 1`" in message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reach", NAME, "pausd", "0.5", *DATES), "did you mean 'paused'?"),
        (("reach", NAME, "paused", "1.5", *DATES), "not a probability"),
        (("signposts", NAME, *DATES, "--days", "21"), "at most 20"),
        (("signposts", NAME, "--as-of", HORIZON, "--horizon", HORIZON), "not before the horizon"),
        (("signposts", NAME, *DATES, "--seed", "7"), "with seed 7"),
    ],
)
def test_other_wrong_input_is_refused(problems, words, said):
    ((*_, message),) = problems(*words)
    assert said in message


# What people read


def test_setting_and_seeing_are_worded_differently(asked, invoke):
    done = invoke(*WHATIF, "--do", "union_resolve=-1", "--observe", "mediation_meeting:-1@2023-03-10")
    assert done.exit_code == 0, done.output
    assert f"if union_resolve were set to -1 from 2023-03-05 to {HORIZON}" in done.stdout
    assert "if mediation_meeting were seen on 2023-03-10, graded B2, coded bargaining_progress -1" in done.stdout
    assert "As things stand" in done.stdout
    assert "Status" in done.stdout


def test_people_read_what_to_look_out_for_and_what_would_lead_there(asked, invoke):
    done = invoke("signposts", NAME, *DATES)
    assert "mediation_meeting, negative" in done.stdout
    assert "Bits" in done.stdout
    done = invoke("reach", NAME, "lasting_lockout", "0.9", *DATES)
    assert "None in sight would" in done.stdout
    done = invoke("reach", NAME, "lasting_lockout", "0.0001", *DATES)
    assert "asked for at most" in done.stdout


def test_weights_that_cannot_be_trusted_are_a_review(asked, invoke):
    reports = [word for day in range(5, 20) for word in ("--observe", f"mediation_meeting:-2:A1@2023-03-{day:02}")]
    told = asked(*WHATIF, *reports)
    assert told["status"] == "REVIEW"
    assert told["alternatives"][0]["doubt"]
    assert "REVIEW" in invoke(*WHATIF, *reports).stdout


def test_a_question_loads_nothing_heavy(fitted, project_root):
    program = (
        "import sys\n"
        "from forecast.cli import main\n"
        f"sys.argv = ['forecast', *{[*WHATIF, '--do', 'union_resolve=1', '--json']!r}]\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=fitted, env={**os.environ, "PYTHONPATH": str(project_root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "arviz_stats", "matplotlib", "xarray", "pandas", "scipy"}
    assert not loaded & heavy
