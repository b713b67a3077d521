"""Ranks and their bands."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from forecast.evaluation.ranks import ecdf, ecdf_band, ecdf_chance, rank_among


def test_ranks_count_the_draws_below() -> None:
    draws = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]])
    np.testing.assert_array_equal(rank_among(np.array([2.5, 9.0]), draws, rng=np.random.default_rng(1)), [2, 3])


def test_ties_fall_anywhere() -> None:
    ranks = [int(rank_among(np.zeros(()), np.zeros(4), rng=np.random.default_rng(i))) for i in range(200)]
    assert set(ranks) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(("n", "levels"), [(1, 1), (4, 3), (5, 2), (3, 6)])
def test_the_chance_is_that_of_all_sets_of_ranks(n: int, levels: int) -> None:
    """Brute force: each of the (levels + 1)^n sets of ranks is as likely; a chance a comes up in at most a of them."""
    sets = [np.array(ranks) for ranks in product(range(levels + 1), repeat=n)]
    chances = np.array([ecdf_chance(ranks, levels) for ranks in sets])
    for chance in np.unique(chances.round(9)):
        assert np.mean(chances < chance + 1e-8) == pytest.approx(chance, abs=1e-8)


def test_a_set_of_ranks_is_outside_the_band_exactly_when_its_chance_is_small() -> None:
    rng = np.random.default_rng(3)
    low, high = ecdf_band(80, 19)
    outside = 0
    for i in range(400):
        ranks = rng.integers(0, 20, 80) if i % 2 else rng.binomial(19, rng.beta(2.2, 2.2, 80))
        course = ecdf(ranks, 19)
        out = bool(np.any((course < low - 1e-9) | (course > high + 1e-9)))
        outside += out
        assert out == (ecdf_chance(ranks, 19) <= 0.05)
    assert 40 < outside < 300


def test_the_band_holds_uniform_ranks_as_often_as_it_says_and_no_others() -> None:
    rng = np.random.default_rng(2)
    found = np.array([ecdf_chance(rng.integers(0, 50, 100), 49) for _ in range(2000)])
    for rate in (0.05, 0.2, 0.5):
        assert (
            abs((found <= rate).mean() - rate) < 3.5 * np.sqrt(rate * (1 - rate) / 2000) + 0.005
        )  # counts are discrete
    assert max(ecdf_chance(rng.binomial(49, 0.5, 100), 49) for _ in range(20)) < 0.001
    assert max(ecdf_chance(np.minimum(49, rng.integers(8, 58, 100)), 49) for _ in range(20)) < 0.05
