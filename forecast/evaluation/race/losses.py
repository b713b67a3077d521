"""One question of a race, day by day: everybody's losses by score, and the Metaculus scores over its scheduled time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.evaluation.race.asked import Asked, daily
from forecast.evaluation.scoring.probabilities import (
    brier_multiclass,
    clipped,
    log_score,
    metaculus_baseline,
    metaculus_peer,
    ranked_probability_score,
)

__all__ = ["BASELINES", "BRIER_1", "BRIER_2", "GAINS", "LOG", "MODEL", "PRIOR", "UNIFORM", "Measure", "QuestionLosses",
           "losses_of", "measures", "name_of"]  # fmt: skip

MODEL, PRIOR, UNIFORM = "model", "prior", "uniform"
BASELINES = (PRIOR, UNIFORM)
"""The model without evidence, and the same probability for every option."""


def name_of(who: str) -> str:
    """Name of a person or platform in a race: one called as the model or a baseline is another forecaster."""
    return f"{who} (recorded)" if who in (MODEL, *BASELINES) else who


BRIER_1 = "0 to 1, less is better: half the sum over options of (p - o)^2, which is (p - o)^2 of yes or no"
BRIER_2 = "0 to 2, less is better: the sum over options of (p - o)^2"
LOG = "nats, less is better: -ln p of what came"
RANKED = "0 to options - 1, less is better: the sum over ordered options of (F - O)^2"
GAINS = {
    "baseline": "at most 100, more is better, equal odds give 0: 100 ln(p K) / ln K, p within 0.1-99.9%;"
    " 0 while silent or settled",
    "peer": "more is better, the sum of all is 0: 100 N/(N-1) ln(p / geometric mean of the N who stand),"
    " p within 0.1-99.9%; 0 while silent, alone or settled",
}
"""Metaculus scores and their conventions."""


@dataclass(frozen=True)
class Measure:
    """A loss: of probabilities (days, options), given what came (days,)."""

    name: str
    convention: str
    of: Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class QuestionLosses:
    """What everybody lost and gained on one question.

    Attributes
    ----------
    loss : mapping
        By forecaster and convention, on each open day; NaN while silent.
    gain : mapping
        By forecaster and score, averaged over the scheduled time; no peer score of baselines, nor without peers.
    """

    asked: Asked
    loss: Mapping[str, Mapping[str, np.ndarray]]
    gain: Mapping[str, Mapping[str, float]]

    def stood(self, who: str) -> np.ndarray:
        """On which days a forecaster's answer stood, shape (days,)."""
        found: np.ndarray = ~np.isnan(self.loss[who][LOG])
        return found


def measures(ordered: bool) -> tuple[Measure, ...]:
    """List the losses; of ordered options also the ranked probability score."""
    made = (
        Measure("brier", BRIER_1, lambda p, came: brier_multiclass(p, came) / 2),
        Measure("brier", BRIER_2, brier_multiclass),
        Measure("log", LOG, lambda p, came: log_score(p[np.arange(len(p)), came])),
    )
    return (*made, Measure("ranked", RANKED, ranked_probability_score)) if ordered else made


def losses_of(asked: Asked, by: Sequence[Measure]) -> QuestionLosses:
    """Score everybody, and the same probability for every option as one more forecaster."""
    said = {who: daily(asked, who) for who in asked.answers}
    days, k = len(next(iter(said.values()))), len(asked.options)
    said[UNIFORM] = np.full((days, k), 1 / k)
    stood = {who: ~np.isnan(p[:, 0]) for who, p in said.items()}

    def losses(who: str, measure: Measure) -> np.ndarray:
        here, values = stood[who], np.full(days, np.nan)
        values[here] = measure.of(said[who][here], np.full(here.sum(), asked.came))
        return values

    hit = {who: clipped(np.where(stood[who], p[:, asked.came], 1.0)) for who, p in said.items()}  # 1: silent, unused
    gain = {
        who: {"baseline": float(metaculus_baseline(hit[who], k)[stood[who]].sum() / asked.scheduled)} for who in said
    }
    peers = [who for who in asked.answers if who not in BASELINES]
    if len(peers) > 1:
        total = _peer(np.array([hit[who] for who in peers]), np.array([stood[who] for who in peers]))
        for who, score in zip(peers, total, strict=True):
            gain[who]["peer"] = float(score / asked.scheduled)
    return QuestionLosses(
        asked, {who: {measure.convention: losses(who, measure) for measure in by} for who in said}, gain
    )


def _peer(p: np.ndarray, stood: np.ndarray) -> np.ndarray:
    """Sums over days of the peer scores, from arrays (forecasters, days)."""
    total = np.zeros(len(p))
    patterns, which = np.unique(stood, axis=1, return_inverse=True)
    for j, pattern in enumerate(patterns.T):
        present = np.flatnonzero(pattern)
        if len(present) > 1:
            total[present] += metaculus_peer(p[np.ix_(present, np.flatnonzero(which == j))].T).sum(axis=0)
    return total
