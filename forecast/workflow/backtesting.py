"""Forecasts as of many past days, computed on one machine or many and kept, so that they can be gone on with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.code import code_version
from forecast.errors import InputError, Problem
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.inference.status import Status
from forecast.parallel.workers import Workers
from forecast.timegrid import recurring, today
from forecast.workflow.case import Case, Progress, choose_horizon, open_case, silent, wrong
from forecast.workflow.stable import require_stable
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evaluation.origins import OriginForecast
    from forecast.evaluation.targets.calibration import Calibration
    from forecast.evaluation.targets.crowd import CrowdRace
    from forecast.evaluation.targets.scored import ScoredTarget
    from forecast.evidence.records import Evidence
    from forecast.scenario.types import Scenario

__all__ = ["BacktestResult", "backtest", "last_known", "origin_days"]


@dataclass(frozen=True)
class BacktestResult:
    """Forecasts as of many days, and how they fared.

    Attributes
    ----------
    known_by : date
        Scores look at nothing that was reported later.
    scores : tuple of ScoredTarget
    calibration : tuple of Calibration
    crowd_origins : tuple of OriginForecast
        As of the days on which a crowd answered.
    crowd : CrowdRace or None
        The model beside crowds, where a file of theirs was given.
    folder : Path
        Where they are kept.
    warnings : tuple of Problem
        Of the dates.
    seconds : float
        Wall time of this call; what was there already took none of it.
    """

    case: Case
    horizon: date
    seed: int
    origins: tuple[OriginForecast, ...]
    known_by: date
    scores: tuple[ScoredTarget, ...]
    calibration: tuple[Calibration, ...]
    crowd_origins: tuple[OriginForecast, ...]
    crowd: CrowdRace | None
    folder: Path
    warnings: tuple[Problem, ...]
    seconds: float

    @property
    def refits(self) -> int:
        """How many origins have a fit of their own."""
        return sum(bool(origin.refit) for origin in self.origins)

    @property
    def status(self) -> Status:
        """The worst of all origins."""
        found = {origin.forecast.status for origin in (*self.origins, *self.crowd_origins)}
        return "FAIL" if "FAIL" in found else "REVIEW" if "REVIEW" in found else "PASS"


def backtest(
    workspace: Workspace,
    name: str,
    *,
    first: date,
    last: date,
    every: str,
    horizon: date | None = None,
    known_by: date | None = None,
    crowd: Path | None = None,
    seed: int,
    workers: Workers,
    fresh: bool = False,
    progress: Progress = silent,
) -> BacktestResult:
    """Forecast as of every n-th day between two days, each from what was reported by then; nothing is recorded.

    Parameters
    ----------
    every : str
        Interval as :func:`forecast.timegrid.recurring` reads it.
    known_by : date, optional
        Day of which the reports are the last that scores look at; that of the last report unless given.
    crowd : Path, optional
        File of crowd forecasts: the model forecasts as of their days too and is scored beside them.
    fresh : bool
        Whether to compute anew what is kept.

    Raises
    ------
    InputError
        As :func:`forecast.workflow.running.run`, and for days or an interval that cannot be.
    ForecastError
        When blocks of origins failed.
    KeyboardInterrupt
        Says where the finished blocks are.
    """
    began = time.perf_counter()
    case = open_case(workspace, name)
    until = choose_horizon(case.scenario, horizon)
    origins = origin_days(case.scenario, first, last, every, until)
    scored = last_known(case.evidence, known_by, origins)
    from forecast.evaluation.targets.crowd import crowd_race, read_crowd

    asked = None if crowd is None else read_crowd(crowd)
    require_stable(case)
    folder = workspace.backtests(case.scenario.scenario)
    require_writable((folder,))
    from forecast.evaluation.origins import Question, forecast_origins, origin_tasks
    from forecast.evaluation.targets.observed import History
    from forecast.parallel.kept import KeptResults

    kept = KeptResults(folder)
    question = Question(
        case.scenario, until, seed, STANDARD_SAMPLING, case.loaded.hash, code_version(), case.evidence.questions
    )
    progress(f"{case.scenario.scenario} as of {len(origins)} days, {origins[0]} to {origins[-1]}, until {until}")
    crowd_days = () if asked is None else asked.days(case.scenario, case.evidence.questions, until)

    def forecast(days: Sequence[date], what: str) -> tuple[OriginForecast, ...]:
        if fresh:
            kept.forget(task.key for task in origin_tasks(question, case.evidence, days))
        return forecast_origins(
            question,
            case.evidence,
            days,
            workers=workers,
            kept=kept,
            progress=lambda done, total: progress(f"{done} of {total} blocks of {what} done"),
        )

    try:
        made = forecast(origins, "origins")
        crowd_origins = forecast(crowd_days, "days of crowds") if crowd_days else ()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"finished blocks are kept in {folder}; the same command goes on from there") from None
    scores, calibration = _evaluate(case, made, scored, seed, progress)
    beside = None
    if asked is not None:
        history = History(case.scenario, case.evidence, scored)
        beside = crowd_race(case.scenario, history, case.evidence.questions, asked, crowd_origins, seed=seed)
    return BacktestResult(
        case=case,
        horizon=until,
        seed=seed,
        origins=made,
        known_by=scored,
        scores=scores,
        calibration=calibration,
        crowd_origins=crowd_origins,
        crowd=beside,
        folder=folder,
        warnings=_future(origins),
        seconds=time.perf_counter() - began,
    )


def origin_days(scenario: Scenario, first: date, last: date, every: str, until: date) -> tuple[date, ...]:
    """List the days to forecast as of, rising.

    Raises
    ------
    InputError
        For days outside the scenario's, or an interval that cannot be.
    """
    problems = []
    if first < scenario.start:
        problems.append(Problem("", 0, "--from", f"{first} lies before the scenario's start {scenario.start}"))
    if last >= until:
        problems.append(Problem("", 0, "--to", f"{last} is not before the horizon {until}"))
    if last < first:
        problems.append(Problem("", 0, "--to", f"{last} lies before {first}"))
    if problems:
        raise InputError(problems)
    try:
        return recurring(first, last, every)
    except ValueError as error:
        raise wrong("--every", str(error)) from None


def last_known(evidence: Evidence, known_by: date | None, origins: Sequence[date]) -> date:
    """Choose the day of which the reports are the last that scores look at.

    Raises
    ------
    InputError
        When it lies before the last origin.
    """
    chosen = known_by or max(evidence.last_reported or origins[-1], origins[-1])
    if chosen < origins[-1]:
        raise wrong("--known-by", f"{chosen} lies before the last origin {origins[-1]}")
    return chosen


def _evaluate(
    case: Case, origins: tuple[OriginForecast, ...], known_by: date, seed: int, progress: Progress
) -> tuple[tuple[ScoredTarget, ...], tuple[Calibration, ...]]:
    from forecast.evaluation.targets.calibration import calibrations
    from forecast.evaluation.targets.observed import History
    from forecast.evaluation.targets.scored import score_targets

    progress(f"scores of all that was settled by {known_by}")
    scores = score_targets(case.scenario, case.evidence, origins, known_by=known_by, seed=seed)
    return scores, calibrations(origins, History(case.scenario, case.evidence, known_by), seed=seed)


def _future(origins: tuple[date, ...]) -> tuple[Problem, ...]:
    if origins[-1] <= today():
        return ()
    what = f"{origins[-1]} lies in the future: days that nobody has seen yet count as days without a report"
    return (Problem("", 0, "--to", what),)
