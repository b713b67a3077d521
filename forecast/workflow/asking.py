"""Questions about the future, answered from the last stored fit: what if, what to look out for, what would lead there.

Nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.inference.status import worst
from forecast.scenario.types import Scenario
from forecast.suggest import did_you_mean
from forecast.timegrid import days_between, shift
from forecast.workflow.alternatives import read_alternatives
from forecast.workflow.case import DAYS_AHEAD, Progress, silent, wrong
from forecast.workflow.present import Asked, Standing, ask, stand
from forecast.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np

    from forecast.inference.status import Status
    from forecast.projection.reach import Reach
    from forecast.projection.signposts import SignpostForecast
    from forecast.projection.what_if import WhatIf

__all__ = ["ReachResult", "SignpostsResult", "WhatIfResult", "days_ahead", "reach", "signposts", "what_if"]


@dataclass(frozen=True)
class WhatIfResult:
    """Alternatives beside the baseline.

    Attributes
    ----------
    status : {"PASS", "REVIEW", "FAIL"}
        REVIEW also where the weights of a report that is seen cannot be trusted.
    warnings : tuple of Problem
    """

    standing: Standing
    answer: WhatIf
    status: Status
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class SignpostsResult:
    """What to look out for from one day to another; ``now`` holds the outcome probabilities, shape (O,)."""

    standing: Standing
    first: date
    last: date
    now: np.ndarray
    signposts: tuple[SignpostForecast, ...]


@dataclass(frozen=True)
class ReachResult:
    """What would bring an outcome to a probability."""

    standing: Standing
    first: date
    last: date
    answer: Reach


def what_if(
    workspace: Workspace,
    name: str,
    *,
    do: Sequence[str] = (),
    observe: Sequence[str] = (),
    file: Path | None = None,
    as_of: date | None = None,
    horizon: date | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> WhatIfResult:
    """Ask what would become of the outcomes if drivers were set, or reports were seen.

    Parameters
    ----------
    do, observe : sequence of str
        One alternative, in the words of :mod:`forecast.workflow.alternatives`.
    file : Path, optional
        More of them.
    seed : int, optional
        Of the fit to answer from; that of the last fit unless given.

    Raises
    ------
    InputError
        As :func:`forecast.workflow.present.ask`, and with every problem of what is asked.
    """
    asked = ask(workspace, name, as_of=as_of, horizon=horizon, seed=seed, progress=progress)
    alternatives, warnings = read_alternatives(asked.case.scenario, asked.dates, do=do, observe=observe, file=file)
    standing = stand(asked)
    progress("projecting to the horizon")
    from forecast.projection.what_if import what_if as compare

    answer = compare(standing.present, alternatives)
    doubtful = any(item.doubt for item in answer.alternatives)
    status = worst(standing.status, "REVIEW" if doubtful else "PASS")
    return WhatIfResult(standing, answer, status, (*warnings, *standing.warnings))


def signposts(
    workspace: Workspace,
    name: str,
    *,
    days: int | None = None,
    as_of: date | None = None,
    horizon: date | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> SignpostsResult:
    """Rank what may be seen in the coming days by what it would tell about the outcomes.

    Parameters
    ----------
    days : int, optional
        How many; 30, or as many as are left, unless given.

    Raises
    ------
    InputError
        As :func:`forecast.workflow.present.ask`, where the days lead beyond the horizon, and where the scenario has no
        type with complete coverage.
    """
    asked = ask(workspace, name, as_of=as_of, horizon=horizon, seed=seed, progress=progress)
    first, last = _window(asked, days)
    standing = stand(asked)
    progress("projecting to the horizon")
    from forecast.projection.signposts import signposts as rank

    now, found = rank(standing.present, last)
    return SignpostsResult(standing, first, last, now, found)


def reach(
    workspace: Workspace,
    name: str,
    outcome: str,
    target: float,
    *,
    days: int | None = None,
    as_of: date | None = None,
    horizon: date | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> ReachResult:
    """Search for the likeliest signposts that would bring an outcome to a probability.

    Parameters
    ----------
    outcome : str
    target : float
        At least this where it lies above the outcome's present probability, at most this where below.
    days : int, optional
        As for :func:`signposts`.

    Raises
    ------
    InputError
        As :func:`signposts`, and for an unknown outcome or a target that is no probability between 0 and 1.
    """
    asked = ask(workspace, name, as_of=as_of, horizon=horizon, seed=seed, progress=progress)
    names = [item.name for item in asked.case.scenario.outcomes]
    if outcome not in names:
        raise wrong("OUTCOME", f"unknown outcome {outcome!r}{did_you_mean(outcome, names)}")
    if not 0 < target < 1:
        raise wrong("P", f"{target:g} is not a probability between 0 and 1")
    first, last = _window(asked, days)
    standing = stand(asked)
    progress("projecting to the horizon and searching")
    from forecast.projection.reach import reach as search

    return ReachResult(standing, first, last, search(standing.present, names.index(outcome), target, last))


def _window(asked: Asked, days: int | None) -> tuple[date, date]:
    return days_ahead(asked.case.scenario, asked.dates.as_of, asked.dates.horizon, days)


def days_ahead(scenario: Scenario, as_of: date, horizon: date, days: int | None) -> tuple[date, date]:
    """The first and the last day to look out for signposts; raises as :func:`signposts`."""
    left = days_between(as_of, horizon)
    if days is not None and days > left:
        raise wrong("--days", f"{days} days after {as_of} lead beyond the horizon {horizon}: give at most {left}")
    if not any(event.coverage.complete for event in scenario.events.values()):
        raise wrong("", f"no event type of {scenario.scenario} has complete coverage: there is nothing to look out for")
    return shift(as_of, 1), shift(as_of, min(DAYS_AHEAD, left) if days is None else days)
