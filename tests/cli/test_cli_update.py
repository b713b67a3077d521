"""``forecast update``: which fit it goes on from, when it refits, and what it says; nothing is sampled here."""

from __future__ import annotations

import json

import pytest

from forecast.ledger.store import Ledger

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
    assert told["fit"] == {"ledger_id": fitted["ledger_id"], "as_of": EARLY, "reason": ""}
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
