"""The present of a case for questions about its future: the last stored fit, carried on to the as-of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.evidence.records import Evidence
from forecast.workflow.case import Case, Dates, Progress, date_warnings, dates_of_last_forecast, open_case, wrong
from forecast.workflow.running import tell_dates
from forecast.workflow.updating import StoredFit, stored_fit
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.inference.status import Status
    from forecast.projection.present import Present

__all__ = ["Asked", "Standing", "ask", "stand"]


@dataclass(frozen=True)
class Asked:
    """A case, its dates and the stored fit that questions are answered from."""

    case: Case
    dates: Dates
    fit: StoredFit


@dataclass(frozen=True)
class Standing:
    """What :func:`stand` found.

    Attributes
    ----------
    status : {"PASS", "REVIEW", "FAIL"}
        Of the draws as they stand on the as-of date.
    reasons : tuple of str
        Why it is not PASS.
    """

    asked: Asked
    present: Present
    status: Status
    reasons: tuple[str, ...]

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Of the dates and of the scenario's text."""
        return (*date_warnings(self.asked.case, self.asked.dates), *self.asked.case.loaded.warnings)


def ask(
    workspace: Workspace, name: str, *, as_of: date | None, horizon: date | None, seed: int | None, progress: Progress
) -> Asked:
    """Open a case and find the fit to answer from: the latest that can be trusted, on the as-of date or before it.

    Raises
    ------
    InputError
        As :func:`open_case` and :func:`dates_of_last_forecast`; when there is no such fit, or the
        scenario or the program has changed since: says what to type.
    """
    case = open_case(workspace, name)
    dates = dates_of_last_forecast(case, as_of=as_of, horizon=horizon)
    fit = stored_fit(case, dates, seed, name)
    if outdated := fit.outdated(case):
        raise wrong("", f"{outdated}; make a new one with `forecast run {name} --as-of {dates.as_of}`")
    tell_dates(case, dates, progress)
    return Asked(case, dates, fit)


def stand(asked: Asked) -> Standing:
    """Assimilate all that is known into the draws of the fit, as an update does, without recording anything.

    Where an update would make a new fit the status is REVIEW, and the reason says so.
    """
    from forecast.evidence.snapshot import take_snapshot
    from forecast.evidence.visible import visible_evidence
    from forecast.inference.posterior import load_posterior
    from forecast.inference.status import worst
    from forecast.inference.updating import refit_reason, reweight, updated_diagnostics
    from forecast.model.spec import compile_spec
    from forecast.projection.present import LEAST_EFFECTIVE, Present

    case, dates, fit = asked.case, asked.dates, asked.fit.entry
    scenario = case.scenario
    then = take_snapshot(scenario, asked.fit.evidence or Evidence(), fit.as_of)
    known = visible_evidence(scenario, case.evidence, dates.as_of)
    now = take_snapshot(scenario, known, dates.as_of)
    posterior = load_posterior(case.ledger.checked_draws(fit))
    update = reweight(compile_spec(scenario), posterior, then, now, seed=fit.seed)
    if update.effective_draws < LEAST_EFFECTIVE:
        few = f"{update.effective_draws:.0f} effective draws of the last fit are left"
        raise wrong("", f"{few}; make a new one with `forecast run {scenario.scenario} --as-of {dates.as_of}`")
    found = updated_diagnostics(asked.fit.diagnostics, update)
    refit = refit_reason(update.pareto_k, update.effective_draws, len(posterior))
    reasons = (*found.reasons, *([f"{refit}: an update would make a new fit"] if refit else []))
    return Standing(
        asked,
        Present(scenario, known, now, update, dates.horizon, fit.seed),
        worst(found.status, "REVIEW" if refit else "PASS"),
        reasons,
    )
