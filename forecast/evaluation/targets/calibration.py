"""Whether one-step forecasts are calibrated: randomised PIT, with bands from histories simulated from the model.

Farther ahead PIT values of neighbouring origins depend on each other and no band is simple. One step ahead, in windows
that do not overlap, each is uniform given all that was known, if the model is right; those of several types at one
origin share drivers and parameters, so the bands come from what the model itself draws for them jointly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from forecast.evaluation.scoring.draws import pit_of_draws, randomised_pit
from forecast.evaluation.targets.asked import Target
from forecast.evaluation.targets.observed import History

if TYPE_CHECKING:
    from forecast.evaluation.origins import OriginForecast

__all__ = ["Calibration", "calibrations"]

_AT = np.arange(1, 20) / 20
_SIMULATIONS = 2000


@dataclass(frozen=True)
class Calibration:
    """PIT values of one target, or of all of a kind.

    Attributes
    ----------
    n : int
        Values.
    at, ecdf, low, high : ndarray
        Share of values at or below each point, and its simultaneous 95% band.
    excess : float
        Largest distance from the diagonal in half-widths of the band; above 1 it leaves the band.
    """

    kind: str
    name: str
    n: int
    at: np.ndarray
    ecdf: np.ndarray
    low: np.ndarray
    high: np.ndarray
    excess: float

    @property
    def within(self) -> bool:
        """Whether the values stay in the band."""
        return self.excess <= 1


@dataclass(frozen=True)
class _Row:
    """PIT of what came and of what might have come, for one target at one origin."""

    target: Target
    origin: int
    pit: float
    might: np.ndarray


def calibrations(origins: Sequence[OriginForecast], history: History, *, seed: int) -> tuple[Calibration, ...]:
    """Check every count one step and every series one period ahead, and all of a kind together."""
    rng = np.random.default_rng([seed, 4])
    rows = list(_rows(origins, history, rng))
    made = []
    for kind in dict.fromkeys(row.target.kind for row in rows):
        of_kind = [row for row in rows if row.target.kind == kind]
        names = list(dict.fromkeys(row.target.name for row in of_kind))
        if len(names) > 1:
            made.append(_check(kind, "all", of_kind, rng))
        made += [_check(kind, name, [row for row in of_kind if row.target.name == name], rng) for name in names]
    return tuple(made)


def _rows(origins: Sequence[OriginForecast], history: History, rng: np.random.Generator) -> Iterable[_Row]:
    last: dict[tuple[str, str], date] = {}
    for i, origin in enumerate(origins):
        said = {prediction.target: prediction.distribution for prediction in origin.predictions}
        for j, target in enumerate(origin.replicates.targets):
            key, came = (target.kind, target.name), history.of(target)
            if came is None or (key in last and target.first <= last[key]):
                continue
            last[key] = target.last
            values = np.array([came[0], *origin.replicates.values[:, j]])
            pit = _pit(target, said[target], values, rng)
            yield _Row(target, i, float(pit[0]), pit[1:])


def _pit(target: Target, distribution: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if target.kind == "series":
        return pit_of_draws(np.broadcast_to(distribution, (len(values), len(distribution))), values, rng=rng)
    place = np.minimum(values.astype(int), len(distribution) - 1)
    below = np.cumsum(distribution) - distribution
    return randomised_pit(np.clip(below[place], 0, 1), distribution[place], rng=rng)


def _check(kind: str, name: str, rows: Sequence[_Row], rng: np.random.Generator) -> Calibration:
    n = len(rows)
    ecdf = (np.array([row.pit for row in rows])[:, None] <= _AT).mean(axis=0)
    simulated = np.zeros((_SIMULATIONS, len(_AT)))
    for origin in dict.fromkeys(row.origin for row in rows):
        here = [row.might for row in rows if row.origin == origin]
        drawn = rng.integers(0, len(here[0]), size=_SIMULATIONS)  # one history for all targets of the origin
        simulated += sum((might[drawn, None] <= _AT).astype(float) for might in here)
    spread = np.sqrt(_AT * (1 - _AT) / n)
    farthest = np.max(np.abs(simulated / n - _AT) / spread, axis=1)
    band = float(np.quantile(farthest, 0.95)) * spread
    excess = float(np.max(np.abs(ecdf - _AT) / band))
    return Calibration(kind, name, n, _AT, ecdf, np.maximum(_AT - band, 0), np.minimum(_AT + band, 1), excess)
