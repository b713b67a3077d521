"""Posterior predictive checks of series: tails, spread and what is left from one value to the next."""

from __future__ import annotations

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.model.marks import SERIES_TAIL_DF

__all__ = ["residuals", "series"]

_FEWEST = 4  # values


def residuals(model: FittedModel, rows: np.ndarray) -> np.ndarray:
    """Standardised residuals of some series values under each draw, shape (n, rows)."""
    spec, snapshot, draws = model.spec, model.snapshot, model.draws
    index = snapshot.series_index[rows]
    value = spec.transformed(index, snapshot.series_value[rows])
    level = np.stack([draws.mean_over(snapshot, int(i), int(spec.series_driver[snapshot.series_index[i]])) for i in rows], 1)
    mean = draws.series_level[:, index] + draws.series_slope[:, index] * level
    return (value - mean) / draws.series_noise[:, index]


def series(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Largest residual, spread and product of neighbours of each series, in standard deviations of its noise."""
    found: list[Comparison] = []
    for m, name in enumerate(model.spec.series):
        rows = np.flatnonzero(model.snapshot.series_index == m)
        if len(rows) < _FEWEST:
            continue
        rows = rows[np.argsort(model.snapshot.series_last[rows], kind="stable")]
        seen = residuals(model, rows)[model.of_replicate]
        made = rng.standard_t(SERIES_TAIL_DF, size=seen.shape)
        for what, statistic in (
            ("largest residual", lambda e: np.abs(e).max(axis=1)),
            ("spread of residuals", lambda e: np.log1p(e**2 / SERIES_TAIL_DF).mean(axis=1)),
            ("product of neighbouring residuals", lambda e: (np.tanh(e[:, 1:]) * np.tanh(e[:, :-1])).mean(axis=1)),
        ):
            found.append(among(f"{name}: {what}", statistic(seen), statistic(made)))
    return Test("series", "Tails and course of series", "the values of series", tuple(found))
