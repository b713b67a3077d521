"""Scores of probabilities: each says in its docstring its range, its unit and which way is better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.evaluation.scoring.shapes import alike, distributions, outcome_of_each, unit

__all__ = [
    "METACULUS_CLIP",
    "brier_binary",
    "brier_index",
    "brier_multiclass",
    "clipped",
    "log_score",
    "metaculus_baseline",
    "metaculus_peer",
    "of_what_happened",
    "ranked_probability_score",
    "skill",
]

METACULUS_CLIP = (0.001, 0.999)
"""What Metaculus lets a probability be; its scores are undefined at 0."""


def of_what_happened(probabilities: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """Probability that each forecast gave to what happened.

    Parameters
    ----------
    probabilities : array_like, shape (..., K)
        Sum to 1 over the options.
    outcome : array_like of int, shape (...)
        Place of the option that happened.

    Returns
    -------
    ndarray, shape (...)
    """
    p = distributions(probabilities)
    index = outcome_of_each(outcome, p)
    return np.take_along_axis(p, index[..., None], axis=-1)[..., 0]


def brier_binary(probability: ArrayLike, happened: ArrayLike) -> np.ndarray:
    """Brier score of a yes/no question, (p - o)^2: from 0 to 1, lower is better, 0.25 for always 0.5.

    Half of the multi-class score of the same forecast (Brier 1950 summed over both options).

    Parameters
    ----------
    probability : array_like, shape (...)
        That it happens.
    happened : array_like of bool, shape (...)

    Returns
    -------
    ndarray, shape (...)
    """
    p = unit("probability", probability)
    o = alike("happened", happened, "probability", p).astype(bool)
    return (p - o) ** 2


def brier_multiclass(probabilities: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """Brier score of a question with K options, the sum of (p_k - o_k)^2: from 0 to 2, lower is better (Brier 1950).

    Parameters
    ----------
    probabilities : array_like, shape (..., K)
        Sum to 1 over the options.
    outcome : array_like of int, shape (...)
        Place of the option that happened.

    Returns
    -------
    ndarray, shape (...)
    """
    p = distributions(probabilities)
    o = outcome_of_each(outcome, p)[..., None] == np.arange(p.shape[-1])
    return ((p - o) ** 2).sum(axis=-1)


def log_score(probability: ArrayLike) -> np.ndarray:
    """Logarithmic score in nats, -ln p of what happened: from 0, lower is better, infinite at 0 (Good 1952).

    Parameters
    ----------
    probability : array_like, shape (...)
        Probability, or density or mass, of what happened: see :func:`of_what_happened`.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        When one is negative or not a number.
    """
    p = np.asarray(probability, dtype=float)
    if not np.all(p >= 0):
        raise ValueError("probability must not be negative")
    with np.errstate(divide="ignore"):  # what was called impossible happened: infinitely bad
        return -np.log(p) + 0.0  # + 0.0: never minus zero


def ranked_probability_score(probabilities: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """Ranked probability score, the sum of (F_k - O_k)^2: from 0 to K - 1, lower is better; ordered options only.

    F and O are cumulative over the options in their order (Epstein 1969): a near miss costs less than a far one.

    Parameters
    ----------
    probabilities : array_like, shape (..., K)
        Sum to 1 over the options.
    outcome : array_like of int, shape (...)
        Place of the option that happened.

    Returns
    -------
    ndarray, shape (...)
    """
    p = distributions(probabilities)
    reached = outcome_of_each(outcome, p)[..., None] <= np.arange(p.shape[-1])
    return ((np.cumsum(p, axis=-1) - reached) ** 2)[..., :-1].sum(axis=-1)  # the last term is 0 but for rounding


def clipped(probability: ArrayLike) -> np.ndarray:
    """Probabilities moved into the range that Metaculus allows, :data:`METACULUS_CLIP`."""
    return np.clip(unit("probability", probability), *METACULUS_CLIP)


def metaculus_baseline(probability: ArrayLike, options: int) -> np.ndarray:
    """Metaculus baseline score, 100 ln(p K) / ln K: at most 100, 0 for equal odds, higher is better.

    Parameters
    ----------
    probability : array_like, shape (...)
        Of what happened.
    options : int
        K, how many options the question has; 2 for yes or no.

    Returns
    -------
    ndarray, shape (...)
    """
    if options < 2:
        raise ValueError(f"a question has at least 2 options, not {options}")
    return 100 * (1 - log_score(unit("probability", probability)) / np.log(options))


def metaculus_peer(probabilities: ArrayLike) -> np.ndarray:
    """Metaculus peer score, 100 N / (N - 1) ln(p / geometric mean of all N): sums to 0, higher is better.

    Equal to 100 times the mean, over the others, of how much one's ln p exceeds theirs.

    Parameters
    ----------
    probabilities : array_like, shape (..., N)
        Of what happened, from each of the N forecasters who stand at the time; above 0.

    Returns
    -------
    ndarray, shape (..., N)
    """
    p = unit("probabilities", probabilities)
    if p.ndim == 0 or p.shape[-1] < 2:
        raise ValueError(f"probabilities have shape {p.shape}: the last axis must hold at least 2 forecasters")
    if np.any(p == 0):
        raise ValueError("a peer score needs probabilities above 0; Metaculus clips them")
    n, logarithm = p.shape[-1], np.log(p)
    return 100 * n / (n - 1) * (logarithm - logarithm.mean(axis=-1, keepdims=True))


def brier_index(brier: ArrayLike) -> np.ndarray:
    """ForecastBench's Brier index, 100 (1 - sqrt(Brier)) of mean binary scores: 100 is perfect, always 0.5 gives 50."""
    return 100 * (1 - np.sqrt(unit("brier", brier)))


def skill(score: ArrayLike, reference: ArrayLike) -> np.ndarray:
    """Skill against a reference, 1 - score / reference, of mean scores whose best is 0: 1 is perfect, 0 no better.

    Parameters
    ----------
    score, reference : array_like, shape (...)
        Mean scores on the same questions and days; lower is better. NaN where the reference's is 0.

    Returns
    -------
    ndarray, shape (...)
    """
    given = np.asarray(score, dtype=float)
    other = alike("reference", reference, "score", given).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(other > 0, 1 - given / other, np.nan)
