"""Posterior predictive checks of reports: how many, how scattered, when, of which type, and what they were coded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.folding import fold
from forecast.evidence.grades import LETTERS, fixed_weights
from forecast.evidence.snapshot import daily_exposure, lag_probability
from forecast.model.density import log_rates
from forecast.model.grades import mark_weights
from forecast.model.marks import SPURIOUS_DIRECTION_SD, coded_directions
from forecast.projection.predictive import longest_silence, simulate_counts
from forecast.timegrid import days_between

__all__ = ["counts_and_timing", "directions_and_grades", "lags", "shares"]

_FEWEST_CODED = 3  # reports of a grade: fewer say nothing about it
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


def shares(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Which type each report of a selected group is, given when it was and how it is graded.

    Of each type how many, how many later on, and whether it follows the drivers as much as it should. The last of two
    types says what the other says.
    """
    snapshot, spec, pick = model.snapshot, model.spec, model.of_replicate
    log_rate = log_rates(spec, model.draws, snapshot.n_steps)
    found: list[Comparison] = []
    for group in np.unique(spec.group[spec.group >= 0]):
        members = np.flatnonzero(spec.group == group)
        rows = np.flatnonzero(np.isin(snapshot.report_type, members))
        if len(members) < 2 or not len(rows):
            continue
        step, weight = snapshot.report_step[rows], _weights(model)[:, rows]
        level = model.draws.level[:, step]
        intensity, genuine = [], []
        for e in members:
            ratio = np.exp(np.einsum("nrk,nk->nr", level, model.draws.loading[:, e]))
            intensity.append(np.exp(log_rate(int(e))[:, step]) * (weight * ratio + 1 - weight))
            genuine.append(weight * ratio / (weight * ratio + 1 - weight))
        ladder = np.cumsum(intensity, axis=0)
        chosen = (rng.random((len(pick), len(rows))) * ladder[-1][pick] > ladder[:, pick]).sum(axis=0)
        half = np.arange(len(rows)) >= len(rows) // 2
        typed = [(snapshot.report_type[rows] == e, chosen == i) for i, e in enumerate(members)]
        told = members if len(members) > 2 else members[:1]
        for e, (seen, made) in zip(told, typed, strict=False):
            found.append(among(f"{spec.events[e]}: of {len(rows)}", float(seen.sum()), made.sum(axis=1)))
            later = float(seen[half].sum()), made[:, half].sum(axis=1)
            found.append(among(f"{spec.events[e]}: of the later {half.sum()}", *later))
        chance = intensity / ladder[-1]
        for k, driver in enumerate(spec.drivers):
            scores = [
                np.stack(
                    [
                        np.einsum("rm,rm->r", (is_type - chance[i][pick]), (genuine[i] * level[:, :, k])[pick])
                        for is_type in typed[i]
                    ]
                )
                for i in range(len(members))
            ]
            for e, score in zip(told, scores, strict=False):
                found.append(among(f"{spec.events[e]} along {driver}", *score))
            loading = model.draws.loading[pick][:, members, k].T
            if loading.any(axis=1).sum() > 1:
                found.append(among(f"group along {driver}", *np.einsum("er,esr->sr", loading, np.array(scores))))
    return Test("shares", "Shares of types", "which types were reported", tuple(found))


def _weights(model: FittedModel) -> np.ndarray:
    """Share of genuine among reports like each mark, shape (n, marks)."""
    snapshot = model.snapshot
    weights = mark_weights(snapshot.origin_letter, snapshot.origin_digit, snapshot.origin_known, model.draws.weights)
    return np.broadcast_to(weights, (len(model), len(snapshot.report_type)))


def directions_and_grades(model: FittedModel, *, rng: np.random.Generator) -> tuple[Test, Test]:
    """Coded directions by type, and whether reports are as often genuine as their letters, or their grades, say.

    The chance to be genuine once a code is seen, less that before, is the derivative of the log likelihood by the log
    odds of the grade. Its sum is the score of all grades being worth more or less; weighted with the odds of a stated
    grade it is that of better grades being worth more than worse ones.
    """
    spec, snapshot, draws = model.spec, model.snapshot, model.draws
    coded = coded_directions(spec, snapshot)
    n, pick = len(coded.value), model.of_replicate
    if not n:
        return Test("directions", "Coded directions", "coded directions", ()), _grades(())
    step, driver = snapshot.report_step[coded.report], spec.signal_driver[coded.signal]
    measured = np.where(spec.signal_push[coded.signal], draws.innovation[:, step, driver], draws.level[:, step, driver])
    mean = (draws.signal_level[:, coded.signal] + draws.signal[:, coded.signal] * measured)[pick]
    noise = draws.signal_noise[:, coded.signal][pick]
    weight = _weights(model)[:, coded.report]
    loading = draws.loading[:, snapshot.report_type[coded.report]]
    ratio = np.exp(np.einsum("nck,nck->nc", draws.level[:, step], loading))
    prior = (weight * ratio / (weight * ratio + 1 - weight))[pick]  # chance to be genuine before the code is seen
    genuine = rng.random(prior.shape) < prior
    made = np.where(
        genuine, mean + noise * rng.normal(size=prior.shape), SPURIOUS_DIRECTION_SD * rng.normal(size=prior.shape)
    )
    by_type: list[Comparison] = []
    for g in np.unique(coded.signal):
        rows = coded.signal == g
        name = f"{spec.events[spec.signal_type[g]]} on {spec.drivers[spec.signal_driver[g]]}"
        by_type.append(among(f"{name}: mean code", float(coded.value[rows].mean()), made[:, rows].mean(axis=1)))
        square = ((coded.value[rows] - mean[:, rows]) / noise[:, rows]) ** 2
        replicated = ((made[:, rows] - mean[:, rows]) / noise[:, rows]) ** 2
        by_type.append(among(f"{name}: mean square", square.mean(axis=1), replicated.mean(axis=1)))
    letter, digit = snapshot.report_letter[coded.report], snapshot.report_digit[coded.report]
    found, replicates = (_genuine(code, mean, noise, prior) - prior for code in (coded.value[None], made))
    by_letter = [
        among(
            f"grade {LETTERS[i]}: genuine more often than it says",
            found[:, letter == i].mean(axis=1),
            replicates[:, letter == i].mean(axis=1),
        )
        for i in range(len(LETTERS))
        if np.sum(letter == i) >= _FEWEST_CODED
    ]
    weight = fixed_weights()[letter, digit]
    better = np.log(weight / (1 - weight))
    better -= better.mean()
    by_letter.append(among("all: genuine more often than grades say", found.sum(axis=1), replicates.sum(axis=1)))
    by_letter.append(among("better grades: genuine more often than worse", found @ better, replicates @ better))
    return Test("directions", "Coded directions", "coded directions", tuple(by_type)), _grades(tuple(by_letter))


def _grades(found: tuple[Comparison, ...]) -> Test:
    return Test("grades", "Grades against what reports say", "what the grades of reports say of them", found)


def _genuine(code: np.ndarray, mean: np.ndarray, noise: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Chance that each report is genuine once its code is seen."""
    yes = prior * np.exp(-0.5 * ((code - mean) / noise) ** 2) / noise
    no = (1 - prior) * np.exp(-0.5 * (code / SPURIOUS_DIRECTION_SD) ** 2) / SPURIOUS_DIRECTION_SD
    return yes / (yes + no)


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
