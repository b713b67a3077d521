"""Ranks and their bands."""

from __future__ import annotations

import numpy as np

from forecast.evaluation.ranks import ecdf_band, ecdf_excess, rank_among


def test_ranks_count_the_draws_below() -> None:
    draws = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]])
    np.testing.assert_array_equal(rank_among(np.array([2.5, 9.0]), draws, rng=np.random.default_rng(1)), [2, 3])


def test_ties_fall_anywhere() -> None:
    ranks = [int(rank_among(np.zeros(()), np.zeros(4), rng=np.random.default_rng(i))) for i in range(200)]
    assert set(ranks) == {0, 1, 2, 3, 4}


def test_the_band_holds_uniform_ranks_as_often_as_it_says_and_no_others() -> None:
    rng = np.random.default_rng(2)
    band = ecdf_band(100, 49, simulations=4000, rng=rng)
    excess = np.array([ecdf_excess(rng.integers(0, 50, 100), 49, band) for _ in range(2000)])
    # 95% within three standard errors of both simulations
    assert abs((excess > 1).mean() - 0.05) < 3 * np.sqrt(0.05 * 0.95 * (1 / 2000 + 1 / 4000))
    narrow = np.array([ecdf_excess(rng.binomial(49, 0.5, 100), 49, band) for _ in range(20)])
    shifted = np.array([ecdf_excess(np.minimum(49, rng.integers(8, 58, 100)), 49, band) for _ in range(20)])
    assert narrow.min() > 1
    assert shifted.min() > 1
