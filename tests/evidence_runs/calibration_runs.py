"""What simulation-based calibration is run on: a reduced case with its evidence, and a scenario of every feature."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import joblib
import made_case

from forecast.evaluation.criticism.calibration import calibration_test
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.simulated import History, Setting, further_histories, prior_histories
from forecast.evidence.readers import read_evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.inference.fit import fit
from forecast.parallel.workers import Workers
from forecast.scenario.file import load_scenario

CASE = "tests/cases/priors/harbour-strike.yaml"
AS_OF = date(2023, 4, 20)
SEED = 2025


def simulated(root: Path, runs: int, *, features: int) -> dict[str, tuple[Test, list[History]]]:
    """Fit histories and test their ranks, by where truths come from.

    Parameters
    ----------
    runs : int
        Histories of the reduced case from its prior, and again on from its evidence.
    features : int
        Histories of the scenario that uses every feature of the model, from its prior.
    """
    workers = Workers(jobs=joblib.cpu_count())
    loaded = load_scenario(root / CASE).scenario
    scenario = loaded.model_copy(update={"learn_grades": True})
    evidence = read_evidence(root / "tests" / "cases" / "data" / loaded.scenario, scenario)
    known = visible_evidence(scenario, evidence, AS_OF, as_recorded=False)
    case = Setting(scenario, known, AS_OF, scenario.horizon, SEED)
    snapshot = take_snapshot(scenario, known, AS_OF)
    full = made_case.full_scenario().model_copy(update={"learn_grades": True})
    every = Setting(full, made_case.full_evidence(), made_case.AS_OF, full.horizon, SEED)
    histories = {
        "prior": prior_histories(case, runs, workers=workers, progress=print),
        "posterior": further_histories(
            case, snapshot, fit(scenario, snapshot, seed=SEED), runs, workers=workers, progress=print
        ),
        "features": prior_histories(every, features, workers=workers, progress=print),
    }
    titles = {
        "prior": "Reduced case, truths from the prior",
        "posterior": "Reduced case, truths from the posterior of its evidence",
        "features": "Every feature of the model, truths from the prior",
    }
    return {name: (calibration_test(name, titles[name], rows), rows) for name, rows in histories.items()}
