"""A case opened and checked, and the dates of a forecast: everything that can be wrong before any work is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from forecast.errors import InputError, Problem
from forecast.evidence.readers import form_problems, read_evidence
from forecast.evidence.records import Evidence
from forecast.ledger.store import Ledger
from forecast.scenario.file import LoadedScenario, load_scenario, stated_name
from forecast.scenario.types import Scenario
from forecast.timegrid import shift, today
from forecast.workspace import Workspace

__all__ = [
    "DAYS_AHEAD",
    "Case",
    "Dates",
    "Progress",
    "choose_dates",
    "choose_horizon",
    "date_warnings",
    "dates_of_last_forecast",
    "open_case",
    "settle_dates",
    "silent",
    "wrong",
]

DAYS_AHEAD = 30  # looked for signposts by default

Progress = Callable[[str], None]
"""Told in a few words what is being done now."""


def silent(message: str) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Case:
    """A scenario with its evidence, both read and checked."""

    workspace: Workspace
    loaded: LoadedScenario
    evidence: Evidence

    @property
    def scenario(self) -> Scenario:
        """The scenario itself."""
        return self.loaded.scenario

    @property
    def ledger(self) -> Ledger:
        """The workspace's ledger."""
        return Ledger(self.workspace.ledger)


@dataclass(frozen=True)
class Dates:
    """As of when, and until when.

    Attributes
    ----------
    as_of_defaulted : bool
        Whether the evidence gave the as-of date.
    as_recorded : bool
        Whether of what was reported by then only what had been entered by then is used.
    """

    as_of: date
    horizon: date
    as_of_defaulted: bool
    as_recorded: bool


def open_case(workspace: Workspace, name: str) -> Case:
    """Read a scenario and its evidence.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.

    Raises
    ------
    InputError
        With every problem in the scenario file and in the evidence files; where the scenario has problems, of the
        latter only those that do not depend on it.
    """
    path = workspace.scenario_path(name)
    try:
        loaded = load_scenario(path)
    except InputError as error:
        raise InputError([*error.problems, *form_problems(workspace.data(stated_name(path)))]) from None
    return Case(workspace, loaded, read_evidence(workspace.data(loaded.scenario.scenario), loaded.scenario))


def choose_horizon(scenario: Scenario, horizon: date | None = None) -> date:
    """Settle the horizon: the scenario's unless given.

    Raises
    ------
    InputError
        When it is not after the scenario's start.
    """
    until = horizon or scenario.horizon
    if until <= scenario.start:
        raise wrong("--horizon", f"{until} is not after the scenario's start {scenario.start}")
    return until


def choose_dates(
    case: Case, *, as_of: date | None = None, horizon: date | None = None, as_recorded: bool = False
) -> Dates:
    """Settle the as-of date and the horizon of a case, as :func:`settle_dates` does."""
    return settle_dates(case.scenario, case.evidence, as_of=as_of, horizon=horizon, as_recorded=as_recorded)


def settle_dates(
    scenario: Scenario,
    evidence: Evidence,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
) -> Dates:
    """Settle the as-of date and the horizon.

    Unless given, the horizon is the scenario's and the as-of date is the last day on which anything was reported, or
    the day before the horizon where that is earlier.

    Raises
    ------
    InputError
        When not start <= as-of < horizon, or there is no evidence to take the as-of date from.
    """
    start = scenario.start
    until = choose_horizon(scenario, horizon)
    last_reported = evidence.last_reported
    chosen = as_of
    if chosen is None:
        if last_reported is None:
            raise wrong("--as-of", "the case has no evidence yet, so the as-of date must be given")
        chosen = min(last_reported, shift(until, -1))
    if chosen < start:
        given = "" if as_of else " (the last reported date in the data)"
        raise wrong("--as-of", f"{chosen}{given} lies before the scenario's start {start}")
    if chosen >= until:
        raise wrong("--as-of", f"{chosen} is not before the horizon {until}")
    return Dates(chosen, until, as_of_defaulted=as_of is None, as_recorded=as_recorded)


def dates_of_last_forecast(
    case: Case, *, as_of: date | None = None, horizon: date | None = None, as_recorded: bool = False
) -> Dates:
    """Settle both dates as :func:`choose_dates`, but unless given they are those of the forecast recorded last."""
    alike = [
        entry
        for entry in case.ledger.forecasts(case.scenario.scenario)
        if entry.as_recorded == as_recorded and horizon in (None, entry.horizon)
    ]
    if as_of is None and alike:
        as_of, horizon = alike[-1].as_of, alike[-1].horizon
    return choose_dates(case, as_of=as_of, horizon=horizon, as_recorded=as_recorded)


def date_warnings(case: Case, dates: Dates) -> tuple[Problem, ...]:
    """Warn of an as-of date after today, and of rows that ``as_recorded`` leaves out."""
    found = []
    if dates.as_of > today():
        given = " (from the data)" if dates.as_of_defaulted else ""
        message = "lies in the future: days that nobody has seen yet count as days without a report"
        found.append(Problem("", 0, "--as-of", f"{dates.as_of}{given} {message}"))
    late = case.evidence.count_late(dates.as_of)
    if dates.as_recorded and late:
        rows = "1 row that was" if late == 1 else f"{late} rows that were"
        message = f"{rows} reported by {dates.as_of} but entered later left out: their days count as days without them"
        found.append(Problem("", 0, "--as-recorded", message))
    return tuple(found)


def wrong(key: str, message: str) -> InputError:
    """Make the error for one thing that was asked for and cannot be."""
    return InputError([Problem("", 0, key, message)])
