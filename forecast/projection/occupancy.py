"""State occupancy along driver paths: probabilities of states and outcomes, without sampling the discrete path.

The states are augmented with flags for what outcomes ask about the past ("was truce ever entered?"), so that every
outcome is a set of augmented states. Over a step with constant hazards the probability vector moves by
p exp(Q dt), computed by uniformisation: sum over k of Poisson(k; L dt) p (I + Q / L)^k (Jensen 1953).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.scenario.histories import holds
from forecast.scenario.types import Outcome, Scenario

__all__ = ["StateSpace", "advance", "build_state_space"]

MAX_HAZARD = 24 * 365.25  # per year: once an hour; anything faster is instantaneous on a grid of days
_TAIL = 1e-13  # Poisson mass left out of a step before renormalising

_Node = tuple[str, frozenset[frozenset[str]]]


@dataclass(frozen=True)
class StateSpace:
    """States augmented with flags, n nodes, reachable from where the history stands.

    Attributes
    ----------
    state : ndarray of int, shape (n,)
        State of each node.
    source, target, edge : ndarray of int, shape (moves,)
        A declared transition moves probability from one node to another.
    start : int
        Node on the as-of date.
    outcome : ndarray of bool, shape (n, outcomes)
        Which outcome each node is, if that were the end; exactly one each.
    """

    state: np.ndarray
    source: np.ndarray
    target: np.ndarray
    edge: np.ndarray
    start: int
    outcome: np.ndarray

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.state)


def build_state_space(scenario: Scenario, state: str, visited: frozenset[str]) -> StateSpace:
    """Augment the states with the flags that the outcomes need.

    Parameters
    ----------
    state, visited : str, frozenset of str
        State on the as-of date and the states entered so far.
    """
    asked = _asked_sets(scenario.outcomes)
    names = list(scenario.states)
    first = _node(state, visited, asked)
    histories = {first: visited}  # a set of visited states stands for all that answer every condition alike
    moves = []
    pending = [first]
    for node in pending:  # grows while it is walked through
        for q, edge in enumerate(scenario.transitions):
            if edge.from_ != node[0]:
                continue
            after = histories[node] | {edge.to}
            reached = _node(edge.to, after, asked)
            if reached not in histories:
                histories[reached] = after
                pending.append(reached)
            moves.append((pending.index(node), pending.index(reached), q))
    table = np.array(moves, dtype=np.int64).reshape(-1, 3)
    outcome = np.zeros((len(pending), len(scenario.outcomes)), dtype=bool)
    for i, node in enumerate(pending):
        outcome[i, _first_match(scenario.outcomes, node[0], histories[node])] = True
    return StateSpace(
        state=np.array([names.index(name) for name, _ in pending]),
        source=table[:, 0],
        target=table[:, 1],
        edge=table[:, 2],
        start=0,
        outcome=outcome,
    )


def _asked_sets(outcomes: Sequence[Outcome]) -> tuple[frozenset[str], ...]:
    conditions = [outcome.when for outcome in outcomes if outcome.when]
    lists = [names for condition in conditions for names in (condition.ever, condition.never) if names]
    return tuple(dict.fromkeys(frozenset(names) for names in lists))


def _node(state: str, visited: frozenset[str], asked: Sequence[frozenset[str]]) -> _Node:
    return state, frozenset(group for group in asked if group & visited)


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
    np.add.at(exits, space.source, hazard)
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
