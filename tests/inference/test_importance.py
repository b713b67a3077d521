"""Pareto smoothing: ArviZ as reference, and tails whose shape is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from arviz_stats.base import array_stats

from forecast.inference.importance import largest_reliable_k, pareto_smooth, tail_shape


@pytest.mark.parametrize("spread", [0.01, 0.5, 1.5, 3.0])
@pytest.mark.parametrize("n", [100, 1000, 4000])
def test_weights_and_shape_are_those_of_arviz(n, spread):
    log_weight = np.random.default_rng(n).normal(0, spread, n)
    theirs, k = array_stats.psislw(-log_weight)  # it takes minus the log weights
    ours = pareto_smooth(log_weight)
    np.testing.assert_allclose(ours.weight, np.exp(theirs), rtol=1e-9)
    assert ours.pareto_k == pytest.approx(float(k), abs=1e-12)
    assert ours.weight.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    uniform = np.random.default_rng(7).random(20_000)
    found = pareto_smooth(-shape * np.log(uniform)).pareto_k  # weights u^-k
    # 3 sqrt(S) = 424 tail draws: standard error (1 + k) / sqrt(424), and a prior worth 10 draws at 1/2.
    assert found == pytest.approx(shape, abs=4 * (1 + shape) / math.sqrt(424))


def test_equal_weights_stay_equal():
    equal = pareto_smooth(np.full(500, -3.0))
    np.testing.assert_allclose(equal.weight, 1 / 500)
    assert equal.pareto_k == -math.inf
    assert equal.effective_draws == pytest.approx(500)


def test_draws_that_are_ruled_out_get_no_weight():
    log_weight = np.where(np.arange(400) % 4 == 0, -np.inf, np.random.default_rng(1).normal(size=400))
    weight = pareto_smooth(log_weight).weight
    assert np.all(weight[::4] == 0)
    assert weight.sum() == pytest.approx(1)


@pytest.mark.parametrize(("spread", "seed"), [(100, 7), (450, 7), (450, 16)])  # the last two overflow numbers
def test_a_tail_beyond_all_bounds_is_told_and_not_trusted(spread, seed):
    found = pareto_smooth(np.random.default_rng(seed).normal(0, spread, 4000))
    assert found.pareto_k > 20
    assert found.weight.sum() == pytest.approx(1)


@pytest.mark.parametrize("log_weight", [np.full(50, -np.inf), np.array([0.0, np.nan]), np.array([0.0, np.inf])])
def test_weights_that_are_no_weights_are_refused(log_weight):
    with pytest.raises(ValueError, match="finite"):
        pareto_smooth(log_weight)


def test_the_tail_of_an_outcome_is_that_of_a_drawn_indicator():
    rng = np.random.default_rng(5)
    weight = rng.random(40_000) ** -0.4
    chance = np.clip(0.4 + 0.3 * rng.normal(size=40_000), 0, 1)
    drawn = rng.random(40_000) < chance
    ours = tail_shape(weight, chance)
    assert ours == pytest.approx(pareto_smooth(np.log(weight[drawn])).pareto_k, abs=4 * 1.4 / math.sqrt(380))
    assert tail_shape(weight, np.ones(40_000)) == pytest.approx(pareto_smooth(np.log(weight)).pareto_k, abs=1e-9)


def test_an_outcome_in_few_draws_has_no_tail():
    assert tail_shape(np.random.default_rng(1).random(1000), np.full(1000, 0.001)) == -math.inf


def test_fewer_draws_bear_less():
    assert largest_reliable_k(100) == pytest.approx(0.5)
    assert largest_reliable_k(4000) == 0.7
