"""What is left over: trend, season, what lasts, and movement together and along drivers in counts; and in shocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.conflict import prior_comparisons
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.lasting import decayed
from forecast.evaluation.criticism.standing import FittedModel
from forecast.projection.predictive import simulate_counts
from forecast.timegrid import DAYS_PER_YEAR, days_between

__all__ = ["structure"]

_LEAST_YEAR = 0.9  # of a year must be covered to speak of a season


@dataclass(frozen=True)
class _Left:
    """What the mean leaves of a type's counts n, as found and as replicated.

    Attributes
    ----------
    parts : tuple of two ndarray, shape (R, T)
        (n - mu sum(n) / sum(mu)) / (1 + dispersion) of the data and of replicates: the derivative of the log likelihood
        by the log mean, of Poisson counts exactly and of over-dispersed ones as by quasi-likelihood. The mean is scaled
        to the sum of the counts since otherwise all would move with the uncertain rate.
    variance : ndarray, shape (R, T)
        Of each, but for that scaling.
    """

    parts: tuple[np.ndarray, np.ndarray]
    variance: np.ndarray


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
    left = {e: _left(model, e, rng) for e in model.complete}
    found: list[Comparison] = []
    for e in left:
        covered = model.snapshot.exposure[:, e] > 0
        for what, waves in _courses(model, covered).items():
            strength = [np.sum([(part @ wave) ** 2 for wave in waves], axis=0) for part in left[e].parts]
            if len(waves) == 1:
                strength = [part @ waves[0] for part in left[e].parts]
            found.append(among(f"{model.spec.events[e]}: {what}", *strength))
    return [*found, *_along(model, left), *_lasting(model, left)]


def _left(model: FittedModel, kind: int, rng: np.random.Generator) -> _Left:
    pick = model.of_replicate
    mean, dispersion = model.expected(kind)[pick], model.draws.dispersion[pick]
    made = simulate_counts(model.spec, model.snapshot, mean, dispersion, kind, rng=rng)
    excess = np.ones((1, 1))
    for i in np.flatnonzero(model.spec.dispersion_type == kind):
        excess = 1 + dispersion[:, i, None] * model.snapshot.reported_share[:, kind]
    share = mean / mean.sum(axis=1, keepdims=True)
    seen = model.counted(kind)
    parts = (seen - share * seen.sum()) / excess, (made - share * made.sum(axis=1, keepdims=True)) / excess
    return _Left(parts, mean / excess)


def _along(model: FittedModel, left: dict[int, _Left]) -> Iterator[Comparison]:
    """Sum of deviations times a driver's level: the score of a rate ratio on it.

    It is not around 0 where a ratio is missing or has the wrong sign. Types that a driver moves are also taken
    together, each by its log rate ratio: the score of a factor on all of them, which sees what turns a driver round.
    """
    pick = model.of_replicate
    for k, driver in enumerate(model.spec.drivers):
        together = []
        for e in left:
            covered, level = model.snapshot.exposure[:, e] > 0, model.draws.level[pick, :, k]
            level = level - level[:, covered].mean(axis=1, keepdims=True)
            along = np.stack([np.einsum("rt,rt->r", part, level) for part in left[e].parts])
            yield among(f"{model.spec.events[e]} along {driver}", *along)
            loading = model.draws.loading[pick, e, k]
            if loading.any():
                together.append(loading * along)
        if len(together) > 1:
            yield among(f"all counts along {driver}", *np.sum(together, axis=0))


def _lasting(model: FittedModel, left: dict[int, _Left]) -> Iterator[Comparison]:
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
    for e in left:
        before = [decayed(part, rho) for part in left[e].parts]
        lasting = [2 * np.einsum("rt,rt->r", part, past) for part, past in zip(left[e].parts, before, strict=True)]
        yield among(f"{model.spec.events[e]}: lasting deviations", *lasting)
        after = [decayed(part[:, ::-1], rho)[:, ::-1] for part in left[e].parts]
        around[e] = [sum(course, np.zeros(1)) for course in zip(before, left[e].parts, after, strict=True)]
    for one, other in combinations(left, 2):
        joint = [
            _regressed(left[one].parts[i], around[other][i], left[one].variance)
            + _regressed(left[other].parts[i], around[one][i], left[other].variance)
            for i in (0, 1)
        ]
        yield among(f"{model.spec.events[one]} with {model.spec.events[other]}", *joint)


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
