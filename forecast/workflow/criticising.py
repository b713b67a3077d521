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
from forecast.workflow.present import Asked, ask
from forecast.workflow.rendering import report_stem
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:  # loading the package must not load numpy
    from forecast.evaluation.criticism.checks import Check, Criticism
    from forecast.evaluation.criticism.family import Test
    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.posterior import Posterior
    from forecast.inference.updating import Carried

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
    from forecast.evaluation.criticism import battery

    posterior = carried.update.posterior
    tests, recovered = _simulated(asked, snapshot, posterior, simulations, workers, progress)
    found = battery.run(
        case.scenario,
        case.evidence,
        snapshot,
        posterior,
        seed=fit.entry.seed,
        guides=(*_guides(asked, snapshot, carried, progress), *recovered),
        tests=tests,
        progress=progress,
    )
    progress("drawing the figures")
    page = _write(asked, snapshot, found, folder)
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


def _guides(asked: Asked, snapshot: Snapshot, carried: Carried, progress: Progress) -> tuple[Check, ...]:
    """Checks against conventions, from what other commands compute."""
    from forecast.evaluation.criticism.guides import influence_check, sampler_check, scaling_check
    from forecast.evaluation.criticism.plausible import plausible_check
    from forecast.evidence.visible import visible_evidence
    from forecast.inference.posterior import load_posterior
    from forecast.model.spec import compile_spec
    from forecast.projection.chances import project_chances
    from forecast.projection.explanation import leave_one_out
    from forecast.projection.power_scaling import log_components, power_scaled, scaling_verdicts
    from forecast.projection.prior import prior_forecast
    from forecast.projection.quantities import quantities
    from forecast.projection.stages import Known

    case, dates, entry = asked.case, asked.dates, asked.fit.entry
    scenario, spec, seed = case.scenario, compile_spec(case.scenario), entry.seed
    outcomes = [outcome.name for outcome in scenario.outcomes]
    progress("comparing the prior with what is plausible, and counting prior and evidence more and less")
    prior = prior_forecast(scenario, spec, horizon=dates.horizon, seed=seed)
    present = project_chances(scenario, spec, snapshot, carried.update.posterior, horizon=dates.horizon, seed=seed)
    scaled = power_scaled(present, log_components(spec, snapshot, present, quantities(scenario, spec)))
    progress("taking out each report in turn")
    left_out = leave_one_out(
        scenario,
        load_posterior(case.ledger.checked_draws(entry)),
        Known(entry.as_of, asked.fit.evidence or Evidence()),
        Known(dates.as_of, visible_evidence(scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)),
        horizon=dates.horizon,
        seed=seed,
    )
    return (
        sampler_check(carried.diagnostics),
        plausible_check(scenario, spec, prior, horizon=dates.horizon, seed=seed),
        scaling_check(scaled, scaling_verdicts(scaled, len(outcomes)), outcomes),
        influence_check(left_out, outcomes),
    )


def _simulated(
    asked: Asked, snapshot: Snapshot, posterior: Posterior, runs: int, workers: Workers, progress: Progress
) -> tuple[tuple[Test, ...], tuple[Check, ...]]:
    """Calibration and recovery over simulated histories."""
    if not runs:
        return (), ()
    from forecast.evaluation.criticism.calibration import calibration_test
    from forecast.evaluation.criticism.recovery import recovery_check
    from forecast.evaluation.criticism.simulated import Setting, further_histories, prior_histories
    from forecast.evidence.visible import visible_evidence

    case, dates = asked.case, asked.dates
    known = visible_evidence(case.scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    setting = Setting(case.scenario, known, dates.as_of, dates.horizon, asked.fit.entry.seed)
    before = prior_histories(setting, runs, workers=workers, progress=progress)
    after = further_histories(setting, snapshot, posterior, runs, workers=workers, progress=progress)
    return (
        calibration_test("calibration", "Ranks of truths from the prior", before),
        calibration_test("calibration_now", "Ranks of truths on from the present", after),
    ), (recovery_check(case.scenario, before),)


def _write(asked: Asked, snapshot: Snapshot, found: Criticism, folder: Path) -> Path:
    """Write the page, and the summary that reports show."""
    from forecast.report.criticism_page import render_criticism
    from forecast.report.criticisms import CriticismView
    from forecast.report.write import replace_file

    case, dates, entry = asked.case, asked.dates, asked.fit.entry
    stem = report_stem(dates.as_of, dates.horizon, as_recorded=dates.as_recorded)
    path = folder / f"{stem}_criticism.html"
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
