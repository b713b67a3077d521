"""Faults planted in a right model are caught by the check named beforehand, and right models are flagged by none.

`make test-long` plants each fault once and takes a few right models; `make evidence` takes more cases of each and 100
right models, of which at most 5% may be flagged, and writes docs/evidence.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import evidence_record
import joblib
import pytest
from made_fits import CASE
from planted_faults import FAULTS, Found, criticised
from scipy import stats

from forecast.evaluation.criticism.family import RATE
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers

CASES, RIGHT, FEW_RIGHT = 3, 100, 4
FALSE_ALARM = 0.01  # of each test here
FIRST, FIRST_RIGHT = 301, 2000  # truths that no trial and no earlier count has seen; those of right models are others


def found_of(tasks: Sequence[tuple[str | None, int]]) -> list[Found]:
    listed = [Task(f"{name or 'right model'}, truth {run}", (name and FAULTS[name], run)) for name, run in tasks]
    return run_tasks(criticised, listed, workers=Workers(jobs=joblib.cpu_count()))


@pytest.mark.long
def test_each_fault_is_caught_once_and_few_right_models_are_flagged() -> None:
    found = found_of([*((name, FIRST) for name in FAULTS), *((None, FIRST_RIGHT + run) for run in range(FEW_RIGHT))])
    missed = {
        name: item
        for (name, fault), item in zip(FAULTS.items(), found, strict=False)
        if fault.check not in item.flagged
    }
    assert not missed
    flagged = sum(bool(item.flagged) for item in found[len(FAULTS) :])
    assert stats.binomtest(flagged, FEW_RIGHT, RATE, alternative="greater").pvalue > FALSE_ALARM


@pytest.mark.evidence
def test_right_models_are_flagged_as_rarely_as_stated() -> None:
    began = time.perf_counter()
    right = found_of([(None, FIRST_RIGHT + run) for run in range(RIGHT)])
    flagged = sum(bool(found.flagged) for found in right)
    interval = stats.binomtest(flagged, RIGHT).proportion_ci(0.95, method="wilson")
    tests = list(right[0].chances)
    figures: dict[str, evidence_record.Figure] = {
        "rate": RATE,
        "right_models": RIGHT,
        "flagged": flagged,
        "share_95_low": float(interval.low),
        "share_95_high": float(interval.high),
        "flagged_by_test": {key: sum(key in found.flagged for found in right) for key in tests},
        "least_adjusted_chance": {key: min(found.chances[key] for found in right) for key in tests},
        "fits_failed": sum(found.fit == "FAIL" for found in right),
        "seconds": time.perf_counter() - began,
    }
    evidence_record.record("right-models", CASE, figures)
    assert stats.binomtest(flagged, RIGHT, RATE, alternative="greater").pvalue > FALSE_ALARM, figures


@pytest.mark.evidence
def test_faults_are_caught_in_every_case() -> None:
    began = time.perf_counter()
    found = found_of([(name, run) for run in range(FIRST, FIRST + CASES) for name in FAULTS])
    rows: list[evidence_record.Figure] = []
    for i, (name, fault) in enumerate(FAULTS.items()):
        of_fault = found[i :: len(FAULTS)]
        rows.append(
            {
                "name": name,
                "fault": fault.what,
                "check": fault.check,
                "reason": fault.reason,
                "cases": CASES,
                "caught": sum(fault.check in item.flagged for item in of_fault),
                "caught_by_any": sum(bool(item.flagged) for item in of_fault),
                "largest_adjusted_chance": max(item.chances[fault.check] for item in of_fault),
                "flagged": {key: sum(key in item.flagged for item in of_fault) for key in of_fault[0].chances},
            }
        )
    caught = [row["caught"] for row in rows if isinstance(row, dict)]
    figures: dict[str, evidence_record.Figure] = {
        "cases": CASES,
        "fits_failed": sum(item.fit == "FAIL" for item in found),
        "faults": rows,
        "seconds": time.perf_counter() - began,
    }
    evidence_record.record("faults", CASE, figures)
    assert caught == [CASES] * len(FAULTS), figures
