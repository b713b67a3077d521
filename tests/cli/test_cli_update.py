"""``forecast update``: which fit it goes on from, when it refits, and what it says; nothing is sampled here."""

from __future__ import annotations

import json

import pytest

from forecast.ledger.store import Ledger
from forecast.workflow import updating

pytestmark = [
    pytest.mark.filterwarnings("ignore:a library that warns"),
    pytest.mark.usefixtures("workspace", "calls"),
]

EARLY, LATE = "2023-04-10", "2023-04-20"


def asked(invoke, *args: str) -> dict:
    done = invoke(*args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def fitted(invoke, calls) -> dict:
    return asked(invoke, "run", "harbour-strike", "--as-of", EARLY)


def test_without_a_fit_it_names_the_run_to_type(invoke, calls):
    done = invoke("update", "harbour-strike", "--as-of", LATE, "--json")
    assert done.exit_code == 2
    assert f"`forecast run harbour-strike --as-of {LATE}`" in json.loads(done.stdout)["problems"][0]["message"]
    assert calls.fit is None


def test_it_reweights_the_last_fit_and_says_what_is_new(invoke, calls, fitted, workspace):
    calls.fit = None
    told = asked(invoke, "update", "harbour-strike", "--as-of", LATE)
    assert calls.fit is None
    assert (told["method"], told["as_of"]) == ("reweight", LATE)
    assert told["fit"] == {"ledger_id": fitted["ledger_id"], "as_of": EARLY, "reason": "", "near": ""}
    assert told["changes"]["since"] == fitted["ledger_id"]
    news = told["changes"]["evidence"]
    assert news
    assert all(change["what"] == "new" and EARLY < change["reported"] <= LATE for change in news)
    fit, update = Ledger(workspace / "data" / "ledger").forecasts()
    assert (update.draws_hash, update.fit) == (fit.draws_hash, fit.id)


def test_updates_do_not_build_on_updates(invoke, calls, fitted):
    asked(invoke, "update", "harbour-strike", "--as-of", "2023-04-15")
    assert asked(invoke, "update", "harbour-strike", "--as-of", LATE)["fit"]["ledger_id"] == fitted["ledger_id"]


def test_weights_that_are_not_enough_lead_to_a_fit_with_the_same_seed(invoke, calls, workspace):
    asked(invoke, "run", "harbour-strike", "--as-of", EARLY, "--seed", "7")
    calls.fit, calls.refit = None, "Pareto k of the weights is 0.90, above 0.70"
    told = asked(invoke, "update", "harbour-strike", "--as-of", LATE)
    assert calls.fit["seed"] == 7
    assert (told["method"], told["fit"]["reason"], told["fit"]["ledger_id"]) == ("nuts", calls.refit, told["ledger_id"])


def test_a_changed_scenario_leads_to_a_fit(invoke, calls, fitted, workspace):
    path = workspace / "priors" / "harbour-strike.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("half_life: [10d, 40d]", "half_life: [10d, 41d]"))
    assert "scenario has changed" in asked(invoke, "update", "harbour-strike", "--as-of", LATE)["fit"]["reason"]


@pytest.mark.parametrize("args", [("--as-of", "2023-04-01"), ("--as-of", LATE, "--seed", "3")])
def test_a_later_fit_or_one_with_another_seed_does_not_count(invoke, fitted, args):
    assert invoke("update", "harbour-strike", *args).exit_code == 2


def test_people_read_the_method_and_what_changed(invoke, calls, fitted):
    done = invoke("update", "harbour-strike", "--as-of", LATE)
    assert "reweighted" in done.output
    assert f"as of {EARLY}; percentage points" in done.output
    assert "new report" in done.output
    assert done.output.rstrip().endswith(".pdf")


def test_no_report_is_written_where_none_is_wanted(invoke, calls, fitted):
    calls.paper = None
    assert asked(invoke, "update", "harbour-strike", "--as-of", LATE, "--no-report")["files"] == {}
    assert calls.paper is None


# Nothing new


@pytest.mark.parametrize("first", ["run", "update"])
def test_where_nothing_is_new_the_forecast_stands_and_nothing_is_recorded(invoke, calls, fitted, workspace, first):
    day = EARLY if first == "run" else LATE
    made = fitted if first == "run" else asked(invoke, "update", "harbour-strike", "--as-of", LATE)
    asked(invoke, "update", "harbour-strike", "--as-of", "2023-04-15")  # another day in between does not matter
    ledger, calls.fit = Ledger(workspace / "data" / "ledger"), None
    before = ledger.entries()
    told = asked(invoke, "update", "harbour-strike", "--as-of", day)
    assert ledger.entries() == before
    assert calls.fit is None
    assert (made["recorded"], told["recorded"]) == (True, False)
    changing = ("changes", "recorded", "seconds", "warnings")
    assert {k: v for k, v in told.items() if k not in changing} == {k: v for k, v in made.items() if k not in changing}
    assert told["changes"]["since"] == made["ledger_id"]
    assert told["changes"]["evidence"] == []
    assert set(told["changes"]["outcomes"].values()) == {0}


def test_people_read_that_nothing_is_new_and_what_is_left_out(invoke, calls, fitted):
    assert fitted["left_out"] > 2
    done = invoke("update", "harbour-strike", "--as-of", EARLY)
    assert done.exit_code == 0
    assert "nothing is new" in done.output
    assert "no entry was added" in done.output
    assert f"{fitted['left_out']} rows reported after {EARLY} left out" in done.output
    assert fitted["ledger_id"][:12] in done.output
    assert "no new evidence" not in done.output


def test_anything_that_moved_is_a_new_forecast(invoke, calls, fitted, workspace, monkeypatch):
    ledger = Ledger(workspace / "data" / "ledger")
    made = [asked(invoke, "update", "harbour-strike", "--as-of", LATE)]

    def again(*args: str) -> None:
        made.append(asked(invoke, "update", "harbour-strike", *args))

    again("--as-of", LATE, "--horizon", "2023-05-30")
    name = ledger.read_evidence(ledger.latest()).reports[0].id
    invoke("withdraw", "harbour-strike", name, "--date", LATE)
    again("--as-of", LATE)
    with monkeypatch.context() as patch:
        patch.setattr(updating, "code_version", lambda: "another program")
        again("--as-of", LATE)
    asked(invoke, "run", "harbour-strike", "--as-of", "2023-04-12")  # a fit that is nearer
    again("--as-of", LATE)
    assert all(told["recorded"] for told in made)
    assert len(ledger.forecasts()) == 2 + len(made)
    again("--as-of", LATE)
    assert not made[-1]["recorded"]


# A refit is near


@pytest.mark.parametrize(("effective", "near"), [(599.0, True), (600.0, False)])
def test_a_refit_that_is_near_is_said(invoke, calls, fitted, effective, near):
    calls.effective = effective
    done = invoke("update", "harbour-strike", "--as-of", LATE)
    assert ("warning: a new fit is near: 599 effective draws of 2000 are left" in done.stderr) is near
    assert (f"`forecast run harbour-strike --as-of {LATE}` makes it when it suits you" in done.stderr) is near
    assert ("         a new fit is near: 599" in done.stdout) is near
    told = asked(invoke, "update", "harbour-strike", "--as-of", LATE)  # told again where the forecast stands
    assert not told["recorded"]
    assert bool(told["fit"]["near"]) is near
    assert any("a new fit is near" in warning for warning in told["warnings"]) is near


# The program


def test_only_code_that_a_fit_rests_on_leads_to_a_fit(invoke, calls, fitted, workspace, monkeypatch):
    calls.fit = None
    monkeypatch.setattr(updating, "code_version", lambda: "another program")
    assert asked(invoke, "update", "harbour-strike", "--as-of", LATE)["method"] == "reweight"
    assert calls.fit is None
    monkeypatch.setattr(updating, "code_version", lambda: "a third program")
    monkeypatch.setattr(updating, "model_code_hash", lambda: "another model")
    assert "model's code has changed" in asked(invoke, "update", "harbour-strike", "--as-of", LATE)["fit"]["reason"]
