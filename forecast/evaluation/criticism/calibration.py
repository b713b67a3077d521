"""Simulation-based calibration as a test: whether the ranks of truths among their posterior draws are uniform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.evaluation.criticism.checks import RankCurves
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import RATE, Test
from forecast.evaluation.criticism.simulated import RANKS, History
from forecast.evaluation.ranks import ecdf_band

__all__ = ["calibration_test"]

_UNIFORM = 20_000  # simulated sets of ranks
_STREAM = 13  # of random numbers


def calibration_test(key: str, title: str, histories: Sequence[History], *, seed: int) -> Test:
    """Compare the ranks of every quantity with uniform ones by the largest standardised distance of their ECDF.

    Parameters
    ----------
    histories : sequence of History
    seed : int
        Of the null distribution.
    """
    rng = np.random.default_rng([seed, _STREAM])
    n, names = len(histories), list(histories[0].ranks)
    made = _distance(_ecdf(rng.integers(RANKS + 1, size=(_UNIFORM, n))), n)
    curves = _ecdf(np.array([[history.ranks[name] for history in histories] for name in names]))
    at = np.arange(1, RANKS + 1) / (RANKS + 1)
    band = ecdf_band(n, RANKS, probability=(1 - RATE) ** (1 / len(names)), rng=rng)
    return Test(
        key=key,
        title=title,
        about=f"its own draws over {n} simulated histories (too few to notice ranks off by less than"
        f" {100 * band.max():.0f} points)",
        comparisons=tuple(
            among(f"{name}: distance of ranks from uniform", float(distance), made)
            for name, distance in zip(names, _distance(curves, n), strict=True)
        ),
        picture=RankCurves(
            names=tuple(names),
            at=at,
            curves=curves - at,
            band=band,
        ),
    )


def _ecdf(ranks: np.ndarray) -> np.ndarray:
    """Share of the ranks in each row that are at most 0, 1, ..., shape (rows, RANKS)."""
    counts = np.stack([(ranks == rank).sum(axis=1) for rank in range(RANKS)], axis=1)
    return np.cumsum(counts, axis=1) / ranks.shape[1]


def _distance(ecdf: np.ndarray, n: int) -> np.ndarray:
    """Largest standardised distance of each ECDF of n ranks from uniform."""
    at = np.arange(1, RANKS + 1) / (RANKS + 1)
    return np.asarray(np.max(np.abs(ecdf - at) / np.sqrt(at * (1 - at) / n), axis=1))
