"""What evidence the prior expects, next to what is in the files: counts, shares of types, series and judgements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.density import expected_reports_by_step, log_rates
from forecast.model.draws import Draws
from forecast.model.grades import mark_weights
from forecast.model.marks import SERIES_TAIL_DF
from forecast.model.spec import ModelSpec

__all__ = [
    "CountCheck",
    "JudgementCheck",
    "Predicted",
    "SeriesCheck",
    "ShareCheck",
    "Tail",
    "check_counts",
    "check_judgements",
    "check_series",
    "check_shares",
    "longest_silence",
    "simulate_counts",
]

_COUNT_LIMIT = 1e9  # beyond what the generator can draw; far beyond any file


@dataclass(frozen=True)
class Predicted:
    """5% point, mean and 95% point under the prior."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Tail:
    """How far out an observation lies: the smaller of the prior chances of at most, and of at least, as much.

    Attributes
    ----------
    probability : float
        Never 0: one draw is added that would be as extreme.
    below : bool
        Whether it is the lower tail.
    """

    probability: float
    below: bool


@dataclass(frozen=True)
class CountCheck:
    """Reports of a complete type, reports of one event counted once.

    Attributes
    ----------
    by_horizon : Predicted
    by_as_of : Predicted or None
        Of what has been reported by the as-of date; with the four below ``None`` where there is no evidence.
    at_neutral : float or None
        Expected by then at the median rate if drivers stayed neutral.
    observed : int or None
    tail : Tail or None
    silence_days : int or None
        Longest time within the coverage without a report, in whole steps.
    silence_tail : float or None
        Prior chance of a silence at least as long.
    """

    by_horizon: Predicted
    by_as_of: Predicted | None = None
    at_neutral: float | None = None
    observed: int | None = None
    tail: Tail | None = None
    silence_days: int | None = None
    silence_tail: float | None = None


@dataclass(frozen=True)
class ShareCheck:
    """Share of one type among the reports of its group, given when these were and how they are graded."""

    group: str
    event_type: str
    predicted: Predicted
    observed: int
    total: int
    tail: Tail


@dataclass(frozen=True)
class SeriesCheck:
    """Values of a series (per month for sums), over the periods observed, or over all steps where there are none.

    Attributes
    ----------
    low, median, high : float
        5%, 50% and 95% of the single values.
    count : int
    least, most : float or None
        Observed range.
    tails : mapping of str to Tail
        Of the ``mean`` on the modelled scale, of the ``lowest`` and of the ``highest`` value.
    """

    low: float
    median: float
    high: float
    count: int
    least: float | None
    most: float | None
    tails: dict[str, Tail]


@dataclass(frozen=True)
class JudgementCheck:
    """The middle of an expert's range for a driver, on a day in the step that begins on ``step``."""

    driver: str
    step: date
    tail: Tail


def check_counts(
    spec: ModelSpec, draws: Draws, whole: Snapshot, seen: Snapshot | None, *, rng: np.random.Generator
) -> dict[str, CountCheck]:
    """Simulate the number of reports of every complete type.

    Parameters
    ----------
    draws : Draws
        Prior draws whose driver paths reach the horizon.
    whole : Snapshot
        Without evidence, as of the horizon.
    seen : Snapshot or None
        The evidence as of the as-of date.
    """
    checks = {}
    for e in np.flatnonzero(spec.complete):
        by_horizon = _predicted(_simulate_counts(spec, whole, draws, int(e), rng).sum(axis=1))
        if seen is None:
            checks[spec.events[e]] = CountCheck(by_horizon)
            continue
        by_step = _simulate_counts(spec, seen, draws, int(e), rng)
        at = seen.report_step[seen.report_type == e]
        observed = np.bincount(at, minlength=seen.n_steps)
        neutral = np.exp(log_rates(spec, draws, seen.n_steps)(e)) @ seen.exposure[:, e]
        silence = longest_silence(observed[None], seen, int(e))[0]
        checks[spec.events[e]] = CountCheck(
            by_horizon=by_horizon,
            by_as_of=_predicted(by_step.sum(axis=1)),
            at_neutral=float(np.median(neutral)),
            observed=len(at),
            tail=_tail(by_step.sum(axis=1), len(at)),
            silence_days=int(silence),
            silence_tail=_share(longest_silence(by_step, seen, int(e)) >= silence),
        )
    return checks


def check_shares(
    spec: ModelSpec, draws: Draws, seen: Snapshot, groups: dict[str, list[str]], *, rng: np.random.Generator
) -> tuple[ShareCheck, ...]:
    """Simulate which type each report of a group is, for groups of two types or more with a report.

    Parameters
    ----------
    groups : mapping of str to list of str
        Types by group.
    """
    weights = mark_weights(seen.origin_letter, seen.origin_digit, seen.origin_known, draws.weights)
    log_rate = log_rates(spec, draws, seen.n_steps)
    checks = []
    for group, names in groups.items():
        members = [spec.events.index(name) for name in names]
        rows = np.flatnonzero(np.isin(seen.report_type, members))
        if len(members) < 2 or not len(rows):
            continue
        step, weight = seen.report_step[rows], weights[:, rows]
        intensity = []
        for e in members:
            ratio = np.exp(np.einsum("nrk,nk->nr", draws.level[:, step], draws.loading[:, e]))
            intensity.append(np.exp(log_rate(e)[:, step]) * (weight * ratio + 1 - weight))
        ladder = np.cumsum(intensity, axis=0)
        chosen = (rng.random(weight.shape) * ladder[-1] > ladder).sum(axis=0)
        for i, (name, e) in enumerate(zip(names, members, strict=True)):
            counts, observed = (chosen == i).sum(axis=1), int(np.sum(seen.report_type == e))
            shares = _predicted(counts / len(rows))
            checks.append(ShareCheck(group, name, shares, observed, len(rows), _tail(counts, observed)))
    return tuple(checks)


def check_series(
    spec: ModelSpec, draws: Draws, seen: Snapshot | None, *, rng: np.random.Generator
) -> dict[str, SeriesCheck]:
    """Simulate the values of every series."""
    checks = {}
    for m, name in enumerate(spec.series):
        rows = np.flatnonzero(seen.series_index == m) if seen else np.zeros(0, dtype=np.int64)
        k, restore = int(spec.series_driver[m]), spec.restore(m)
        if seen and len(rows):
            level = np.stack([draws.mean_over(seen, int(i), k) for i in rows], axis=1)
        else:
            level = draws.level[:, :, k]
        noise = draws.series_noise[:, m, None] * rng.standard_t(SERIES_TAIL_DF, size=level.shape)
        made = draws.series_level[:, m, None] + draws.series_slope[:, m, None] * level + noise
        low, median, high = restore(np.quantile(made, (0.05, 0.5, 0.95))).tolist()
        if not seen or not len(rows):
            checks[name] = SeriesCheck(low, median, high, 0, None, None, {})
            continue
        value = seen.series_value[rows]
        found = spec.transformed(np.full(len(rows), m), value)
        tails = {
            "mean": _tail(made.mean(axis=1), found.mean()),
            "lowest": _tail(made.min(axis=1), found.min()),
            "highest": _tail(made.max(axis=1), found.max()),
        }
        checks[name] = SeriesCheck(low, median, high, len(rows), float(value.min()), float(value.max()), tails)
    return checks


def check_judgements(
    spec: ModelSpec, draws: Draws, seen: Snapshot, *, rng: np.random.Generator
) -> tuple[JudgementCheck, ...]:
    """Simulate the middle of every expert's range."""
    checks = []
    for t, k, sd, middle in zip(
        seen.judgement_step, seen.judgement_driver, seen.judgement_sd, seen.judgement_mean, strict=True
    ):
        made = draws.level[:, t, k] + sd * rng.normal(size=len(draws))
        checks.append(JudgementCheck(spec.drivers[k], spec.grid.first_day(int(t)), _tail(made, middle)))
    return tuple(checks)


def _simulate_counts(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, kind: int, rng: np.random.Generator
) -> np.ndarray:
    """Reports by step, shape (n, T)."""
    until = replace(draws, level=draws.level[:, : snapshot.n_steps], innovation=draws.innovation[:, : snapshot.n_steps])
    mean = expected_reports_by_step(spec, snapshot, until)(kind)
    return simulate_counts(spec, snapshot, mean, draws.dispersion, kind, rng=rng)


def simulate_counts(
    spec: ModelSpec,
    snapshot: Snapshot,
    mean: np.ndarray,
    dispersion: np.ndarray,
    kind: int,
    *,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw counts of a complete type around their means, shape (n, T).

    Parameters
    ----------
    mean : ndarray, shape (n, T)
        Expected reports by step.
    dispersion : ndarray, shape (n, dispersed types)
        As in :class:`forecast.model.draws.Draws`.
    """
    mean = np.minimum(mean, _COUNT_LIMIT)
    for i in np.flatnonzero(spec.dispersion_type == kind):  # negative binomial as a Poisson of a Gamma mean
        extra = dispersion[:, i, None] * snapshot.reported_share[:, kind]
        shape = np.divide(mean, extra, out=np.zeros_like(mean), where=extra > 0)
        mean = np.minimum(rng.gamma(shape, extra), _COUNT_LIMIT)
    return rng.poisson(mean)


def longest_silence(counts: np.ndarray, snapshot: Snapshot, kind: int) -> np.ndarray:
    """Days of the longest run of covered steps without a report, from counts of shape (n, T)."""
    run = np.zeros(len(counts), dtype=np.int64)
    longest = run
    for t in np.flatnonzero(snapshot.exposure[:, kind]):
        run = np.where(counts[:, t] == 0, run + snapshot.step_length[t], 0)
        longest = np.maximum(longest, run)
    return longest


def _predicted(values: np.ndarray) -> Predicted:
    low, high = np.quantile(values, (0.05, 0.95))
    return Predicted(float(low), float(values.mean()), float(high))


def _tail(made: np.ndarray, observed: float) -> Tail:
    below, above = _share(made <= observed), _share(made >= observed)
    return Tail(min(below, above), below < above)


def _share(extreme: np.ndarray) -> float:
    return float((extreme.sum() + 1) / (len(extreme) + 1))
