"""Posterior predictive checks of reports of complete types: how many, how scattered and when; and of their delay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.folding import fold
from forecast.evidence.snapshot import daily_exposure, lag_probability
from forecast.projection.predictive import longest_silence, simulate_counts
from forecast.timegrid import days_between

__all__ = ["counts_and_timing", "lags"]

_LONGEST_LAG = 400  # days


def counts_and_timing(model: FittedModel, *, rng: np.random.Generator) -> tuple[Test, Test]:
    """Counts of complete types: their number and scatter; and their silences, drift and coincidences."""
    number: list[Comparison] = []
    timing: list[Comparison] = []
    day = fold(model.snapshot.reports).day
    for e in model.complete:
        name, seen = model.spec.events[e], model.counted(e)
        mean = model.expected(e)[model.of_replicate]
        made = simulate_counts(model.spec, model.snapshot, mean, model.draws.dispersion[model.of_replicate], e, rng=rng)
        number.append(among(f"{name}: reports", float(seen.sum()), made.sum(axis=1)))
        total = mean.sum(axis=1)
        scatter = among(
            f"{name}: variance over mean",
            ((seen - mean) ** 2).sum(axis=1) / total,
            ((made - mean) ** 2).sum(axis=1) / total,
        )
        number.append(scatter)
        silence = longest_silence(np.concatenate([seen[None], made]), model.snapshot, e)
        timing.append(among(f"{name}: longest silence in days", float(silence[0]), silence[1:]))
        covered = np.flatnonzero(model.snapshot.exposure[:, e])
        late = covered[len(covered) // 2 :]
        timing.append(among(f"{name}: reports in the later half", float(seen[late].sum()), made[:, late].sum(axis=1)))
        timing.extend(_coincidences(model, e, day, rng))
    return (
        Test("counts", "Number and scatter of reports", "the number and scatter of reports", tuple(number)),
        Test("timing", "Gaps between reports", "when reports came", tuple(timing)),
    )


def _coincidences(model: FittedModel, kind: int, day: np.ndarray, rng: np.random.Generator) -> Iterator[Comparison]:
    """Pairs of reports of a type on one day, given how many each step has.

    Under the model their days are drawn from those covered, by the chance to be reported by now. Of an over-dispersed
    type it says how steps scatter, but not whether that comes from crowded days: there is nothing to compare.
    """
    if kind in model.spec.dispersion_type:
        return
    start, grid = model.scenario.start, model.spec.grid
    known = daily_exposure(model.scenario, model.snapshot.as_of)[1][:, kind]
    rows = np.flatnonzero(model.snapshot.report_type == kind)
    step, seen_on = model.snapshot.report_step[rows], day[rows]
    found, made = 0.0, []
    for t in np.unique(step):
        first, days = days_between(start, grid.first_day(int(t))), seen_on[step == t]
        chance = known[first : first + grid.length(int(t))]
        if len(days) > 1 and np.sum(chance > 0) > 1:
            found += _pairs(days[None])[0]
            size = (len(model.of_replicate), len(days))
            made.append(_pairs(rng.choice(len(chance), p=chance / chance.sum(), size=size)))
    if made:
        yield among(f"{model.spec.events[kind]}: pairs on one day", found, np.sum(made, axis=0))


def _pairs(days: np.ndarray) -> np.ndarray:
    """Number of equal pairs in each row."""
    ordered = np.sort(days, axis=1)
    pairs = np.zeros(len(days))
    for apart in range(1, days.shape[1]):
        equal = (ordered[:, apart:] == ordered[:, :-apart]).sum(axis=1)
        if not equal.any():
            break
        pairs += equal
    return pairs


def lags(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Days from event to report, of those in by now, where a type's lag has a range."""
    reports, as_of = model.snapshot.reports, model.snapshot.as_of.toordinal()
    marks = fold(reports)
    reported = reports.days["reported"][marks.best].astype(int)
    found: list[Comparison] = []
    for e, (name, event) in enumerate(model.scenario.events.items()):
        rows = np.flatnonzero(model.snapshot.report_type == e)
        low, high = event.report_lag
        if low == high or not len(rows):
            continue
        cumulative = lag_probability(np.arange(_LONGEST_LAG), event.report_lag)
        allowed = np.minimum(as_of - marks.day[rows], _LONGEST_LAG - 1)
        place = rng.random((len(model.of_replicate), len(rows))) * cumulative[allowed]
        made = np.searchsorted(cumulative, place)
        seen = np.minimum(reported[rows] - marks.day[rows], allowed)
        found.append(among(f"{name}: mean days to report", float(seen.mean()), made.mean(axis=1)))
        found.append(among(f"{name}: variance of days to report", float(seen.var()), made.var(axis=1)))
    return Test("lags", "Delay of reports", "how late reports came", tuple(found))
