"""Simulation-based calibration of the whole model on a reduced case: ranks of truths from the prior are uniform."""

from __future__ import annotations

import time
from pathlib import Path

import evidence_record
import joblib
import numpy as np
import pytest
from calibration_runs import RANKS, ranks_of_one_truth

from forecast.evaluation.ranks import ecdf_band, ecdf_excess
from forecast.evidence.readers import read_evidence
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers
from forecast.scenario.file import load_scenario

CASE = "tests/cases/priors/harbour-strike.yaml"
RUNS = 200  # truths


@pytest.mark.evidence
def test_ranks_are_uniform(project_root: Path) -> None:
    began = time.perf_counter()
    loaded = load_scenario(project_root / CASE).scenario
    scenario = loaded.model_copy(update={"learn_grades": True})
    template = read_evidence(project_root / "tests" / "cases" / "data" / loaded.scenario, scenario)
    tasks = [Task(f"truth {run}", (scenario, template, run)) for run in range(RUNS)]
    runs = run_tasks(ranks_of_one_truth, tasks, workers=Workers(jobs=joblib.cpu_count()))
    ranks = {name: [run[name] for run in runs] for name in runs[0]}
    n_columns = sum(rows[0].size for rows in ranks.values())
    # Simultaneous over ranks and over all quantities: each band is widened so that 95% of right models stay inside all.
    rng = np.random.default_rng(1)
    single = ecdf_band(RUNS, RANKS, rng=rng)
    joint = ecdf_band(RUNS, RANKS, probability=0.95 ** (1 / n_columns), simulations=100_000, rng=rng)
    figures: dict[str, evidence_record.Figure] = {"runs": RUNS, "ranks": RANKS, "quantities": n_columns}
    worst = 0.0
    for name, rows in ranks.items():
        columns = np.stack(rows)
        excess = [ecdf_excess(columns[:, i], RANKS, single) for i in range(columns.shape[1])]
        figures[name] = {
            "quantities": len(excess),
            "outside_their_own_95_band": int(np.sum(np.array(excess) > 1)),
            "largest_excess": max(excess),
        }
        worst = max(worst, *(ecdf_excess(columns[:, i], RANKS, joint) for i in range(columns.shape[1])))
    figures["largest_excess_of_the_joint_band"] = worst
    figures["seconds"] = time.perf_counter() - began
    evidence_record.record("calibration", CASE, figures)
    assert worst < 1, figures
