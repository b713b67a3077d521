"""Deviations that last: the sums are what the docstring says, and they see a driver that the model lacks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.evaluation.criticism.lasting import decayed
from forecast.evaluation.criticism.structure import _regressed

RHO, STEPS = 0.8, 104


def test_decayed_sums_make_up_the_score_of_a_lasting_effect() -> None:
    deviation = np.random.default_rng(1).normal(size=(3, 20))
    lag = np.abs(np.subtract.outer(np.arange(20), np.arange(20)))
    off_diagonal = np.where(lag > 0, RHO**lag, 0.0)
    brute = np.einsum("rt,ts,rs->r", deviation, off_diagonal, deviation)
    np.testing.assert_allclose(2 * np.einsum("rt,rt->r", deviation, decayed(deviation, RHO)), brute)


def test_independent_counts_have_standard_normal_regressions() -> None:
    rng = np.random.default_rng(2)
    mean = np.full((4000, STEPS), 3.0)
    one, other = (rng.poisson(mean) - mean for _ in range(2))
    smooth = decayed(other, RHO) + other + decayed(other[:, ::-1], RHO)[:, ::-1]
    found = _regressed(one, smooth, mean)
    assert abs(found.mean()) < 4 / np.sqrt(4000)
    assert abs(found.std() - 1) < 4 / np.sqrt(2 * 4000)
    assert stats.kstest(found, "norm").pvalue > 0.001
    np.testing.assert_array_equal(_regressed(one, np.zeros_like(one), mean), 0)


@pytest.mark.parametrize(("effect", "least", "most"), [(0.0, 0.0, 0.12), (0.5, 0.9, 1.0)])
def test_a_driver_that_moves_rates_unseen_is_found(effect: float, least: float, most: float) -> None:
    """Share of made histories whose score lies beyond 95% of those of steady rates."""
    rng = np.random.default_rng(3)
    mean = 3.0

    def score(counts: np.ndarray) -> np.ndarray:
        deviation = counts - counts.mean(axis=1, keepdims=True)
        return np.einsum("rt,rt->r", deviation, decayed(deviation, RHO))

    path = np.empty((300, STEPS))
    path[:, 0] = rng.normal(size=300)
    for t in range(1, STEPS):
        path[:, t] = RHO * path[:, t - 1] + np.sqrt(1 - RHO**2) * rng.normal(size=300)
    made = score(rng.poisson(mean * np.exp(effect * path - effect**2 / 2)))
    steady = score(rng.poisson(mean, size=(4000, STEPS)))
    assert least <= np.mean(made > np.quantile(steady, 0.95)) <= most
