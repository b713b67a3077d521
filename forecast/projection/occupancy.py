"""State occupancy along driver paths: probabilities of states and outcomes, without sampling the discrete path.

The states are augmented with flags for what outcomes ask about the past ("was truce ever entered?"), so that every
outcome is a set of augmented states. Over a step with constant hazards the probability vector moves by
p exp(Q dt), computed by uniformisation: sum over k of Poisson(k; L dt) p (I + Q / L)^k (Jensen 1953).

A spell of a state with ``min_duration`` stands in a pending node of its own until it has lasted; for every outcome and
flag it is still where it came from. :mod:`forecast.projection.spells` says when it is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.scenario.histories import holds
from forecast.scenario.types import Outcome, Scenario

__all__ = ["StateSpace", "advance", "build_state_space"]

MAX_HAZARD = 24 * 365.25  # per year: once an hour; anything faster is instantaneous on a grid of days
_TAIL = 1e-13  # Poisson mass left out of a step before renormalising

_Node = tuple[str, frozenset[frozenset[str]], int]
"""State, flags, and the transition that began a pending spell, or -1."""

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class StateSpace:
    """States augmented with flags, n nodes, reachable from where the history stands.

    Attributes
    ----------
    state : ndarray of int, shape (n,)
        State of each node; of a pending one, where it came from.
    source, target, edge : ndarray of int, shape (moves,)
        A declared transition moves probability from one node to another.
    start : int
        Node on the as-of date.
    outcome : ndarray of bool, shape (n, outcomes)
        Which outcome each node is, if that were the end; exactly one each.
    age0 : ndarray, shape (transitions,)
        In days; infinite for transitions without ageing.
    pending, origin, held : ndarray of int, shape (spells,)
        Nodes of pending spells, where they came from, and which node they enter when held.
    spell_state, held_after : ndarray of int, shape (spells,)
        State that a pending spell is of, and days after which it is held.
    """

    state: np.ndarray
    source: np.ndarray
    target: np.ndarray
    edge: np.ndarray
    start: int
    outcome: np.ndarray
    age0: np.ndarray
    pending: np.ndarray = field(default_factory=_NONE.copy)
    origin: np.ndarray = field(default_factory=_NONE.copy)
    held: np.ndarray = field(default_factory=_NONE.copy)
    spell_state: np.ndarray = field(default_factory=_NONE.copy)
    held_after: np.ndarray = field(default_factory=_NONE.copy)

    def __len__(self) -> int:
        """Count the nodes, without the cells of pending spells."""
        return len(self.state)

    @property
    def n_cells(self) -> int:
        """Cells of pending spells, one for each day of each."""
        return int(self.held_after.sum())


def build_state_space(scenario: Scenario, state: str, visited: frozenset[str], spell: str | None = None) -> StateSpace:
    """Augment the states with the flags that the outcomes need, and with pending spells.

    Parameters
    ----------
    state, visited : str, frozenset of str
        State on the as-of date and the states entered so far.
    spell : str, optional
        State of which a spell is open on the as-of date.
    """
    asked = _asked_sets(scenario.outcomes)
    names = list(scenario.states)
    first = _node(state, visited, asked)
    histories = {first: visited}  # a set of visited states stands for all that answer every condition alike
    moves, spells = [], []
    nodes = [first]
    for i, (here, flags, begun_by) in enumerate(nodes):  # grows while it is walked through
        for q, edge in enumerate(scenario.transitions):
            if edge.from_ != here or begun_by >= 0:
                continue
            after = histories[nodes[i]] | {edge.to}
            reached = _node(edge.to, after, asked)
            if reached not in histories:
                histories[reached] = after
                nodes.append(reached)
            held_after = scenario.states[edge.to].held_after
            if not held_after:
                moves.append((i, nodes.index(reached), q))
                continue
            cell = len(nodes)
            nodes.append((here, flags, q))
            histories[nodes[cell]] = histories[nodes[i]]
            moves.append((i, cell, q))
            spells.append((cell, i, nodes.index(reached), names.index(edge.to), held_after))
    begun = next((q for q, edge in enumerate(scenario.transitions) if (edge.from_, edge.to) == (state, spell)), -1)
    return StateSpace(
        state=np.array([names.index(name) for name, _, _ in nodes]),
        **dict(zip(("source", "target", "edge"), _columns(moves, 3), strict=True)),
        start=nodes.index((first[0], first[1], begun)),
        outcome=np.array(
            [
                np.arange(len(scenario.outcomes)) == _first_match(scenario.outcomes, node[0], histories[node])
                for node in nodes
            ]
        ),
        age0=np.array([edge.ageing.age0 if edge.ageing else np.inf for edge in scenario.transitions]),
        **dict(zip(("pending", "origin", "held", "spell_state", "held_after"), _columns(spells, 5), strict=True)),
    )


def _columns(rows: Sequence[tuple[int, ...]], n: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(-1, n).T


def _asked_sets(outcomes: Sequence[Outcome]) -> tuple[frozenset[str], ...]:
    conditions = [outcome.when for outcome in outcomes if outcome.when]
    lists = [names for condition in conditions for names in (condition.ever, condition.never) if names]
    return tuple(dict.fromkeys(frozenset(names) for names in lists))


def _node(state: str, visited: frozenset[str], asked: Sequence[frozenset[str]]) -> _Node:
    return state, frozenset(group for group in asked if group & visited), -1


def _first_match(outcomes: Sequence[Outcome], state: str, visited: frozenset[str]) -> int:
    matches = (i for i, outcome in enumerate(outcomes) if outcome.when is None or holds(outcome.when, state, visited))
    return next(matches)


def advance(space: StateSpace, probability: np.ndarray, log_hazard: np.ndarray, years: float) -> np.ndarray:
    """Move probabilities over a time with constant hazards.

    Parameters
    ----------
    probability : ndarray, shape (n, paths)
        Probability of each node on each path.
    log_hazard : ndarray, shape (transitions, paths)
        Log hazards per year.
    years : float
        Length of time.

    Returns
    -------
    ndarray, shape (n, paths)
    """
    hazard = np.exp(np.minimum(log_hazard, np.log(MAX_HAZARD)))[space.edge]  # of each move, none out of reach
    exits = np.zeros_like(probability)
    for i, leaving in zip(space.source, hazard, strict=True):
        exits[i] += leaving
    jumps = exits.max(axis=0) * years
    order = np.argsort(-jumps)  # paths with the fastest exits first: they need the most terms
    jumps = np.maximum(jumps[order], np.finfo(float).tiny)
    share = hazard[:, order] * years / jumps
    term = probability[:, order]
    log_weight = -jumps  # Poisson weights on the log scale: exp(-jumps) underflows on long steps with fast exits
    covered = np.exp(log_weight)
    total = term * covered
    for k in range(1, int(jumps[0] + 10 * np.sqrt(jumps[0]) + 30)):
        active = int(np.count_nonzero(covered < 1 - _TAIL))
        if not active:
            break
        moved = term[:, :active].copy()
        for i, j, portion in zip(space.source, space.target, share, strict=True):
            flow = term[i, :active] * portion[:active]
            moved[i] -= flow
            moved[j] += flow
        term = moved
        log_weight = log_weight[:active] + np.log(jumps[:active] / k)
        weight = np.exp(log_weight)
        total[:, :active] += moved * weight
        covered[:active] += weight
    out = np.empty_like(total)
    out[:, order] = total / covered
    return out
