"""Check a case, and show what it says before any evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from forecast.errors import Problem
from forecast.evidence.second_look import repeated_reports
from forecast.workflow.case import Case, Dates, Progress, choose_dates, choose_horizon, date_warnings, open_case, silent
from forecast.workflow.stable import require_stable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.projection.long_run import Stability
    from forecast.projection.prior import PriorSummary

__all__ = ["CheckResult", "check"]


@dataclass(frozen=True)
class CheckResult:
    """What :func:`check` found.

    Attributes
    ----------
    dates : Dates or None
        As of when the prior is compared with the evidence; ``None`` when the case has none yet.
    status : {"PASS", "REVIEW"}
        REVIEW where a forecast would be doubtful, see :func:`forecast.projection.second_look.doubtful`; warnings alone
        do not make it so.
    warnings : tuple of Problem
        What of the dates, of the rows, of the scenario's text and of its numbers beside the data deserves a second
        look, by place.
    """

    case: Case
    horizon: date
    dates: Dates | None
    seed: int
    stability: Stability
    prior: PriorSummary
    status: Literal["PASS", "REVIEW"]
    warnings: tuple[Problem, ...]


def check(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
    seed: int,
    progress: Progress = silent,
) -> CheckResult:
    """Validate a scenario and its evidence, and show what the scenario says before any evidence.

    Raises
    ------
    InputError
        As :func:`open_case`, :func:`choose_dates` and :func:`require_stable`.
    """
    case = open_case(workspace, name)
    until = choose_horizon(case.scenario, horizon)
    dates = None
    if as_of or case.evidence.last_reported:
        dates = choose_dates(case, as_of=as_of, horizon=horizon, as_recorded=as_recorded)
    progress("simulating the scenario before any evidence")
    from forecast.evidence.snapshot import take_snapshot
    from forecast.projection.prior import prior_summary
    from forecast.projection.second_look import doubtful, second_look

    stability = require_stable(case)
    seen = None
    if dates:
        seen = take_snapshot(case.scenario, case.evidence, dates.as_of, as_recorded=dates.as_recorded)
    prior = prior_summary(case.scenario, seen, horizon=until, seed=seed)
    found = case.loaded.place(second_look(case.scenario, seen, prior, stability))
    events = str(workspace.data(case.scenario.scenario) / "events.csv")
    repeated = [Problem(events, line, "", message) for line, message in repeated_reports(case.evidence.reports)]
    dated = date_warnings(case, dates) if dates else ()
    return CheckResult(
        case=case,
        horizon=until,
        dates=dates,
        seed=seed,
        stability=stability,
        prior=prior,
        status="REVIEW" if doubtful(case.scenario, prior, stability) else "PASS",
        warnings=tuple(sorted((*dated, *case.loaded.warnings, *found, *repeated))),
    )
