"""Drivers that are set, against closed forms: moments of what they influence, and states along the path they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.linalg import expm

from forecast.model.draws import Draws
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.steering import Setting, imposed, stretches

START = date(2024, 1, 1)  # a Monday
HALF_LIFE, MU = np.array([4.0, 9.0]), np.array([0.7, -1.0])
EFFECT = 0.8  # of a on b
PHI = 2 ** (-1 / HALF_LIFE)


def days(n: int) -> date:
    return START + timedelta(days=n)


@pytest.fixture(scope="module")
def pair(scenario_of):
    """Driver a influences driver b, and b the only hazard."""
    return scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"b": (1.5, 3.0)}})],
        {"off": {"at_horizon": "off"}},
        drivers={"a": {}, "b": {}},
        influences=[{"from": "a", "to": "b", "effect": (0.5, 1.2)}],
    )


@pytest.fixture
def go(pair, spec_of, unknowns_at):
    spec = spec_of(pair)
    space = build_state_space(pair, "on", frozenset({"on"}))

    def run(settings=(), *, n=500, paths=16, shocks=True, level=(1.5, 0.5), watch=None):
        unknowns = unknowns_at(
            spec, n, 1, half_life=HALF_LIFE, long_run=MU, influence=[EFFECT], net=0.0, ratio=np.log(2.0)
        )
        draws = Draws.of(spec, unknowns)
        draws = draws if shocks else replace(draws, shock=np.zeros_like(draws.shock))
        return project(
            pair, space, draws, np.tile(level, (n, 1)), begin=START, step=0, horizon=days(7 * 30 - 1),
            rng=np.random.default_rng(5), paths=paths, settings=settings, watch=watch,
        )  # fmt: skip

    return run


def test_what_a_set_driver_influences_has_the_moments_of_the_autoregression(go):
    """b reverts to mu + effect * level, with the variance 1 - phi^2t of its own shocks alone."""
    level, levels = -1.2, []
    got = go(
        [Setting(0, level, START, days(7 * 30 - 1))], watch=lambda first, last, level, push: levels.append(level.copy())
    )
    x = np.array(levels)  # (steps, n, paths, drivers)
    assert np.all(x[..., 0] == level)
    t = np.arange(30)
    settles = MU[1] + EFFECT * level
    mean = settles + PHI[1] ** t * (0.5 - settles)
    variance = 1 - PHI[1] ** (2 * t)
    count = x.shape[1] * x.shape[2]
    np.testing.assert_allclose(x[..., 1].mean(axis=(1, 2)), mean, atol=4.5 * np.sqrt(1 / count))
    np.testing.assert_allclose(x[..., 1].var(axis=(1, 2)), variance, atol=4.5 * np.sqrt(2 / count))
    np.testing.assert_allclose(got.driver_mean[:, 1], mean[1:], atol=4.5 * np.sqrt(1 / count))


def test_dynamics_go_on_from_the_level_when_it_is_no_longer_set(go):
    first, last = days(7 * 5), days(7 * 12 + 3)  # the step of the last day is step 12
    got = go([Setting(0, 2.0, first, last)], shocks=False, n=1, paths=2)
    a, b = 1.5, 0.5
    for t in range(1, 30):
        a, b = MU[0] + PHI[0] * (a - MU[0]), (MU[1] + EFFECT * a) * (1 - PHI[1]) + PHI[1] * b
        a = 2.0 if 5 <= t <= 12 else a
        np.testing.assert_allclose(got.driver_mean[t - 1], [a, b], atol=1e-12)


def test_nothing_changes_before_it_is_set_and_nothing_upstream_ever(go):
    base, set_b = go(), go([Setting(1, 2.0, days(7 * 10), days(7 * 20))])
    np.testing.assert_array_equal(set_b.outcome[:, :10], base.outcome[:, :10])
    np.testing.assert_array_equal(set_b.driver_mean[:, 0], base.driver_mean[:, 0])  # a does not hear of b
    assert np.all(set_b.outcome[:, 10] != base.outcome[:, 10])
    np.testing.assert_array_equal(go([Setting(0, 2.0, days(500), days(600))]).outcome, base.outcome)


def test_states_along_a_path_that_is_set_are_products_of_matrix_exponentials(scenario_of, spec_of, unknowns_at):
    """Every driver set, one of them from the middle of a step on: the path is known, and with it the occupancy."""
    rates, beta = np.array([1.2, 2.5, 0.4]), np.log([[2.0, 1.0], [1.0, 0.5], [1.5, 1.5]])
    scenario = scenario_of(
        ["well", "ill", "dead"],
        [
            ("well", "ill", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"a": (1.5, 3.0)}}),
            ("ill", "well", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"b": (0.4, 0.7)}}),
            ("ill", "dead", {"within_12_months": (0.1, 0.2), "hazard_ratio": {"a": (1.2, 2), "b": (1.2, 2)}}),
        ],
        {"dead": {"at_horizon": "dead"}, "ill": {"at_horizon": "ill"}},
        drivers={"a": {}, "b": {}},
    )
    spec = spec_of(scenario)
    draws = Draws.of(spec, unknowns_at(spec, 3, 1, net=np.log(rates), ratio=beta[beta != 0]))
    end = 7 * 20 + 2
    settings = [
        Setting(0, 1.5, days(0), days(44)),
        Setting(0, -1.0, days(45), days(end)),  # day 45 is the fourth of step 6
        Setting(1, 0.5, days(0), days(end)),
    ]
    got = project(
        scenario, build_state_space(scenario, "well", frozenset({"well"})), draws, np.zeros((3, 2)), begin=days(0),
        step=0, horizon=days(end), rng=np.random.default_rng(1), paths=2, settings=settings,
    )  # fmt: skip

    def generator(x: np.ndarray) -> np.ndarray:
        hazard = rates * np.exp(beta @ x)
        q = np.zeros((3, 3))
        for edge, (i, j) in enumerate([(0, 1), (1, 0), (1, 2)]):
            q[i, j] += hazard[edge]
            q[i, i] -= hazard[edge]
        return q

    before, after = (
        expm(generator(np.array([1.5, 0.5])) * 45 / 365.25),
        expm(generator(np.array([-1.0, 0.5])) * (end + 1 - 45) / 365.25),
    )
    p = np.array([1.0, 0.0, 0.0]) @ before @ after
    np.testing.assert_allclose(got.outcome[:, -1], np.tile([p[2], p[1], p[0]], (3, 1)), atol=1e-10)


def test_pushes_are_the_shocks_also_of_a_driver_that_is_set(go):
    pushes = {}
    for name, settings in {"free": (), "set": [Setting(0, 2.0, days(7), days(100))]}.items():
        noted = pushes[name] = []
        go(settings, watch=lambda first, last, level, push, noted=noted: noted.append(np.array(push)))
    free, held = np.array(pushes["free"][1:]), np.array(pushes["set"][1:])
    np.testing.assert_allclose(held, free, atol=1e-12)
    assert abs(free.std() - 1) < 4 / np.sqrt(2 * free.size)


def test_days_of_a_step_are_cut_where_something_is_set():
    settings = [Setting(0, 1.0, days(2), days(9)), Setting(1, 1.0, days(5), days(9)), Setting(1, 0.0, days(7), days(8))]
    assert list(stretches(days(0), days(6), settings)) == [(days(0), days(1)), (days(2), days(4)), (days(5), days(6))]
    assert list(stretches(days(2), days(6), settings[:1])) == [(days(2), days(6))]
    level = np.zeros((2, 3, 2))
    assert imposed(level, days(1), settings) is level
    np.testing.assert_array_equal(imposed(level, days(6), settings)[0, 0], [1.0, 1.0])
    assert not level.any()
