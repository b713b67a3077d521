"""The 80% range against truths known in closed form and against nested simulation with very many futures."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from forecast.model.draws import Draws
from forecast.projection.forecast import range80
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project

PARAMETER_SD, FUTURE_SD = 0.6, 1.2
Q90 = stats.norm.ppf(0.9)
# A future ends well when its noise stays under the draw's parameter plus a last unit of noise that is integrated out:
# p_sj = Phi(theta_s + e_sj), so p_s = Phi(theta_s / sqrt(1 + FUTURE_SD^2)) and its quantiles are those of theta.
TRUE_LOW, TRUE_HIGH = stats.norm.cdf(np.array([-Q90, Q90]) * PARAMETER_SD / np.sqrt(1 + FUTURE_SD**2))


def toy(n: int, paths: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over the futures of each draw, shape (n, 1)."""
    rng = np.random.default_rng(seed)
    theta = PARAMETER_SD * rng.normal(size=(n, 1))
    p = stats.norm.cdf(theta + FUTURE_SD * rng.normal(size=(n, paths)))
    within = p.var(axis=1, ddof=1) if paths > 1 else np.zeros(n)
    return p.mean(axis=1)[:, None], within[:, None]


def ends(n: int, paths: int, seed: int) -> np.ndarray:
    return np.array(range80(*toy(n, paths, seed), paths))[:, 0]


def test_the_shrunk_range_of_16_futures_is_the_true_range():
    repeated = np.array([ends(1000, 16, seed) for seed in range(40)])
    error = repeated.std(axis=0, ddof=1)
    assert np.all(np.abs(repeated[0] - [TRUE_LOW, TRUE_HIGH]) < 3 * error)
    assert np.all(np.abs(repeated.mean(axis=0) - [TRUE_LOW, TRUE_HIGH]) < 3 * error / np.sqrt(len(repeated)) + 0.003)
    assert np.all(error < 0.02)


def test_nested_simulation_with_very_many_futures_finds_the_same_range():
    np.testing.assert_allclose(ends(10000, 500, 1), [TRUE_LOW, TRUE_HIGH], atol=0.01)


def test_a_single_future_per_draw_would_be_far_too_wide():
    low, high = np.quantile(toy(20000, 1, 2)[0], (0.1, 0.9))
    assert high - low > 1.4 * (TRUE_HIGH - TRUE_LOW)


def test_16_futures_unshrunk_would_still_be_too_wide():
    raw_low, raw_high = np.quantile(toy(20000, 16, 3)[0], (0.1, 0.9))
    low, high = ends(20000, 16, 3)
    truth = TRUE_HIGH - TRUE_LOW
    assert raw_high - raw_low > 1.05 * truth
    assert high - low == pytest.approx(truth, rel=0.02)


def test_without_any_difference_between_draws_the_range_closes():
    rng = np.random.default_rng(4)
    p = stats.norm.cdf(rng.normal(size=(2000, 16)))
    low, high = range80(p.mean(axis=1)[:, None], p.var(axis=1, ddof=1)[:, None], 16)
    assert 0 <= high[0] - low[0] < 0.04  # unshrunk it would be 0.18
    constant = np.full((10, 1), 0.3)
    assert range80(constant, np.zeros((10, 1)), 16) == (pytest.approx(0.3), pytest.approx(0.3))


def test_the_range_holds_the_shrunk_share_of_the_spread():
    """By hand: draws -1, 0, 1 around 0.5 in tenths, half of whose variance is path noise."""
    mean = np.array([[0.4], [0.5], [0.6]])  # variance 0.01
    low, high = range80(mean, np.full((3, 1), 0.01 * 0.5 * 8), 8)
    np.testing.assert_allclose([low[0], high[0]], 0.5 + np.array([-0.08, 0.08]) * np.sqrt(0.5), rtol=1e-12)


def test_nested_simulation_of_a_moving_hazard(scenario_of, spec_of, unknowns_at):
    """The real projection with 16 futures against 4000 futures of the same draws, simulated by hand."""
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"mood": (2.0, 4.0)}})],
        {"off": {"at_horizon": "off"}},
    )
    spec, rng = spec_of(scenario), np.random.default_rng(5)
    n, weeks, begin = 400, 20, date(2024, 1, 1)
    half_life, mu, gamma = rng.uniform(5, 12, (n, 1)), rng.normal(0, 0.4, (n, 1)), rng.normal(-0.5, 0.6, (n, 1))
    beta, now = rng.uniform(0.6, 1.2, (n, 1)), rng.normal(0, 0.7, (n, 1))
    draws = Draws.of(spec, unknowns_at(spec, n, 1, half_life=half_life, long_run=mu, net=gamma, ratio=beta))
    got = project(
        scenario,
        build_state_space(scenario, "on", frozenset({"on"})),
        draws,
        now,
        begin=begin,
        step=0,
        horizon=begin + timedelta(days=7 * weeks - 1),
        rng=np.random.default_rng(6),
    )
    phi, x, hazard = 2 ** (-1 / half_life), np.repeat(now, 4000, axis=1), np.zeros((n, 4000))
    for week in range(weeks):
        if week:
            x = mu + phi * (x - mu) + np.sqrt(1 - phi**2) * rng.normal(size=x.shape)
        hazard += np.exp(gamma + beta * x) * 7 / 365.25
    p = -np.expm1(-hazard)
    exact = p.mean(axis=1)
    low, high = range80(got.outcome[:, -1], got.outcome_variance, got.paths)
    # The same 400 parameters on both sides: only futures differ, p_s by sd / sqrt(16).
    score = (got.outcome[:, -1, 0] - exact) / (p.std(axis=1) / 4)
    assert abs(score.mean()) < 3 / np.sqrt(n)
    assert score.var() == pytest.approx(1, abs=4 * np.sqrt(2 / n))
    truth = np.quantile(exact, (0.1, 0.9))
    assert [low[0], high[0]] == pytest.approx(truth, abs=0.03)
    assert high[0] - low[0] == pytest.approx(truth[1] - truth[0], rel=0.05)
    single = p[np.arange(n), np.arange(n)]
    assert np.ptp(np.quantile(single, (0.1, 0.9))) > 1.15 * np.ptp(truth)
