"""Histories of states drawn day by day along driver paths: for hazards that depend on how long a state has lasted.

Only scenarios with ``ageing`` need it; elsewhere probabilities are carried without this noise.
"""

from __future__ import annotations

import numpy as np

from forecast.model.spells import MID_DAY
from forecast.projection.occupancy import MAX_HAZARD, StateSpace
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["SampledHistories"]


class SampledHistories:
    """One history on every path.

    Every path takes the same number of random numbers a day, whether it moves or not, so that histories under other
    hazards stay paired with these.

    Parameters
    ----------
    space : StateSpace
    exponent : ndarray, shape (transitions, paths)
        Of (1 + age / age0); 0 for transitions without ageing.
    break_hazard : ndarray, shape (states, paths)
        Per year.
    state_age, spell_age : int
        Days since the state at the beginning was entered, and since the open spell began.
    sharing : int
        How many paths side by side share their random numbers, and so differ in nothing but their hazards.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        space: StateSpace,
        exponent: np.ndarray,
        break_hazard: np.ndarray,
        *,
        state_age: int,
        spell_age: int,
        sharing: int = 1,
        rng: np.random.Generator,
    ) -> None:
        n_edges, n_paths = exponent.shape
        self._space, self._rng, self._sharing = space, rng, sharing
        self._node = np.full(n_paths, space.start)
        self._age = np.full(n_paths, state_age)
        self._lasted = np.full(n_paths, spell_age)
        # Moves out of each node, filled up with an edge that nothing takes.
        most = max(1, int(np.bincount(space.source, minlength=len(space)).max(initial=0)))
        self._edge = np.full((len(space), most), n_edges)
        self._target = np.zeros((len(space), most), dtype=np.int64)
        for i in range(len(space)):
            moves = np.flatnonzero(space.source == i)
            self._edge[i, : len(moves)], self._target[i, : len(moves)] = space.edge[moves], space.target[moves]
        self._exponent = np.vstack([exponent, np.zeros(n_paths)])
        self._age0 = np.append(space.age0, np.inf)
        self._break_chance = -np.expm1(-break_hazard / DAYS_PER_YEAR)
        self._spell = np.full(len(space), -1)  # row of the pending spells that a node is
        self._spell[space.pending] = np.arange(len(space.pending))

    @property
    def probability(self) -> np.ndarray:
        """1 for the node in which each path stands, shape (n, paths)."""
        return (self._node == np.arange(len(self._space))[:, None]).astype(float)

    def advance(self, log_hazard: np.ndarray, days: int) -> None:
        """Draw whole days with constant hazards.

        Parameters
        ----------
        log_hazard : ndarray, shape (transitions, paths)
            Log hazards per year at age 0.
        """
        log_hazard = np.vstack([log_hazard, np.full(len(self._node), -np.inf)])
        for _ in range(days):
            self._leave(log_hazard)
            self._lasted += 1
            self._age += 1
            spelling = np.flatnonzero(self._spell[self._node] >= 0)
            row = self._spell[self._node[spelling]]
            broken = self._uniform()[spelling] < self._break_chance[self._space.spell_state[row], spelling]
            self._node[spelling[broken]] = self._space.origin[row[broken]]
            held = ~broken & (self._lasted[spelling] == self._space.held_after[row])
            self._node[spelling[held]] = self._space.held[row[held]]
            self._age[spelling[held]] = 0

    def _leave(self, log_hazard: np.ndarray) -> None:
        """Move the paths that a transition takes out of their node on this day."""
        edge, everyone = self._edge[self._node], np.arange(len(self._node))[:, None]
        ages = np.log1p((self._age[:, None] + MID_DAY) / self._age0[edge])
        power = log_hazard[edge, everyone] + self._exponent[edge, everyone] * ages
        total = np.cumsum(np.exp(np.minimum(power, np.log(MAX_HAZARD))) / DAYS_PER_YEAR, axis=1)
        moved = np.flatnonzero(self._uniform() < -np.expm1(-total[:, -1]))
        shares = total[moved] / total[moved, -1:]
        pick = (shares <= self._uniform()[moved, None]).sum(axis=1)
        self._node[moved] = self._target[self._node[moved], pick]
        begun = self._spell[self._node[moved]] >= 0
        self._lasted[moved[begun]] = 0
        self._age[moved[~begun]] = 0  # of a new state; where a spell began, the old one grows older

    def _uniform(self) -> np.ndarray:
        """A number on (0, 1) for every path."""
        return np.repeat(self._rng.random(len(self._node) // self._sharing), self._sharing)
