"""What would bring an outcome to a probability: the likeliest set of reports that come, and of reports that do not.

A set is judged by joint chances along the same paths: given a path, reports of different types come independently of
each other; classes of one type are taken together, and chances that several come by inclusion and exclusion. A further
condition can only make a set less likely. So sets are tried in the order of their probability, and the first that leads
there is the likeliest of all. Among so many sets some lead there by Monte Carlo noise: a set counts only if each of its
conditions makes a clear difference.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.projection.outlook import Outlook, Signpost, signposts_of
from forecast.projection.present import LEAST_EFFECTIVE, Present, effective_draws

__all__ = ["LEAST_CHANCE", "MOST_CONDITIONS", "Condition", "Reach", "SetOfSignposts", "reach"]

MOST_CONDITIONS = 4  # more could hardly be told apart from noise, nor watched
LEAST_CHANCE = 0.01  # sets less likely than this are not in sight
_CLEAR_BY = 3.0  # Monte Carlo errors by which a condition must bring the outcome nearer: the best of many are chosen
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Condition:
    """A signpost that is seen, or is not."""

    signpost: Signpost
    seen: bool


@dataclass(frozen=True)
class SetOfSignposts:
    """Signposts together, and where they would lead. O outcomes.

    Attributes
    ----------
    conditions : tuple of Condition
    chance : float
        That all of them hold.
    outcomes, mcse : ndarray, shape (O,)
        Outcome probabilities then, and their Monte Carlo standard errors.
    """

    conditions: tuple[Condition, ...]
    chance: float
    outcomes: np.ndarray
    mcse: np.ndarray


@dataclass(frozen=True)
class Reach:
    """The answer to what would bring an outcome to a probability.

    Attributes
    ----------
    outcome : int
    target : float
    upwards : bool
        Whether the outcome has to become likelier.
    now, now_mcse : ndarray, shape (O,)
        Outcome probabilities as things stand.
    found : SetOfSignposts or None
        ``None``: none in sight would.
    nearest : SetOfSignposts
        The set found; where there is none, the one in sight that leads nearest to the target, without conditions that
        do not clearly bring it nearer.
    tried : int
        Sets that were tried.
    """

    outcome: int
    target: float
    upwards: bool
    now: np.ndarray
    now_mcse: np.ndarray
    found: SetOfSignposts | None
    nearest: SetOfSignposts
    tried: int


def reach(present: Present, outcome: int, target: float, last: date) -> Reach:
    """Search for the likeliest set of signposts that brings an outcome to a probability.

    Each of its conditions makes a clear difference. Sets have at most :data:`MOST_CONDITIONS` signposts and a chance of
    at least :data:`LEAST_CHANCE`.

    Parameters
    ----------
    outcome : int
        Index.
    target : float
        Reached from where things stand: at least this where it lies above, at most this where below.
    last : date
        Signposts are seen, or not, from the day after the as-of date to this day.
    """
    outlook = Outlook(present.scenario, present.draws, last)
    on_path = present.project(watch=outlook).on_path
    search = _Search(present, outlook, on_path)
    nothing = search.judged(())
    upwards = target >= nothing.outcomes[outcome]
    towards = 1 if upwards else -1
    found: SetOfSignposts | None = None
    best: tuple[Condition, ...] = ()
    tried, best_value = 0, towards * nothing.outcomes[outcome]
    for conditions, value in search.by_chance(outcome):
        tried += 1
        if towards * value > best_value:
            best, best_value = conditions, towards * value
        there = towards * (value - target) >= -_ROUNDING
        if there and search.without_noise(conditions, outcome, towards) == conditions:
            found = search.judged(conditions)
            break
    nearest = found or search.judged(search.without_noise(best, outcome, towards))
    return Reach(outcome, target, upwards, nothing.outcomes, nothing.mcse, found, nearest, tried)


class _Search:
    """Chances of sets of conditions along all paths."""

    def __init__(self, present: Present, outlook: Outlook, on_path: np.ndarray) -> None:
        self._present, self._outlook, self._on_path = present, outlook, on_path
        self._choices = [Condition(item, seen) for item in signposts_of(present.spec) for seen in (True, False)]
        self._known: dict[tuple[Condition, ...], np.ndarray] = {}

    def by_chance(self, outcome: int) -> Iterator[tuple[tuple[Condition, ...], float]]:
        """Go through sets in the order of their chance; yields each with the outcome's probability then."""
        weight, chance_then = self._present.weight, self._on_path[..., outcome]
        waiting: list[tuple[float, tuple[int, ...]]] = [(-1.0, ())]
        while waiting:
            negative, chosen = heapq.heappop(waiting)
            conditions = tuple(self._choices[i] for i in chosen)
            joint = self._joint(conditions) * weight
            yield conditions, float(np.sum(joint * chance_then)) / -negative
            if len(chosen) == MOST_CONDITIONS:
                continue
            for i in range(chosen[-1] + 1 if chosen else 0, len(self._choices)):
                if chosen and self._choices[i].signpost == self._choices[chosen[-1]].signpost:
                    continue
                along = self._joint((*conditions, self._choices[i])) * weight
                chance = float(along.sum())
                if chance >= LEAST_CHANCE and effective_draws(along) >= LEAST_EFFECTIVE:
                    heapq.heappush(waiting, (-chance, (*chosen, i)))

    def judged(self, conditions: Sequence[Condition]) -> SetOfSignposts:
        """Say where a set leads."""
        joint = self._joint(tuple(conditions)) * self._present.weight
        chance = float(joint.sum())
        outcomes, series = self._present.mean(self._on_path, joint / chance)
        return SetOfSignposts(tuple(conditions), chance, outcomes, self._present.error(series))

    def without_noise(self, conditions: tuple[Condition, ...], outcome: int, towards: int) -> tuple[Condition, ...]:
        """Leave out conditions that bring the outcome no nearer beyond Monte Carlo error: the best of many has some."""
        for item in conditions:
            fewer = tuple(other for other in conditions if other != item)
            (after, with_it), (before, without) = (self._series(some, outcome) for some in (conditions, fewer))
            if towards * (after - before) < _CLEAR_BY * self._present.error(with_it - without):
                return self.without_noise(fewer, outcome, towards)
        return conditions

    def _series(self, conditions: tuple[Condition, ...], outcome: int) -> tuple[np.ndarray, np.ndarray]:
        joint = self._joint(conditions) * self._present.weight
        return self._present.mean(self._on_path[..., outcome], joint / joint.sum())

    def _joint(self, conditions: tuple[Condition, ...]) -> np.ndarray:
        """Chance along each path that all conditions hold, shape (n, J)."""
        joint = np.ones(self._present.weight.shape)
        for _, of_type in itertools.groupby(conditions, key=lambda item: item.signpost.kind):
            joint = joint * self._of_type(tuple(of_type))
        return joint

    def _of_type(self, conditions: tuple[Condition, ...]) -> np.ndarray:
        """The same for conditions on one type: P(none in B, some in each A) by inclusion and exclusion."""
        if conditions not in self._known:
            kind = conditions[0].signpost.kind
            none = frozenset().union(*(item.signpost.cells for item in conditions if not item.seen))
            some = [item.signpost.cells for item in conditions if item.seen]
            total = np.zeros(self._present.weight.shape)
            for n in range(len(some) + 1):
                for left_out in itertools.combinations(some, n):
                    total += (-1) ** n * self._outlook.silent(kind, none.union(*left_out))
            self._known[conditions] = np.maximum(total, 0)  # less than 0 by rounding only
        return self._known[conditions]
