"""Two months of updates of the shipped case, twice a week, each from the last fit as the command chooses it."""

from __future__ import annotations

import time
from datetime import timedelta

import evidence_record
import pytest
from update_and_refit import CASE, FIRST, bound, follow

DATES = [FIRST + timedelta(days=3 * n) for n in range(1, 21)]
FALSE_ALARM = 0.01  # of the whole test, were updating exact


@pytest.mark.evidence
def test_updates_agree_with_new_fits(project_root, tmp_path):
    began = time.perf_counter()
    steps = follow(project_root, tmp_path, DATES)
    n_compared = sum(len(step.errors) for step in steps)
    worst = max((step.largest for step in steps if step.largest is not None), default=0.0)
    limit = bound(n_compared, FALSE_ALARM)
    rows: list[evidence_record.Figure] = [
        {
            "as_of": step.as_of.isoformat(),
            "method": step.method,
            "status": step.status,
            "reason": step.reason,
            "fit_as_of": step.fit_as_of.isoformat(),
            "pareto_k": step.pareto_k,
            "largest_difference_in_errors": step.largest,
        }
        for step in steps
    ]
    figures: dict[str, evidence_record.Figure] = {
        "dates": len(steps),
        "share_refitted": sum(step.method == "nuts" for step in steps) / len(steps),
        "compared": n_compared,
        "beyond_3_errors": sum(abs(error) > 3 for step in steps for error in step.errors.values()),
        "largest_difference_in_errors": worst,
        "bound": limit,
        "steps": rows,
        "seconds": time.perf_counter() - began,
    }
    evidence_record.record("updating", f"priors/{CASE}.yaml", figures)
    assert n_compared, figures
    assert worst < limit, figures
