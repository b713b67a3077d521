"""Projection along driver paths: piecewise-constant hazards, the drivers' own law, and simulated histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_states
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project

START = date(2024, 1, 1)
Q90 = stats.norm.ppf(0.9)


def test_illness_and_death_with_hazards_that_change_every_step(scenario_of, spec_of, unknowns_at):
    """Without shocks the drivers' path is known, and with it the product of matrix exponentials."""
    half_life, mu = np.array([4.0, 9.0]), np.array([0.7, -1.0])
    effect, start = np.array([[0.0, 0.5], [-0.4, 0.0]]), np.array([-2.0, 1.5])
    rates = np.array([1.2, 2.5, 0.1, 0.9])  # a year, at neutral drivers
    beta = np.log([[2.0, 1.0], [1.0, 0.5], [1.5, 1.5], [1.0, 3.0]])
    scenario = scenario_of(
        ["healthy", "ill", "dead"],
        [
            ("healthy", "ill", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"a": (1.5, 3.0)}}),
            ("ill", "healthy", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"b": (0.4, 0.7)}}),
            ("healthy", "dead", {"within_12_months": (0.1, 0.2), "hazard_ratio": {"a": (1.2, 2), "b": (1.2, 2)}}),
            ("ill", "dead", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"b": (2.0, 4.0)}}),
        ],
        {"dead": {"at_horizon": "dead"}, "recovered": {"at_horizon": "healthy", "ever": "ill"}},
        drivers={"a": {}, "b": {}},
        influences=[{"from": "b", "to": "a", "effect": (0.3, 0.7)}, {"from": "a", "to": "b", "effect": (-0.7, -0.3)}],
    )
    spec = spec_of(scenario)
    unknowns = unknowns_at(
        spec, 2, 1, half_life=half_life, long_run=mu, influence=[0.5, -0.4], net=np.log(rates), ratio=beta[beta != 0]
    )
    draws = Draws.of(spec, unknowns)
    calm = replace(draws, shock=np.zeros_like(draws.shock))
    begin, horizon = START + timedelta(days=2), START + timedelta(days=7 * 30 + 4)
    space = build_state_space(scenario, "healthy", frozenset({"healthy"}))
    level = np.tile(start, (2, 1))
    got = project(
        scenario, space, calm, level, begin=begin, step=0, horizon=horizon, rng=np.random.default_rng(1), paths=3
    )

    # healthy, ill, dead, healthy again, ill again, dead after illness: the last three have been ill
    chain = [(0, 1, 0), (0, 2, 2), (1, 3, 1), (1, 5, 3), (3, 4, 0), (3, 5, 2), (4, 3, 1), (4, 5, 3)]
    x, p = start, np.eye(6)[0]
    phi = 2 ** (-1 / half_life)
    days = [5, *[7] * 29, 5]  # the first step begins on its third day, the last ends on its fifth
    for t, length in enumerate(days):
        if t:
            centre = mu + effect @ x
            x = centre + phi * (x - centre)
        hazard = rates * np.exp(beta @ x)
        matrix = np.zeros((6, 6))
        for i, j, q in chain:
            matrix[i, j] += hazard[q]
            matrix[i, i] -= hazard[q]
        p = p @ expm(matrix * length / 365.25)
        np.testing.assert_allclose(
            got.state[:, t], np.tile([p[0] + p[3], p[1] + p[4], p[2] + p[5]], (2, 1)), atol=1e-10
        )
        exact = [p[2] + p[5], p[3], p[0] + p[1] + p[4]]
        np.testing.assert_allclose(got.outcome[:, t], np.tile(exact, (2, 1)), rtol=0, atol=1e-10)
    assert got.dates == tuple(begin + timedelta(days=sum(days[: t + 1]) - 1) for t in range(31))
    assert np.all(got.outcome_variance < 1e-20)


def test_future_drivers_have_the_law_of_the_autoregression(scenario_of, spec_of, unknowns_at):
    half_life, mu = np.array([3.0, 10.0]), np.array([0.5, -0.5])
    effect, start = np.array([[0.0, 0.8], [0.0, 0.0]]), np.array([1.5, 2.0])
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8)})],
        {"off": {"at_horizon": "off"}},
        drivers={"a": {}, "b": {}},
        influences=[{"from": "b", "to": "a", "effect": (0.5, 1.2)}],
    )
    spec = spec_of(scenario)
    n, paths = 1000, 16
    draws = Draws.of(spec, unknowns_at(spec, n, 1, half_life=half_life, long_run=mu, influence=[0.8]))
    got = project(
        scenario,
        build_state_space(scenario, "on", frozenset({"on"})),
        draws,
        np.tile(start, (n, 1)),
        begin=START,
        step=0,
        horizon=START + timedelta(days=7 * 26 - 1),
        rng=np.random.default_rng(2),
        paths=paths,
    )
    phi = np.diag(2 ** (-1 / half_life))
    matrix = phi + (np.eye(2) - phi) @ effect
    mean, cov = start, np.zeros((2, 2))
    assert got.steps == tuple(range(1, 26))
    for t in range(25):
        mean = matrix @ mean + (np.eye(2) - phi) @ mu
        cov = matrix @ cov @ matrix.T + np.eye(2) - phi**2
        sd = np.sqrt(np.diag(cov))
        error = sd / np.sqrt(n * paths)
        assert np.all(np.abs(got.driver_mean[t] - mean) < 4.5 * error)
        quantile_error = error * np.sqrt(0.09) / stats.norm.pdf(Q90)
        assert np.all(np.abs(got.driver_low80[t] - (mean - Q90 * sd)) < 4.5 * quantile_error)
        assert np.all(np.abs(got.driver_high80[t] - (mean + Q90 * sd)) < 4.5 * quantile_error)


def aalen_johansen(moves: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """State occupancy by day from moves (days, S, S) and numbers at risk (days, S), all starting in state 0."""
    probability = np.eye(moves.shape[1])[0]
    out = []
    for counted, exposed in zip(moves, at_risk, strict=True):
        increment = counted / np.maximum(exposed, 1)[:, None]
        np.fill_diagonal(increment, -increment.sum(axis=1))
        probability = probability + probability @ increment
        out.append(probability)
    return np.array(out)


def test_state_occupancy_agrees_with_the_aalen_johansen_estimate(scenario_of, spec_of):
    """Histories under observation for a random time, drivers moving, against the projection from the same prior."""
    scenario = scenario_of(
        ["on", "pause", "over"],
        [
            ("on", "pause", {"base_rate": {"events": 20, "exposure_years": 8.0}, "hazard_ratio": {"mood": (1.5, 2.5)}}),
            ("pause", "on", {"within_12_months": (0.9, 0.99), "hazard_ratio": {"mood": (0.5, 0.9)}}),
            ("pause", "over", {"within_12_months": (0.5, 0.9), "hazard_ratio": {"mood": (1.1, 2.0)}}),
            ("on", "over", {"within_12_months": (0.1, 0.3)}),
        ],
        {"over": {"at_horizon": "over"}},
    )
    spec, names = spec_of(scenario), ["on", "pause", "over"]
    n, n_steps = 1000, 20
    n_days = 7 * n_steps
    rng = np.random.default_rng(3)
    draws = Draws.of(spec, prior_unknowns(spec, n, n_steps, rng=rng))
    moves, at_risk = np.zeros((n, n_days, 3, 3)), np.zeros((n, n_days, 3))
    for i in range(n):
        last = int(rng.integers(n_days // 2, 2 * n_days))  # leaves observation at a time of its own
        last = min(last, n_days)
        state, since = 0, 0
        for row in simulate_states(scenario, spec, draws, i, until=START + timedelta(days=last - 1), rng=rng):
            day = (row.date - START).days
            at_risk[i, since : day + 1, state] = 1
            moves[i, day, state, names.index(row.to)] = 1
            state, since = names.index(row.to), day + 1
        at_risk[i, since:last, state] = 1
    estimate = aalen_johansen(moves.sum(axis=0), at_risk.sum(axis=0))[6::7]
    again = []
    for _ in range(100):  # bootstrap over histories
        weight = rng.multinomial(n, np.full(n, 1 / n)).astype(float)
        drawn = aalen_johansen(np.tensordot(weight, moves, axes=1), np.tensordot(weight, at_risk, axes=1))
        again.append(drawn[6::7])
    space = build_state_space(scenario, "on", frozenset({"on"}))
    got = project(
        scenario,
        space,
        draws,
        draws.level[:, 0],
        begin=START,
        step=0,
        horizon=START + timedelta(days=n_days - 1),
        rng=rng,
    )
    projected = got.state.mean(axis=0)
    error = np.hypot(np.std(again, axis=0), got.state.std(axis=0) / np.sqrt(n))
    assert projected[-1].min() > 0.15
    assert np.all(np.abs(estimate - projected) < 3 * error)
    assert error[-1].max() < 0.03


@pytest.mark.parametrize("paths", [2, 16])
def test_the_variance_over_paths_is_that_of_independent_futures(scenario_of, spec_of, unknowns_at, paths):
    """Var over draws of p_s = Var within / J when all draws are alike."""
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"mood": (2.0, 4.0)}})],
        {"off": {"at_horizon": "off"}},
    )
    spec = spec_of(scenario)
    n = 4000
    draws = Draws.of(spec, unknowns_at(spec, n, 1, half_life=8.0, long_run=0.0, net=0.0, ratio=np.log(3.0)))
    got = project(
        scenario,
        build_state_space(scenario, "on", frozenset({"on"})),
        draws,
        np.zeros((n, 1)),
        begin=START,
        step=0,
        horizon=START + timedelta(days=200),
        rng=np.random.default_rng(4),
        paths=paths,
    )
    between, within = got.outcome[:, -1].var(axis=0, ddof=1), got.outcome_variance.mean(axis=0)
    np.testing.assert_allclose(between * paths, within, rtol=4 * np.sqrt(2 / n) * 2)


def test_without_shocks_a_projected_driver_goes_on_along_its_own_path(scenario_of, spec_of, unknowns_at):
    """Seasons and influences too: what the model writes for the whole time, the projection writes from a step on."""
    season = {"season": {"amplitude": [0.5, 1.5], "peak": "07-01"}}
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8)})],
        {"off": {"at_horizon": "off"}},
        drivers={"mood": season, "calm": {}},
        influences=[{"from": "mood", "to": "calm", "effect": [0.3, 0.9]}],
    )
    spec, seen = spec_of(scenario), 5
    n_steps = scenario.grid.count(scenario.horizon)
    innovation = np.zeros((3, n_steps, 2))
    innovation[:, :seen] = np.random.default_rng(3).normal(size=(3, seen, 2))
    draws = Draws.of(spec, unknowns_at(spec, 3, n_steps, innovation=innovation))
    got = project(
        scenario,
        build_state_space(scenario, "on", frozenset({"on"})),
        replace(draws, shock=np.zeros_like(draws.shock)),
        draws.level[:, seen - 1],
        begin=scenario.grid.first_day(seen),
        step=seen - 1,
        horizon=scenario.horizon,
        rng=np.random.default_rng(4),
        paths=2,
    )
    assert got.steps == tuple(range(seen, n_steps))
    assert np.ptp(draws.season[:, 0] * 2) > 0.1  # each draw has a swing of its own
    np.testing.assert_allclose(got.driver_mean, draws.level[:, seen:].mean(axis=0), rtol=0, atol=1e-12)
