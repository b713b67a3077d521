"""Where drivers settle and how often they are unstable, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, stats

from forecast.model.draws import Draws, prior_unknowns
from forecast.projection.long_run import STABILITY_DRAWS, long_run, stability
from forecast.scenario.types import CorrelatedShocks

EXIT = [("on", "off", {"within_12_months": (0.2, 0.8)})]
OUT = {"off": {"at_horizon": "off"}}


def linked(scenario_of, *influences, names=("a", "b"), **drivers):
    rows = [{"from": origin, "to": to, "effect": effect} for origin, to, effect in influences]
    return scenario_of(
        ["on", "off"], EXIT, OUT, drivers={name: drivers.get(name, {}) for name in names}, influences=rows
    )


def test_means_spreads_and_correlation_solve_their_equations_at_medians_and_in_every_draw(scenario_of, spec_of):
    scenario = linked(
        scenario_of,
        ("a", "b", (0.4, 0.9)),
        ("b", "a", (-0.6, -0.1)),
        a={"long_run": [0.0, 1.0]},
        b={"long_run": [-1.0, 0.0], "half_life": ["2w", "5w"]},
    )
    spec = spec_of(scenario)
    unknowns = prior_unknowns(spec, 400, 2, rng=np.random.default_rng(1))
    draws = Draws.of(spec, unknowns)
    got = long_run(spec, draws)
    loop = np.array([[0, -np.sqrt(0.06)], [0.6, 0]])
    mean = np.linalg.inv(np.eye(2) - loop) @ [0.5, -0.5]
    assert [got.mean[name].at_medians for name in "ab"] == pytest.approx(list(mean))
    influence = spec.influence.value(unknowns["influence_z"])
    effects = np.zeros((400, 2, 2))
    effects[:, 1, 0], effects[:, 0, 1] = influence.T
    means = np.linalg.solve(np.eye(2) - effects, spec.long_run.value(unknowns["long_run_z"])[..., None])[..., 0]
    phi = 2 ** (-1 / spec.half_life.value(unknowns["half_life_z"]))
    laws = []
    for p, effect in zip(phi, effects, strict=True):
        step = np.diag(p) + (np.eye(2) - np.diag(p)) @ effect
        laws.append(linalg.solve_discrete_lyapunov(step, np.diag(1 - p**2)))
    sd = np.sqrt([np.diag(law) for law in laws])
    r = np.array([law[0, 1] for law in laws]) / sd.prod(axis=1)
    for spread, values in (
        (got.mean["a"], means[:, 0]), (got.mean["b"], means[:, 1]), (got.sd["b"], sd[:, 1]),
        (got.correlation["a", "b"], r),
    ):  # fmt: skip
        assert (spread.low, spread.median, spread.high) == pytest.approx(tuple(np.quantile(values, (0.05, 0.5, 0.95))))
    at_medians = 2 ** (-1 / np.array([np.sqrt(3 * 12), np.sqrt(2 * 5)]))
    step = np.diag(at_medians) + (np.eye(2) - np.diag(at_medians)) @ loop
    np.testing.assert_allclose(got.covariance, linalg.solve_discrete_lyapunov(step, np.diag(1 - at_medians**2)))
    assert got.sd["a"].at_medians == pytest.approx(np.sqrt(got.covariance[0, 0]))
    expected = got.covariance[0, 1] / np.sqrt(got.covariance[0, 0] * got.covariance[1, 1])
    assert got.correlation["a", "b"].at_medians == pytest.approx(expected)


def test_correlated_shocks_enter_the_spread_of_the_correlation(scenario_of, spec_of):
    scenario = linked(scenario_of)
    free = scenario.model_copy(update={"correlated_shocks": CorrelatedShocks(lkj=4.0)})
    for made, expected in ((scenario, 0.0), (free, stats.beta(4, 4).ppf(0.95) * 2 - 1)):
        spec = spec_of(made)
        unknowns = prior_unknowns(spec, 4000, 2, rng=np.random.default_rng(2))
        unknowns["half_life_z"][:] = 0  # with one half-life for both, drivers correlate as their shocks do
        assert long_run(spec, Draws.of(spec, unknowns)).correlation["a", "b"].high == pytest.approx(expected, abs=0.02)


def test_two_drivers_that_raise_each_other_are_unstable_when_the_product_of_effects_is_above_one(scenario_of, spec_of):
    scenario = linked(scenario_of, ("a", "b", (0.3, 1.2)), ("b", "a", (0.4, 1.5)))
    loc = (np.log(0.3 * 1.2) + np.log(0.4 * 1.5)) / 2
    scale = np.hypot(np.log(4), np.log(1.5 / 0.4)) / 3.29
    exact = stats.norm.sf(0, loc, scale)
    got = stability(spec_of(scenario), rng=np.random.default_rng(3))
    assert exact > 0.01
    assert abs(got.unstable - exact) < 4 * np.sqrt(exact / STABILITY_DRAWS)
    assert got.mcse == pytest.approx(np.sqrt(got.unstable * (1 - got.unstable) / STABILITY_DRAWS), rel=1e-12)
    assert [(loop.drivers, loop.influences) for loop in got.loops] == [(("a", "b"), (0, 1))]


def test_only_drivers_on_loops_count(scenario_of, spec_of):
    scenario = linked(
        scenario_of,
        ("a", "b", (5.0, 9.0)),  # as strong as it may be: what is not on a loop cannot feed itself
        ("b", "c", (0.5, 0.9)),
        ("c", "d", (-9.0, -5.0)),
        ("d", "c", (0.1, 0.3)),
        names="abcd",
    )
    got = stability(spec_of(scenario), rng=np.random.default_rng(4))
    assert [(loop.drivers, loop.influences) for loop in got.loops] == [(("c", "d"), (2, 3))]
    # M = Phi + (I - Phi) A of a loop with a negative product: eigenvalues by the quadratic formula
    rng = np.random.default_rng(5)
    p, q = 2 ** (-1 / np.exp(rng.normal(np.log(6), np.log(4) / 3.29, size=(2, 200_000))))
    product = -np.exp(rng.normal((np.log(45) + np.log(0.03)) / 2, np.hypot(np.log(9 / 5), np.log(3)) / 3.29, 200_000))
    root = np.emath.sqrt((p - q) ** 2 + 4 * (1 - p) * (1 - q) * product + 0j)
    exact = np.mean(np.maximum(abs(p + q + root), abs(p + q - root)) / 2 >= 1)
    assert got.unstable == pytest.approx(exact, abs=4 * np.sqrt(exact / STABILITY_DRAWS) + 4 * np.sqrt(exact / 200_000))
    acyclic = stability(spec_of(linked(scenario_of, ("a", "b", (5.0, 9.0)))), rng=np.random.default_rng(4))
    assert (acyclic.unstable, acyclic.mcse, acyclic.loops) == (0, 0, ())


def test_a_loop_may_lead_through_many_drivers(scenario_of, spec_of):
    ring = [(origin, to, (0.1, 0.3)) for origin, to in zip("abcde", "bcdea", strict=True)]
    got = stability(
        spec_of(linked(scenario_of, *ring, ("e", "f", (0.1, 0.3)), names="abcdef")), rng=np.random.default_rng(6)
    )
    assert [(loop.drivers, loop.influences) for loop in got.loops] == [(tuple("abcde"), (0, 1, 2, 3, 4))]
    assert got.unstable == 0
