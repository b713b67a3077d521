"""Check a case, and show what it says before any evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.workflow.case import Case, Dates, Progress, choose_dates, choose_horizon, open_case, silent
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.projection.prior import PriorSummary

__all__ = ["CheckResult", "check"]


@dataclass(frozen=True)
class CheckResult:
    """What :func:`check` found; ``dates`` is ``None`` when the case has no evidence yet."""

    case: Case
    horizon: date
    dates: Dates | None
    seed: int
    prior: PriorSummary


def check(
    workspace: Workspace, name: str, *, horizon: date | None = None, seed: int, progress: Progress = silent
) -> CheckResult:
    """Validate a scenario and its evidence, and show what the scenario says before any evidence.

    Raises
    ------
    InputError
        As :func:`open_case` and :func:`choose_dates`.
    """
    case = open_case(workspace, name)
    until = choose_horizon(case.scenario, horizon)
    dates = choose_dates(case, horizon=horizon) if case.evidence.last_reported else None
    progress("simulating the scenario before any evidence")
    from forecast.projection.prior import prior_summary

    return CheckResult(case, until, dates, seed, prior_summary(case.scenario, horizon=until, seed=seed))
