"""States that must last before they count: pending spells against histories drawn day by day and closed forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from forecast.evidence.records import Evidence, TransitionRecord
from forecast.evidence.snapshot import take_snapshot
from forecast.model.draws import Draws
from forecast.model.simulate import simulate_states
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import Projection, project
from forecast.scenario.types import Scenario

START = date(2024, 1, 1)
OUTCOMES = {"rested": {"ever": "rest"}, "over": {"at_horizon": "over"}}


@dataclass(frozen=True)
class World:
    """Spells of rest that a march breaks off or ends; hazards per year of what is declared below."""

    d: int
    p_break: float
    to_rest: float = 6.0
    march_over: float = 0.4
    rest_march: float = 2.0
    rest_over: float = 1.5

    def scenario(self, scenario_of: Any, step: str) -> Scenario:
        any_range = {"within_12_months": (0.2, 0.8)}
        edges = [("march", "rest"), ("march", "over"), ("rest", "march"), ("rest", "over")]
        held = {"min_duration": f"{self.d}d", "breaks_before": [0.2, 0.6]}
        states = {"march": {}, "rest": held, "over": {}}
        return scenario_of(states, [(*edge, any_range) for edge in edges], OUTCOMES, step=step)

    def draws(self, spec: Any, unknowns_at: Any, n: int = 2, n_steps: int = 1) -> Draws:
        net = np.log([self.to_rest, self.march_over, self.rest_march, self.rest_over])
        log_odds = math.log(self.p_break / (1 - self.p_break))
        return Draws.of(spec, unknowns_at(spec, n, n_steps, half_life=8.0, net=net, breaks=log_odds))


def simulated(
    world: World, days: int, n: int, rng: np.random.Generator, *, state: str = "march", spell_age: int | None = None
) -> np.ndarray:
    """Shares of n histories by the end of each day, shape (days, 3): over, resting, ever rested.

    Day by day, each history on its own clock: a chance a day to leave, and of a spell's breaking on each of d days.
    """
    marching, spell, resting, over = 0, 1, 2, 3
    at = np.full(n, {"march": marching, "rest": resting}[state])
    clock, rested = np.zeros(n, dtype=int), at == resting
    if spell_age is not None:
        at[:], clock[:] = spell, spell_age
    hold = 1 - world.p_break
    out = np.empty((days, 3))
    for day in range(days):
        u, v = rng.random(n), rng.random(n)
        begin, lost = world.to_rest / hold, world.march_over
        leaves = (at == marching) & (u < 1 - math.exp(-(begin + lost) / 365.25))
        back, end = world.rest_march, world.rest_over
        stops = (at == resting) & (u < 1 - math.exp(-(back + end) / 365.25))
        at[leaves & (v < lost / (begin + lost))] = over
        begins = leaves & (v >= lost / (begin + lost))
        at[begins], clock[begins] = spell, 0
        at[stops & (v < end / (back + end))] = over
        at[stops & (v >= end / (back + end))] = marching
        in_spell = at == spell
        broken = in_spell & (rng.random(n) < 1 - hold ** (1 / world.d))
        at[broken] = marching
        clock[in_spell] += 1
        held = in_spell & ~broken & (clock == world.d)
        at[held] = resting
        rested |= held
        out[day] = (at == over).mean(), (at == resting).mean(), rested.mean()
    return out


def projected(
    scenario: Scenario, draws: Draws, begin: date, days: int, *, state: str = "march", spell_age: int | None = None
) -> Projection:
    visited = frozenset({"march", state})
    return project(
        scenario,
        build_state_space(scenario, state, visited, None if spell_age is None else "rest"),
        draws,
        np.zeros((len(draws), 1)),
        begin=begin,
        step=scenario.grid.index(begin),
        horizon=begin + timedelta(days=days - 1),
        rng=np.random.default_rng(3),
        paths=2,
        spell_age=spell_age or 0,
    )


def agree(world: World, got: Projection, begin: date, share: np.ndarray, n: int) -> None:
    """The projection is what the histories have: by four dates within three standard errors, by all within four."""
    days = np.array([(day - begin).days for day in got.dates])
    exact = np.column_stack([got.state[0, :, 2], got.state[0, :, 1], got.outcome[0, :, 0]])
    error = np.sqrt(np.maximum(exact * (1 - exact), 1 / n) / n)
    off = np.abs(share[days] - exact) / error
    few = np.unique(np.linspace(0, len(days) - 1, 4).round().astype(int))
    assert off.max() < 4
    assert off[few].max() < 3
    assert exact[-1].min() > 0.02
    np.testing.assert_allclose(got.state.sum(axis=2), 1, rtol=0, atol=1e-11)
    assert got.state.min() > -1e-15


@pytest.mark.parametrize(
    ("d", "step", "offset"),
    [
        (1, "week", 0),
        (5, "week", 3),
        (7, "week", 0),
        (30, "week", 5),
        (30, "day", 0),
        (30, "month", 11),
        (45, "month", 0),
    ],
)
@pytest.mark.parametrize("p_break", [0.02, 0.6])
def test_spells_agree_with_histories_drawn_day_by_day(scenario_of, spec_of, unknowns_at, d, step, offset, p_break):
    world, n, days = World(d, p_break), 20_000, 160
    scenario = world.scenario(scenario_of, step)
    begin = START + timedelta(days=offset)
    got = projected(scenario, world.draws(spec_of(scenario), unknowns_at), begin, days)
    # Days in which a history would have changed twice are left out by the histories: hazards of 15 a year make them 1
    # in 1,000 changes.
    agree(world, got, begin, simulated(world, days, n, np.random.default_rng([1, d, int(100 * p_break)])), n)


@pytest.mark.parametrize("spell_age", [1, 4, 29])
@pytest.mark.parametrize("step", ["week", "month"])
def test_an_open_spell_goes_on_from_its_age(scenario_of, spec_of, unknowns_at, spell_age, step):
    world, n, days, begin = World(30, 0.5), 20_000, 70, START + timedelta(days=9)
    scenario = world.scenario(scenario_of, step)
    got = projected(scenario, world.draws(spec_of(scenario), unknowns_at), begin, days, spell_age=spell_age)
    agree(world, got, begin, simulated(world, days, n, np.random.default_rng(spell_age), spell_age=spell_age), n)


def test_an_open_spell_is_held_with_the_chance_of_its_remaining_days(scenario_of, spec_of, unknowns_at):
    """Nothing leads out of rest here, and no second spell can be held within the time left."""
    world = World(30, 0.6, to_rest=1e-9, march_over=1e-9, rest_march=1e-9, rest_over=1e-9)
    scenario = world.scenario(scenario_of, "week")
    begin = START + timedelta(days=3)
    draws = world.draws(spec_of(scenario), unknowns_at)
    got = projected(scenario, draws, begin, 20, spell_age=12)  # the eighteenth day to come is its last
    held = dict(zip(got.dates, got.state[0, :, 1], strict=True))
    assert held[date(2024, 1, 7)] == pytest.approx(0, abs=1e-9)
    assert held[date(2024, 1, 21)] == pytest.approx(0.4 ** (18 / 30), rel=1e-7)
    assert got.state[0, 0, 0] == pytest.approx(1)  # until then it is where it came from


def test_held_spells_begin_at_the_declared_hazard(scenario_of, spec_of, unknowns_at):
    """Without an end of rest, P(ever rested) solves the renewal equation; its hazard settles near the net one.

    March is at risk with the start hazard s = q / P(hold), and a spell takes it out of risk until it breaks or holds.
    """
    world = World(30, 0.6, to_rest=0.5, march_over=1e-9, rest_march=1e-9, rest_over=1e-9)
    scenario = world.scenario(scenario_of, "week")
    n_days = 900
    got = projected(scenario, world.draws(spec_of(scenario), unknowns_at), START, n_days)
    # Renewal in continuous time, on a grid of a sixteenth of a day, trapezoidal.
    fine, d = 16, 30
    s, rate = 0.5 / 0.4 / 365.25 / fine, -math.log(0.4) / d / fine
    k = n_days * fine
    lasting = d * fine
    survives = np.exp(-rate * np.arange(lasting + 1))
    march, begun = np.zeros(k + 1), np.zeros(k + 1)
    march[0], pending, held = 1.0, 0.0, np.zeros(k + 1)
    for i in range(1, k + 1):
        started = march[i - 1] * -math.expm1(-s)
        begun[i] = started
        broken = pending * -math.expm1(-rate)
        holds = begun[i - lasting] * survives[lasting] if i >= lasting else 0.0
        pending += started - broken - holds
        march[i] = march[i - 1] - started + broken
        held[i] = held[i - 1] + holds
    at = [((day - START).days + 1) * fine for day in got.dates]
    # Whole days count a spell from the morning of its first: half a day earlier on average.
    np.testing.assert_allclose(got.outcome[0, :, 0], held[at], atol=0.5 / 365.25)
    hazard = -math.log((1 - got.outcome[0, -1, 0]) / (1 - got.outcome[0, 60, 0])) / ((at[-1] - at[60]) / fine / 365.25)
    # Time in spells, some 18 of every 292 days, is not at risk of beginning one: a little below q.
    assert 0.5 * 0.92 < hazard < 0.5


def test_without_breaks_entering_is_the_start_put_off(scenario_of, spec_of, unknowns_at):
    world = World(20, 1e-9, to_rest=3.0, march_over=1e-9, rest_march=1e-9, rest_over=1e-9)
    scenario = world.scenario(scenario_of, "week")
    got = projected(scenario, world.draws(spec_of(scenario), unknowns_at), START, 200)
    days = np.array([(day - START).days + 1 for day in got.dates])
    # A spell begun on day n counts in the evening of day n + 19.
    exact = -np.expm1(-3.0 * np.maximum(days - 19, 0) / 365.25)
    np.testing.assert_allclose(got.outcome[0, :, 0], exact, rtol=0, atol=1e-7)


def test_simulated_evidence_and_projection_are_one_process(scenario_of, spec_of, unknowns_at):
    """Histories written as rows and read back: open and held spells in them are those projected."""
    world, n, days = World(10, 0.5), 3000, 120
    scenario = world.scenario(scenario_of, "week")
    spec = spec_of(scenario)
    draws = world.draws(spec, unknowns_at, n=1, n_steps=30)
    rng, last = np.random.default_rng(8), START + timedelta(days=days - 1)
    counts = np.zeros(4)
    begun = broken = 0
    for _ in range(n):
        rows = tuple(simulate_states(scenario, spec, draws, 0, until=last, rng=rng))
        seen = take_snapshot(scenario, Evidence(transitions=rows), last)
        counts += seen.state == "over", seen.state == "rest", "rest" in seen.visited, seen.spell == "rest"
        begun += int((seen.transition_index == 0).sum())
        broken += int(seen.breaks.sum())
    got = projected(scenario, world.draws(spec, unknowns_at), START, days)
    exact = np.array([got.state[0, -1, 2], got.state[0, -1, 1]])
    assert np.all(np.abs(counts[:2] / n - exact) < 3 * np.sqrt(exact * (1 - exact) / n))
    assert 0.4 < broken / begun < 0.5  # half, less those still open
    assert counts[3] > 0


def test_a_pending_spell_is_where_it_came_from(scenario_of):
    scenario = World(30, 0.5).scenario(scenario_of, "week")
    space = build_state_space(scenario, "march", frozenset({"march"}))
    np.testing.assert_array_equal(space.outcome[space.pending], space.outcome[space.origin])
    np.testing.assert_array_equal(space.state[space.pending], space.state[space.origin])
    assert set(space.held_after) == {30}
    assert not set(space.source) & set(space.pending)  # left by breaking and by holding alone
    assert space.n_cells == 30 * len(space.pending)
    assert len(space.pending) == 2  # before the first rest, and after one
    assert len(space) == 7  # march and over before and after a rest, rest, two pending


def rows_of(changes: Sequence[tuple[int, str, str]]) -> tuple[TransitionRecord, ...]:
    days = [(START + timedelta(days=n), a, b) for n, a, b in changes]
    return tuple(TransitionRecord(day, a, b, day, day, "", 0) for day, a, b in days)


@pytest.mark.parametrize(
    ("as_of", "state", "spell", "spell_age"),
    [(9, "march", None, 0), (10, "march", "rest", 1), (18, "march", "rest", 9), (19, "rest", None, 0)],
)
def test_a_spell_counts_once_it_has_lasted(scenario_of, as_of, state, spell, spell_age):
    """Ten days from the tenth day after the start: the last of them is the nineteenth."""
    scenario = World(10, 0.5).scenario(scenario_of, "week")
    seen = take_snapshot(
        scenario, Evidence(transitions=rows_of([(10, "march", "rest")])), START + timedelta(days=as_of)
    )
    assert (seen.state, seen.spell, seen.spell_age) == (state, spell, spell_age)
    assert ("rest" in seen.visited) == (state == "rest")
    assert seen.pending_years.sum() * 365.25 == pytest.approx(max(0, min(as_of - 9, 10)))
    assert seen.state_years[:, 1].sum() == 0
    assert seen.state_age == (0 if state == "rest" else as_of + 1)
