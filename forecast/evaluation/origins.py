"""Rolling origins: what would have been forecast on many days, each from what had been reported by then.

A forecast reweights the draws of the last fit before it where the diagnostics allow that, by the same rule as
``forecast update``, and is fitted anew otherwise. As this makes it depend on that fit, the origins are cut into short
blocks, each of which begins with a fit: blocks are independent tasks, and their limits do not depend on who works on
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import batched, chain

from forecast.canonical import canonical_json, sha256
from forecast.evaluation.targets.asked import Prediction
from forecast.evaluation.targets.predictive import Replicates, TargetWatch
from forecast.evaluation.targets.questions import question_predictions
from forecast.evidence.records import Evidence
from forecast.evidence.records import Question as PlatformQuestion
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior, Selection
from forecast.inference.settings import Sampling
from forecast.inference.status import Diagnostics
from forecast.model.draws import Draws
from forecast.parallel.kept import KeptResults
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import SERIAL, Workers
from forecast.projection.carrying import carry_on
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.scenario.types import Scenario

__all__ = ["BLOCK", "OriginForecast", "Question", "forecast_block", "forecast_origins", "origin_tasks"]

BLOCK = 4  # origins that may share a fit: more would save few fits and leave long tasks


@dataclass(frozen=True)
class Question:
    """What is asked at every origin, and how it is computed.

    Attributes
    ----------
    horizon : date
        After the last origin. Forecasts also hold the probabilities at the end of every step before it.
    seed : int
        Of every fit and projection: a fitted origin is what ``forecast run`` with this seed gives for that day.
    scenario_hash, code_version : str
        Of the scenario's text and of the program.
    platforms : tuple of forecast.evidence.records.Question
        Questions of forecasting platforms that are asked as well.
    """

    scenario: Scenario
    horizon: date
    seed: int
    sampling: Sampling
    scenario_hash: str
    code_version: str
    platforms: tuple[PlatformQuestion, ...] = ()


@dataclass(frozen=True)
class OriginForecast:
    """The forecast of one origin.

    Attributes
    ----------
    refit : str
        Why it needed a fit of its own; empty where it reweights the draws of an earlier one.
    fit_as_of : date
        Of the fit whose draws it uses.
    predictions : tuple of Prediction
        What it says of dated targets.
    replicates : Replicates
        What might come one step ahead.
    """

    forecast: Forecast
    refit: str
    fit_as_of: date
    predictions: tuple[Prediction, ...]
    replicates: Replicates


@dataclass(frozen=True)
class _Fit:
    """The last fit that did not fail."""

    posterior: Posterior
    diagnostics: Diagnostics
    snapshot: Snapshot


def forecast_origins(
    question: Question,
    evidence: Evidence,
    origins: Sequence[date],
    *,
    workers: Workers = SERIAL,
    kept: KeptResults | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[OriginForecast, ...]:
    """Forecast at every origin.

    Parameters
    ----------
    evidence : Evidence
        All there is; each origin sees what was reported by then.
    origins : sequence of date
        Rising, from the scenario's start to before the horizon.
    workers, kept, progress
        As in :func:`forecast.parallel.mapping.run_tasks`; tasks are blocks.

    Raises
    ------
    ForecastError
        When a block fails; names its days.
    """
    tasks = origin_tasks(question, evidence, origins)
    blocks = run_tasks(forecast_block, tasks, workers=workers, kept=kept, progress=progress)
    return tuple(chain.from_iterable(blocks))


def origin_tasks(question: Question, evidence: Evidence, origins: Sequence[date]) -> list[Task]:
    """Cut the origins into blocks, and the evidence at each origin: a task holds nothing that was reported later.

    Blocks are counted from the first origin. So neither later origins nor later evidence change the key of a block.
    """
    scenario = question.scenario
    tasks = []
    for days in batched(origins, BLOCK):
        known = [(day, visible_evidence(scenario, evidence, day)) for day in days]
        content = {
            "scenario": question.scenario_hash,
            "code": question.code_version,
            "horizon": question.horizon.isoformat(),
            "seed": question.seed,
            "sampling": asdict(question.sampling),
            "platforms": [[row.target, row.by.isoformat(), row.min_duration_days] for row in question.platforms],
            "evidence": [take_snapshot(scenario, seen, day).hash for day, seen in known],
        }
        tasks.append(Task(f"{days[0]} to {days[-1]}", (question, known), sha256(canonical_json(content))))
    return tasks


def forecast_block(question: Question, known: Sequence[tuple[date, Evidence]]) -> tuple[OriginForecast, ...]:
    """Forecast at some origins, one after the other.

    Parameters
    ----------
    known : sequence of (date, Evidence)
        Origins with what had been reported by each.
    """
    last: _Fit | None = None
    made: list[OriginForecast] = []
    reason = "it is the first of its block"
    for day, evidence in known:
        now = take_snapshot(question.scenario, evidence, day)
        targets = _Targets(question, now)
        if last:
            carried = _carried(question, last, now, targets)
            if isinstance(carried, Forecast):
                made.append(targets.beside(carried, "", last.snapshot.as_of))
                continue
            reason = carried
        fitted, forecast = _fitted(question, now, targets)
        made.append(targets.beside(forecast, reason, day))
        if forecast.status != "FAIL":
            last = fitted
        reason = "no fit before it in its block can be trusted"
    return tuple(made)


class _Targets:
    """What the forecast of one origin says of dated targets: its draws and futures are those of the last one made."""

    def __init__(self, question: Question, snapshot: Snapshot) -> None:
        self._question, self._snapshot = question, snapshot

    def __call__(self, draws: Draws, selection: Selection) -> TargetWatch:
        """Watch the futures of a forecast."""
        self._projected = draws, selection
        scenario, until, seed = self._question.scenario, self._question.horizon, self._question.seed
        self._watch = TargetWatch(scenario, self._snapshot, draws, selection, until=until, seed=seed)
        return self._watch

    def beside(self, forecast: Forecast, refit: str, fit_as_of: date) -> OriginForecast:
        """Put the targets beside the forecast."""
        question = self._question
        asked = question_predictions(
            question.scenario, self._snapshot, question.platforms, *self._projected, seed=question.seed
        )
        return OriginForecast(
            forecast, refit, fit_as_of, (*self._watch.predictions(), *asked), self._watch.replicates()
        )


def _carried(question: Question, last: _Fit, now: Snapshot, targets: _Targets) -> Forecast | str:
    return carry_on(
        question.scenario,
        last.posterior,
        last.diagnostics,
        last.snapshot,
        now,
        horizon=question.horizon,
        seed=question.seed,
        scenario_hash=question.scenario_hash,
        code_version=question.code_version,
        watching=targets,
    )


def _fitted(question: Question, now: Snapshot, targets: _Targets) -> tuple[_Fit, Forecast]:
    posterior = fit(question.scenario, now, seed=question.seed, sampling=question.sampling, cores=1)
    forecast = make_forecast(
        question.scenario,
        now,
        posterior,
        horizon=question.horizon,
        seed=question.seed,
        scenario_hash=question.scenario_hash,
        code_version=question.code_version,
        watching=targets,
    )
    return _Fit(posterior, forecast.diagnostics, now), forecast
