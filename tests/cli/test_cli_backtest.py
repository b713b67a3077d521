"""``forecast backtest``: what is asked, what is said, what is refused; nothing is sampled here."""

from __future__ import annotations

import json

import pytest

from forecast.code import code_version
from forecast.evaluation.origins import Question, origin_tasks
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.parallel.kept import KeptResults
from forecast.parallel.workers import Workers
from forecast.timegrid import iso_date
from forecast.workflow.case import open_case
from forecast.workspace import Workspace

pytestmark = pytest.mark.usefixtures("workspace", "calls")

COMMAND = ("backtest", "harbour-strike", "--from", "2023-04-01", "--to", "2023-04-20")


def test_one_json_object_with_every_origin(invoke, calls):
    done = invoke(*COMMAND, "--every", "5d", "--horizon", "2023-05-20", "--seed", "4", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["status"], told["scenario"], told["horizon"], told["seed"]) == (
        "PASS", "harbour-strike", "2023-05-20", 4,
    )  # fmt: skip
    assert [origin["as_of"] for origin in told["origins"]] == ["2023-04-01", "2023-04-06", "2023-04-11", "2023-04-16"]
    first, second, *_ = told["origins"]
    assert (first["method"], first["fit"]["as_of"]) == ("nuts", "2023-04-01")
    assert (second["method"], second["fit"]) == ("reweight", {"as_of": "2023-04-01", "reason": ""})
    assert sum(outcome["probability"] for outcome in first["outcomes"].values()) == pytest.approx(1)
    assert first["diagnostics"]["max_rhat"] == 1.004
    assert told["refits"] == 2
    assert told["seconds"]["total"] > 0
    assert calls.workers == Workers()


def test_people_read_a_table_the_fits_and_where_it_is_kept(invoke):
    done = invoke(*COMMAND)
    assert done.exit_code == 0
    for said in (
        "2023-04-15",
        "fit of 2023-04-01",
        "2 for 3 forecasts",
        "data/backtests/harbour-strike",
    ):
        assert said in done.output
    assert "1 of 1 blocks of origins done" in done.stderr


@pytest.mark.parametrize(
    ("more", "workers"),
    [
        (("--jobs", "3"), Workers(jobs=3)),
        (("--cluster", "tcp://host:8786"), Workers(cluster="tcp://host:8786")),
    ],
)
def test_the_workers_asked_for_are_used(invoke, calls, more, workers):
    assert invoke(*COMMAND, *more).exit_code == 0
    assert calls.workers == workers


def test_the_ledger_is_not_touched(invoke, workspace):
    assert invoke(*COMMAND).exit_code == 0
    assert not (workspace / "data" / "ledger").exists()


def test_fresh_forgets_what_is_kept_of_this_question_alone(invoke, workspace, calls):
    case = open_case(Workspace(workspace), "harbour-strike")
    question = Question(
        case.scenario, case.scenario.horizon, 1, STANDARD_SAMPLING, case.loaded.hash, code_version(),
        case.evidence.questions,
    )  # fmt: skip
    days = tuple(iso_date(f"2023-04-{day:02}") for day in (1, 8, 15))
    kept = KeptResults(workspace / "data" / "backtests" / "harbour-strike")
    mine, other = origin_tasks(question, case.evidence, days)[0].key, "0" * 64
    for key in (mine, other):
        kept.write(key, 1)
    assert invoke(*COMMAND).exit_code == 0
    assert calls.kept.folder.resolve() == kept.folder
    assert set(kept.read([mine, other])) == {mine, other}
    assert invoke(*COMMAND, "--fresh").exit_code == 0
    assert set(kept.read([mine, other])) == {other}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--from", "2023-02-01", "--to", "2023-04-01"), "before the scenario's start"),
        (("--from", "2023-04-02", "--to", "2023-04-01"), "2023-04-01 lies before 2023-04-02"),
        (("--from", "2023-04-01", "--to", "2023-05-31"), "not before the horizon"),
        (("--from", "2023-04-01", "--to", "2023-04-20", "--every", "weekly"), "write whole days, weeks or months"),
        (("--from", "2023-04-01"), "--to"),
        (("--from", "2023-04-01", "--to", "2023-04-20", "--jobs", "0"), "--jobs"),
        (("--from", "2023-04-01", "--to", "2023-04-20", "--jobs", "2", "--cluster", "x"), "either --jobs or --cluster"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(invoke, calls, args, said):
    done = invoke("backtest", "harbour-strike", *args)
    assert done.exit_code == 2
    assert said in done.output
    assert calls.workers is None


def test_every_problem_of_the_days_is_listed(invoke):
    done = invoke("backtest", "harbour-strike", "--from", "2023-02-01", "--to", "2023-12-31", "--json")
    assert [problem["key"] for problem in json.loads(done.stdout)["problems"]] == ["--from", "--to"]


@pytest.mark.parametrize(("behaviour", "code"), [("PASS", 0), ("REVIEW", 0), ("FAIL", 3), ("interrupt", 130)])
def test_exit_codes_with_one_json_object_on_stdout(forecast, behaviour, code):
    done = forecast(*COMMAND, "--json", behaviour=behaviour)
    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["status"] == (behaviour if behaviour.isupper() else "ERROR")
    if behaviour == "interrupt":
        said = done.stderr.splitlines()[-1]
        assert said.startswith("interrupted: finished blocks are kept in data/backtests/harbour-strike; the same")
