"""Simulation-based calibration: ranks of truths among draws of their fits are uniform, all quantities as one family.

Of programs that sample the right posterior at most 5% fail, whatever the number of histories. `make test-long` takes 50
histories, `make evidence` 500, whose figures go to docs/evidence and are drawn for docs/calibration.md.
"""

from __future__ import annotations

import time
from pathlib import Path

import evidence_record
import pytest
import write_calibration
from calibration_runs import CASE, simulated

from forecast.evaluation.criticism.family import judge_family
from forecast.evaluation.criticism.recovery import recovery_check
from forecast.evaluation.criticism.simulated import RANKS
from forecast.scenario.file import load_scenario

FULL = 500


@pytest.mark.parametrize(
    ("runs", "features"),
    [pytest.param(50, 20, marks=pytest.mark.long), pytest.param(FULL, 200, marks=pytest.mark.evidence)],
)
def test_ranks_are_uniform(project_root: Path, runs: int, features: int) -> None:
    began = time.perf_counter()
    found = simulated(project_root, runs, features=features)
    judged = judge_family([test for test, _ in found.values()])
    figures: dict[str, evidence_record.Figure] = {"false_alarm_rate": judged.rate, "ranks": RANKS}
    for check, (name, (test, histories)) in zip(judged.checks, found.items(), strict=True):
        figures[name] = {
            "title": test.title,
            "histories": len(histories),
            "fits_failed": sum(history.status == "FAIL" for history in histories),
            "fits_to_review": sum(history.status == "REVIEW" for history in histories),
            "status": check.status,
            "smallest_adjusted_chance": check.statistic,
            "chances": {item.name.removesuffix(": ranks from uniform"): item.p for item in test.comparisons},
        }
    recovered = recovery_check(load_scenario(project_root / CASE).scenario, found["prior"][1])
    figures["recovery"] = {
        str(driver): {"found_again": again, "error": error, "covered_by_80": covered, "covered_error": covered_error}
        for driver, again, error, covered, covered_error in recovered.rows
    }
    figures["seconds"] = time.perf_counter() - began
    if runs == FULL:
        evidence_record.record("calibration", CASE, figures)
        write_calibration.draw_ranks({test.title: test.picture for test, _ in found.values()})
    assert judged.status == "PASS", [check.sentence for check in judged.flagged]
    failed = [history.status == "FAIL" for _, histories in found.values() for history in histories]
    assert sum(failed) <= len(failed) / 10, figures
    assert recovered.statistic > 0, figures
