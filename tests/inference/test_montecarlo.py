"""Weighted summaries and Monte Carlo errors: ArviZ, NumPy and exact variances as references."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats

from forecast.inference.montecarlo import (
    monte_carlo_error,
    weighted_mean,
    weighted_quantile,
    weighted_variance,
)


def walks(correlation: float, draws: int, *, seed: int) -> np.ndarray:
    """Stationary autoregressive chains of variance 1, shape (4, draws, 5)."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(size=(4, draws, 5)) * np.sqrt(1 - correlation**2)
    chains = np.empty_like(shocks)
    chains[:, 0] = rng.normal(size=(4, 5))
    for t in range(1, draws):
        chains[:, t] = correlation * chains[:, t - 1] + shocks[:, t]
    return chains


@pytest.mark.parametrize("draws", [250, 251, 1000])
@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.5])
def test_errors_are_those_of_arviz(correlation, draws):
    chains = walks(correlation, draws, seed=draws)
    theirs = array_stats.mcse(np.moveaxis(chains, -1, 0), method="mean")
    np.testing.assert_allclose(monte_carlo_error(chains), theirs, rtol=1e-10)


def test_of_slow_chains_the_search_for_the_last_lag_may_end_a_little_later():
    chains = walks(0.95, 250, seed=4)
    theirs = array_stats.mcse(np.moveaxis(chains, -1, 0), method="mean")
    np.testing.assert_allclose(monte_carlo_error(chains), theirs, rtol=0.01)


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_the_error_of_a_weighted_mean_is_its_spread_over_repetitions(correlation):
    """Self-normalised importance sampling of a normal mean, weights exp(x / 2): many repetitions give the truth."""
    means, errors = [], []
    for seed in range(100):
        chains = walks(correlation, 500, seed=seed)
        weight = np.exp(chains / 2)
        for i in range(5):
            share = weight[:, :, i] / weight[:, :, i].sum()
            means.append((share * chains[:, :, i]).sum())
            errors.append(float(monte_carlo_error(chains[:, :, i], share)))
    # The standard deviation of 500 values is itself known to 3%, and the estimated errors lean low by a few percent.
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(means), rel=0.12)
    assert np.mean(means) == pytest.approx(0.5, abs=4 * np.std(means) / np.sqrt(500) + 0.01)  # bias of order 1 / S


def test_equal_weights_change_nothing():
    values = np.random.default_rng(1).normal(size=(200, 3, 2))
    equal = np.full(200, 1 / 200)
    np.testing.assert_allclose(weighted_mean(values, equal), values.mean(axis=0), atol=1e-14)
    np.testing.assert_allclose(weighted_variance(values, equal), values.var(axis=0, ddof=1), rtol=1e-12)
    quantiles = weighted_quantile(values, (0.0, 0.1, 0.5, 0.9, 1.0), equal)
    np.testing.assert_allclose(quantiles, np.quantile(values, (0.0, 0.1, 0.5, 0.9, 1.0), axis=0), atol=1e-12)
    chains = walks(0.3, 100, seed=2)
    np.testing.assert_allclose(monte_carlo_error(chains, np.full((4, 100), 1 / 400)), monte_carlo_error(chains))


def test_weights_give_the_quantiles_and_moments_of_what_they_stand_for():
    """Draws of N(0, 1) weighted to stand for N(0.5, 1)."""
    x = np.random.default_rng(3).normal(size=200_000)
    weight = np.exp(0.5 * x)
    weight /= weight.sum()
    error = np.sqrt(weight @ weight)  # of a mean of variance 1
    assert weighted_mean(x, weight) == pytest.approx(0.5, abs=4 * error)
    assert weighted_variance(x, weight) == pytest.approx(1.0, abs=8 * error)
    low, middle, high = weighted_quantile(x, (0.1, 0.5, 0.9), weight)
    assert middle == pytest.approx(0.5, abs=6 * error)
    assert (low, high) == pytest.approx((0.5 - 1.2816, 0.5 + 1.2816), abs=10 * error)


def test_a_constant_series_has_no_error():
    assert monte_carlo_error(np.full((4, 100), 0.3)) == 0
