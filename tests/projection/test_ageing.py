"""Hazards that change with the age of a state: closed forms, and histories drawn from their waiting times."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.model.density import state_log_likelihood
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.prior import prior_forecast

START = date(2024, 1, 1)
RANGE = {"within_12_months": (0.2, 0.8)}


def ageing(days: int, exponent: tuple[float, float]) -> dict[str, object]:
    return {**RANGE, "ageing": {"age0": f"{days}d", "exponent": exponent}}


def cumulative(hazard: float, age0: float, exponent: float, age: np.ndarray | float) -> np.ndarray:
    """Integral of the hazard per year from age 0 to an age in days."""
    scaled = (1 + np.asarray(age) / age0) ** (1 + exponent) - 1
    return hazard / 365.25 * age0 / (1 + exponent) * scaled


@pytest.mark.parametrize(("exponent", "hazard"), [(-0.6, 6.0), (-1.7, 9.0), (0.8, 1.0)])
@pytest.mark.parametrize("since", [0, 45])
@pytest.mark.parametrize("step", ["week", "month"])
def test_one_exit_has_the_survival_of_its_waiting_time(
    scenario_of, spec_of, unknowns_at, exponent, hazard, since, step
):
    scenario = scenario_of(
        ["on", "off"], [("on", "off", ageing(20, (-2.0, 2.0)))], {"off": {"at_horizon": "off"}}, step=step
    )
    n, paths = 500, 16
    draws = Draws.of(spec_of(scenario), unknowns_at(spec_of(scenario), n, 1, net=math.log(hazard), ageing=exponent))
    begin = START + timedelta(days=since)
    got = project(
        scenario,
        build_state_space(scenario, "on", frozenset({"on"})),
        draws,
        np.zeros((n, 1)),
        begin=begin,
        step=scenario.grid.index(begin),
        horizon=begin + timedelta(days=199),
        rng=np.random.default_rng(1),
        paths=paths,
        state_age=since,
    )
    age = np.array([(day - begin).days + 1 + since for day in got.dates])
    exact = np.exp(cumulative(hazard, 20, exponent, since) - cumulative(hazard, 20, exponent, age))
    error = np.sqrt(exact * (1 - exact) / (n * paths))
    assert 0.05 < exact[-1] < 0.95
    assert np.all(np.abs(got.state[:, :, 0].mean(axis=0) - exact) < 3.5 * error)
    assert set(np.unique(got.state * paths) % 1) == {0.0}  # every history is in one state


def test_renewed_stays_agree_with_histories_drawn_from_their_waiting_times(scenario_of, spec_of, unknowns_at):
    """Leave and come back: each stay starts young again; a spell that breaks does not make its origin younger."""
    states = {"war": {}, "truce": {"min_duration": "15d", "breaks_before": [0.2, 0.7]}, "peace": {}}
    scenario = scenario_of(
        states,
        [
            ("war", "truce", ageing(20, (-1.0, 1.0))),
            ("truce", "war", ageing(10, (-1.5, -0.1))),
            ("truce", "peace", RANGE),
        ],
        {"peace": {"at_horizon": "peace"}},
    )
    spec, n, days = spec_of(scenario), 500, 250
    q, grow, fall, p_break = (0.5, 12.0, 1.0), 1.5, -0.8, 0.7
    unknowns = unknowns_at(spec, n, 1, net=np.log(q), ageing=[grow, fall], breaks=math.log(p_break / (1 - p_break)))
    got = project(
        scenario,
        build_state_space(scenario, "war", frozenset({"war"})),
        Draws.of(spec, unknowns),
        np.zeros((n, 1)),
        begin=START,
        step=0,
        horizon=START + timedelta(days=days - 1),
        rng=np.random.default_rng(2),
    )

    def wait(hazard: float, age0: float, exponent: float, age: float) -> float:
        """Invert the cumulative hazard: days from an age to the exit."""
        reach = cumulative(hazard, age0, exponent, age) + rng.exponential()
        base = 1 + reach * 365.25 * (1 + exponent) / (hazard * age0)
        return age0 * (base ** (1 / (1 + exponent)) - 1) - age

    rng, m = np.random.default_rng(4), 8000
    per_day = -math.log(1 - p_break) / 15
    final = np.zeros(3)
    for _ in range(m):
        clock, state, age = 0.0, 0, 0.0
        while True:
            if state == 0:
                stay = wait(q[0] / (1 - p_break), 20, grow, age)
                clock, age = clock + stay, age + stay
                if clock > days:
                    break
                lasts = rng.exponential(1 / per_day)
                clock, age = clock + min(lasts, 15), age + min(lasts, 15)
                if clock > days:
                    break
                if lasts > 15:
                    state = 1
            else:
                back, on = wait(q[1], 10, fall, 0.0), rng.exponential(365.25 / q[2])
                clock += min(back, on)
                if clock > days:
                    break
                state, age = (0, 0.0) if back < on else (2, 0.0)
                if state == 2:
                    break
        final[state] += 1
    share, exact = final / m, got.state[:, -1].mean(axis=0)
    error = np.sqrt(share * (1 - share) * (1 / m + 1 / (16 * n)))
    assert share.min() > 0.1
    # Whole days count a spell half a day earlier and change a state once a day at most: half a percentage point.
    assert np.all(np.abs(exact - share) < 3 * error + 0.005)


def test_the_likelihood_of_one_stay_is_that_of_its_waiting_time(scenario_of, snapshot_of, unknowns_at):
    """exp(-integral of the hazard) up to the day, times the hazard on it; months and weeks alike."""
    n = 7
    for step in ("day", "week", "month"):
        scenario = scenario_of(
            ["on", "off"], [("on", "off", ageing(20, (-1.2, -0.1)))], {"off": {"at_horizon": "off"}}, step=step
        )
        spec = compile_spec(scenario)
        as_of = START + timedelta(days=100)
        changed = snapshot_of(scenario, as_of, [(START + timedelta(days=61), "on", "off")])
        exponent = np.linspace(-1.9, 0.5, n)
        unknowns = unknowns_at(spec, n, changed.n_steps, net=math.log(3.0))
        unknowns["ageing_z"] = spec.ageing.deviate(-np.abs(exponent[:, None]) - 0.05)
        delta = spec.ageing.value(unknowns["ageing_z"])[:, 0]
        draws = Draws.of(spec, unknowns)
        exact = -np.array([cumulative(3.0, 20, d, 61) for d in delta]) + np.log(3.0) + delta * math.log(1 + 61.5 / 20)
        np.testing.assert_allclose(state_log_likelihood(spec, changed, draws), exact, rtol=0, atol=2e-3)
        quiet = snapshot_of(scenario, as_of)
        exact = -np.array([cumulative(3.0, 20, d, 101) for d in delta])
        np.testing.assert_allclose(state_log_likelihood(spec, quiet, draws), exact, rtol=0, atol=2e-3)
        assert quiet.state_age == 101


def day_by_day(scenario, draws, start: str, days: int) -> np.ndarray:
    """Shares of the states at the end of each day from the scenario's start, shape (days, states)."""
    got = project(
        scenario,
        build_state_space(scenario, start, frozenset({start})),
        draws,
        np.zeros((len(draws), 1)),
        begin=START,
        step=0,
        horizon=START + timedelta(days=days - 1),
        rng=np.random.default_rng(6),
    )
    return got.state.mean(axis=0)


AT_ONCE, FADING = math.log(1e6), (4000.0, -3.0)  # capped at 24 a day; hazard per year and exponent at age0 of one day


def staying(age: int, days: int) -> np.ndarray:
    """Chance still to be there after 1 to ``days`` more days, at a given age on the first morning."""
    return np.exp(-np.cumsum(FADING[0] / 365.25 * (1.5 + age + np.arange(days)) ** FADING[1]))


def test_a_first_state_is_new_unless_said_otherwise(scenario_of, spec_of, unknowns_at):
    scenario = scenario_of(["b", "c"], [("b", "c", ageing(1, (-4.0, -2.0)))], {"c": {"at_horizon": "c"}}, step="day")
    spec, n = spec_of(scenario), 500
    unknowns = unknowns_at(spec, n, 1, net=math.log(FADING[0]), ageing=FADING[1])
    share = day_by_day(scenario, Draws.of(spec, unknowns), "b", 5)[:, 0]
    exact = staying(0, 5)
    assert np.all(np.abs(share - exact) < 4 * np.sqrt(exact * (1 - exact) / (16 * n)))


def test_a_state_entered_on_a_day_is_one_day_old_on_the_next(scenario_of, spec_of, unknowns_at):
    edges = [("a", "b", RANGE), ("b", "c", ageing(1, (-4.0, -2.0)))]
    scenario = scenario_of(["a", "b", "c"], edges, {"c": {"at_horizon": "c"}}, step="day")
    spec, n = spec_of(scenario), 500
    unknowns = unknowns_at(spec, n, 1, net=[AT_ONCE, math.log(FADING[0])], ageing=FADING[1])
    share = day_by_day(scenario, Draws.of(spec, unknowns), "a", 6)[:, 1]
    exact = np.append(1.0, staying(1, 5))
    assert np.all(np.abs(share - exact) <= 4 * np.sqrt(exact * (1 - exact) / (16 * n)) + 1e-9)


def test_a_state_held_in_the_evening_is_new_in_the_morning(scenario_of, spec_of, unknowns_at):
    states = {"a": {}, "b": {"min_duration": "2d", "breaks_before": [0.1, 0.2]}, "c": {}}
    edges = [("a", "b", RANGE), ("b", "c", ageing(1, (-4.0, -2.0)))]
    scenario = scenario_of(states, edges, {"c": {"at_horizon": "c"}}, step="day")
    spec, n = spec_of(scenario), 500
    unknowns = unknowns_at(spec, n, 1, net=[AT_ONCE, math.log(FADING[0])], ageing=FADING[1], breaks=-40.0)
    share = day_by_day(scenario, Draws.of(spec, unknowns), "a", 6)[:, 1]
    exact = np.concatenate([[0.0, 1.0], staying(0, 4)])
    assert np.all(np.abs(share - exact) <= 4 * np.sqrt(exact * (1 - exact) / (16 * n)) + 1e-9)


def test_three_exits_share_as_their_hazards(scenario_of, spec_of, unknowns_at):
    edges = [("on", "a", ageing(20, (-1.0, 1.0))), ("on", "b", RANGE), ("on", "c", RANGE)]
    scenario = scenario_of(["on", "a", "b", "c"], edges, {"a": {"at_horizon": "a"}}, step="day")
    spec, n, hazard = spec_of(scenario), 500, np.array([6.0, 3.0, 1.5])
    unknowns = unknowns_at(spec, n, 1, net=np.log(hazard), ageing=0.0)
    share = day_by_day(scenario, Draws.of(spec, unknowns), "on", 60)[-1]
    stays = math.exp(-hazard.sum() * 60 / 365.25)
    exact = np.append(stays, (1 - stays) * hazard / hazard.sum())
    assert np.all(np.abs(share - exact) < 4 * np.sqrt(exact * (1 - exact) / (16 * n)))


def test_the_prior_beside_a_forecast_knows_how_old_the_state_is(scenario_of, spec_of, snapshot_of):
    chance = 1 - math.exp(-6.0)
    exact_range = {"within_12_months": (chance - 1e-7, chance + 1e-7)}
    exact_range["ageing"] = {"age0": "20d", "exponent": (-1.7001, -1.7)}
    scenario = scenario_of(["on", "off"], [("on", "off", exact_range)], {"off": {"at_horizon": "off"}}, step="day")
    history = snapshot_of(scenario, START + timedelta(days=60))
    horizon = START + timedelta(days=260)
    got = prior_forecast(scenario, spec_of(scenario), horizon=horizon, seed=1, history=history)
    stays = np.exp(cumulative(6.0, 20, -1.7, 61) - cumulative(6.0, 20, -1.7, 261))
    new = np.exp(-cumulative(6.0, 20, -1.7, 200))
    assert abs(got.state[0] - stays) < 4 * got.outcome_mcse[0] + 1e-3
    assert abs(new - stays) > 8 * got.outcome_mcse[0]  # a state that were new would be seen
