"""Simulation-based calibration on from the present: truths of a posterior among the draws of later fits."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from forecast.evaluation.criticism.calibration import calibration_test
from forecast.evaluation.criticism.family import judge_family
from forecast.evaluation.criticism.recovery import recovery_check
from forecast.evaluation.criticism.simulated import Setting, further_histories, prior_histories
from forecast.evidence.visible import visible_evidence
from forecast.parallel.workers import Workers

sys.path.insert(0, str(Path(__file__).parents[1] / "criticism"))
import made_fits

PRESENT, HORIZON, RUNS = date(2022, 10, 3), date(2023, 4, 3), 50


@pytest.mark.long
def test_the_ranks_of_both_kinds_of_history_are_uniform() -> None:
    """The sampler and the simulator are right, so that a flag at 5% over both together is a fault."""
    made = made_fits.make(made_fits.case(), 4, until=PRESENT)
    snapshot, posterior = made_fits.fitted(made.scenario, made.evidence, 4, as_of=PRESENT)
    setting = Setting(made.scenario, visible_evidence(made.scenario, made.evidence, PRESENT), PRESENT, HORIZON, seed=2)
    workers = Workers(jobs=2)
    before = prior_histories(setting, RUNS, workers=workers, progress=print)
    after = further_histories(setting, snapshot, posterior, RUNS, workers=workers, progress=print)
    tests = [calibration_test(name, name, runs, seed=1) for name, runs in (("prior", before), ("present", after))]
    assert judge_family(tests).status == "PASS"
    assert recovery_check(made.scenario, before).status == "PASS"
