"""All checks of a model on the draws of its last fit, shown on a page and summed up in reports; no ledger entry."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.evidence.records import Evidence
from forecast.ledger.entry import ForecastEntry
from forecast.parallel.workers import SERIAL, Workers
from forecast.workflow.case import Case, Dates, Progress, date_warnings, silent
from forecast.workflow.indexing import report_stem, write_forecast_index
from forecast.workflow.present import Asked, ask
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:  # loading the package must not load numpy
    from forecast.evaluation.criticism.checks import Criticism
    from forecast.evidence.snapshot import Snapshot

__all__ = ["CriticiseResult", "criticise"]


@dataclass(frozen=True)
class CriticiseResult:
    """What the checks found.

    Attributes
    ----------
    fit : ForecastEntry
        Whose draws are used.
    dates : Dates
        As of when and until when.
    name : str
        What the user called the case.
    found : Criticism
        Every check.
    page : Path
        With every figure and table.
    warnings : tuple of Problem
    seconds : float
        Wall time.
    """

    case: Case
    fit: ForecastEntry
    dates: Dates
    name: str
    found: Criticism
    page: Path
    warnings: tuple[Problem, ...]
    seconds: float


def criticise(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
    seed: int | None = None,
    simulations: int = 0,
    workers: Workers = SERIAL,
    progress: Progress = silent,
) -> CriticiseResult:
    """Check the model and the evidence as of a day, on draws of the last fit on or before it.

    Parameters
    ----------
    as_of, horizon : date, optional
        Of the forecast recorded last unless given.
    seed : int, optional
        Of the fit to use; of the last one unless given.
    simulations : int
        How many histories to simulate and to fit, from the prior and again from the present on: simulation-based
        calibration and recovery of drivers. Costs two fits each.
    workers : Workers
        Where these fits run.

    Raises
    ------
    InputError
        When there is no fit whose draws carry the evidence; says what to type.
    """
    began = time.perf_counter()
    asked = ask(workspace, name, as_of=as_of, horizon=horizon, as_recorded=as_recorded, seed=seed, progress=progress)
    case, dates, fit = asked.case, asked.dates, asked.fit
    folder = workspace.reports(case.scenario.scenario)
    require_writable((folder,))
    snapshot, carried = fit.carried(case, dates)
    if carried.refit:
        raise asked.unusable(carried.refit)
    from forecast.evaluation.criticism.whole import Criticised
    from forecast.evaluation.criticism.whole import criticise as check_all
    from forecast.evidence.visible import visible_evidence
    from forecast.inference.posterior import load_posterior
    from forecast.projection.stages import Known

    known = visible_evidence(case.scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    standing = Criticised(
        scenario=case.scenario,
        sampled=load_posterior(case.ledger.checked_draws(fit.entry)),
        knew=Known(fit.entry.as_of, fit.evidence or Evidence()),
        posterior=carried.update.posterior,
        now=Known(dates.as_of, known),
        snapshot=snapshot,
        diagnostics=carried.diagnostics,
    )
    found = check_all(
        standing,
        horizon=dates.horizon,
        seed=fit.entry.seed,
        simulations=simulations,
        workers=workers,
        progress=progress,
    )
    progress("drawing the figures")
    page = _write(asked, snapshot, found, folder)
    write_forecast_index(workspace)
    return CriticiseResult(
        case=case,
        fit=fit.entry,
        dates=dates,
        name=name,
        found=found,
        page=page,
        warnings=(*date_warnings(case, dates), *case.loaded.warnings),
        seconds=time.perf_counter() - began,
    )


def _write(asked: Asked, snapshot: Snapshot, found: Criticism, folder: Path) -> Path:
    """Write the page, and the summary that reports show."""
    from forecast.report.criticism_page import render_criticism
    from forecast.report.criticisms import CriticismView
    from forecast.report.files import replace_file

    case, dates, entry = asked.case, asked.dates, asked.fit.entry
    path = folder / f"{report_stem(dates)}_criticism.html"
    page = render_criticism(
        case.scenario.title,
        found,
        as_of=dates.as_of,
        provenance=f"Draws of the fit {entry.short_id}, as of {entry.as_of}, seed {entry.seed}, until {dates.horizon}.",
    )
    summary = CriticismView.model_validate({"fit": entry.id, "evidence_hash": snapshot.hash, **asdict(found.summary())})
    replace_file(path, page.encode())
    replace_file(path.with_suffix(".json"), summary.model_dump_json().encode())
    return path
