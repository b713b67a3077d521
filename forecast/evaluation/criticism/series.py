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
    drivers = spec.series_driver[index]
    level = np.stack([draws.mean_over(snapshot, int(i), int(k)) for i, k in zip(rows, drivers, strict=True)], axis=1)
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
        of_seen, of_made = _statistics(seen), _statistics(made)
        found += [among(f"{name}: {what}", of_seen[what], of_made[what]) for what in of_seen]
    return Test("series", "Tails and course of series", "the values of series", tuple(found))


def _statistics(residual: np.ndarray) -> dict[str, np.ndarray]:
    """What is compared, of each row; bounded functions where one wild value would drown the rest."""
    return {
        "largest residual": np.abs(residual).max(axis=1),
        "spread of residuals": np.log1p(residual**2 / SERIES_TAIL_DF).mean(axis=1),
        "product of neighbouring residuals": (np.tanh(residual[:, 1:]) * np.tanh(residual[:, :-1])).mean(axis=1),
    }
