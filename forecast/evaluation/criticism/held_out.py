"""Predictions of what was left out: one number at a time (LOO), and everything of the last steps (leave-future-out).

No new fit: the draws are weighted by one over the likelihood of what is left out, Pareto-smoothed (Vehtari, Gelman and
Gabry 2017, Statistics and Computing 27; Buerkner, Gabry and Vehtari 2020, Journal of Statistical Computation and
Simulation 90).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecast.evaluation.criticism.checks import Bars, Check, Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.series import residuals
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.snapshot import Snapshot
from forecast.inference.importance import largest_reliable_k, pareto_smooth
from forecast.model.density import expected_reports_by_step, log_likelihood, series_log_likelihood
from forecast.model.draws import Draws
from forecast.model.marks import SERIES_TAIL_DF
from forecast.projection.predictive import simulate_counts

__all__ = ["MANY_K", "LeftOut", "leave_future_out", "leave_one_out", "loo_check", "pit_test"]

WINDOWS = (8, 4, 2, 1)  # steps; the longest that the weights carry
MANY_K = 0.1  # share of left-out numbers whose weights cannot be trusted that calls for a look: a convention
_FEWEST_EFFECTIVE = 400  # draws, as a forecast needs: from fewer, replicates repeat themselves too far out
_GRID = 19  # places at which the ECDF of the PIT is looked at
_UNIFORM = 20_000  # simulated sets of uniform numbers


@dataclass(frozen=True)
class LeftOut:
    """Every count of a covered step and every series value, each predicted from all others. u numbers.

    Attributes
    ----------
    names : tuple of str
        Event type or series of each.
    log_score : ndarray, shape (u,)
        Log of the predictive probability or density.
    pit : ndarray, shape (u,)
        Predictive chance of less, and of a random part of the chance of as much.
    pareto_k : ndarray, shape (u,)
    k_limit : float
    """

    names: tuple[str, ...]
    log_score: np.ndarray
    pit: np.ndarray
    pareto_k: np.ndarray
    k_limit: float


def leave_one_out(model: FittedModel, *, rng: np.random.Generator) -> LeftOut:
    """Leave out each number in turn."""
    names: list[str] = []
    rows: list[tuple[float, float, float]] = []
    for e in model.complete:
        seen, mean = model.counted(e), model.expected(e)
        extra = _extra(model, e)
        for t in np.flatnonzero(model.snapshot.exposure[:, e]):
            log_mass, below = _count_chances(mean[:, t], None if extra is None else extra[:, t], int(seen[t]))
            names.append(model.spec.events[e])
            rows.append(_predicted(log_mass, below, np.exp(log_mass), rng))
    values = np.arange(len(model.snapshot.series_value))
    if len(values):
        density = series_log_likelihood(model.spec, model.snapshot, model.draws)
        below = _student_cdf(residuals(model, values))
        for i in values:
            names.append(model.spec.series[model.snapshot.series_index[i]])
            rows.append(_predicted(density[:, i], below[:, i], np.zeros(len(model)), rng))
    table = np.array(rows).reshape(-1, 3)
    return LeftOut(tuple(names), table[:, 0], table[:, 1], table[:, 2], largest_reliable_k(len(model)))


def _extra(model: FittedModel, kind: int) -> np.ndarray | None:
    for i in np.flatnonzero(model.spec.dispersion_type == kind):
        return model.draws.dispersion[:, i, None] * model.snapshot.reported_share[:, kind]
    return None


def _count_chances(mean: np.ndarray, extra: np.ndarray | None, seen: int) -> tuple[np.ndarray, np.ndarray]:
    """Log probability of ``seen`` and probability of less under each draw; Poisson unless there is extra variance."""
    from scipy import special

    if extra is None:
        log_mass = seen * np.log(mean) - mean - math.lgamma(seen + 1)
        return log_mass, special.gammaincc(seen, mean) if seen else np.zeros_like(mean)
    size = mean / extra
    ways = -np.log(size + seen) - special.betaln(size, seen + 1)  # binomial coefficient of size + seen - 1 over seen
    log_mass = ways - size * np.log1p(extra) - seen * np.log1p(1 / extra)
    return log_mass, special.betainc(size, seen, 1 / (1 + extra)) if seen else np.zeros_like(mean)


def _student_cdf(t: np.ndarray) -> np.ndarray:
    """Of Student's t with five degrees of freedom, in closed form (Abramowitz and Stegun 26.7.3); a test holds both."""
    angle = np.arctan(t / math.sqrt(SERIES_TAIL_DF))
    cosine = np.cos(angle)
    return 0.5 + (angle + np.sin(angle) * (cosine + 2 / 3 * cosine**3)) / np.pi


def _predicted(
    log_density: np.ndarray, below: np.ndarray, at: np.ndarray, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Log score, randomised PIT and Pareto k."""
    weighed = pareto_smooth(-log_density)
    held = weighed.weight > 0
    score = float(np.logaddexp.reduce(np.log(weighed.weight[held]) + log_density[held]))
    pit = float(weighed.weight @ below + rng.random() * (weighed.weight @ at))
    return score, min(max(pit, 0.0), 1.0), weighed.pareto_k


def loo_check(left: LeftOut) -> Check:
    """Say whether any numbers are so surprising that the draws cannot tell what would be expected without them."""
    names = sorted(set(left.names))
    of = np.array(left.names)
    over = left.pareto_k > left.k_limit
    rows = tuple(
        (
            name,
            int(np.sum(of == name)),
            float(left.log_score[of == name].sum()),
            float(left.pareto_k[of == name].max()),
            int(over[of == name].sum()),
        )
        for name in names
    )
    share = float(over.mean()) if len(over) else 0.0
    worst = max((float(row[3]) for row in rows), default=0.0)
    return Check(
        key="loo",
        title="Leaving out one number",
        kind="guide",
        status="REVIEW" if share > MANY_K else "PASS",
        statistic=share,
        threshold=MANY_K,
        statistic_name="share of numbers with Pareto k over its limit",
        source="limit of k: min(0.7, 1 - 1/log10 S) of Vehtari et al. (2024); the share is a convention",
        sentence=f"{int(over.sum())} of {len(over)} numbers left out in turn have a Pareto k over {left.k_limit:.2f}"
        f" (the largest is {worst:.2f}), and all together are predicted with a log score of"
        f" {left.log_score.sum():.1f} nats.",
        columns=("What", ">Numbers", ">Log score", ">Largest k", ">Over the limit"),
        rows=rows,
        picture=Bars(tuple(names), np.array([float(row[3]) for row in rows]), left.k_limit, "Pareto k")
        if rows
        else None,
    )


def pit_test(left: LeftOut, *, rng: np.random.Generator) -> Test:
    """Compare the PIT of the numbers left out with a uniform distribution, over all and by type and series.

    The statistic is the largest standardised distance of the ECDF from uniform. Values left out of one fit are
    slightly dependent, which the null distribution neglects; its rate is measured on right models.
    """
    of = np.array(left.names)
    trusted = left.pareto_k <= left.k_limit
    groups = {"all": trusted, **{name: trusted & (of == name) for name in sorted(set(left.names))}}
    if len(groups) == 2:
        del groups["all"]
    found: list[Comparison] = []
    for name, rows in groups.items():
        if rows.sum() < _GRID:
            continue
        uniform = rng.random((_UNIFORM, int(rows.sum())))
        made = _ecdf_distance(uniform)
        found.append(among(f"{name}: distance of the PIT from uniform", _ecdf_distance(left.pit[None, rows])[0], made))
    return Test("pit", "PIT of numbers left out", "the spread of its own predictions", tuple(found))


def _ecdf_distance(values: np.ndarray) -> np.ndarray:
    """Largest standardised distance of each row's ECDF from uniform."""
    at = np.arange(1, _GRID + 1) / (_GRID + 1)
    n = values.shape[1]
    largest = np.zeros(len(values))
    for place in at:
        distance = np.abs((values <= place).mean(axis=1) - place) / math.sqrt(place * (1 - place) / n)
        largest = np.maximum(largest, distance)
    return largest


def leave_future_out(model: FittedModel, earlier: dict[int, Snapshot], *, rng: np.random.Generator) -> Test:
    """Predict the last steps from what was known before them, on drivers drawn on from there.

    Such predictions have not seen what they are compared with: their chances are uniform under a right model, but for
    ties and the error of the weights.

    Parameters
    ----------
    earlier : mapping of int to Snapshot
        By number of steps back: what was known at the end of the step before these.
    """
    whole = log_likelihood(model.spec, model.snapshot, model.draws)
    limit = largest_reliable_k(len(model))
    for steps, known in earlier.items():
        weighed = pareto_smooth(log_likelihood(model.spec, known, model.draws.until(known.n_steps)) - whole)
        if weighed.pareto_k <= limit and model.effective_draws(weighed.weight) >= _FEWEST_EFFECTIVE:
            return _future(model, known.n_steps, steps, weighed.weight, rng)
    return Test("future", "Leaving out the last steps", "the last steps as predicted before them", ())


def _future(model: FittedModel, begin: int, steps: int, weight: np.ndarray, rng: np.random.Generator) -> Test:
    chosen = rng.choice(len(model), size=len(model.of_replicate), p=weight)
    spec, snapshot = model.spec, model.snapshot
    unknowns = {name: values[chosen] for name, values in model.unknowns.items()}
    shocks = unknowns["innovation"].copy()
    shocks[:, begin:] = rng.normal(size=shocks[:, begin:].shape)
    draws = Draws.of(spec, {**unknowns, "innovation": shocks})
    expected = expected_reports_by_step(spec, snapshot, draws)
    span = "step" if steps == 1 else f"{steps} steps"
    found: list[Comparison] = []
    for e in model.complete:
        if snapshot.exposure[begin:, e].any():
            made = simulate_counts(spec, snapshot, expected(e), draws.dispersion, e, rng=rng)[:, begin:].sum(axis=1)
            name = f"{spec.events[e]}: reports in the last {span}"
            found.append(among(name, float(model.counted(e)[begin:].sum()), made))
    for m, name in enumerate(spec.series):
        rows = np.flatnonzero((snapshot.series_index == m) & (snapshot.series_first >= begin))
        if not len(rows):
            continue
        level = np.stack([draws.mean_over(snapshot, int(i), int(spec.series_driver[m])) for i in rows], axis=1)
        noise = draws.series_noise[:, m, None] * rng.standard_t(SERIES_TAIL_DF, size=level.shape)
        made = (draws.series_level[:, m, None] + draws.series_slope[:, m, None] * level + noise).mean(axis=1)
        seen = spec.transformed(np.full(len(rows), m), snapshot.series_value[rows]).mean()
        found.append(among(f"{name}: mean of the last {span}", float(seen), made))
    return Test("future", "Leaving out the last steps", "the last steps as predicted before them", tuple(found))
