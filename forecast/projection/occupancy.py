"""State occupancy along driver paths: probabilities of states and outcomes, without sampling the discrete path.

The states are augmented with flags for what outcomes ask about the past ("was truce ever entered?"), so that every
outcome is a set of augmented states. Over a step with constant hazards the probability vector moves by
p exp(Q dt), computed by uniformisation: sum over k of Poisson(k; L dt) p (I + Q / L)^k (Jensen 1953).

A spell of a state with ``min_duration`` stands in a pending node of its own until it has lasted; for every outcome and
flag it is still where it came from. :mod:`forecast.projection.spells` says when it is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecast.scenario.histories import holds
from forecast.scenario.types import Outcome, Scenario

__all__ = ["Motion", "StateSpace", "advance", "build_state_space"]

MAX_HAZARD = 24 * 365.25  # per year: once an hour; anything faster is instantaneous on a grid of days
_TAIL = 1e-13  # Poisson mass left out of a step before renormalising
_FEW = 0.3  # exits expected in a step: up to so many, all paths need few terms and about as many as each other
_BLOCK = 4096  # paths at a time in a series, so that its terms stay in the processor's cache

_Node = tuple[str, frozenset[frozenset[str]], int]
"""State, flags, and the transition that began a pending spell, or -1."""

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Reach:
    """The nodes that can be reached from one node, itself first, and the moves between them.

    Attributes
    ----------
    nodes : tuple of int
    moves : tuple of (int, int, int)
        From and to, as positions in ``nodes``, and the transition.
    """

    nodes: tuple[int, ...]
    moves: tuple[tuple[int, int, int], ...]


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

    @cached_property
    def reach(self) -> tuple[Reach, ...]:
        """Where the moves lead from each node that has any."""
        return tuple(self._reach(node) for node in dict.fromkeys(self.source.tolist()))

    def _reach(self, node: int) -> Reach:
        nodes, moves = [node], []
        for row, here in enumerate(nodes):  # grows while it is walked through
            for move in np.flatnonzero(self.source == here):
                target = int(self.target[move])
                if target not in nodes:
                    nodes.append(target)
                moves.append((row, nodes.index(target), int(self.edge[move])))
        return Reach(tuple(nodes), tuple(moves))


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
    moves = zip(space.source.tolist(), space.target.tolist(), space.edge.tolist(), strict=True)
    return _Series(space, log_hazard, years).apply(probability, range(len(space)), list(moves))


class Motion:
    """exp(Q t) on every path, for hazards that stay the same over many times t: made once, applied as often as wanted.

    Parameters
    ----------
    space : StateSpace
    log_hazard : ndarray, shape (transitions, paths)
        Log hazards per year.
    years : float
        t, the length of time of one application.
    """

    def __init__(self, space: StateSpace, log_hazard: np.ndarray, years: float) -> None:
        series = _Series(space, log_hazard, years)
        # From nodes of one state that differ in their flags, the same moves often lead on: the same row of the matrix.
        made: dict[tuple[tuple[int, int, int], ...], np.ndarray] = {}
        for reach in space.reach:
            if reach.moves not in made:
                made[reach.moves] = series.apply(None, reach.nodes, reach.moves)
        self._rows = [(reach.nodes, made[reach.moves]) for reach in space.reach]

    def apply(self, probability: np.ndarray) -> None:
        """Move probabilities of each node on each path in place, shape (n, paths)."""
        here = list(probability)  # views: `probability[node] += flow` would write every row twice
        leaving = [here[nodes[0]].copy() for nodes, _ in self._rows]
        flow = np.empty(probability.shape[1])
        for nodes, _ in self._rows:
            here[nodes[0]].fill(0)
        for (nodes, row), before in zip(self._rows, leaving, strict=True):
            for node, share in zip(nodes, row, strict=True):
                np.multiply(before, share, out=flow)
                np.add(here[node], flow, out=here[node])


class _Series:
    """The uniformised series of exp(Q t): sum over k of Poisson(k; L t) (I + Q / L)^k, L the fastest exit."""

    def __init__(self, space: StateSpace, log_hazard: np.ndarray, years: float) -> None:
        hazard = np.zeros_like(log_hazard)
        used = np.unique(space.edge)  # others may be too fast to be a share of the fastest exit
        hazard[used] = np.exp(np.minimum(log_hazard[used], np.log(MAX_HAZARD)))
        exits = np.zeros((len(space), log_hazard.shape[1]))
        for i, edge in zip(space.source, space.edge, strict=True):
            exits[i] += hazard[edge]
        fastest = np.maximum(exits.max(axis=0), np.finfo(float).tiny)
        self._n_paths = len(fastest)
        places: list[slice] | list[np.ndarray] = list(_blocks(self._n_paths, _BLOCK))
        if fastest.max(initial=0) * years > _FEW:  # paths with the fastest exits first: they need the most terms
            order = np.argsort(-fastest)
            places = [order[block] for block in _blocks(self._n_paths, _BLOCK // 64)]
        self._blocks = []
        for paths in places:
            rate = fastest[paths]
            self._blocks.append((paths, hazard[:, paths] / rate, 1 - exits[:, paths] / rate, _poisson(rate * years)))

    def apply(
        self, start: np.ndarray | None, nodes: Sequence[int], moves: Sequence[tuple[int, int, int]]
    ) -> np.ndarray:
        """Move what stands in some nodes.

        Parameters
        ----------
        start : ndarray, shape (nodes, paths), or None
            ``None``: all stands in the first node.
        nodes : sequence of int
            Closed under ``moves``.
        moves : sequence of (int, int, int)
            From and to, as positions in ``nodes``, and the transition.
        """
        out = np.empty((len(nodes), self._n_paths))
        leaving = sorted({i for i, _, _ in moves})
        for paths, share, stay, weights in self._blocks:
            n_paths = len(weights[0])
            begin = _unit(len(nodes), n_paths) if start is None else start[:, paths]
            filled = range(1 if start is None else len(nodes))
            moved, flow = begin * weights[-1], np.empty(n_paths)
            rows, before = list(moved), np.empty((len(leaving), n_paths))
            left = dict(zip(leaving, before, strict=True))
            for weight in weights[-2::-1]:  # Horner's scheme, row by row in place
                for i, row in left.items():
                    np.copyto(row, rows[i])
                    np.multiply(row, stay[nodes[i]], out=rows[i])
                for i, j, edge in moves:
                    np.multiply(left[i], share[edge], out=flow)
                    np.add(rows[j], flow, out=rows[j])
                for i in filled:
                    np.multiply(begin[i], weight, out=flow)
                    np.add(rows[i], flow, out=rows[i])
            out[:, paths] = moved
        return out


def _unit(rows: int, columns: int) -> np.ndarray:
    unit = np.zeros((rows, columns))
    unit[0] = 1
    return unit


def _blocks(n: int, smallest: int) -> Iterator[slice]:
    """Cut n paths into blocks that fit into the processor's cache, the first ones as small as asked."""
    first, size = 0, smallest
    while first < n:
        yield slice(first, first + size)
        first, size = first + size, min(first + size, _BLOCK)


def _poisson(mean: np.ndarray) -> list[np.ndarray]:
    """Poisson probabilities of 0, 1, 2, ... until almost nothing is left on any path, scaled to sum to 1."""
    log_weight = -mean  # on the log scale: exp(-mean) underflows on long steps with fast exits
    weights = [np.exp(log_weight)]
    covered = weights[0].copy()
    for k in range(1, int(mean.max() + 10 * np.sqrt(mean.max()) + 30)):
        if covered.min() >= 1 - _TAIL:
            break
        log_weight = log_weight + np.log(mean / k)
        weights.append(np.exp(log_weight))
        covered += weights[-1]
    return [weight / covered for weight in weights]
