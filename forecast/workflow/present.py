"""The present of a case for questions about its future: the last stored fit, carried on to the as-of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.errors import InputError, Problem
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
    """A case, its dates and the stored fit that questions are answered from; ``name`` is what the user called it."""

    case: Case
    dates: Dates
    fit: StoredFit
    name: str

    def unusable(self, reason: str) -> InputError:
        """Make the error for draws that cannot answer; says what to type."""
        recorded = " --as-recorded" if self.dates.as_recorded else ""
        again = f"forecast run {self.name} --as-of {self.dates.as_of}{recorded} --seed {self.fit.entry.seed}"
        which = f"the draws of the last fit, {self.fit.entry.short_id}, cannot be used"
        return wrong("", f"{which}: {reason}; make a new fit with `{again}`")


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
        """Of the dates."""
        return date_warnings(self.asked.case, self.asked.dates)


def ask(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool = False,
    seed: int | None,
    progress: Progress,
) -> Asked:
    """Open a case and find the fit to answer from: the latest that can be trusted, on the as-of date or before it.

    Raises
    ------
    InputError
        As :func:`open_case` and :func:`dates_of_last_forecast`; when there is no such fit, or the
        scenario or the program has changed since: says what to type.
    """
    case = open_case(workspace, name)
    dates = dates_of_last_forecast(case, as_of=as_of, horizon=horizon, as_recorded=as_recorded)
    asked = Asked(case, dates, stored_fit(case, dates, seed, name), name)
    if outdated := asked.fit.outdated(case):
        raise asked.unusable(outdated)
    tell_dates(case, dates, progress)
    return asked


def stand(asked: Asked) -> Standing:
    """Assimilate all that is known into the draws of the fit, as an update does, without recording anything.

    Where an update would make a new fit the status is REVIEW, and the reason says so.

    Raises
    ------
    InputError
        When hardly any draw carries what is known; says what to type.
    """
    from forecast.evidence.visible import visible_evidence
    from forecast.inference.status import worst
    from forecast.projection.present import LEAST_EFFECTIVE, Present

    case, dates, fit = asked.case, asked.dates, asked.fit.entry
    now, carried = asked.fit.carried(case, dates)
    if carried.update.effective_draws < LEAST_EFFECTIVE:
        raise asked.unusable(carried.refit)
    known = visible_evidence(case.scenario, case.evidence, dates.as_of)
    refit = [f"{carried.refit}: an update would make a new fit"] if carried.refit else []
    return Standing(
        asked,
        Present(case.scenario, known, now, carried.update, dates.horizon, fit.seed),
        worst(carried.diagnostics.status, "REVIEW" if refit else "PASS"),
        (*carried.diagnostics.reasons, *refit),
    )
