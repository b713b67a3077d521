"""Which reports are to come within some days, along every simulated future: the chance of none, never a drawn count.

Given a path of drivers the reports of complete types come independently of each other and of the states. Those of one
type that fall into one class of coded directions are a thinned process: Poisson, or negative binomial of the same size
with a smaller mean (Daley and Vere-Jones 2003, ch. 6.3 and 7).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evidence.snapshot import daily_exposure
from forecast.model.draws import Draws
from forecast.model.marks import SPURIOUS_DIRECTION_SD
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.intensity import Intensities
from forecast.scenario.types import Scenario
from forecast.timegrid import DAYS_PER_MONTH, days_between

__all__ = ["SIGNS", "Outlook", "Signpost", "signposts_of"]

SIGNS = ("negative", "neutral", "positive")
_CUTS = (-0.5, 0.5)  # directions are coded in whole numbers: what the model says between these is coded 0


@dataclass(frozen=True)
class Signpost:
    """What may be seen: a report of a complete type, where it has signals with a certain sign.

    Attributes
    ----------
    type : str
    driver, sign : str or None
        The driver on which the direction is coded, and its sign; ``None`` for types without a signal.
    kind : int
        Index of the type.
    cells : frozenset of int
        Classes of directions that count; a type with n signals has 3^n, without signals one.
    """

    type: str
    driver: str | None
    sign: str | None
    kind: int
    cells: frozenset[int]


def signposts_of(spec: ModelSpec) -> tuple[Signpost, ...]:
    """All that can be looked out for, in the order of the scenario."""
    found = []
    for e in np.flatnonzero(spec.complete):
        signals = np.flatnonzero(spec.signal_type == e)
        classes = list(itertools.product(range(len(SIGNS)), repeat=len(signals)))
        if not len(signals):
            found.append(Signpost(spec.events[e], None, None, int(e), frozenset((0,))))
        for place, g in enumerate(signals):
            for i, sign in enumerate(SIGNS):
                cells = frozenset(c for c, pushed in enumerate(classes) if pushed[place] == i)
                found.append(Signpost(spec.events[e], spec.drivers[spec.signal_driver[g]], sign, int(e), cells))
    return tuple(found)


@dataclass(frozen=True)
class _Stretch:
    """Reports of a type expected on some days, shape (S, J), and the share of each class, shape (S, J, classes).

    ``excess`` is the variance over the mean of their count, less 1, shape (S, 1).
    """

    mean: np.ndarray
    share: np.ndarray
    excess: np.ndarray | None


class Outlook:
    """A watch that takes note of the reports to be expected up to a day. S draws, J paths each.

    A report counts if its event happens after the as-of date and it is public by the last day.

    Parameters
    ----------
    draws : Draws
        The S draws projected.
    last : date
    """

    def __init__(self, scenario: Scenario, draws: Draws, last: date) -> None:
        self._scenario, self._draws, self._last = scenario, draws, last
        self._spec = compile_spec(scenario)
        self._covered, self._known = daily_exposure(scenario, last)
        self._intensities = Intensities(self._spec, draws, scenario.grid.count(last))
        self._stretches: dict[int, list[_Stretch]] = {int(e): [] for e in np.flatnonzero(self._spec.complete)}

    def __call__(self, first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        """Note the expected reports of these days."""
        begin = days_between(self._scenario.start, first)
        days = slice(begin, days_between(self._scenario.start, min(last, self._last)) + 1)
        step = self._scenario.grid.index(first)
        for e, noted in self._stretches.items():
            known, covered = self._known[days, e].sum(), self._covered[days, e].sum()
            if known > 0:
                noted.append(self._expect(e, step, known, known / covered, level, push))

    def silent(self, kind: int, cells: frozenset[int]) -> np.ndarray:
        """Probability along each path that no report of a type falls into some classes, shape (S, J)."""
        log_chance = np.zeros((len(self._draws), 1))
        for one in self._stretches[kind]:
            share = one.share[..., sorted(cells)].sum(axis=-1)
            if one.excess is None:
                log_chance = log_chance - one.mean * share
            else:
                log_chance = log_chance - one.mean / one.excess * np.log1p(one.excess * share)
        return np.exp(log_chance)

    def _expect(
        self, e: int, step: int, known: float, reported: float, level: np.ndarray, push: np.ndarray
    ) -> _Stretch:
        spec, draws = self._spec, self._draws
        months = known / DAYS_PER_MONTH
        genuine, spurious = (months * part for part in self._intensities.of_complete(e, step, level))
        dispersed = np.flatnonzero(spec.dispersion_type == e)
        mean = genuine + spurious
        signs = [self._signs(int(g), level, push) for g in np.flatnonzero(spec.signal_type == e)]
        of_genuine, of_spurious = np.ones((*mean.shape, 1)), np.ones(1)
        for codes in signs:
            of_genuine = (of_genuine[..., :, None] * codes[..., None, :]).reshape(*mean.shape, -1)
            of_spurious = (of_spurious[:, None] * _signs(0.0, SPURIOUS_DIRECTION_SD)[None, :]).ravel()
        share = (genuine[..., None] * of_genuine + spurious[..., None] * of_spurious) / mean[..., None]
        return _Stretch(mean, share, draws.dispersion[:, dispersed] * reported if len(dispersed) else None)

    def _signs(self, g: int, level: np.ndarray, push: np.ndarray) -> np.ndarray:
        """Probabilities of a genuine report's signs, shape (S, J, 3)."""
        draws, k = self._draws, self._spec.signal_driver[g]
        measured = (push if self._spec.signal_push[g] else level)[..., k]
        mean = draws.signal_level[:, g, None] + draws.signal[:, g, None] * measured
        return _signs(mean, draws.signal_noise[:, g, None])


def _signs(mean: np.ndarray | float, sd: np.ndarray | float) -> np.ndarray:
    """Probability that a Normal direction is coded negative, neutral and positive, shape (..., 3)."""
    below, to = (_normal_cdf((cut - np.asarray(mean)) / sd) for cut in _CUTS)
    return np.stack([below, to - below, 1 - to], axis=-1)


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    return 0.5 * np.asarray(_ERFC(-z / math.sqrt(2)), dtype=float)


_ERFC = np.frompyfunc(math.erfc, 1, 1)
