"""A new fit of a scenario, from files to ledger and report."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

from forecast.code import code_version
from forecast.inference.settings import STANDARD_SAMPLING, Sampling
from forecast.workflow.case import (
    Case,
    Dates,
    Progress,
    choose_dates,
    date_warnings,
    open_case,
    silent,
    wrong,
)
from forecast.workflow.keeping import RunResult, keep, what_was_kept
from forecast.workflow.rendering import Paper, render_entry
from forecast.workflow.stable import require_stable
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.posterior import Posterior
    from forecast.projection.results import Forecast

__all__ = ["fit_and_project", "run", "tell_dates"]


_FEWEST_CHAINS = 2  # R-hat compares chains


def run(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    paper: Paper = "a4",
    progress: Progress = silent,
) -> RunResult:
    """Fit, project, record and report one forecast.

    The order matters: draws and report document are on disk before the ledger entry that names them, and the entry
    before the reports that carry its id. A forecast whose diagnostics fail is recorded and reported as such.

    Parameters
    ----------
    as_recorded : bool
        Whether to use only what had been entered by the as-of date: the forecast as it could have been made then.

    Raises
    ------
    InputError
        As :func:`open_case`, :func:`choose_dates`, :func:`require_stable` and :func:`require_writable`, and for a
        single chain; nothing but empty folders has been written then.
    KeyboardInterrupt
        Says whether the forecast was recorded.
    """
    began = time.perf_counter()
    if sampling.chains < _FEWEST_CHAINS:
        message = f"convergence cannot be judged with one chain: give at least {_FEWEST_CHAINS}"
        raise wrong("--chains", message)
    case = open_case(workspace, name)
    dates = choose_dates(case, as_of=as_of, horizon=horizon, as_recorded=as_recorded)
    require_stable(case)
    tell_dates(case, dates, progress)
    require_writable((workspace.reports(case.scenario.scenario), *case.ledger.folders), (case.ledger.path,))
    last = case.ledger.latest()
    try:
        snapshot, posterior, forecast = fit_and_project(case, dates, seed, sampling, progress)
        progress("writing the ledger entry and the reports")
        entry, view, previous, news = keep(case, snapshot, forecast, posterior)
        files = render_entry(workspace, entry, view, paper)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(what_was_kept(case.ledger, last.number if last else 0, name)) from None
    return RunResult(
        case=case,
        entry=entry,
        view=view,
        files=files,
        fit=entry,
        previous=previous,
        news=news,
        as_of_defaulted=dates.as_of_defaulted,
        left_out=case.evidence.count_unreported(dates.as_of),
        warnings=(*date_warnings(case, dates), *case.loaded.warnings),
        seconds={**forecast.seconds, "total": time.perf_counter() - began},
    )


def tell_dates(case: Case, dates: Dates, progress: Progress) -> None:
    """Say as of when and until when, and where a default comes from."""
    source = ""
    if dates.as_of_defaulted:
        latest = dates.as_of == case.evidence.last_reported
        source = ", the last reported date in the data" if latest else ", the last day before the horizon"
    recorded = ", as recorded" if dates.as_recorded else ""
    progress(f"{case.scenario.scenario} as of {dates.as_of}{recorded}{source}, until {dates.horizon}")


def fit_and_project(
    case: Case, dates: Dates, seed: int, sampling: Sampling, progress: Progress
) -> tuple[Snapshot, Posterior, Forecast]:
    """Sample the posterior and project it to the horizon."""
    from forecast.evidence.snapshot import take_snapshot
    from forecast.inference.fit import fit
    from forecast.projection.forecast import make_forecast

    snapshot = take_snapshot(case.scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    posterior = fit(case.scenario, snapshot, seed=seed, sampling=sampling, progress=progress)
    progress("projecting to the horizon")
    forecast = make_forecast(
        case.scenario,
        snapshot,
        posterior,
        horizon=dates.horizon,
        seed=seed,
        scenario_hash=case.loaded.hash,
        code_version=code_version(),
    )
    return snapshot, posterior, forecast
