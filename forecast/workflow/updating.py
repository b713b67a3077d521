"""What is new, assimilated into the draws of the last fit; a new fit only where these no longer carry it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from forecast.code import code_version, model_code_hash
from forecast.errors import Problem
from forecast.evidence.records import Evidence
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.inference.status import Diagnostics
from forecast.ledger.entry import ForecastEntry
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
from forecast.workflow.kept import kept_draws
from forecast.workflow.running import fit_and_project, tell_dates
from forecast.workflow.stable import require_stable
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.updating import Carried
    from forecast.projection.results import Forecast

__all__ = ["StoredFit", "stored_fit", "update"]


@dataclass(frozen=True)
class StoredFit:
    """A fit that the ledger keeps.

    Attributes
    ----------
    evidence : Evidence or None
        What it knew; ``None`` where an early version of the ledger did not keep it.
    """

    entry: ForecastEntry
    evidence: Evidence | None

    @property
    def diagnostics(self) -> Diagnostics:
        """How far it can be trusted."""
        found: dict[str, Any] = {
            name: math.nan if value is None else value for name, value in self.entry.diagnostics.items()
        }
        return Diagnostics(**{**found, "pareto_k": None, "effective_draws": None})

    def histories(self, case: Case, dates: Dates) -> tuple[Snapshot, Snapshot]:
        """What the fit knew, and what is known of a case now."""
        from forecast.evidence.snapshot import take_snapshot

        scenario, recorded = case.scenario, dates.as_recorded
        then = take_snapshot(scenario, self.evidence or Evidence(), self.entry.as_of, as_recorded=recorded)
        return then, take_snapshot(scenario, case.evidence, dates.as_of, as_recorded=recorded)

    def carried(self, case: Case, dates: Dates) -> tuple[Snapshot, Carried]:
        """Carry the draws on to what is known of a case now; returns that too."""
        from forecast.inference.updating import carry
        from forecast.model.spec import compile_spec

        then, now = self.histories(case, dates)
        posterior = kept_draws(case.ledger, self.entry)
        return now, carry(compile_spec(case.scenario), posterior, self.diagnostics, then, now, seed=self.entry.seed)

    def outdated(self, case: Case) -> str:
        """Say why a case can no longer be forecast from its draws; empty where it can."""
        if self.entry.scenario_hash != case.loaded.hash:
            return "the scenario has changed since the last fit"
        if self.entry.model_code_hash != model_code_hash():
            return "the model's code has changed since the last fit"
        return "" if self.evidence else "the ledger did not keep the evidence of the last fit"


def stored_fit(case: Case, dates: Dates, seed: int | None, name: str) -> StoredFit:
    """Find the latest fit that can be trusted, on the as-of date or before it, and as recorded where that is asked.

    Raises
    ------
    InputError
        When there is none; says what to type.
    """
    fits = [
        entry
        for entry in case.ledger.forecasts(case.scenario.scenario)
        if entry.method == "nuts"
        and entry.status != "FAIL"
        and entry.as_of <= dates.as_of
        and entry.as_recorded == dates.as_recorded
        and seed in (None, entry.seed)
    ]
    if not fits:
        which, again = ("", "") if seed is None else (f" with seed {seed}", f" --seed {seed}")
        kind, flag = (" as recorded", " --as-recorded") if dates.as_recorded else ("", "")
        what = f"no fit of {case.scenario.scenario}{kind} on or before {dates.as_of}{which} is stored"
        raise wrong("", f"{what}; make one with `forecast run {name} --as-of {dates.as_of}{flag}{again}`")
    entry = max(fits, key=lambda entry: (entry.as_of, entry.number))
    return StoredFit(entry, case.ledger.read_evidence(entry))


def update(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
    seed: int | None = None,
    progress: Progress = silent,
) -> RunResult:
    """Forecast with all that is known now from the draws of the last fit, refitting where these do not carry it.

    Everything is on record when this returns; the report is still to be written. Where nothing is new since the last
    forecast of the same question as of the same day, that one stands and nothing is recorded.

    Parameters
    ----------
    as_recorded : bool
        Whether to use only what had been entered by the as-of date; the fit to go on from must have done so too.
    seed : int, optional
        Of the fit to use, and of a new one; that of the last fit unless given.

    Raises
    ------
    InputError
        As :func:`forecast.workflow.running.run`, and when no fit of the scenario is stored.
    KeyboardInterrupt
        Says whether the forecast was recorded.
    """
    began = time.perf_counter()
    case = open_case(workspace, name)
    dates = choose_dates(case, as_of=as_of, horizon=horizon, as_recorded=as_recorded)
    fit = stored_fit(case, dates, seed, name)
    tell_dates(case, dates, progress)
    result = _standing(case, fit, dates) or _updated(case, fit, dates, name, progress)
    near = _refit_near(result.entry)
    told = (_near_warning(near, dates, name),) if near else ()
    return replace(
        result,
        refit_near=near,
        warnings=(*date_warnings(case, dates), *told),
        seconds={**result.seconds, "total": time.perf_counter() - began},
    )


def _standing(case: Case, fit: StoredFit, dates: Dates) -> RunResult | None:
    """The last forecast of this question as of this day, where a new one would rest on the same of everything."""
    from forecast.evidence.snapshot import take_snapshot
    from forecast.report.view import View

    question = (dates.as_of, dates.horizon, dates.as_recorded)
    entries = case.ledger.forecasts(case.scenario.scenario)
    alike = [entry for entry in entries if (entry.as_of, entry.horizon, entry.as_recorded) == question]
    if not alike:
        return None
    last = alike[-1]
    now = take_snapshot(case.scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    rests_on = (fit.entry.id, case.loaded.hash, now.hash, code_version())
    if (last.fit_id, last.scenario_hash, last.evidence_hash, last.code_version) != rests_on:
        return None
    return RunResult(
        case=case,
        entry=last,
        view=View.model_validate_json(case.ledger.read_view(last)),
        files=None,
        fit=fit.entry,
        previous=last,
        news=(),
        as_of_defaulted=dates.as_of_defaulted,
        left_out=case.evidence.count_unreported(dates.as_of),
        warnings=(),
        seconds={},
        standing=True,
    )


def _updated(case: Case, fit: StoredFit, dates: Dates, name: str, progress: Progress) -> RunResult:
    """Make and keep a forecast, without its warnings."""
    reports = case.workspace.reports(case.scenario.scenario)
    require_writable((reports, *case.ledger.folders), (case.ledger.path,))
    last = case.ledger.latest()
    try:
        made = fit.outdated(case) or _reweighted(case, fit, dates)
        if not isinstance(made, str):
            refit, (snapshot, forecast) = "", made
            entry, view, previous, news = keep(case, snapshot, forecast, fit.entry)
        else:
            refit = made
            progress(f"a new fit is needed: {refit}")
            require_stable(case)
            snapshot, posterior, forecast = fit_and_project(case, dates, fit.entry.seed, STANDARD_SAMPLING, progress)
            entry, view, previous, news = keep(case, snapshot, forecast, posterior)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(what_was_kept(case.ledger, last.number if last else 0, name)) from None
    return RunResult(
        case=case,
        entry=entry,
        view=view,
        files=None,
        fit=entry if refit else fit.entry,
        refit=refit,
        previous=previous,
        news=news,
        as_of_defaulted=dates.as_of_defaulted,
        left_out=case.evidence.count_unreported(dates.as_of),
        warnings=(),
        seconds=forecast.seconds,
    )


def _refit_near(entry: ForecastEntry) -> str:
    from forecast.inference.updating import refit_near

    found = entry.diagnostics
    effective = found.get("effective_draws")  # None: the draws are a fit's own
    return "" if effective is None else refit_near(found["pareto_k"], effective, found["draws"])


def _near_warning(near: str, dates: Dates, name: str) -> Problem:
    recorded = " --as-recorded" if dates.as_recorded else ""
    again = f"`forecast run {name} --as-of {dates.as_of}{recorded}` makes it when it suits you"
    return Problem("", 0, "", f"a new fit is near: {near}; {again}")


def _reweighted(case: Case, fit: StoredFit, dates: Dates) -> tuple[Snapshot, Forecast] | str:
    """Forecast from the draws of a fit, or say why they do not carry it."""
    from forecast.projection.carrying import carry_on

    then, now = fit.histories(case, dates)
    made = carry_on(
        case.scenario,
        kept_draws(case.ledger, fit.entry),
        fit.diagnostics,
        then,
        now,
        horizon=dates.horizon,
        seed=fit.entry.seed,
        scenario_hash=case.loaded.hash,
        code_version=code_version(),
    )
    return made if isinstance(made, str) else (now, made)
