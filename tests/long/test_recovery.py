"""Truths drawn from the prior lie within their 80% intervals in eight of ten cases, over simulated histories.

Intervals of one history share its evidence, so the history is the unit: each gives the share of its intervals that
cover, and a t interval around their mean must hold 0.8. `make test-long` takes 10 histories, `make evidence` 50, whose
figures go to docs/evidence.
"""

from __future__ import annotations

import time
from pathlib import Path

import evidence_record
import joblib
import numpy as np
import pytest
from recovery_runs import recover
from scipy import stats

from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario

CASES = "tests/cases"
NAME = "harbour-strike"
FALSE_ALARM = 0.002  # of the whole test, were every interval right: two t intervals of 99.9%


@pytest.fixture(scope="module")
def case(project_root: Path) -> tuple[Scenario, Evidence]:
    scenario = load_scenario(project_root / CASES / "priors" / f"{NAME}.yaml").scenario
    return scenario, read_evidence(project_root / CASES / "data" / NAME, scenario)


@pytest.mark.parametrize("n", [pytest.param(10, marks=pytest.mark.long), pytest.param(50, marks=pytest.mark.evidence)])
def test_80_percent_intervals_hold_eight_of_ten_truths(case, n):
    began = time.perf_counter()
    scenario, template = case
    tasks = [Task(f"history {seed}", (scenario, template, seed)) for seed in range(n)]
    histories = run_tasks(recover, tasks, workers=Workers(jobs=joblib.cpu_count()))
    figures: dict[str, evidence_record.Figure] = {
        "histories": n,
        "failed_fits": sum(history.status == "FAIL" for history in histories),
        "mean_reports": float(np.mean([history.reports for history in histories])),
        "level_sd_ratio": float(np.mean([history.level_sd_ratio for history in histories])),
        "seconds": time.perf_counter() - began,
    }
    inside = {}
    for kind in ("levels", "parameters"):
        shares = np.array([getattr(history, kind) for history in histories])
        error = shares.std(ddof=1) / np.sqrt(n)
        figures[f"{kind}_coverage"] = float(shares.mean())
        figures[f"{kind}_coverage_se"] = float(error)
        inside[kind] = abs(shares.mean() - 0.8) < stats.t.ppf(1 - FALSE_ALARM / 4, n - 1) * error
    if n == 50:
        evidence_record.record("recovery", f"{CASES}/priors/{NAME}.yaml", figures)
    assert all(inside.values()), figures
    assert figures["level_sd_ratio"] < 0.95, figures  # the evidence says something: else the prior would pass too
    assert figures["failed_fits"] <= n / 10, figures
