"""A race on resolved questions: everybody's scores, and differences on the questions and days that two have in common.

Of one question a loss is averaged over the days on which the forecaster's answers stood; over questions means are taken
with equal weight. The Metaculus scores are averaged over the whole scheduled time, 0 before the first answer and after
an early resolution. Whoever answered other questions, or later, has another mean for that reason alone: only the
comparisons say who was better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

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
from forecast.evaluation.scoring.bootstrap import bootstrap_interval
from forecast.evaluation.scoring.probabilities import skill

__all__ = ["Comparison", "Race", "RaceScore", "race"]


@dataclass(frozen=True)
class RaceScore:
    """A forecaster's mean score over all its questions.

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
    """Scores and comparisons; ``coverage`` is the mean share of a question's open days on which one stood."""

    scores: tuple[RaceScore, ...]
    comparisons: tuple[Comparison, ...]
    coverage: Mapping[str, float]

    @property
    def groups(self) -> int:
        """Most independent questions that anybody has."""
        return max((score.groups for score in self.scores), default=0)

    def value(self, who: str, convention: str) -> float:
        """Mean score of a forecaster."""
        return next(row.value for row in self.scores if (row.who, row.convention) == (who, convention))


def race(questions: Sequence[Asked], *, ordered: bool = False, seed: int) -> Race:
    """Score everybody, the same probability for every option too.

    Parameters
    ----------
    questions : sequence of Asked
        Of one kind: means over yes/no questions and over others have no common meaning.
    ordered : bool
        Whether the options have a rank: then the ranked probability score is there as well.
    seed : int
        Of the intervals.
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
            *(_loss(found, who, measure, seed) for measure in by),
            *(_gain(found, who, name, seed) for name in GAINS if any(name in one.gain.get(who, {}) for one in found)),
        )
    ]
    comparisons = [
        comparison
        for who, beside in combinations(everybody, 2)
        if not {who, beside} <= set(BASELINES)
        for measure in by
        if measure.convention != BRIER_2 and (comparison := _compare(found, who, beside, measure, seed)) is not None
    ]
    coverage = {who: float(np.mean([one.stood(who).mean() for one in found if who in one.loss])) for who in everybody}
    return Race(tuple(scores), tuple(comparisons), coverage)


def _loss(found: Sequence[QuestionLosses], who: str, measure: Measure, seed: int) -> RaceScore:
    rows = [
        (one.asked.group, float(one.loss[who][measure.convention][one.stood(who)].mean()))
        for one in found
        if who in one.loss
    ]
    return _mean(who, measure.name, measure.convention, rows, seed)


def _gain(found: Sequence[QuestionLosses], who: str, name: str, seed: int) -> RaceScore:
    rows = [(one.asked.group, one.gain[who][name]) for one in found if name in one.gain.get(who, {})]
    return _mean(who, name, GAINS[name], rows, seed)


def _mean(who: str, name: str, convention: str, rows: Sequence[tuple[str, float]], seed: int) -> RaceScore:
    groups, values = zip(*rows, strict=True)
    mean = bootstrap_interval(values, groups, rng=np.random.default_rng([seed, 7]))
    return RaceScore(who, name, convention, mean.mean, mean.low, mean.high, mean.n, mean.groups)


def _compare(found: Sequence[QuestionLosses], who: str, beside: str, measure: Measure, seed: int) -> Comparison | None:
    rows = []
    for one in found:
        if who in one.loss and beside in one.loss:
            both = one.stood(who) & one.stood(beside)
            if both.any():
                mine, other = (float(one.loss[which][measure.convention][both].mean()) for which in (who, beside))
                rows.append((one.asked.group, mine, other, int(both.sum())))
    if not rows:
        return None
    groups, mine_of, other_of, days = zip(*rows, strict=True)
    with np.errstate(invalid="ignore"):  # both infinite: no difference can be told
        gain = bootstrap_interval(np.array(other_of) - np.array(mine_of), groups, rng=np.random.default_rng([seed, 8]))
    return Comparison(
        who,
        beside,
        measure.name,
        measure.convention,
        gain.mean,
        gain.low,
        gain.high,
        float(skill(np.mean(mine_of), np.mean(other_of))),
        gain.n,
        gain.groups,
        sum(days),
    )
