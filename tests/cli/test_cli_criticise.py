"""``forecast criticise``: what it prints, writes and hands to the report, and what it says when it cannot."""

from __future__ import annotations

import json
from datetime import date

import pytest
from prior_fit import record_prior_fit

from forecast.ledger.store import Ledger
from forecast.workspace import Workspace

NAME = "harbour-strike"
FIT, HORIZON = date(2023, 3, 1), date(2023, 3, 10)  # near, so that projecting takes little of the time
STEM = f"{FIT}_{HORIZON}"


@pytest.fixture
def fitted(workspace):
    return record_prior_fit(Workspace(workspace), NAME, FIT, HORIZON)


def test_the_document_the_page_and_the_report(workspace, fitted, invoke):
    done = invoke("criticise", NAME, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == (3 if told["status"] == "FAIL" else 0), done.output
    assert (told["format_version"], told["scenario"], told["seed"]) == (1, NAME, 1)
    assert (told["as_of"], told["horizon"], told["fit"]["ledger_id"]) == (str(FIT), str(HORIZON), fitted.id)
    checks = {check["key"]: check for check in told["checks"]}
    assert set(checks) >= {"sampler", "plausible", "power_scaling", "influence", "loo", "prior", "conflict", "future"}
    assert told["comparisons"] >= sum(check["kind"] == "test" and len(check["rows"]) for check in told["checks"])
    for check in told["checks"]:
        assert check["status"] in {"PASS", "REVIEW", "FAIL"}
        assert check["sentence"]
        assert check["source"]
        assert all(len(row) == len(check["columns"]) for row in check["rows"])
    folder = workspace / "reports" / NAME
    page = (folder / f"{STEM}_criticism.html").read_text()
    assert all(f'id="{key}"' in page for key in checks)
    assert "<svg" in page
    assert "://" not in page.replace("http://www.w3.org/", "")  # nothing is loaded from anywhere
    assert len(Ledger(workspace / "data" / "ledger").forecasts()) == 1  # nothing is recorded
    assert f'href="{NAME}/{STEM}_criticism.html"' in (workspace / "reports" / "index.html").read_text()
    assert invoke("report", NAME).exit_code == 0
    assert "checks of the model against its evidence pass" in (folder / f"{STEM}.html").read_text()


def test_a_summary_of_other_draws_is_not_shown(workspace, fitted, invoke):
    summary = {"fit": "another", "evidence_hash": fitted.evidence_hash, "status": "PASS", "passed": 3, "flagged": []}
    folder = workspace / "reports" / NAME
    folder.mkdir(parents=True)
    for content in (json.dumps({**summary, "comparisons": 9, "rate": 0.05}), "{"):
        (folder / f"{STEM}_criticism.json").write_text(content)
        assert invoke("report", NAME).exit_code == 0
        assert "checks of the model" not in (folder / f"{STEM}.html").read_text()


def test_people_read_a_table_and_a_failed_check_has_a_code_of_its_own(fitted, invoke, monkeypatch):
    from forecast.evaluation.criticism import battery
    from forecast.evaluation.criticism.checks import Comparison
    from forecast.evaluation.criticism.family import Test, judge_family

    far = Test("counts", "Number of [reports]", "the reports", (Comparison("strikes", 9.0, 0.0, 1.0, 2.0, 1e-6),))
    monkeypatch.setattr(battery, "run", lambda *given, guides=(), **named: judge_family([far], guides))
    done = invoke("criticise", NAME)
    assert done.exit_code == 3, done.output
    assert "Number of [reports]: FAIL" in done.stdout
    assert "strikes is 9, above the 0 to 2 it expects" in done.stdout
    assert "Status   FAIL" in done.stdout


def test_without_a_fit_it_names_the_run_to_type(workspace, invoke):
    done = invoke("criticise", NAME, "--as-of", "2023-03-04")
    assert done.exit_code == 2
    assert f"`forecast run {NAME} --as-of 2023-03-04`" in done.output


def test_too_few_simulations_are_refused(workspace, invoke):
    done = invoke("criticise", NAME, "--simulate", "3")
    assert done.exit_code == 2
    assert "10" in done.output
