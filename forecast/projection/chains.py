"""Carry the probability of every node of a state space along paths with hazards that change from step to step."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from forecast.model.draws import Draws
from forecast.projection.occupancy import StateSpace, advance
from forecast.projection.sampled import SampledHistories
from forecast.projection.spells import DelayLine
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["Chain", "start_chain"]


class Chain(Protocol):
    """What stands where on every path."""

    @property
    def probability(self) -> np.ndarray:
        """Of each node on each path, shape (n, paths)."""

    def advance(self, log_hazard: np.ndarray, days: int) -> None:
        """Move on by whole days with constant log hazards per year, shape (transitions, paths)."""


def start_chain(
    space: StateSpace,
    draws: Draws,
    paths: int,
    *,
    state_age: int,
    spell_age: int,
    shared: bool = False,
    rng: np.random.Generator,
) -> Chain:
    """Put every path at the start of a state space.

    Parameters
    ----------
    draws : Draws
        S draws, of which each has ``paths`` paths side by side.
    state_age, spell_age : int
        Days since the state was entered, and since the open spell began.
    shared : bool
        Whether the paths of a draw share their random numbers, where histories are drawn.
    rng : numpy.random.Generator
        Its stream is left as it is.
    """
    break_hazard = np.repeat(draws.break_hazard, paths, axis=0).T
    if np.all(np.isinf(space.age0)):
        return _Occupancy(space, break_hazard, spell_age)
    exponent = np.repeat(draws.ageing, paths, axis=0).T
    own = rng.spawn(1)[0]
    sharing = paths if shared else 1
    return SampledHistories(
        space, exponent, break_hazard, state_age=state_age, spell_age=spell_age, sharing=sharing, rng=own
    )


class _Occupancy:
    """Probabilities by matrices, with a delay line where states must last before they count."""

    def __init__(self, space: StateSpace, break_hazard: np.ndarray, spell_age: int) -> None:
        self._space = space
        self.probability = np.zeros((len(space), break_hazard.shape[1]))
        self.probability[space.start] = 1
        self._line = DelayLine(space, self.probability, break_hazard, spell_age) if len(space.pending) else None

    def advance(self, log_hazard: np.ndarray, days: int) -> None:
        if self._line:
            self._line.advance(log_hazard, days)
        else:
            self.probability = advance(self._space, self.probability, log_hazard, days / DAYS_PER_YEAR)
