"""Draws that an update left are no more than the distinct ones among them, also where they are weighed anew."""

from __future__ import annotations

import made_fits
import numpy as np
import pytest

from forecast.evaluation.criticism import held_out
from forecast.evaluation.criticism.conflict import prior_comparisons
from forecast.evaluation.criticism.held_out import leave_future_out
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.importance import Importance
from forecast.model.draws import prior_unknowns
from forecast.model.spec import compile_spec
from forecast.timegrid import shift

DRAWS, LEFT = 1000, 50


@pytest.fixture(scope="module")
def updated() -> FittedModel:
    """Of 1000 draws 50 have all the weight."""
    scenario = made_fits.case()
    snapshot = take_snapshot(scenario, Evidence(), shift(scenario.start, 27))
    unknowns = prior_unknowns(compile_spec(scenario), DRAWS, snapshot.n_steps, rng=np.random.default_rng(1))
    weight = np.zeros(DRAWS)
    weight[:: DRAWS // LEFT] = 1 / LEFT
    return made_fits.standing(scenario, snapshot, unknowns, weight)


def test_the_error_of_a_mean_is_that_of_the_distinct_draws(updated: FittedModel) -> None:
    own = np.random.default_rng(2).normal(size=(LEFT, 1))
    values = np.repeat(own, len(updated) // LEFT, axis=0)
    assert updated.error(values)[0] == pytest.approx(own.std() / np.sqrt(LEFT), rel=0.5)
    known = prior_comparisons(updated, ["x"], values * 0.1 + 1)[0]
    assert known.high > 1.6448536 * np.sqrt(1 - 0.01 * own.var() + 2 * 0.01 * own.var() * 0.1)


@pytest.mark.parametrize(("effective", "compared"), [(390, False), (410, True)])
def test_the_last_steps_are_predicted_from_400_distinct_draws(
    monkeypatch: pytest.MonkeyPatch, effective: int, compared: bool
) -> None:
    """Replicates of few draws repeat themselves: from 100 a chance of 1e-4 is met in 1 to 3 of 1000 right models."""
    scenario = made_fits.case()
    snapshot = take_snapshot(scenario, Evidence(), shift(scenario.start, 27))
    unknowns = prior_unknowns(compile_spec(scenario), DRAWS, snapshot.n_steps, rng=np.random.default_rng(1))
    model = made_fits.standing(scenario, snapshot, unknowns)
    weight = np.where(np.arange(DRAWS) < effective, 1 / effective, 0.0)
    monkeypatch.setattr(held_out, "pareto_smooth", lambda log_weight: Importance(weight, 0.1))
    earlier = {1: take_snapshot(scenario, Evidence(), shift(scenario.start, 20))}
    assert bool(leave_future_out(model, earlier, rng=np.random.default_rng(3)).comparisons) == compared


def test_draws_that_are_met_often_count_once(updated: FittedModel) -> None:
    assert updated.effective_draws(np.full(len(updated), 1 / len(updated))) == pytest.approx(LEFT)
