"""Scores of the model and of baselines on every settled target, and their paired differences.

All scores are losses: less is better. ``brier`` of yes or no is (p - o)^2, from 0 to 1; of outcomes the sum over them,
from 0 to 2; ``log`` is -ln of the probability of what happened, in nats; ``crps`` is in the unit of the series.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from forecast.evaluation.scoring.draws import crps
from forecast.evaluation.scoring.probabilities import brier_binary, brier_multiclass, log_score
from forecast.evaluation.targets.asked import Target
from forecast.evaluation.targets.baselines import Baselines
from forecast.evaluation.targets.differences import Difference, compare, power_of
from forecast.evaluation.targets.observed import History
from forecast.evidence.records import Evidence
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between

if TYPE_CHECKING:
    from forecast.evaluation.origins import OriginForecast

__all__ = ["MODEL", "PRIOR", "SCORES", "ScoredTarget", "score_targets"]

MODEL, PRIOR = "model", "prior"
SCORES = {
    "count": ("log",),
    "share": ("log",),
    "series": ("crps",),
    "binary": ("brier", "log"),
    "outcome": ("brier", "log"),
    "question": ("brier", "log"),
}
"""By kind of target."""
_VALUES = 40  # of a series, equally likely under the model, that power looks at
_NEXT_TO_IMPOSSIBLE = 1e-9


@dataclass(frozen=True)
class ScoredTarget:
    """A mean score of one method on one target.

    Attributes
    ----------
    kind, name : str
        As of targets; ``all`` for the mean over all names of a kind.
    ahead : int or None
        Steps or periods; ``None`` for the mean over all.
    method, score : str
    value : float
        Mean over origins.
    n : int
        Origins.
    difference : mapping of str to Difference
        By baseline, for the model; empty for others.
    """

    kind: str
    name: str
    ahead: int | None
    method: str
    score: str
    value: float
    n: int
    difference: Mapping[str, Difference]


@dataclass(frozen=True)
class _Cell:
    """One target at one origin: scores by method of what came, and of all that might have come."""

    origin: int
    target: Target
    days: int
    chance: np.ndarray
    came: Mapping[str, Mapping[str, float]]
    might: Mapping[str, Mapping[str, np.ndarray]]


def score_targets(
    scenario: Scenario,
    evidence: Evidence,
    origins: Sequence[OriginForecast],
    *,
    known_by: date,
    seed: int,
) -> tuple[ScoredTarget, ...]:
    """Score every target that was settled by a day.

    Parameters
    ----------
    evidence : Evidence
        All there is: baselines see what had been reported by each origin, scores what had been by ``known_by``.
    origins : sequence of OriginForecast
    known_by : date
        Nothing that was reported later is looked at.
    seed : int
        Of intervals and power.
    """
    history = History(scenario, evidence, known_by)
    cells = [cell for i, origin in enumerate(origins) for cell in _cells(scenario, evidence, history, i, origin)]
    spacing = spacing_of([origin.forecast.as_of for origin in origins])
    made: list[ScoredTarget] = []
    for key, members in _pools(cells).items():
        for score in SCORES[key[0]]:
            made += _scored(key, members, score, spacing, seed)
    return tuple(made)


def spacing_of(days: Sequence[date]) -> float:
    """Median days between origins."""
    return float(np.median([days_between(a, b) for a, b in pairwise(days)] or [1]))


def _cells(
    scenario: Scenario,
    evidence: Evidence,
    history: History,
    index: int,
    origin: OriginForecast,
) -> Iterator[_Cell]:
    as_of = origin.forecast.as_of
    baselines = Baselines(History(scenario, evidence, as_of))
    said = [(prediction.target, prediction.distribution) for prediction in origin.predictions]
    said.append(
        (
            Target("outcome", "outcomes", 0, as_of, origin.forecast.horizon),
            np.array([outcome.probability for outcome in origin.forecast.outcomes]),
        )
    )
    for target, distribution in said:
        came = history.of(target)
        if came is None or not came:
            continue
        methods = {MODEL: distribution, **baselines.of(target, len(distribution))}
        if target.kind == "outcome":
            methods[PRIOR] = np.array([outcome.prior for outcome in origin.forecast.outcomes])
        possible, chance = _possible(target, distribution)
        yield _Cell(
            index,
            target,
            days_between(as_of, target.last),
            chance,
            {name: {score: float(np.mean(values)) for score, values in _losses(target, of, np.array(came)).items()}
             for name, of in methods.items()},
            {name: _losses(target, of, possible) for name, of in methods.items()},
        )  # fmt: skip


def _possible(target: Target, distribution: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What may come under the model, and its probabilities."""
    if target.kind != "series":
        return np.arange(len(distribution), dtype=float), distribution
    places = ((np.arange(_VALUES) + 0.5) / _VALUES * len(distribution)).astype(int)
    return distribution[places], np.full(_VALUES, 1 / _VALUES)


def _losses(target: Target, distribution: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of a distribution for each of some values, shape (values,)."""
    if target.kind == "series":
        return {"crps": crps(np.broadcast_to(distribution, (len(values), len(distribution))), values)}
    place = values.astype(int)
    losses = {"log": log_score(distribution[place])}
    if target.kind in ("binary", "question"):
        losses["brier"] = brier_binary(np.full(len(place), distribution[1]), place == 1)
    if target.kind == "outcome":
        losses["brier"] = brier_multiclass(np.broadcast_to(distribution, (len(place), len(distribution))), place)
    return losses


_Key = tuple[str, str, int | None]


def _pools(cells: Sequence[_Cell]) -> dict[_Key, list[_Cell]]:
    """Cells of every target, of all names of a kind, and of all steps ahead."""
    pools: dict[_Key, list[_Cell]] = {}
    for cell in cells:
        kind, name, ahead = cell.target.kind, cell.target.name, cell.target.ahead
        keys: list[_Key] = [(kind, name, ahead)]
        if kind in ("count", "share", "binary"):  # of one unit; values of different series have none in common
            keys += [(kind, "all", ahead), (kind, "all", None)]
        if kind in ("count", "share", "binary", "series"):
            keys.append((kind, name, None))
        for key in keys:
            pools.setdefault(key, []).append(cell)
    order = list(SCORES)
    return dict(sorted(pools.items(), key=lambda item: (order.index(item[0][0]), item[0][1] != "all", item[0][1],
                                                        item[0][2] or 0)))  # fmt: skip


def _scored(key: _Key, members: Sequence[_Cell], score: str, spacing: float, seed: int) -> Iterator[ScoredTarget]:
    block = max(1, math.ceil(max(cell.days for cell in members) / spacing))
    methods = list(dict.fromkeys(name for cell in members for name in cell.came))
    for method in methods:
        value, n = _mean(members, method, score)
        difference = {}
        if method == MODEL:
            difference = {
                baseline: _difference(members, baseline, score, block, seed)
                for baseline in methods
                if baseline != MODEL
            }
        yield ScoredTarget(*key, method, score, value, n, difference)


def _by_origin(members: Sequence[_Cell], method: str) -> list[list[_Cell]]:
    """Cells in which a method has a say, by origin in order."""
    found: dict[int, list[_Cell]] = {}
    for cell in members:
        if method in cell.came:
            found.setdefault(cell.origin, []).append(cell)
    return [found[origin] for origin in sorted(found)]


def _mean(members: Sequence[_Cell], method: str, score: str) -> tuple[float, int]:
    rows = _by_origin(members, method)
    return float(np.mean([np.mean([cell.came[method][score] for cell in row]) for row in rows])), len(rows)


def _difference(members: Sequence[_Cell], baseline: str, score: str, block: int, seed: int) -> Difference:
    rows = _by_origin(members, baseline)
    differences = np.array(
        [np.mean([cell.came[baseline][score] - cell.came[MODEL][score] for cell in row]) for row in rows]
    )
    chances = [[cell.chance for cell in row] for row in rows]
    gains = [[_gain(cell, baseline, score) for cell in row] for row in rows]
    power = power_of(chances, gains, block, rng=np.random.default_rng([seed, 5]))
    return compare(differences, block, power=power, rng=np.random.default_rng([seed, 6]))


def _gain(cell: _Cell, baseline: str, score: str) -> np.ndarray:
    """The baseline's loss less the model's by what may come; 0 for what the model holds for next to impossible."""
    likely = cell.chance > _NEXT_TO_IMPOSSIBLE
    gain = np.zeros(len(likely))
    gain[likely] = cell.might[baseline][score][likely] - cell.might[MODEL][score][likely]
    return gain
