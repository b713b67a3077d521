"""The shipped case updated date by date as the command does it, and where that reweights, beside a new fit.

Both forecasts rest on finitely many draws, made with different seeds: their difference is measured in combined Monte
Carlo errors, and the largest of m such numbers is held against the bound of Bonferroni.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import joblib

from forecast import workflow
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.ledger.entry import ForecastEntry
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.scenario.types import Scenario
from forecast.workspace import Workspace

__all__ = ["CASE", "FIRST", "Step", "bound", "follow"]

CASE, FIRST = "ukraine-2025", dt.date(2025, 5, 9)
SEED, OTHER_SEED = 1, 2


@dataclass(frozen=True)
class Step:
    """One update.

    Attributes
    ----------
    reason : str
        Why it needed a new fit; empty where it reweighted.
    fit_as_of : date
        Of the fit whose draws it used.
    errors : dict
        By outcome, difference from a new fit over the combined Monte Carlo error; empty where the update is one.
    """

    as_of: dt.date
    method: str
    status: str
    reason: str
    fit_as_of: dt.date
    pareto_k: float | None
    errors: dict[str, float]

    @property
    def largest(self) -> float | None:
        """The largest difference in combined errors."""
        return max(map(abs, self.errors.values()), default=None)


def bound(comparisons: int, false_alarm: float) -> float:
    """Exceeded by the largest of so many standard normal numbers, however dependent, at most that often."""
    return NormalDist().inv_cdf(1 - false_alarm / (2 * max(comparisons, 1)))


def follow(project_root: Path, folder: Path, dates: Sequence[dt.date]) -> list[Step]:
    """Fit the shipped case as of the first day in a workspace of its own, then update it date by date."""
    for name in ("priors", "data"):
        shutil.copytree(project_root / name, folder / name, ignore=shutil.ignore_patterns("ledger", "backtests"))
    workspace = Workspace(folder)
    workflow.run(workspace, CASE, as_of=FIRST, seed=SEED)
    updates = [workflow.update(workspace, CASE, as_of=as_of) for as_of in dates]
    tasks = [
        Task(f"{made.entry.as_of}", (made.case.scenario, made.case.evidence, made.entry))
        for made in updates
        if not made.refit
    ]
    refits = iter(run_tasks(refit, tasks, workers=Workers(jobs=joblib.cpu_count())))
    return [
        Step(
            as_of=made.entry.as_of,
            method=made.entry.method,
            status=made.entry.status,
            reason=made.refit,
            fit_as_of=made.fit.as_of,
            pareto_k=made.entry.diagnostics["pareto_k"],
            errors={} if made.refit else _errors(made.entry, next(refits)),
        )
        for made in updates
    ]


def refit(scenario: Scenario, evidence: Evidence, forecast: ForecastEntry) -> Forecast:
    """A fit of its own to the same evidence."""
    snapshot = take_snapshot(scenario, evidence, forecast.as_of)
    return make_forecast(
        scenario,
        snapshot,
        fit(scenario, snapshot, seed=OTHER_SEED, cores=1),
        horizon=forecast.horizon,
        seed=OTHER_SEED,
        scenario_hash=forecast.scenario_hash,
        code_version=forecast.code_version,
    )


def _errors(one: ForecastEntry, other: Forecast) -> dict[str, float]:
    return {
        a.name: (a.probability - b.probability) / math.hypot(a.mcse, b.mcse)
        for a, b in zip(one.outcomes, other.outcomes, strict=True)
    }
