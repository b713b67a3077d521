"""Net and crude probabilities of the first 12 months, against closed forms of constant hazards."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.model.draws import Draws, prior_unknowns
from forecast.projection.first_year import YEAR_DAYS, first_year
from forecast.timegrid import DAYS_PER_YEAR

YEARS = YEAR_DAYS / DAYS_PER_YEAR
OUT = {"gone": {"at_horizon": "gone"}}
STILL = {"at_start": [0.9999, 1.0001], "long_run": [0.9999, 1.0001], "half_life": ["20000y", "20001y"]}  # stays at 1


def years_of(scenario, spec, n=400, rng_seed=1):
    n_steps = scenario.grid.count(scenario.horizon)
    draws = Draws.of(spec, prior_unknowns(spec, n, n_steps, rng=np.random.default_rng(rng_seed)))
    return first_year(scenario, spec, draws, draws, seed=1)


def chance(rate):
    p = 1 - np.exp(-rate)
    return {"within_12_months": (p - 1e-7, p + 1e-7)}


def test_exits_compete_and_only_the_first_counts(scenario_of, spec_of):
    edges = [("on", "paused", chance(0.8)), ("on", "gone", chance(0.5)), ("paused", "on", chance(2.0)),
             ("paused", "gone", chance(0.3))]  # fmt: skip
    scenario = scenario_of(["on", "paused", "gone"], edges, OUT)
    got = years_of(scenario, spec_of(scenario), n=20)
    assert list(got) == ["on", "paused"]  # what cannot be left starts no year
    left = 1 - np.exp(-1.3 * YEARS)
    assert [got["on"].transitions[q].crude for q in (0, 1)] == pytest.approx(
        [0.8 / 1.3 * left, 0.5 / 1.3 * left], rel=1e-5
    )
    left = 1 - np.exp(-2.3 * YEARS)
    assert got["paused"].transitions[2].crude == pytest.approx(2 / 2.3 * left, rel=1e-5)
    rates = np.array([[-1.3, 0.8, 0.5], [2.0, -2.3, 0.3], [0, 0, 0]])
    values, vectors = np.linalg.eig(rates)
    stay = (vectors @ np.diag(np.exp(values * YEARS)) @ np.linalg.inv(vectors)).real
    for i, origin in enumerate(("on", "paused")):
        assert [p for p, _ in got[origin].states.values()] == pytest.approx(list(stay[i]), rel=1e-5)
    assert got["on"].transitions[0].net == pytest.approx([1 - np.exp(-0.8 * YEARS)] * 3, rel=1e-5)
    assert [got["on"].transitions[0].mean_factor, got["on"].transitions[0].spread_factor] == pytest.approx([1, 1])


def test_the_error_of_a_chance_is_that_of_a_mean_over_draws(scenario_of, spec_of):
    scenario = scenario_of(["on", "gone"], [("on", "gone", {"within_12_months": (0.2, 0.8)})], OUT)
    spec, n = spec_of(scenario), 400
    unknowns = prior_unknowns(spec, n, scenario.grid.count(scenario.horizon), rng=np.random.default_rng(1))
    chances = 1 - np.exp(-np.exp(spec.net.value(unknowns["net_z"])[:, 0]) * YEARS)  # the hazard of a draw is constant
    row = years_of(scenario, spec, n)["on"]
    for found in ((row.transitions[0].crude, row.transitions[0].mcse), row.states["gone"]):
        assert found == pytest.approx((chances.mean(), chances.std(ddof=1) / np.sqrt(n)), rel=1e-6)


def test_the_mean_of_a_driver_moves_the_hazard(scenario_of, spec_of):
    edges = [("on", "gone", chance(0.5) | {"hazard_ratio": {"mood": (1.9999, 2.0001)}})]
    scenario = scenario_of(["on", "gone"], edges, OUT, drivers={"mood": STILL})
    row = years_of(scenario, spec_of(scenario))["on"].transitions[0]
    assert row.mean_factor == pytest.approx(2, rel=1e-2)
    assert row.spread_factor == pytest.approx(1, rel=1e-2)
    assert row.given == pytest.approx([1 - np.exp(-0.5)] * 2, abs=1e-5)
    assert row.net[1] == pytest.approx(1 - np.exp(-1.0 * YEARS), rel=1e-2)
    assert row.crude == pytest.approx(1 - np.exp(-1.0 * YEARS), abs=4 * row.mcse + 1e-4)


def test_the_spread_of_a_driver_moves_the_hazard_and_a_base_rate_allows_for_it(scenario_of, spec_of):
    ratio = {"hazard_ratio": {"mood": (np.e - 1e-4, np.e + 1e-4)}}
    edges = [
        ("on", "gone", chance(0.1) | ratio),
        ("on", "off", {"base_rate": {"events": 3, "exposure_years": 10}} | ratio),
    ]
    mood = {"at_start": [-1.645, 1.645], "long_run": [-1e-4, 1e-4], "half_life": ["6w", "6.001w"]}
    scenario = scenario_of(["on", "gone", "off"], edges, OUT, drivers={"mood": mood})
    net, base = years_of(scenario, spec_of(scenario), n=4000)["on"].transitions.values()
    # mean of exp(x) for a standard normal x is exp(1/2); its standard error here is about 1%
    assert net.spread_factor == pytest.approx(np.exp(0.5), rel=0.05)
    assert net.mean_factor == pytest.approx(1, rel=0.05)
    assert base.spread_factor == pytest.approx(1, rel=0.05)
    assert (net.from_base_rate, base.from_base_rate) == (False, True)
    ends = 1 - np.exp(-stats.gamma.ppf((0.05, 0.95), 3.5, scale=1 / 10))
    assert base.given == pytest.approx(tuple(ends), rel=0.06)
