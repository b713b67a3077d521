"""Scores: worked examples of the standards, an independent implementation, brute force, and what they refuse."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st

from forecast.evaluation.scoring.draws import crps, pit_of_draws, randomised_pit
from forecast.evaluation.scoring.probabilities import (
    brier_binary,
    brier_index,
    brier_multiclass,
    clipped,
    log_score,
    metaculus_baseline,
    metaculus_peer,
    of_what_happened,
    ranked_probability_score,
    skill,
)
from forecast.evaluation.scoring.time_average import standing_days, time_averaged, time_coverage

EQUAL = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def dealt(rng) -> tuple[np.ndarray, np.ndarray]:
    """Distributions over five options and what happened, shape (6, 40)."""
    p = rng.dirichlet(np.ones(5), size=(6, 40))
    return p, rng.integers(0, 5, size=p.shape[:-1])


def test_brier_in_both_conventions(dealt):
    p, outcome = dealt
    happened, said = outcome == 2, p[..., 2]
    np.testing.assert_allclose(brier_binary(said, happened), scoringrules.brier_score(happened, said), **EQUAL)
    by_option = sum(scoringrules.brier_score(outcome == option, p[..., option]) for option in range(5))
    np.testing.assert_allclose(brier_multiclass(p, outcome), by_option, **EQUAL)
    both = np.stack([1 - said, said], axis=-1)
    np.testing.assert_allclose(brier_multiclass(both, happened.astype(int)), 2 * brier_binary(said, happened))
    assert brier_multiclass([0.0, 1.0], 0) == 2
    assert brier_binary(0.0, True) == 1


def test_log_score_is_minus_the_logarithm_of_what_happened(dealt):
    p, outcome = dealt
    np.testing.assert_allclose(
        log_score(of_what_happened(np.stack([1 - p[..., 0], p[..., 0]], -1), (outcome == 0).astype(int))),
        scoringrules.log_score(outcome == 0, p[..., 0]),
        **EQUAL,
    )
    assert log_score(0.0) == np.inf
    assert np.copysign(1, log_score(1.0)) == 1


def test_ranked_probability_score(dealt):
    p, outcome = dealt
    np.testing.assert_allclose(
        ranked_probability_score(p, outcome), scoringrules.rps_score(outcome + 1, p), **EQUAL  # it counts from 1
    )  # fmt: skip
    near, far = ranked_probability_score([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], [2, 2])
    assert (near, far) == (1, 2)


def test_metaculus_scores_of_the_worked_examples():
    assert round(float(metaculus_baseline(0.8, 2))) == 68
    assert round(float(metaculus_baseline(0.001, 8))) == -232
    assert metaculus_baseline(0.25, 4) == pytest.approx(0)
    assert metaculus_baseline(1, 8) == pytest.approx(100)
    np.testing.assert_array_equal(clipped([0, 0.3, 1]), [0.001, 0.3, 0.999])


def test_peer_score_is_the_mean_lead_over_the_others(rng):
    p = rng.uniform(0.01, 1, size=(7, 4))
    leads = [[np.mean([np.log(row[i] / row[j]) for j in range(4) if j != i]) for i in range(4)] for row in p]
    np.testing.assert_allclose(metaculus_peer(p), 100 * np.array(leads), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(metaculus_peer(p).sum(axis=-1), 0, atol=1e-10)


def test_brier_index_and_skill():
    assert brier_index(0.25) == 50
    assert brier_index(0) == 100
    np.testing.assert_allclose(skill([0.1, 0.3, 0.0, 0.1], [0.2, 0.2, 0.2, 0.0]), [0.5, -0.5, 1, np.nan])


@pytest.mark.parametrize("score", [brier_multiclass, lambda p, y: log_score(of_what_happened(p, y))])
def test_proper_scores_are_best_for_the_truth(score, rng):
    truth = rng.dirichlet(np.ones(4))
    expected = lambda said: sum(truth[y] * float(score(said, y)) for y in range(4))  # noqa: E731
    assert all(expected(truth) < expected(other) for other in rng.dirichlet(np.ones(4), size=50))


def test_crps_of_equal_draws(rng):
    draws, observed = rng.normal(size=(5, 3, 200)), rng.normal(size=(5, 3))
    expected = scoringrules.crps_ensemble(observed, draws, estimator="nrg")
    np.testing.assert_allclose(crps(draws, observed), expected, **EQUAL)


@pytest.mark.parametrize("observed", [-5.0, 0.0, 0.37, 2.0, 9.0])
def test_crps_of_weighted_draws_is_the_integral(observed, rng):
    """Against the definition, summed over the intervals between all jumps; ties among draws included."""
    draws = np.r_[rng.normal(size=30).round(1), 0.0, 0.0]
    weights = np.r_[rng.uniform(0, 3, 30), 0.5, 0.0]
    edges = np.sort(np.r_[draws, observed])
    middle = (edges[1:] + edges[:-1]) / 2
    below = (weights * (draws <= middle[:, None])).sum(axis=1) / weights.sum()
    expected = (np.diff(edges) * (below - (observed <= middle)) ** 2).sum()
    assert crps(draws, observed, weights) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_crps_weights_are_repeated_draws_and_one_draw_is_its_error():
    assert crps([1.0, 3.0], 2.5, [1, 3]) == pytest.approx(float(crps([1.0, 3.0, 3.0, 3.0], 2.5)))
    assert crps([4.0], 1.5) == 2.5


def test_crps_of_many_draws_is_that_of_their_distribution(rng):
    expected = scoringrules.crps_normal(0.7, 0.0, 1.0)
    scores = crps(rng.normal(size=(50, 2000)), np.full(50, 0.7))
    assert abs(scores.mean() - expected) < 4 * scores.std() / np.sqrt(50) + 1 / 2000  # its bias is O(1/S)


def test_pit_of_right_forecasts_is_uniform(rng):
    rate = rng.gamma(2, 2, size=4000)
    draws, observed = rng.poisson(rate[:, None], size=(4000, 400)), rng.poisson(rate)
    pit = pit_of_draws(draws, observed, rng=rng)
    assert abs(pit.mean() - 0.5) < 4 / np.sqrt(12 * 4000)
    for quantile in (0.1, 0.5, 0.9):  # the draws' own error is small beside the sampling error
        assert abs((pit <= quantile).mean() - quantile) < 4 * np.sqrt(quantile * (1 - quantile) / 4000)


def test_pit_of_draws_below_and_above_all(rng):
    np.testing.assert_array_equal(pit_of_draws([[1.0, 2.0]] * 2, [0.0, 3.0], rng=rng), [0, 1])
    assert 0.25 <= pit_of_draws([1.0, 2.0], 1.5, [1, 3], rng=rng) <= 0.25
    assert 0.2 <= randomised_pit(0.2, 0.3, rng=rng) <= 0.5


OPENED = date(2025, 1, 1)


def after(days: int) -> date:
    return OPENED + timedelta(days=days)


def test_each_forecast_counts_for_as_long_as_it_stood():
    """Ten days, a first forecast after two and a second after six: 4 and 4 days, two without."""
    days = [after(2), after(6)]
    assert time_averaged([10, 20], days, opened=OPENED, closes=after(10)) == pytest.approx((4 * 10 + 4 * 20) / 10)
    assert time_averaged([10, 20], days, opened=OPENED, closes=after(10), resolved=after(7)) == pytest.approx(6)
    assert time_coverage(days, opened=OPENED, closes=after(10), resolved=after(7)) == pytest.approx(5 / 7)
    assert time_averaged([], [], opened=OPENED, closes=after(10)) == 0
    assert time_averaged([5, np.inf], [after(0), after(8)], opened=OPENED, closes=after(10), resolved=after(8)) == 4


def test_a_forecast_from_before_the_opening_stands_from_the_opening():
    stood = standing_days([after(-9), after(-3), after(4)], opened=OPENED, ended=after(6))
    np.testing.assert_array_equal(stood, [0, 4, 2])


@given(st.lists(st.integers(-5, 40), unique=True), st.integers(0, 30))
def test_days_stood_add_up(places, length):
    """Day by day: on each open day the latest forecast so far stands."""
    days = [after(place) for place in sorted(places)]
    stood = standing_days(days, opened=OPENED, ended=after(length))
    by_day = [max((i for i, day in enumerate(days) if day <= after(t)), default=None) for t in range(length)]
    assert stood.tolist() == [by_day.count(i) for i in range(len(days))]


def test_the_truncated_average_is_proper(rng):
    """A question that ends early only where it happens: no course of forecasts beats the truth, in exact expectation.

    Over the days it stood alone, the average would reward whoever says on the first day that it will happen soon.
    """
    hazard, length = 0.2, 6
    truth = np.array([1 - (1 - hazard) ** (length - t) for t in range(length)])
    days, ends = [after(t) for t in range(length)], [after(t + 1) for t in range(length)]

    def expected(said: np.ndarray) -> tuple[float, float]:
        """Truncated average, and the average over the days it stood."""
        truncated, stood = 0.0, 0.0
        for t, ended in enumerate([*ends, None]):
            chance = (1 - hazard) ** t * (hazard if ended else 1)
            scores = metaculus_baseline(said if ended else 1 - said, 2)
            value = time_averaged(scores, days, opened=OPENED, closes=after(length), resolved=ended)
            truncated += chance * value
            stood += chance * value * length / (min(t + 1, length))
        return truncated, stood

    best, naive = expected(truth)
    others = [expected(np.clip(truth + rng.normal(0, 0.1, length), 0.01, 0.99)) for _ in range(100)]
    assert max(other for other, _ in others) < best
    assert max(other for _, other in others) > naive


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: brier_binary([0.1, 0.2], [True]), r"\(1,\).*\(2,\)"),
        (lambda: brier_binary([1.2], [True]), "from 0 to 1"),
        (lambda: brier_binary([np.nan], [True]), "from 0 to 1"),
        (lambda: brier_multiclass([[0.5, 0.5]], [0, 1]), r"\(2,\).*\(1, 2\)"),
        (lambda: brier_multiclass([[0.5, 0.4]], [0]), "sum to 1"),
        (lambda: brier_multiclass([[0.5, 0.5]], [2]), "from 0 to 1"),
        (lambda: brier_multiclass([[0.5, 0.5]], [0.0]), "whole numbers"),
        (lambda: brier_multiclass([1.0], 0), "at least 2 options"),
        (lambda: log_score([-0.1]), "negative"),
        (lambda: log_score([np.nan]), "negative"),
        (lambda: metaculus_baseline(0.5, 1), "at least 2 options"),
        (lambda: metaculus_peer([0.5]), "at least 2 forecasters"),
        (lambda: metaculus_peer([0.5, 0.0]), "above 0"),
        (lambda: crps([[1.0, 2.0]], 1.0), r"\(1, 2\).*\(\)"),
        (lambda: crps([1.0, np.nan], 1.0), "finite"),
        (lambda: crps([1.0, 2.0], 1.0, [1.0]), r"\(1,\).*\(2,\)"),
        (lambda: crps([1.0, 2.0], 1.0, [0.0, 0.0]), "positive"),
        (lambda: skill([0.1], 0.2), r"\(\).*\(1,\)"),
        (lambda: time_averaged([1.0], [], opened=OPENED, closes=after(1)), r"\(1,\).*\(0,\)"),
        (lambda: time_averaged([], [], opened=OPENED, closes=OPENED), "not after"),
        (lambda: standing_days([after(2), after(1)], opened=OPENED, ended=after(3)), "must rise"),
        (lambda: standing_days([], opened=OPENED, ended=after(-1)), "before it opened"),
    ],
)
def test_wrong_shapes_and_values_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
