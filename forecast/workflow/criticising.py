"""All checks of a model on the draws of its last fit; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.ledger.entry import ForecastEntry
from forecast.parallel.workers import SERIAL, Workers
from forecast.workflow.case import Case, Dates, Progress, date_warnings, silent
from forecast.workflow.present import Asked, ask
from forecast.workspace import Workspace

if TYPE_CHECKING:  # loading the package must not load numpy
    from forecast.evaluation.criticism.checks import Check, Criticism
    from forecast.evidence.snapshot import Snapshot
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
    found : Criticism
        Every check.
    warnings : tuple of Problem
    """

    case: Case
    fit: ForecastEntry
    dates: Dates
    found: Criticism
    warnings: tuple[Problem, ...]


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
        How many histories to simulate and to fit, each from the prior and on from the present: simulation-based
        calibration and recovery of drivers. Costs two fits each.
    workers : Workers
        Where these fits run.

    Raises
    ------
    InputError
        When there is no fit whose draws carry the evidence; says what to type.
    """
    from forecast.evaluation.criticism import battery

    asked = ask(workspace, name, as_of=as_of, horizon=horizon, as_recorded=as_recorded, seed=seed, progress=progress)
    case, dates, fit = asked.case, asked.dates, asked.fit
    snapshot, carried = fit.carried(case, dates)
    if carried.refit:
        raise asked.unusable(carried.refit)
    found = battery.run(
        case.scenario,
        case.evidence,
        snapshot,
        carried.update.posterior,
        seed=fit.entry.seed,
        guides=_guides(asked, snapshot, carried, progress),
        progress=progress,
    )
    if simulations:
        from forecast.workflow.calibrating import with_calibration

        found = with_calibration(
            found, asked, snapshot, carried.update.posterior, simulations, workers=workers, progress=progress
        )
    return CriticiseResult(case, fit.entry, dates, found, (*date_warnings(case, dates), *case.loaded.warnings))


def _guides(asked: Asked, snapshot: Snapshot, carried: Carried, progress: Progress) -> tuple[Check, ...]:
    """Checks against conventions, from what other commands compute."""
    from forecast.evaluation.criticism.guides import influence_check, sampler_check, scaling_check
    from forecast.evaluation.criticism.plausible import plausible_check
    from forecast.evidence.visible import visible_evidence
    from forecast.inference.posterior import load_posterior
    from forecast.model.spec import compile_spec
    from forecast.projection.chances import project_chances
    from forecast.projection.explanation import Known, leave_one_out
    from forecast.projection.power_scaling import log_components, power_scaled, scaling_verdicts
    from forecast.projection.prior import prior_forecast
    from forecast.projection.quantities import quantities

    case, dates, entry = asked.case, asked.dates, asked.fit.entry
    scenario, spec, seed = case.scenario, compile_spec(case.scenario), asked.fit.entry.seed
    outcomes = [outcome.name for outcome in scenario.outcomes]
    prior = prior_forecast(scenario, spec, horizon=dates.horizon, seed=seed)
    present = project_chances(scenario, spec, snapshot, carried.update.posterior, horizon=dates.horizon, seed=seed)
    scaled = power_scaled(present, log_components(spec, snapshot, present, quantities(scenario, spec)))
    progress("taking out each report in turn")
    known = visible_evidence(scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    assert asked.fit.evidence is not None  # else the fit is outdated
    left_out = leave_one_out(
        scenario,
        load_posterior(case.ledger.checked_draws(entry)),
        Known(entry.as_of, asked.fit.evidence),
        Known(dates.as_of, known),
        horizon=dates.horizon,
        seed=seed,
    )
    return (
        sampler_check(carried.diagnostics),
        plausible_check(scenario, spec, prior, horizon=dates.horizon, seed=seed),
        scaling_check(scaled, scaling_verdicts(scaled, len(outcomes)), outcomes),
        influence_check(left_out, outcomes),
    )
