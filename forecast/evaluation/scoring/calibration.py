"""Whether many forecasts mean what they say: the parts of the Brier score, reliability and PIT, with bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecast.evaluation.ranks import ecdf, ecdf_band, ecdf_chance
from forecast.evaluation.scoring.probabilities import brier_binary
from forecast.evaluation.scoring.shapes import alike, unit

__all__ = ["BrierParts", "PitCheck", "Reliability", "brier_parts", "pit_check", "reliability"]

BINS = 10
_EDGE = 1e-9  # of a bin's width: 1 - 0.9 is a little less than 0.1 and belongs to the bin that begins there
_SIMULATIONS = 4000
_BAND = 0.9  # of a reliability diagram's consistency bands, pointwise
_PIT_LEVELS = 19  # interior points of the PIT's distribution function: 0.05, 0.1, ..., 0.95


@dataclass(frozen=True)
class BrierParts:
    """The mean binary Brier score in parts: brier = reliability - resolution + uncertainty + within.

    Attributes
    ----------
    reliability : float
        Mean squared distance of forecasts from what came of them, by bin: 0 is best.
    resolution : float
        How far the bins' frequencies differ from the overall one: more is better.
    uncertainty : float
        Of the questions, o (1 - o): no forecaster's merit.
    within : float
        What binning leaves: variance of forecasts within bins, less twice their covariance with outcomes (Stephenson,
        Coelho and Jolliffe 2008). 0 where each bin holds one value.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram: one row for each bin that holds a forecast.

    Attributes
    ----------
    forecast, observed : ndarray
        Mean probability and share that happened.
    low, high : ndarray
        Pointwise 90% consistency band: where the share would lie if the forecasts were right.
    weight : ndarray
        Total weight; the number of forecasts where all have weight 1.
    """

    forecast: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class PitCheck:
    """The distribution function of PIT values beside the diagonal.

    Attributes
    ----------
    at : ndarray
        Interior points of 0 to 1.
    ecdf : ndarray
        Share of values at or below each.
    low, high : ndarray
        Simultaneous 95% band: n independent uniform values leave it anywhere with probability 5%.
    chance : float
        Of a function at least as far from the diagonal, were the values uniform; up to 5% it leaves the band.
    """

    at: np.ndarray
    ecdf: np.ndarray
    low: np.ndarray
    high: np.ndarray
    chance: float


def brier_parts(probability: ArrayLike, happened: ArrayLike, weight: ArrayLike | None = None) -> BrierParts:
    """Decompose a mean binary Brier score (Murphy 1973).

    Parameters
    ----------
    probability : array_like, shape (n,)
    happened : array_like of bool, shape (n,)
    weight : array_like, shape (n,), optional
        Of each forecast, as the days it stood over those its question was scheduled for; equal unless given.
    """
    p, o, w = _forecasts(probability, happened, weight)
    place, sums = _bins(p, w)
    share = np.bincount(place, weights=w) / w.sum()
    forecast, observed = (np.bincount(place, weights=w * values) / sums for values in (p, o))
    base, brier = np.average(o, weights=w), np.average(brier_binary(p, o), weights=w)
    reliable = float((share * (forecast - observed) ** 2).sum())
    resolved = float((share * (observed - base) ** 2).sum())
    unknown = float(base * (1 - base))
    return BrierParts(float(brier), reliable, resolved, unknown, float(brier - (reliable - resolved + unknown)))


def reliability(
    probability: ArrayLike,
    happened: ArrayLike,
    weight: ArrayLike | None = None,
    question: ArrayLike | None = None,
    below: ArrayLike | None = None,
    *,
    rng: np.random.Generator,
) -> Reliability:
    """Compare forecasts with what came of them, in bins of a tenth.

    The consistency band (Broecker and Smith 2007) is simulated: outcomes are drawn from the forecasts themselves, with
    one uniform number for all forecasts of a question, since they share its fate. What it forecasts comes where the
    number lies between ``below`` and ``below + probability``, so that just one option of a choice comes.

    Parameters
    ----------
    probability : array_like, shape (n,)
    happened : array_like of bool, shape (n,)
    weight : array_like, shape (n,), optional
        As in :func:`brier_parts`.
    question : array_like of int or str, shape (n,), optional
        To which question each forecast belongs; each to its own unless given.
    below : array_like, shape (n,), optional
        Total probability of the options of the same choice that stand before this one; 0 unless given.
    """
    p, o, w = _forecasts(probability, happened, weight)
    labels = np.arange(p.size) if question is None else alike("question", question, "probability", p)
    _, fate = np.unique(labels, return_inverse=True)
    place, sums = _bins(p, w)
    forecast, observed = (np.bincount(place, weights=w * values) / sums for values in (p, o))
    member = (place == np.arange(len(sums))[:, None]) * w / sums[:, None]
    start = np.zeros(p.shape) if below is None else unit("below", alike("below", below, "probability", p))
    drawn = rng.random((_SIMULATIONS, fate.max() + 1))[:, fate]
    shares = ((start <= drawn) & (drawn < start + p)) @ member.T
    low, high = np.quantile(shares, [(1 - _BAND) / 2, (1 + _BAND) / 2], axis=0)
    return Reliability(forecast, observed, low, high, sums)


def pit_check(pit: ArrayLike) -> PitCheck:
    """Compare PIT values with the uniform distribution; they must be independent, as one step ahead.

    Parameters
    ----------
    pit : array_like, shape (n,)
    """
    values = unit("pit", pit)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"pit has shape {values.shape}: a row of at least one is needed")
    at = np.arange(1, _PIT_LEVELS + 1) / (_PIT_LEVELS + 1)
    ranks = np.searchsorted(at, values)
    low, high = ecdf_band(values.size, _PIT_LEVELS)
    return PitCheck(at, ecdf(ranks, _PIT_LEVELS), low, high, ecdf_chance(ranks, _PIT_LEVELS))


def _forecasts(
    probability: ArrayLike, happened: ArrayLike, weight: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    p = unit("probability", probability)
    if p.ndim != 1 or not p.size:
        raise ValueError(f"probability has shape {p.shape}: a row of at least one is needed")
    o = alike("happened", happened, "probability", p).astype(bool)
    w = np.ones(p.shape) if weight is None else alike("weight", weight, "probability", p).astype(float)
    if not np.all(w > 0):
        raise ValueError("weight must be above 0")
    return p, o, w


def _bins(p: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bin of each forecast among those that are not empty, and the weight in each."""
    _, place = np.unique(np.minimum((p * BINS + _EDGE).astype(int), BINS - 1), return_inverse=True)
    return place, np.bincount(place, weights=w)
