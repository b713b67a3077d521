"""Simulated histories and a fit to each: from truths of the prior, and from truths of a posterior on from the present.

For a truth drawn from the prior and evidence drawn from the truth, the truth's rank among draws of its own posterior is
uniform (Talts et al. 2018, arXiv:1804.06788). Given evidence y the same holds with the posterior as prior: for a truth
from p(truth | y) and further evidence z from p(z | truth, y), the rank among draws of p(truth | y, z) is uniform
(Saeilynoja, Schmitt, Buerkner and Vehtari 2025, arXiv:2502.03279). It tests the computation where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.evaluation.criticism.ranked import ranked
from forecast.evaluation.ranks import rank_among
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.inference.status import Status
from forecast.inference.updating import extend
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import ModelSpec, compile_spec
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between, shift

__all__ = ["RANKS", "History", "Setting", "further_histories", "prior_histories"]

RANKS = 63  # draws that a truth is ranked among; far enough apart in the chains to be nearly independent
_SAMPLING = Sampling(draws=600, tune=400, chains=2)
_AHEAD = 84  # days simulated on from the present, at most half of those left
_PRIOR_STREAM, _FURTHER_STREAM = 11, 12  # of random numbers


@dataclass(frozen=True)
class Setting:
    """What histories are simulated for.

    Attributes
    ----------
    known : Evidence
        What was known on the as-of date: when selected reports, series values and judgements come, and in which
        grades and widths, is taken from it.
    """

    scenario: Scenario
    known: Evidence
    as_of: date
    horizon: date
    seed: int


@dataclass(frozen=True)
class History:
    """A truth among the draws of a fit to what was simulated from it. T steps, K drivers.

    Attributes
    ----------
    ranks : mapping of str to int
        From 0 to ``RANKS``, of each quantity.
    truth, mean, low, high : ndarray, shape (T, K)
        Driver paths: true; posterior mean, 10% and 90% point.
    status : {"PASS", "REVIEW", "FAIL"}
        Of the fit.
    """

    ranks: dict[str, int]
    truth: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    status: Status


def prior_histories(setting: Setting, runs: int, *, workers: Workers, progress: Callable[[str], None]) -> list[History]:
    """Draw truths from the prior, simulate evidence up to the as-of date, and fit it."""
    tasks = [Task(f"history {run}", (setting, run)) for run in range(runs)]
    return run_tasks(_from_prior, tasks, workers=workers, progress=_telling(progress, "the prior"))


def further_histories(
    setting: Setting,
    snapshot: Snapshot,
    posterior: Posterior,
    runs: int,
    *,
    workers: Workers,
    progress: Callable[[str], None],
) -> list[History]:
    """Draw truths from a posterior, simulate on from the present, and fit all evidence.

    Reports of past events that are still to come are simulated with the rest. Of over-dispersed types they are drawn as
    if they were independent of those that have come, which is exact for Poisson counts only.
    """
    until = shift(setting.as_of, max(1, min(_AHEAD, days_between(setting.as_of, setting.horizon) // 2)))
    longer = extend(posterior, setting.scenario.grid.count(until), seed=setting.seed)
    rng = np.random.default_rng([setting.seed, _FURTHER_STREAM])
    chosen = rng.choice(len(longer), size=runs, p=longer.weight)
    tasks = [
        Task(
            f"history {run} on from the present",
            (setting, snapshot, until, {name: values[[draw]] for name, values in longer.unknowns.items()}, run),
        )
        for run, draw in enumerate(chosen)
    ]
    return run_tasks(_from_present, tasks, workers=workers, progress=_telling(progress, "the present"))


def _telling(progress: Callable[[str], None], origin: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(f"{done} of {total} histories simulated from {origin} fitted")


def _from_prior(setting: Setting, run: int) -> History:
    scenario, spec = setting.scenario, compile_spec(setting.scenario)
    rng = np.random.default_rng([setting.seed, _PRIOR_STREAM, run])
    truth = prior_unknowns(spec, 1, scenario.grid.count(setting.as_of), rng=rng)
    evidence = _simulate(setting, spec, truth, setting.as_of, setting.known, None, rng)
    return _fitted(setting, spec, truth, evidence, setting.as_of, rng)


def _from_present(setting: Setting, snapshot: Snapshot, until: date, truth: Unknowns, run: int) -> History:
    spec = compile_spec(setting.scenario)
    rng = np.random.default_rng([setting.seed, _FURTHER_STREAM, run])
    made = _simulate(setting, spec, truth, until, _shifted(setting.known, setting.as_of, until), snapshot, rng)
    known = setting.known
    evidence = Evidence(
        reports=(
            *(replace(row, withdrawn=None) for row in known.reports),
            *(row for row in made.reports if row.reported > setting.as_of),
        ),
        series=(*known.series, *made.series),
        judgements=(*known.judgements, *made.judgements),
        transitions=(*known.transitions, *made.transitions),
    )
    return _fitted(setting, spec, truth, evidence, until, rng)


def _simulate(
    setting: Setting,
    spec: ModelSpec,
    truth: Unknowns,
    until: date,
    template: Evidence,
    known: Snapshot | None,
    rng: np.random.Generator,
) -> Evidence:
    draws = Draws.of(spec, truth)
    return simulate_evidence(
        setting.scenario, spec, draws, 0, until=until, template=template, weights=draws.weights[0], rng=rng, known=known
    )


def _shifted(known: Evidence, as_of: date, until: date) -> Evidence:
    """Rows of the last days before the as-of date, as if the days after it were like them."""
    days = days_between(as_of, until)
    begin = shift(as_of, -days)

    def moved(day: date) -> date:
        return shift(day, days)

    return Evidence(
        reports=tuple(
            replace(row, date=moved(row.date), reported=moved(row.reported), same_as="", withdrawn=None)
            for row in known.reports
            if begin < row.date <= as_of
        ),
        series=tuple(
            replace(
                row,
                start=moved(row.start),
                end=moved(row.end),
                reported=moved(row.reported),
                entered=moved(row.reported),
            )
            for row in known.series
            if begin < row.end <= as_of
        ),
        judgements=tuple(
            replace(row, date=moved(row.date), reported=moved(row.reported), entered=moved(row.reported))
            for row in known.judgements
            if begin < row.date <= as_of
        ),
    )


def _fitted(
    setting: Setting, spec: ModelSpec, truth: Unknowns, evidence: Evidence, until: date, rng: np.random.Generator
) -> History:
    snapshot = take_snapshot(setting.scenario, evidence, until)
    posterior = fit(setting.scenario, snapshot, seed=int(rng.integers(2**31)), sampling=_SAMPLING, cores=1)
    draws = Draws.of(spec, posterior.unknowns)
    keep = np.linspace(0, len(posterior) - 1, RANKS).round().astype(int)
    one, many = (
        ranked(setting.scenario, spec, snapshot, item, setting.horizon, rng=rng)
        for item in (truth, {name: values[keep] for name, values in posterior.unknowns.items()})
    )
    low, high = np.quantile(draws.level, (0.1, 0.9), axis=0)
    return History(
        ranks={name: int(rank_among(one[name][0], values, rng=rng)) for name, values in many.items()},
        truth=Draws.of(spec, truth).level[0],
        mean=draws.level.mean(axis=0),
        low=low,
        high=high,
        status=diagnose(posterior, draws).status,
    )
