"""Scores of targets and calibration: by hand on made-up origins, and as the command tells them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from forecast.cli.backtest_scores import calibration_fields, score_lines, score_tables, target_fields
from forecast.evaluation.targets.asked import Prediction, Target, window
from forecast.evaluation.targets.baselines import Baselines
from forecast.evaluation.targets.calibration import calibrations
from forecast.evaluation.targets.counts import count_probabilities
from forecast.evaluation.targets.observed import History
from forecast.evaluation.targets.predictive import REPLICATES, Replicates
from forecast.evaluation.targets.scored import score_targets
from forecast.evidence.readers import read_evidence
from forecast.scenario.file import load_scenario
from forecast.timegrid import recurring, shift

DAYS = recurring(dt.date(2023, 3, 20), dt.date(2023, 4, 20), "1d")
KNOWN_BY = dt.date(2023, 5, 1)


@pytest.fixture(scope="module")
def case(project_root: Path):
    scenario = load_scenario(project_root / "tests" / "cases" / "priors" / "harbour-strike.yaml").scenario
    return scenario, read_evidence(project_root / "tests" / "cases" / "data" / "harbour-strike", scenario)


def origin(as_of: dt.date, predictions, replicates=None, horizon=dt.date(2023, 5, 31)):
    outcome = SimpleNamespace(probability=1.0, prior=1.0)
    return SimpleNamespace(
        forecast=SimpleNamespace(as_of=as_of, horizon=horizon, outcomes=(outcome,)),
        predictions=tuple(predictions),
        replicates=replicates or Replicates((), np.empty((REPLICATES, 0))),
    )


@pytest.fixture(scope="module")
def scored(case):
    scenario, evidence = case
    said = count_probabilities([0.2], None, np.ones(1))
    origins = [
        origin(day, [Prediction(Target("count", name, 1, *window(scenario, day, 1)), said)
                     for name in ("mediation_meeting", "written_offer")])
        for day in DAYS
    ]  # fmt: skip
    return score_targets(scenario, evidence, origins, known_by=KNOWN_BY, seed=1)


def test_scores_and_differences_are_those_by_hand(case, scored):
    scenario, evidence = case
    history = History(scenario, evidence, KNOWN_BY)
    said = count_probabilities([0.2], None, np.ones(1))
    mine, other = [], []
    for day in DAYS:
        target = Target("count", "written_offer", 1, shift(day, 1), shift(day, 1))
        (came,) = history.of(target) or ()
        mine.append(-np.log(said[int(came)]))
        climate = Baselines(History(scenario, evidence, day)).of(target, 41)["climatology"]
        other.append(-np.log(climate[int(came)]))
    found = next(row for row in scored if (row.name, row.ahead, row.method) == ("written_offer", 1, "model"))
    assert found.n == len(DAYS)
    np.testing.assert_allclose(found.value, np.mean(mine))
    difference = found.difference["climatology"]
    np.testing.assert_allclose(difference.mean, np.mean(other) - np.mean(mine))
    assert difference.low <= difference.mean <= difference.high
    assert 0 <= difference.power <= 1
    baseline = next(row for row in scored if (row.name, row.ahead, row.method) == ("written_offer", 1, "climatology"))
    np.testing.assert_allclose(baseline.value, np.mean(other))
    assert baseline.difference == {}


def test_all_names_are_averaged_within_an_origin(scored):
    by_name = {row.name: row.value for row in scored if (row.ahead, row.method) == (1, "model")}
    np.testing.assert_allclose(by_name["all"], (by_name["mediation_meeting"] + by_name["written_offer"]) / 2)


def test_what_was_reported_after_the_day_given_is_not_scored(case):
    scenario, evidence = case
    late = [origin(KNOWN_BY, [Prediction(Target("count", "written_offer", 1, *window(scenario, KNOWN_BY, 1)),
                                         np.full(41, 1 / 41))])]  # fmt: skip
    assert score_targets(scenario, evidence, late, known_by=KNOWN_BY, seed=1) == ()


def checked(case, rate: float, truth: float, seed: int) -> float:
    scenario, _ = case
    rng = np.random.default_rng(seed)
    said = count_probabilities([rate], None, np.ones(1))
    origins = []
    for day in DAYS:
        targets = tuple(Target("count", name, 1, *window(scenario, day, 1)) for name in ("a", "b", "c"))
        replicates = Replicates(targets, rng.poisson(rate, size=(REPLICATES, 3)).astype(float))
        origins.append(origin(day, [Prediction(target, said) for target in targets], replicates))
    history = SimpleNamespace(of=lambda target: (float(rng.poisson(truth)),))
    return calibrations(origins, history, seed=seed)[0].excess


def test_calibration_tells_right_forecasts_from_wrong_ones(case):
    right = [checked(case, 1.0, 1.0, seed) > 1 for seed in range(60)]
    assert np.mean(right) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 60)
    assert all(checked(case, 1.0, truth, seed) > 1 for seed, truth in enumerate((0.4, 2.2)))


def test_windows_that_overlap_are_not_counted_twice(case):
    scenario, _ = case
    weekly = scenario.model_copy(update={"step": "week"})
    said = count_probabilities([1.0], None, np.ones(1))
    origins = []
    for day in DAYS[:15]:
        target = Target("count", "a", 1, *window(weekly, day, 1))
        origins.append(origin(day, [Prediction(target, said)], Replicates((target,), np.ones((REPLICATES, 1)))))
    (check,) = calibrations(origins, SimpleNamespace(of=lambda target: (1.0,)), seed=1)
    assert check.n == 3  # of days 0, 7 and 14


def test_the_document_and_the_tables_say_them(case, scored):
    scenario, _ = case
    checks = calibrations([], SimpleNamespace(of=None), seed=1)
    result = SimpleNamespace(case=SimpleNamespace(scenario=scenario), known_by=KNOWN_BY, scores=scored,
                             calibration=checks)  # fmt: skip
    assert len(score_tables(result)) == 2
    assert score_tables(SimpleNamespace(**{**vars(result), "scores": ()})) == ()
    assert "in nats" in "\n".join(score_lines(result))
    fields = [json.loads(json.dumps(target_fields(row))) for row in scored]
    model = next(row for row in fields if row["method"] == "model")
    assert set(model["difference"]["climatology"]) >= {"mean", "low", "high", "effective_n", "power"}
    assert model["target"] == "reports of all, step 1" or "reports of" in model["target"]
    assert [calibration_fields(check) for check in checks] == []
