"""Changes of state beside their summed hazard: the sum is that of the likelihood, and right histories agree with it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import made_fits
import numpy as np
import pytest

from forecast.evaluation.criticism.family import judge_family
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evaluation.criticism.states import expected_changes, states
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.density import state_log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_states
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
import made_case


def model_of(scenario: Scenario, snapshot: Snapshot, n: int = 3) -> FittedModel:
    spec = compile_spec(scenario)
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=np.random.default_rng(2))
    return made_fits.standing(scenario, snapshot, unknowns)


def test_the_summed_hazard_is_that_of_the_likelihood() -> None:
    """The score of a log hazard is the number of changes less the summed hazard; with ageing and spells too."""
    scenario = made_case.full_scenario()
    model = model_of(scenario, take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF))
    seen = np.bincount(model.snapshot.transition_index, minlength=len(model.spec.edges))
    step, expected = 1e-5, expected_changes(model)
    for q in range(len(model.spec.edges)):
        ends = []
        for side in (step, -step):
            shifted = model.draws.log_hazard.copy()
            shifted[:, q] += side
            ends.append(state_log_likelihood(model.spec, model.snapshot, replace(model.draws, log_hazard=shifted)))
        np.testing.assert_allclose(seen[q] - (ends[0] - ends[1]) / (2 * step), expected[:, q], rtol=1e-5, atol=1e-7)


@pytest.fixture(scope="module")
def histories() -> list[FittedModel]:
    """Histories of one truth, each judged by that truth."""
    scenario = made_fits.case()
    spec, rng = compile_spec(scenario), np.random.default_rng(6)
    unknowns = prior_unknowns(spec, 1, scenario.grid.count(made_fits.AS_OF), rng=rng)
    draws = Draws.of(spec, unknowns)
    made = []
    for _ in range(150):
        changes = tuple(simulate_states(scenario, spec, draws, 0, until=made_fits.AS_OF, rng=rng))
        snapshot = take_snapshot(scenario, Evidence(transitions=changes), made_fits.AS_OF)
        made.append(made_fits.standing(scenario, snapshot, unknowns))
    return made


def test_changes_less_their_summed_hazard_are_a_martingale(histories: list[FittedModel]) -> None:
    """Mean 0, and variance the mean of the summed hazard."""
    expected = np.array([expected_changes(model)[0] for model in histories])
    seen = [np.bincount(model.snapshot.transition_index, minlength=expected.shape[1]) for model in histories]
    left = np.array(seen) - expected
    error = left.std(axis=0, ddof=1) / np.sqrt(len(left))
    assert np.all(np.abs(left.mean(axis=0)) < 4 * error)
    square = left**2 - expected
    assert np.all(np.abs(square.mean(axis=0)) < 4 * square.std(axis=0, ddof=1) / np.sqrt(len(left)))


def test_right_histories_are_flagged_no_more_often_than_stated(histories: list[FittedModel]) -> None:
    rng = np.random.default_rng(7)
    flagged = np.mean([judge_family([states(model, rng=rng)]).status != "PASS" for model in histories])
    assert flagged < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(histories))


def test_many_more_changes_than_the_hazard_allows_are_flagged(histories: list[FittedModel]) -> None:
    model = max(histories, key=lambda item: len(item.snapshot.transition_index))
    rarer = replace(model, draws=replace(model.draws, log_hazard=model.draws.log_hazard - np.log(20)))
    assert judge_family([states(rarer, rng=np.random.default_rng(8))]).status != "PASS"
