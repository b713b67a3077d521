"""State occupancy against matrix exponentials, full enumeration of histories, and histories simulated one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from forecast.projection.occupancy import MAX_HAZARD, StateSpace, advance, build_state_space
from forecast.scenario.histories import holds
from forecast.scenario.types import Condition, Outcome, Scenario, State, Transition

DAY, WEEK, MONTH = 1 / 365.25, 7 / 365.25, 31 / 365.25


def all_pairs(n: int) -> StateSpace:
    """n nodes, a move with an edge of its own between any two."""
    source, target = np.nonzero(~np.eye(n, dtype=bool))
    return StateSpace(
        np.arange(n), source, target, np.arange(len(source)), 0, np.eye(n, dtype=bool), np.full(len(source), np.inf)
    )


def generator(space: StateSpace, hazard: np.ndarray) -> np.ndarray:
    matrix = np.zeros((len(space), len(space)))
    for i, j, q in zip(space.source, space.target, space.edge, strict=True):
        matrix[i, j] += hazard[q]
        matrix[i, i] -= hazard[q]
    return matrix


def random_start(n: int, paths: int, rng: np.random.Generator) -> np.ndarray:
    return rng.dirichlet(np.ones(n), size=paths).T


@pytest.mark.parametrize("years", [DAY, WEEK, MONTH, 1.0])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_step_is_the_matrix_exponential(n, years):
    rng = np.random.default_rng(n)
    space, paths = all_pairs(n), 40
    hazard = 10 ** rng.uniform(-6, 3, size=(n * (n - 1), paths))  # per year: once in a million years to thrice a day
    hazard[rng.random(hazard.shape) < 0.3] = 0
    hazard[:, 0] = 0
    hazard[:, 1] = 1e3
    start = random_start(n, paths, rng)
    with np.errstate(divide="ignore"):
        moved = advance(space, start, np.log(hazard), years)
    exact = np.stack([start[:, p] @ expm(generator(space, hazard[:, p]) * years) for p in range(paths)], axis=1)
    np.testing.assert_allclose(moved, exact, rtol=0, atol=1e-10)
    np.testing.assert_allclose(moved.sum(axis=0), 1, rtol=0, atol=1e-12)
    assert moved.min() >= 0


def test_hazards_are_capped_at_once_an_hour():
    space = all_pairs(2)
    start = np.array([[1.0, 1.0], [0.0, 0.0]])
    log_hazard = np.array([[60.0, np.inf], [0.0, 0.0]])
    moved = advance(space, start, log_hazard, MONTH)
    exact = start[:, 0] @ expm(generator(space, np.array([24 * 365.25, 1.0])) * MONTH)
    np.testing.assert_allclose(moved, np.stack([exact, exact], axis=1), rtol=0, atol=1e-10)
    assert MAX_HAZARD == 24 * 365.25


def test_two_steps_are_one_step_of_both_lengths():
    rng = np.random.default_rng(9)
    space = all_pairs(4)
    log_hazard = rng.normal(1, 2, size=(12, 30))
    start = random_start(4, 30, rng)
    twice = advance(space, advance(space, start, log_hazard, WEEK), log_hazard, MONTH)
    np.testing.assert_allclose(twice, advance(space, start, log_hazard, WEEK + MONTH), rtol=0, atol=1e-11)


def test_the_input_is_left_alone():
    space = all_pairs(3)
    start, log_hazard = np.full((3, 2), 1 / 3), np.ones((6, 2))
    advance(space, start, log_hazard, WEEK)
    assert np.all(start == 1 / 3)
    assert np.all(log_hazard == 1)


def scenario_with(n: int, edges: Sequence[tuple[int, int]], conditions: Sequence[Condition]) -> Scenario:
    """Only what state occupancy reads."""
    return Scenario.model_construct(
        states={f"s{i}": State(initial=i == 0) for i in range(n)},
        transitions=tuple(
            Transition.model_construct(from_=f"s{i}", to=f"s{j}", hazard_ratio={}, within_12_months=(0.1, 0.2))
            for i, j in edges
        ),
        outcomes=(
            *(Outcome(name=f"o{i}", when=when) for i, when in enumerate(conditions)),
            Outcome(name="rest", otherwise=True),
        ),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Scenario, str, frozenset[str], np.ndarray]:
    """A scenario, where a history stands in it, and a hazard of each transition."""
    n = draw(st.integers(3, 4))
    states = [f"s{i}" for i in range(n)]
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=draw(st.integers(1, len(pairs))), unique=True))
    # Lists of several states, and others than the initial one, which every history has visited, tell most.
    some = st.lists(st.sampled_from(states), min_size=1, unique=True).map(tuple)
    several = st.lists(st.sampled_from(states[1:]), min_size=2, unique=True).map(tuple)
    parts = st.fixed_dictionaries({}, optional={"at_horizon": some, "ever": several, "never": some | several})
    conditions = [Condition(**when) for when in draw(st.lists(parts.filter(bool), min_size=1, max_size=4))]
    state = draw(st.integers(0, n - 1))
    visited = frozenset({"s0", f"s{state}"}) | draw(st.just(frozenset()) | st.frozensets(st.sampled_from(states)))
    hazard = draw(st.lists(st.sampled_from([0.2, 1.0, 3.0, 10.0]), min_size=len(edges), max_size=len(edges)))
    return scenario_with(n, edges, conditions), f"s{state}", visited, np.array(hazard)


def first_match(scenario: Scenario, state: str, visited: frozenset[str]) -> int:
    for i, outcome in enumerate(scenario.outcomes):
        if outcome.when is None or holds(outcome.when, state, visited):
            return i
    raise AssertionError("the last outcome is `otherwise`")


def by_enumeration(
    scenario: Scenario, state: str, visited: frozenset[str], hazard: np.ndarray, years: float
) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and state probabilities from the chain on (state, every state ever visited), nothing merged."""
    nodes = [(state, visited)]
    moves = []
    for here, been in nodes:
        for q, edge in enumerate(scenario.transitions):
            if edge.from_ == here:
                after = (edge.to, been | {edge.to})
                if after not in nodes:
                    nodes.append(after)
                moves.append((nodes.index((here, been)), nodes.index(after), hazard[q]))
    matrix = np.zeros((len(nodes), len(nodes)))
    for i, j, rate in moves:
        matrix[i, j] += rate
        matrix[i, i] -= rate
    probability = expm(matrix * years)[0]
    outcome, occupied = np.zeros(len(scenario.outcomes)), np.zeros(len(scenario.states))
    for p, (here, been) in zip(probability, nodes, strict=True):
        outcome[first_match(scenario, here, been)] += p
        occupied[list(scenario.states).index(here)] += p
    return outcome, occupied


def by_augmentation(
    scenario: Scenario, state: str, visited: frozenset[str], hazard: np.ndarray, years: float
) -> tuple[np.ndarray, np.ndarray]:
    space = build_state_space(scenario, state, visited)
    start = np.zeros((len(space), 1))
    start[space.start] = 1
    probability = advance(space, start, np.log(hazard)[:, None], years)[:, 0]
    occupied = np.zeros(len(scenario.states))
    np.add.at(occupied, space.state, probability)
    return probability @ space.outcome, occupied


@settings(max_examples=300)
@given(worlds())
def test_flags_answer_every_outcome_as_full_histories_do(world):
    scenario, state, visited, hazard = world
    outcome, occupied = by_augmentation(scenario, state, visited, hazard, 0.4)
    exact_outcome, exact_occupied = by_enumeration(scenario, state, visited, hazard, 0.4)
    np.testing.assert_allclose(outcome, exact_outcome, rtol=0, atol=1e-10)
    np.testing.assert_allclose(occupied, exact_occupied, rtol=0, atol=1e-10)


@given(worlds())
def test_every_node_is_exactly_one_outcome(world):
    scenario, state, visited, _ = world
    space = build_state_space(scenario, state, visited)
    assert np.all(space.outcome.sum(axis=1) == 1)
    assert list(scenario.states)[space.state[space.start]] == state


def simulated_outcomes(
    scenario: Scenario, state: str, visited: frozenset[str], hazard: np.ndarray, years: float, n: int
) -> np.ndarray:
    """Share of n histories, simulated jump by jump, that each outcome's own condition classifies as it."""
    rng = np.random.default_rng(17)
    counts = np.zeros(len(scenario.outcomes))
    for _ in range(n):
        here, been, clock = state, visited, 0.0
        while True:
            exits = [q for q, edge in enumerate(scenario.transitions) if edge.from_ == here]
            total = hazard[exits].sum()
            clock += rng.exponential(1 / total) if total else np.inf
            if clock > years:
                break
            here = scenario.transitions[rng.choice(exits, p=hazard[exits] / total)].to
            been |= {here}
        counts[first_match(scenario, here, been)] += 1
    return counts / n


@pytest.mark.parametrize(
    ("edges", "conditions"),
    [
        (
            [(0, 1), (1, 0), (1, 2), (0, 3)],
            [{"at_horizon": ("s2", "s3"), "never": ("s1",)}, {"at_horizon": "s2"}, {"ever": ("s1", "s3")}],
        ),
        (
            [(0, 1), (1, 0), (0, 2), (2, 0), (1, 3), (2, 3)],
            [{"ever": "s1", "never": "s2"}, {"ever": "s2", "never": "s1"}, {"never": ("s1", "s2")}, {"ever": "s3"}],
        ),
    ],
)
def test_outcomes_agree_with_simulated_histories(edges, conditions):
    n = 4000
    scenario = scenario_with(4, edges, [Condition(**when) for when in conditions])
    hazard = np.array([2.0, 3.0, 1.0, 0.7, 1.5, 0.4])[: len(edges)]
    outcome, _ = by_augmentation(scenario, "s0", frozenset({"s0"}), hazard, 0.8)
    share = simulated_outcomes(scenario, "s0", frozenset({"s0"}), hazard, 0.8, n)
    assert np.all(outcome > 0.01)
    assert np.all(np.abs(share - outcome) < 3 * np.sqrt(outcome * (1 - outcome) / n))
