"""What is left over: trend, season, and movement together and along drivers in counts; the same in drivers' shocks."""

from __future__ import annotations

from collections.abc import Iterator
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

Deviations = dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]
"""Of each type, as found and as replicated, and their variance."""

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
    """Of counts of complete types: deviations from the mean along a trend, a season and drivers, and over time."""
    parts = {e: _deviations(model, e, rng) for e in model.complete}
    found: list[Comparison] = []
    for e, (seen, made, _) in parts.items():
        covered = model.snapshot.exposure[:, e] > 0
        for what, waves in _courses(model, covered).items():
            strength = [np.sum([(part @ wave) ** 2 for wave in waves], axis=0) for part in (seen, made)]
            if len(waves) == 1:
                strength = [part @ waves[0] for part in (seen, made)]
            found.append(among(f"{model.spec.events[e]}: {what}", *strength))
    return [*found, *_along(model, parts), *_lasting(model, parts)]


def _deviations(model: FittedModel, kind: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deviations of a type's counts from their mean, found and replicated, and their variance, each of shape (R, T).

    The mean is scaled to the number of counts: otherwise all of them would move with the uncertain rate. They are
    divided by the variance over mean of each count: the derivative of the log likelihood by the log mean, of Poisson
    counts exactly and of over-dispersed ones as by quasi-likelihood.
    """
    pick = model.of_replicate
    mean, dispersion = model.expected(kind)[pick], model.draws.dispersion[pick]
    made = simulate_counts(model.spec, model.snapshot, mean, dispersion, kind, rng=rng)
    excess = 1.0
    for i in np.flatnonzero(model.spec.dispersion_type == kind):
        excess = 1 + dispersion[:, i, None] * model.snapshot.reported_share[:, kind]
    share = mean / mean.sum(axis=1, keepdims=True)
    around = [n - share * n.sum(axis=-1, keepdims=True) for n in (model.counted(kind), made)]
    return around[0] / excess, around[1] / excess, mean / excess


def _along(model: FittedModel, parts: Deviations) -> Iterator[Comparison]:
    """Sum of deviations times a driver's level: the score of a rate ratio on it.

    It is not around 0 where a ratio is missing or has the wrong sign. Types that a driver moves are also taken
    together, each by its log rate ratio: the score of a factor on all of them, which sees what turns a driver round.
    """
    pick = model.of_replicate
    for k, driver in enumerate(model.spec.drivers):
        together = []
        for e, deviations in parts.items():
            covered, level = model.snapshot.exposure[:, e] > 0, model.draws.level[pick, :, k]
            level = level - level[:, covered].mean(axis=1, keepdims=True)
            along = np.stack([np.einsum("rt,rt->r", part, level) for part in deviations[:2]])
            yield among(f"{model.spec.events[e]} along {driver}", *along)
            loading = model.draws.loading[pick, e, k]
            if loading.any():
                together.append(loading * along)
        if len(together) > 1:
            yield among(f"all counts along {driver}", *np.sum(together, axis=0))


def _lasting(model: FittedModel, parts: Deviations) -> Iterator[Comparison]:
    """Deviations that last as drivers do, of each type and of each pair of types.

    Were log rates moved by a driver that the model lacks, with the stationary correlation rho^|t - s|, the score of its
    variance would be sum d_t d_s rho^|t - s| over pairs of steps, and that of its covariance between two types the same
    sum over their products (locally most powerful; Cox 1983, Biometrika 70(1)). Of one type the terms t = s are left to
    the test of scatter. Of two types few slow waves make up most of the sum, so that it has long tails: it is divided
    by its standard deviation given one of the types, as a regression on the other smoothed, and that both ways. rho is
    the middle persistence of the model's drivers.
    """
    rho = float(np.median(model.draws.persistence))
    around: dict[int, list[np.ndarray]] = {}
    for e, (*deviations, _) in parts.items():
        before = [_decayed(d, rho) for d in deviations]
        lasting = [2 * np.einsum("rt,rt->r", d, past) for d, past in zip(deviations, before, strict=True)]
        yield among(f"{model.spec.events[e]}: lasting deviations", *lasting)
        after = [_decayed(d[:, ::-1], rho)[:, ::-1] for d in deviations]
        around[e] = [past + now + rest for past, now, rest in zip(before, deviations, after, strict=True)]
    for one, other in combinations(parts, 2):
        joint = [
            _regressed(parts[one][i], around[other][i], parts[one][2])
            + _regressed(parts[other][i], around[one][i], parts[other][2])
            for i in (0, 1)
        ]
        yield among(f"{model.spec.events[one]} with {model.spec.events[other]}", *joint)


def _decayed(deviation: np.ndarray, rho: float) -> np.ndarray:
    """Sum of rho^(t - s) times the deviations at s < t, shape (R, T)."""
    total = np.zeros_like(deviation)
    for t in range(1, deviation.shape[1]):
        total[:, t] = rho * (total[:, t - 1] + deviation[:, t - 1])
    return total


def _regressed(deviation: np.ndarray, on: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Sum of products in each row over its standard deviation given the second factor; 0 where that is 0."""
    sd = np.sqrt(np.einsum("rt,rt,rt->r", on, on, variance))
    return np.divide(np.einsum("rt,rt->r", deviation, on), sd, out=np.zeros_like(sd), where=sd > 0)


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
