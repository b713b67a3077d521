"""A race on resolved questions: everybody's scores, and differences on the questions and days that two have in common.

A loss is averaged over the days of all questions on which the forecaster's answers stood, each day weighing one over
the days for which its question was scheduled: weights that do not know the outcome. The Metaculus scores are averaged
over the whole scheduled time, 0 before the first answer and after an early resolution. An interval needs enough groups
of questions that have closed as scheduled, and then the number rests on these alone: what was resolved before its close
is selected by its outcome, as one may come early and another only at the end. Whoever answered other questions, or
later, has another mean for that reason alone: only the comparisons say who was better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from forecast.evaluation.race.asked import Asked
from forecast.evaluation.race.losses import (
    BASELINES,
    BRIER_2,
    GAINS,
    MODEL,
    Measure,
    QuestionLosses,
    losses_of,
    measures,
)
from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS, Interval, bootstrap_interval
from forecast.evaluation.scoring.probabilities import skill

__all__ = ["Comparison", "Race", "RaceScore", "race"]


@dataclass(frozen=True)
class RaceScore:
    """A forecaster's mean score: with an interval over its questions that have closed, otherwise over all.

    Attributes
    ----------
    score, convention : str
        Which score, and its range, unit and direction.
    low, high : float or None
        90% interval from whole groups of questions drawn again; ``None`` where there are too few.
    n, groups : int
        Questions, and how many of them can be taken for independent.
    """

    who: str
    score: str
    convention: str
    value: float
    low: float | None
    high: float | None
    n: int
    groups: int


@dataclass(frozen=True)
class Comparison:
    """How much less one forecaster lost than another, on the days of questions on which both stood.

    Attributes
    ----------
    gain : float
        The other's mean loss less one's own: above 0 where ``who`` was better.
    low, high : float or None
        As of :class:`RaceScore`; the differences of a question stay paired.
    skill : float
        1 - loss / the other's loss; NaN where that is 0.
    n, groups, days : int
        Questions and days in common.
    """

    who: str
    beside: str
    score: str
    convention: str
    gain: float
    low: float | None
    high: float | None
    skill: float
    n: int
    groups: int
    days: int


@dataclass(frozen=True)
class Race:
    """Scores and comparisons; ``coverage`` is the share of the open days, by weight, on which one stood."""

    scores: tuple[RaceScore, ...]
    comparisons: tuple[Comparison, ...]
    coverage: Mapping[str, float]

    def value(self, who: str, convention: str) -> float:
        """Mean score of a forecaster."""
        return next(row.value for row in self.scores if (row.who, row.convention) == (who, convention))


@dataclass(frozen=True)
class _Row:
    """A question's mean loss, the other's beside it, and what both weigh."""

    asked: Asked
    value: float
    other: float = 0.0
    days: int = 0
    weight: float = 1.0


def race(questions: Sequence[Asked], *, ordered: bool = False, seed: int, today: date) -> Race:
    """Score everybody, the same probability for every option too.

    Parameters
    ----------
    questions : sequence of Asked
        Of one kind: means over yes/no questions and over others have no common meaning.
    ordered : bool
        Whether the options have a rank: then the ranked probability score is there as well.
    seed : int
        Of the intervals.
    today : date
        Questions whose scheduled close lies after it are in no interval.
    """
    by = measures(ordered)
    found = [losses_of(asked, by) for asked in questions]
    everybody = sorted(  # the model first, baselines last
        {who for one in found for who in one.loss}, key=lambda who: (who != MODEL, who in BASELINES, who)
    )
    scores = [
        score
        for who in everybody
        for score in (
            *(_loss(found, who, measure, seed, today) for measure in by),
            *(
                _gain(found, who, name, seed, today)
                for name in GAINS
                if any(name in one.gain.get(who, {}) for one in found)
            ),
        )
    ]
    comparisons = [
        comparison
        for who, beside in combinations(everybody, 2)
        if not {who, beside} <= set(BASELINES)
        for measure in by
        if measure.convention != BRIER_2
        and (comparison := _compare(found, who, beside, measure, seed, today)) is not None
    ]
    return Race(tuple(scores), tuple(comparisons), {who: _coverage(found, who) for who in everybody})


def _coverage(found: Sequence[QuestionLosses], who: str) -> float:
    answered = [one for one in found if who in one.loss]
    stood, days = (sum(of(one.stood(who)) / one.asked.scheduled for one in answered) for of in (np.sum, np.size))
    return float(stood / days)


def _loss(found: Sequence[QuestionLosses], who: str, measure: Measure, seed: int, today: date) -> RaceScore:
    rows = []
    for one in found:
        if who in one.loss:
            losses = one.loss[who][measure.convention][one.stood(who)]
            rows.append(_Row(one.asked, float(losses.mean()), weight=len(losses) / one.asked.scheduled))
    return _mean(who, measure.name, measure.convention, rows, seed, today)


def _gain(found: Sequence[QuestionLosses], who: str, name: str, seed: int, today: date) -> RaceScore:
    rows = [_Row(one.asked, one.gain[who][name]) for one in found if name in one.gain.get(who, {})]
    return _mean(who, name, GAINS[name], rows, seed, today)


def _mean(who: str, name: str, convention: str, rows: list[_Row], seed: int, today: date) -> RaceScore:
    rows, enough = _counting(rows, today)
    mean = _interval(rows, [row.value for row in rows], enough, np.random.default_rng([seed, 7]))
    return RaceScore(who, name, convention, mean.mean, mean.low, mean.high, mean.n, mean.groups)


def _compare(
    found: Sequence[QuestionLosses], who: str, beside: str, measure: Measure, seed: int, today: date
) -> Comparison | None:
    rows = []
    for one in found:
        if who in one.loss and beside in one.loss:
            both = one.stood(who) & one.stood(beside)
            if both.any():
                mine, other = (float(one.loss[which][measure.convention][both].mean()) for which in (who, beside))
                days = int(both.sum())
                rows.append(_Row(one.asked, mine, other, days, days / one.asked.scheduled))
    if not rows:
        return None
    rows, enough = _counting(rows, today)
    mine_of, other_of, weight = np.array([(row.value, row.other, row.weight) for row in rows]).T
    with np.errstate(invalid="ignore"):  # both infinite: no difference can be told
        gain = _interval(rows, other_of - mine_of, enough, np.random.default_rng([seed, 8]))
    return Comparison(
        who,
        beside,
        measure.name,
        measure.convention,
        gain.mean,
        gain.low,
        gain.high,
        float(skill(np.average(mine_of, weights=weight), np.average(other_of, weights=weight))),
        gain.n,
        gain.groups,
        sum(row.days for row in rows),
    )


def _counting(rows: list[_Row], today: date) -> tuple[list[_Row], bool]:
    """Those that have closed where they are enough for an interval, otherwise all; and whether they are."""
    closed = [row for row in rows if row.asked.closes <= today]
    enough = len({row.asked.group for row in closed}) >= FEWEST_GROUPS
    return (closed if enough else rows), enough


def _interval(rows: Sequence[_Row], values: ArrayLike, enough: bool, rng: np.random.Generator) -> Interval:
    groups, weight = [row.asked.group for row in rows], [row.weight for row in rows]
    found = bootstrap_interval(values, groups, weight, rng=rng)
    return found if enough else replace(found, low=None, high=None)
