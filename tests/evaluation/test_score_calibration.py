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
    values = np.repeat(rng.random(12), 20)
    wide = bootstrap_interval(values, np.repeat(np.arange(12), 20), rng=rng)
    narrow = bootstrap_interval(values, rng=rng)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert (wide.n, wide.groups) == (240, 12)
    assert wide.mean == pytest.approx(values.mean())


def test_too_few_or_infinite_scores_have_no_interval(rng):
    few = bootstrap_interval(np.arange(FEWEST_GROUPS - 1.0), rng=rng)
    assert (few.mean, few.low, few.high) == (4, None, None)
    assert bootstrap_interval(np.arange(1.0 * FEWEST_GROUPS), rng=rng).low is not None
    assert bootstrap_interval(np.r_[np.inf, np.arange(20.0)], rng=rng).low is None
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
