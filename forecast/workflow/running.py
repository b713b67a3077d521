"""One forecast from files to ledger and report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.inference.settings import STANDARD_SAMPLING, Sampling
from forecast.ledger.code import code_version
from forecast.ledger.entry import Entry
from forecast.ledger.store import Ledger
from forecast.workflow.case import Case, Dates, Progress, choose_dates, future_as_of, open_case, silent, wrong
from forecast.workflow.rendering import Paper, render_entry
from forecast.workflow.stable import require_stable
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.posterior import Posterior
    from forecast.projection.results import Forecast
    from forecast.report.view import View
    from forecast.report.write import ReportFiles

__all__ = ["RunResult", "run"]


_FEWEST_CHAINS = 2  # R-hat compares chains


@dataclass(frozen=True)
class RunResult:
    """A forecast with what was kept of it.

    Attributes
    ----------
    view : View
        What the report shows, as the ledger keeps it.
    previous : Entry or None
        The scenario's last entry before this one, where it has the same horizon.
    warnings : tuple of Problem
        Of the dates and of the scenario's text.
    seconds : mapping
        Wall time by stage, with ``total``.
    """

    case: Case
    forecast: Forecast
    entry: Entry
    view: View
    files: ReportFiles
    previous: Entry | None
    as_of_defaulted: bool
    warnings: tuple[Problem, ...]
    seconds: Mapping[str, float]


def run(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    paper: Paper = "a4",
    progress: Progress = silent,
) -> RunResult:
    """Fit, project, record and report one forecast.

    The order matters: draws and report document are on disk before the ledger entry that names them, and the entry
    before the reports that carry its id. A forecast whose diagnostics fail is recorded and reported as such.

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
    dates = choose_dates(case, as_of=as_of, horizon=horizon)
    require_stable(case)
    source = ""
    if dates.as_of_defaulted:
        latest = dates.as_of == case.evidence.last_reported
        source = ", the last reported date in the data" if latest else ", the last day before the horizon"
    progress(f"{case.scenario.scenario} as of {dates.as_of}{source}, until {dates.horizon}")
    ledger = case.ledger
    require_writable((workspace.reports(case.scenario.scenario), *ledger.folders), (ledger.path,))
    snapshot = _snapshot(case, dates.as_of)
    previous, draws_hash = None, ""
    try:
        posterior, forecast = _fit_and_project(case, snapshot, dates, seed, sampling, progress)
        progress("writing the ledger entry and the reports")
        view = _view(case, snapshot, forecast)
        previous = ledger.latest(forecast.scenario)
        draws_hash, view_hash = _store(ledger, posterior, view)
        entry = ledger.record(forecast, draws_hash=draws_hash, view_hash=view_hash)
        files = render_entry(workspace, entry, view, paper)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_what_was_kept(ledger, previous, draws_hash, name)) from None
    return RunResult(
        case=case,
        forecast=forecast,
        entry=entry,
        view=view,
        files=files,
        previous=previous if previous is not None and previous.horizon == forecast.horizon else None,
        as_of_defaulted=dates.as_of_defaulted,
        warnings=(*future_as_of(dates), *case.loaded.warnings),
        seconds={**forecast.seconds, "total": time.perf_counter() - began},
    )


def _snapshot(case: Case, as_of: date) -> Snapshot:
    from forecast.evidence.snapshot import take_snapshot

    return take_snapshot(case.scenario, case.evidence, as_of)


def _fit_and_project(
    case: Case, snapshot: Snapshot, dates: Dates, seed: int, sampling: Sampling, progress: Progress
) -> tuple[Posterior, Forecast]:
    from forecast.inference.fit import fit
    from forecast.projection.forecast import make_forecast

    posterior = fit(
        case.scenario,
        snapshot,
        seed=seed,
        sampling=sampling,
        progress=progress,
    )
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
    return posterior, forecast


def _view(case: Case, snapshot: Snapshot, forecast: Forecast) -> View:
    from forecast.report.view import build_view

    unseen = len(case.evidence.reports) - len(snapshot.reports)
    return build_view(forecast, case.scenario, snapshot.reports, n_ignored=unseen)


def _store(ledger: Ledger, posterior: Posterior, view: View) -> tuple[str, str]:
    """Put draws and report document on disk; returns their hashes."""
    from forecast.inference.posterior import save_posterior

    draws_hash = ledger.store_draws(lambda path: save_posterior(posterior, path))
    return draws_hash, ledger.store_view(view.model_dump_json())


def _what_was_kept(ledger: Ledger, previous: Entry | None, draws_hash: str, name: str) -> str:
    """Say whether a forecast that was interrupted stands in the ledger: only the ledger knows."""
    last = previous.number if previous else 0
    made = [entry for entry in ledger.entries() if entry.number > last and entry.draws_hash == draws_hash]
    if not made:
        return "nothing was recorded"
    again = f"forecast report {name} --id {made[0].short_id}"
    return f"the forecast is recorded as {made[0].short_id}, but its report may be missing; `{again}` writes it"
