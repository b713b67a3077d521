"""What is left over: trend, season, and movement together and along drivers in counts; the same in drivers' shocks."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.conflict import prior_comparisons
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.projection.predictive import simulate_counts
from forecast.timegrid import DAYS_PER_YEAR, days_between

__all__ = ["structure"]

_LEAST_YEAR = 0.9  # of a year must be covered to speak of a season


def structure(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Look for what the model says is not there."""
    return Test(
        "structure",
        "Trend, season and joint movement left over",
        "there being no trend, season or joint movement left over",
        (*_counts(model, rng), *_shocks(model)),
    )


def _counts(model: FittedModel, rng: np.random.Generator) -> list[Comparison]:
    """Of counts of complete types: deviations from the mean along a trend, a season and drivers; and pairs of types.

    The sum of deviations times a driver's level is the score of a rate ratio on it: not around 0 where one is missing
    or has the wrong sign.
    """
    found, pick = [], model.of_replicate
    deviations = {}
    for e in model.complete:
        mean = model.expected(e)[pick]
        made = simulate_counts(model.spec, model.snapshot, mean, model.draws.dispersion[pick], e, rng=rng)
        scale = np.sqrt(mean.sum(axis=1, keepdims=True))
        deviations[e] = (model.counted(e) - mean) / scale, (made - mean) / scale
    for e, (seen, made) in deviations.items():
        covered = model.snapshot.exposure[:, e] > 0
        for what, waves in _courses(model, covered).items():
            strength = [np.sum([(part @ wave) ** 2 for wave in waves], axis=0) for part in (seen, made)]
            if len(waves) == 1:
                strength = [part @ waves[0] for part in (seen, made)]
            found.append(among(f"{model.spec.events[e]}: {what}", *strength))
        for k, driver in enumerate(model.spec.drivers):
            level = model.draws.level[pick, :, k]
            level = level - level[:, covered].mean(axis=1, keepdims=True)
            along = [np.einsum("rt,rt->r", part, level) for part in (seen, made)]
            found.append(among(f"{model.spec.events[e]} along {driver}", *along))
    for one, other in combinations(deviations, 2):
        joint = [
            np.einsum("rt,rt->r", first, second) * np.sqrt(model.snapshot.n_steps)
            for first, second in zip(deviations[one], deviations[other], strict=True)
        ]
        found.append(among(f"{model.spec.events[one]} with {model.spec.events[other]}", *joint))
    return found


def _shocks(model: FittedModel) -> list[Comparison]:
    """Of the drivers' standardised shocks, which are independent standard normal: linear functions and products."""
    shocks = model.unknowns["innovation"][:, 1:]
    n_steps = shocks.shape[1]
    if n_steps < 2:
        return []
    names, values = [], []
    courses = _courses(model, np.arange(n_steps + 1) > 0)
    for k, driver in enumerate(model.spec.drivers):
        for what, waves in courses.items():
            for i, wave in enumerate(waves):
                part = ("", " (sine)")[i] if len(waves) > 1 else ""
                names.append(f"shocks of {driver}: {what}{part}")
                values.append(shocks[:, :, k] @ wave[1:])
    for one, other in combinations(range(len(model.spec.drivers)), 2):
        if model.spec.shock_shape is None:
            names.append(f"shocks of {model.spec.drivers[one]} with {model.spec.drivers[other]}")
            values.append(_joint(shocks[:, :, one], shocks[:, :, other]))
    return prior_comparisons(model, names, np.stack(values, axis=1))


def _joint(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Sum of products in each row over the length of the first: standard normal for independent normal rows."""
    return np.einsum("nt,nt->n", one, other) / np.linalg.norm(one, axis=1)


def _courses(model: FittedModel, covered: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Courses over time of unit length and without a mean over the covered steps; each list spans one pattern."""
    if covered.sum() < 3:
        return {}
    grid = model.spec.grid
    at = np.array([days_between(grid.first_day(0), grid.middle(t)) for t in range(len(covered))], dtype=float)
    wanted = {"trend": [at]}
    if np.ptp(at[covered]) >= _LEAST_YEAR * DAYS_PER_YEAR:
        turn = 2 * np.pi * at / DAYS_PER_YEAR
        wanted["season"] = [np.cos(turn), np.sin(turn)]
    courses = {}
    for what, waves in wanted.items():
        unit = []
        for wave in waves:
            centred = np.where(covered, wave - wave[covered].mean(), 0.0)
            unit.append(centred / np.linalg.norm(centred))
        courses[what] = unit
    return courses
