"""Simulation-based calibration as a test: whether the ranks of truths among their posterior draws are uniform."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from forecast.evaluation.criticism.checks import Comparison, RankCurves
from forecast.evaluation.criticism.family import RATE, Test
from forecast.evaluation.criticism.simulated import RANKS, History
from forecast.evaluation.ranks import ecdf, ecdf_band, ecdf_chance

__all__ = ["calibration_test"]

_Z90 = NormalDist().inv_cdf(0.95)
_LEAST = 1e-15  # chances below are rounding


def calibration_test(key: str, title: str, histories: Sequence[History]) -> Test:
    """Compare the ranks of every quantity over histories with uniform ones; their chances are exact."""
    n, names = len(histories), list(histories[0].ranks)
    ranks = np.array([[history.ranks[name] for history in histories] for name in names])
    at = np.arange(1, RANKS + 1) / (RANKS + 1)
    low, high = ecdf_band(n, RANKS, probability=1 - RATE / len(names))
    return Test(
        key=key,
        title=title,
        about=f"its own draws over {n} simulated histories (too few to notice ranks off by less than"
        f" {100 * np.max(high - low) / 2:.0f} points)",
        comparisons=tuple(_compared(name, row) for name, row in zip(names, ranks, strict=True)),
        picture=RankCurves(
            names=tuple(names),
            at=at,
            curves=np.stack([ecdf(row, RANKS) for row in ranks]) - at,
            low=low - at,
            high=high - at,
        ),
    )


def _compared(name: str, ranks: np.ndarray) -> Comparison:
    """Tell the distance from uniform ranks as the normal deviate that is exceeded as rarely."""
    p = ecdf_chance(ranks, RANKS)
    deviate = -NormalDist().inv_cdf(min(max(p, _LEAST), 1 - _LEAST))
    return Comparison(f"{name}: ranks from uniform", deviate, -_Z90, 0.0, _Z90, p)
