"""Intervals, the parts of the Brier score, reliability and PIT bands: exact identities and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS, INTERVAL, bootstrap_interval
from forecast.evaluation.scoring.calibration import brier_parts, pit_check, reliability
from forecast.evaluation.scoring.probabilities import brier_binary


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(12)


def test_the_parts_of_murphys_identity(rng):
    """One value in each bin: the three parts are the score, and each is its textbook formula."""
    p = rng.choice([0.05, 0.25, 0.55, 0.95], size=500)
    o = rng.random(500) < p**2
    parts = brier_parts(p, o)
    rows = [(np.mean(p == value), value, o[p == value].mean()) for value in np.unique(p)]
    assert parts.reliability == pytest.approx(sum(n * (f - share) ** 2 for n, f, share in rows))
    assert parts.resolution == pytest.approx(sum(n * (share - o.mean()) ** 2 for n, _, share in rows))
    assert parts.uncertainty == pytest.approx(o.mean() * (1 - o.mean()))
    assert parts.within == pytest.approx(0, abs=1e-12)
    assert parts.brier == pytest.approx(brier_binary(p, o).mean())


def test_what_binning_leaves_is_told(rng):
    """Variance of the forecasts within bins less twice the covariance with outcomes, by weight."""
    p, w = rng.random(300), rng.uniform(0.1, 2, 300)
    o = rng.random(300) < p
    parts = brier_parts(p, o, w)
    left = 0.0
    for bin_ in range(10):
        here = (p * 10).astype(int) == bin_
        share, mean = w[here].sum() / w.sum(), lambda values, here=here: np.average(values, weights=w[here])
        f, happened = p[here], o[here]
        left += share * (mean((f - mean(f)) ** 2) - 2 * mean((f - mean(f)) * (happened - mean(happened))))
    assert parts.within == pytest.approx(left, abs=1e-12)


def test_consistency_bands_hold_right_forecasts_as_often_as_they_say(rng):
    inside, bins = 0, 0
    p = np.repeat(np.linspace(0.05, 0.95, 10), 40)
    for _ in range(60):
        found = reliability(p, rng.random(p.size) < p, rng=rng)
        inside += int(((found.observed >= found.low) & (found.observed <= found.high)).sum())
        bins += len(found.low)
    assert bins == 600
    # shares of 40 are discrete, so a band holds at least 90%
    assert 0.9 - 3 * np.sqrt(0.09 / bins) < inside / bins < 0.98
    wrong = reliability(p, rng.random(p.size) < 0.5, rng=rng)
    assert wrong.observed[0] > wrong.high[0]
    assert wrong.observed[-1] < wrong.low[-1]


def test_forecasts_of_one_question_share_its_fate(rng):
    """A hundred updates of one question say as little as one."""
    p = np.full(100, 0.3)
    alone = reliability(p, np.zeros(100), rng=rng)
    shared = reliability(p, np.zeros(100), question=np.zeros(100), rng=rng)
    assert (alone.low[0] > 0.2, alone.high[0] < 0.4) == (True, True)
    assert (shared.low[0], shared.high[0]) == pytest.approx((0, 1))
    assert shared.forecast[0] == pytest.approx(0.3)
    assert shared.observed[0] == 0


def test_the_extremes_have_a_bin(rng):
    found = reliability([0.0, 1.0, 0.999], [False, True, True], rng=rng)
    np.testing.assert_allclose(found.weight, [1, 2])
    np.testing.assert_allclose(found.observed, [0, 1])


def test_pit_bands_hold_uniform_values_and_no_others(rng):
    left = np.mean([pit_check(rng.random(60)).chance <= 0.05 for _ in range(40)])
    assert left < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 40)
    narrow = pit_check(rng.beta(0.4, 0.4, size=200))
    assert narrow.chance <= 0.05
    assert np.any((narrow.ecdf < narrow.low) | (narrow.ecdf > narrow.high))


def test_the_interval_covers_the_mean_of_skewed_scores_of_groups():
    """Groups of three questions that share half of their variance, scores as skewed as Brier scores of 80%."""
    rng = np.random.default_rng(13)
    runs, groups, covered = 400, 30, 0
    for _ in range(runs):
        fate = np.repeat(rng.random(groups) < 0.8, 3)
        score = np.where(fate, 0.04, 0.64) + rng.normal(0, 0.05, groups * 3)
        found = bootstrap_interval(score, np.repeat(np.arange(groups), 3), rng=rng)
        covered += found.low <= 0.8 * 0.04 + 0.2 * 0.64 <= found.high
    # the percentile bootstrap falls a little short for skewed scores
    assert INTERVAL - 0.06 < covered / runs < INTERVAL + 3 * np.sqrt(0.09 / runs)


def test_questions_of_one_group_are_drawn_together(rng):
    values = np.repeat(rng.random(24), 20)
    wide = bootstrap_interval(values, np.repeat(np.arange(24), 20), rng=rng)
    narrow = bootstrap_interval(values, rng=rng)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert (wide.n, wide.groups) == (480, 24)
    assert wide.mean == pytest.approx(values.mean())


def test_the_mean_is_a_ratio_in_every_resample(rng):
    """Groups of weight 1 and 3 with values 0 and 1: the interval is that of k-th ratios 3k / (n + 2k), k binomial."""
    n, ones = 40, 20
    values, w = np.r_[np.zeros(ones), np.ones(ones)], np.r_[np.ones(ones), np.full(ones, 3.0)]
    found = bootstrap_interval(values, None, w, rng=rng)
    assert found.mean == pytest.approx(0.75)
    k = rng.binomial(n, 0.5, 100_000)
    expected = np.quantile(3 * k / (n + 2 * k), [0.05, 0.95])
    assert (found.low, found.high) == pytest.approx(expected, abs=0.03)  # a step of k
    with pytest.raises(ValueError, match="above 0"):
        bootstrap_interval([1.0, 2.0], None, [1.0, 0.0], rng=rng)


def test_equal_scores_claim_no_certainty(rng):
    assert FEWEST_GROUPS >= 20
    found = bootstrap_interval(np.full(50, -np.log(0.9)), rng=rng)
    assert (found.low, found.high) == (None, None)


def test_a_bin_begins_at_its_edge_in_spite_of_rounding(rng):
    found = reliability([1 - 0.9, 0.15], [True, False], rng=rng)
    assert 1 - 0.9 < 0.1
    np.testing.assert_allclose(found.weight, [2])
    assert brier_parts([1 - 0.9, 0.1], [1, 0]).within == pytest.approx(0)


@pytest.mark.parametrize(("kind", "least"), [("brier", 0.86), ("log", 0.845)])
def test_coverage_of_twenty_groups_is_what_the_method_says(kind, least):
    """Calibrated probabilities uniform from 5% to 95%: docs/method.md says 86% and 85% instead of 90%."""
    rng, runs, covered = np.random.default_rng(14), 600, 0
    q = np.linspace(0.05, 0.95, 10_001)
    truth = (q * (1 - q)).mean() if kind == "brier" else -(q * np.log(q) + (1 - q) * np.log(1 - q)).mean()
    for _ in range(runs):
        p = rng.uniform(0.05, 0.95, 20)
        came = rng.random(20) < p
        score = (p - came) ** 2 if kind == "brier" else -np.log(np.where(came, p, 1 - p))
        found = bootstrap_interval(score, rng=rng)
        covered += found.low <= truth <= found.high
    assert covered / runs == pytest.approx(least, abs=4 * np.sqrt(0.12 / runs))


def test_too_few_or_infinite_scores_have_no_interval(rng):
    few = bootstrap_interval(np.arange(FEWEST_GROUPS - 1.0), rng=rng)
    assert (few.mean, few.low, few.high) == ((FEWEST_GROUPS - 2) / 2, None, None)
    assert bootstrap_interval(np.arange(1.0 * FEWEST_GROUPS), rng=rng).low is not None
    assert bootstrap_interval(np.r_[np.inf, np.arange(40.0)], rng=rng).low is None
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval([], rng=rng)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: brier_parts([0.1], [True, False]), r"\(2,\).*\(1,\)"),
        (lambda rng: brier_parts([0.1], [True], [0.0]), "above 0"),
        (lambda rng: brier_parts([], []), "at least one"),
        (lambda rng: reliability([0.1], [True], question=[1, 2], rng=rng), r"\(2,\).*\(1,\)"),
        (lambda rng: pit_check([]), "at least one"),
        (lambda rng: pit_check([1.5]), "from 0 to 1"),
    ],
)
def test_wrong_shapes_and_values_are_named(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)
