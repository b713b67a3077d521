"""Distributions of counts and their baselines against closed forms."""

from __future__ import annotations

import numpy as np
from scipy import stats

from forecast.evaluation.targets.counts import CELLS, count_probabilities, log_none

ONE = np.ones(1)


def with_tail(chance: np.ndarray) -> np.ndarray:
    return np.append(chance, 1 - chance.sum())


def test_one_path_gives_poisson_and_negative_binomial() -> None:
    at = np.arange(CELLS - 1)
    for mean in (0.01, 0.7, 12.0, 39.0):
        np.testing.assert_allclose(
            count_probabilities([mean], None, ONE), with_tail(stats.poisson.pmf(at, mean)), atol=1e-12
        )
        for excess in (0.05, 1.0, 6.0):
            exact = stats.nbinom.pmf(at, mean / excess, 1 / (1 + excess))
            np.testing.assert_allclose(count_probabilities([mean], excess, ONE), with_tail(exact), atol=1e-12)


def test_a_mean_beyond_all_cells_stands_in_the_last() -> None:
    np.testing.assert_allclose(count_probabilities([5000.0], None, ONE)[-1], 1)


def test_a_poisson_mixed_over_a_gamma_is_negative_binomial() -> None:
    shape, rate = 2.5, 3.0
    means = stats.gamma.ppf((np.arange(20_000) + 0.5) / 20_000, shape, scale=1 / rate)
    mixed = count_probabilities(means, None, np.full(20_000, 1 / 20_000))
    np.testing.assert_allclose(mixed, count_probabilities([shape / rate], 1 / rate, ONE), atol=2e-6)


def test_weights_count() -> None:
    both = count_probabilities([1.0, 4.0], np.array([0.5, 2.0]), np.array([0.25, 0.75]))
    one, other = count_probabilities([1.0], 0.5, ONE), count_probabilities([4.0], 2.0, ONE)
    np.testing.assert_allclose(both, 0.25 * one + 0.75 * other)
    np.testing.assert_allclose(np.exp(log_none([4.0], 2.0)), other[0])
