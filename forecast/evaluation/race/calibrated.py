"""Whether a forecaster's probabilities mean what they say, over many questions; nothing where there are too few.

Every option of a question is a statement with a probability that came true or not; of yes or no, yes alone. A statement
weighs the share of the question's scheduled time for which its answer stood. The questions of one group share one fate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.evaluation.race.asked import Asked, days_stood
from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS
from forecast.evaluation.scoring.calibration import (
    BrierParts,
    PitCheck,
    Reliability,
    brier_parts,
    pit_check,
    reliability,
)
from forecast.evaluation.scoring.draws import randomised_pit

__all__ = ["Calibrated", "calibrated"]


@dataclass(frozen=True)
class Calibrated:
    """Calibration of one forecaster.

    Attributes
    ----------
    n, groups : int
        Questions, and how many of them can be taken for independent.
    parts : BrierParts
        Of the mean binary Brier score of all statements.
    reliability : Reliability
    pit : PitCheck or None
        Of the first answer to the first question of each group; only where options are ordered.
    """

    who: str
    n: int
    groups: int
    parts: BrierParts
    reliability: Reliability
    pit: PitCheck | None


def calibrated(questions: Sequence[Asked], who: str, *, ordered: bool = False, seed: int) -> Calibrated | None:
    """Check a forecaster on all its questions.

    Parameters
    ----------
    questions : sequence of Asked
        All that have closed as scheduled by some day. Those resolved before are selected by their outcome: one outcome
        can come early, another only at the end.

    Returns
    -------
    Calibrated or None
        ``None`` with fewer than :data:`~forecast.evaluation.scoring.bootstrap.FEWEST_GROUPS` independent groups: a
        diagram would show the fate of a few.
    """
    answered = [asked for asked in questions if who in asked.answers]
    groups = {asked.group for asked in answered}
    if len(groups) < FEWEST_GROUPS:
        return None
    rows = [row for asked in answered for row in _statements(asked, who)]
    p, happened, weight, fate, below = (np.array(column) for column in zip(*rows, strict=True))
    rng = np.random.default_rng([seed, 9])
    return Calibrated(
        who,
        len(answered),
        len(groups),
        brier_parts(p, happened, weight),
        reliability(p, happened, weight, fate, below, rng=rng),
        _pit(answered, who, rng) if ordered else None,
    )


def _statements(asked: Asked, who: str) -> list[tuple[float, bool, float, str, float]]:
    """Probability, whether it came, weight, fate, and the probability of the options before."""
    stood = days_stood(asked, who)
    options = range(1, 2) if len(asked.options) == 2 else range(len(asked.options))
    return [
        (p[k], k == asked.came, days / asked.scheduled, asked.group, min(sum(p[:k]), 1.0))
        for answer, days in zip(asked.answers[who], stood, strict=True)
        if days
        for p in [answer.probabilities]
        for k in options
    ]


def _pit(answered: Sequence[Asked], who: str, rng: np.random.Generator) -> PitCheck:
    first: dict[str, Asked] = {}
    for asked in sorted(answered, key=lambda one: one.opened):
        first.setdefault(asked.group, asked)
    said = [(asked.answers[who][0].probabilities, asked.came) for asked in first.values()]
    below = np.clip([sum(p[:came]) for p, came in said], 0, 1)
    return pit_check(randomised_pit(below, [p[came] for p, came in said], rng=rng))
