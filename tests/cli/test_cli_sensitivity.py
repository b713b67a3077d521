"""``forecast sensitivity``: on a real projection of a stored fit, what it prints, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from types import ModuleType

import numpy as np
import pytest
from prior_fit import record_prior_fit

from forecast.inference.posterior import Posterior
from forecast.ledger.store import Ledger
from forecast.model.draws import prior_unknowns
from forecast.workspace import Workspace

NAME = "harbour-strike"
FIT, HORIZON = date(2023, 3, 1), date(2023, 3, 10)  # near, so that projecting takes little of the time


@pytest.fixture
def fitted(workspace):
    return record_prior_fit(Workspace(workspace), NAME, FIT, HORIZON)


def asked(invoke, *args: str) -> dict:
    done = invoke("sensitivity", NAME, *args, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_document_has_the_promised_fields(workspace, fitted, invoke):
    told = asked(invoke)
    assert (told["format_version"], told["scenario"], told["seed"]) == (1, NAME, 1)
    assert (told["as_of"], told["horizon"]) == (str(FIT), str(HORIZON))  # of the forecast recorded last
    assert told["fit"]["ledger_id"] == fitted.id
    outcomes = list(told["outcomes"])
    recorded = {item.name: item.probability for item in fitted.outcomes}
    for name in outcomes:
        assert told["outcomes"][name]["probability"] == pytest.approx(recorded[name], abs=0.02)
        assert told["outcomes"][name]["verdict"] in {
            "prior-dominated", "prior-data conflict", "driven by evidence", "neither alone", "not resolved",
        }  # fmt: skip
    rows = told["rows"]
    assert {"parameter", "outcome", "low", "high", "pareto_k", "difference", "mcse", "trusted"} <= set(rows[0])
    parameters = list(dict.fromkeys(row["parameter"] for row in rows))
    assert len(rows) == len(parameters) * len(outcomes)
    for ending in (
        "union_resolve.at_start", "union_resolve.now", "->bargaining_progress.effect", "per_month",
        "rate_ratio.employer_pressure", "signal.union_resolve.noise", "boxes_per_day.noise", "breaks_before",
        "base_rate", "within_12_months", "hazard_ratio.bargaining_progress",
    ):  # fmt: skip
        assert any(parameter.endswith(ending) for parameter in parameters), ending
    by_parameter = {(row["parameter"], row["outcome"]): row for row in rows}
    base = by_parameter["transitions.stoppage->agreement.base_rate", "deal_without_lockout"]
    assert base["low"] < told["outcomes"]["deal_without_lockout"]["probability"] < base["high"]
    assert base["clear"]
    assert {item["component"] for item in told["power_scaling"]} >= {"prior", "prior.drivers", "prior.transitions"}
    assert {item["kind"] for item in told["findings"]} >= {"prior_share", "power_scaling", "prior"}
    assert len(Ledger(workspace / "data" / "ledger").forecasts()) == 1  # nothing is recorded


def test_later_evidence_reweights_the_draws_of_the_fit(fitted, invoke):
    told = asked(invoke, "--as-of", "2023-03-04")
    assert told["as_of"] == "2023-03-04"
    components = {item["component"] for item in told["power_scaling"]}
    assert {"likelihood", "likelihood.silence", "likelihood.states"} <= components
    assert any(row["pareto_k"] is not None for row in told["rows"])


def test_people_read_tornadoes_and_findings(fitted, invoke):
    done = invoke("sensitivity", NAME)
    assert done.exit_code == 0, done.output
    assert "Share that is prior" in done.stdout
    assert "stoppage → agreement: base rate" in done.stdout
    assert "█" in done.stdout
    assert "\nFindings\n- " in done.stdout


def test_without_a_fit_it_names_the_run_to_type(workspace, invoke):
    done = invoke("sensitivity", NAME, "--as-of", "2023-03-04")
    assert done.exit_code == 2
    assert f"`forecast run {NAME} --as-of 2023-03-04`" in done.output


def test_evidence_that_the_draws_do_not_carry_asks_for_a_run(fitted, invoke):
    done = invoke("sensitivity", NAME, "--as-of", "2023-05-20", "--horizon", "2023-05-31", "--json")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert told["status"] == "ERROR"
    assert f"`forecast run {NAME} --as-of 2023-05-20 --seed 1`" in told["problems"][0]["message"]


def test_a_changed_scenario_asks_for_a_run(workspace, fitted, invoke):
    path = workspace / "priors" / f"{NAME}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("at_start: [0.2, 1.4]", "at_start: [0.1, 1.4]"))
    done = invoke("sensitivity", NAME)
    assert done.exit_code == 2
    assert "the scenario has changed" in done.output


@pytest.mark.parametrize(
    "typed", [("--refit", "-1"), ("--refit", "many"), ("--as-of", "yesterday"), ("--halves",), ("--seed", "x")]
)
def test_mistyped_options_are_wrong_input(fitted, invoke, typed):
    assert invoke("sensitivity", NAME, *typed).exit_code == 2


def test_refitting_replaces_the_row_that_needs_it_most(fitted, invoke, monkeypatch):
    """Without evidence but a history of states the prior is drawn from, which is all but the posterior."""
    seen = []

    def fit(scenario, snapshot, *, seed, spec, progress):
        seen.append(spec)
        n, rng = 2000, np.random.default_rng(len(seen))
        stats = {"diverging": np.zeros(n, dtype=bool), "energy": rng.normal(size=n), "n_steps": np.ones(n)}
        return Posterior(prior_unknowns(spec, n, snapshot.n_steps, rng=rng), 4, stats, {})

    module = ModuleType("forecast.inference.fit")
    module.__dict__["fit"] = fit
    monkeypatch.setitem(sys.modules, "forecast.inference.fit", module)
    before = asked(invoke)
    told = asked(invoke, "--refit", "1")
    assert len(seen) == 2
    refitted = [row for row in told["rows"] if row["method"] == "refit"]
    assert len(refitted) == len(told["outcomes"])
    earlier = {(row["parameter"], row["outcome"]): row for row in before["rows"]}
    for row in refitted:
        old = earlier[row["parameter"], row["outcome"]]
        assert row["trusted"]
        assert abs(row["difference"] - old["difference"]) < 4 * np.hypot(row["mcse"], old["mcse"])


def test_it_loads_nothing_heavy(workspace, fitted, project_root):
    program = (
        "import sys\nfrom forecast.cli import main\n"
        f"sys.argv = ['forecast', 'sensitivity', {NAME!r}, '--json']\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(project_root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["status"] == "PASS"
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {
        "pymc",
        "pytensor",
        "nutpie",
        "numba",
        "arviz_stats",
        "matplotlib",
        "xarray",
        "pandas",
        "scipy",
    }
