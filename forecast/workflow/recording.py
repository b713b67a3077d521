"""What people enter into the ledger: that a forecast is public, how a scenario ended, their own probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecast.errors import InputError, Problem
from forecast.ledger.entry import ForecastEntry, JudgedOutcome, JudgementEntry, PublishEntry, ResolutionEntry
from forecast.ledger.standing import standing
from forecast.ledger.store import Ledger
from forecast.scenario.file import LoadedScenario, load_scenario
from forecast.scenario.types import Scenario
from forecast.suggest import did_you_mean
from forecast.workflow.case import choose_horizon
from forecast.workspace import Workspace

__all__ = ["JudgementResult", "PublishResult", "ResolutionResult", "publish", "record_judgement", "resolve"]

_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class PublishResult:
    """A forecast that is now public; ``answer`` is the resolution that was known by then."""

    forecast: ForecastEntry
    entry: PublishEntry
    answer: ResolutionEntry | None


@dataclass(frozen=True)
class ResolutionResult:
    """A recorded resolution; ``corrects`` is the one whose place it takes."""

    loaded: LoadedScenario
    entry: ResolutionEntry
    corrects: ResolutionEntry | None


@dataclass(frozen=True)
class JudgementResult:
    """Recorded probabilities.

    Attributes
    ----------
    missing : tuple of str
        Outcomes that have none.
    answer : ResolutionEntry or None
        The resolution that was known by then.
    """

    loaded: LoadedScenario
    entry: JudgementEntry
    missing: tuple[str, ...]
    answer: ResolutionEntry | None


def publish(workspace: Workspace, entry_id: str) -> PublishResult:
    """Make a recorded forecast public.

    Raises
    ------
    InputError
        When there is no such forecast, or it is public already.
    """
    ledger = Ledger(workspace.ledger)
    entry = ledger.publish(entry_id)
    forecast = ledger.forecast(entry.forecast)
    return PublishResult(forecast, entry, standing(ledger.entries(forecast.scenario)).resolution(forecast))


def resolve(
    workspace: Workspace,
    name: str,
    outcome: str | None,
    *,
    void: bool = False,
    day: date,
    horizon: date | None = None,
    note: str = "",
    source: str = "",
    today: date,
) -> ResolutionResult:
    """Record how a scenario ended by a horizon; the latest resolution of a horizon holds.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    outcome : str or None
        One of the scenario's; ``None`` where the question is void.
    day : date
        Day on which it was settled, from the scenario's start to today.
    horizon : date, optional
        Forecasts to this day are resolved; the scenario's unless given.

    Raises
    ------
    InputError
        With every problem of the scenario file, or of what was given.
    """
    loaded = load_scenario(workspace.scenario_path(name))
    scenario = loaded.scenario
    until = choose_horizon(scenario, horizon)
    problems = _outside(day, scenario, today) + _not_text(note=note, source=source)
    if void == (outcome is not None):
        problems.append(Problem("", 0, "--void", "give either an outcome or --void"))
    if outcome is not None:
        problems += _unknown(outcome, scenario)
        if outcome == scenario.outcomes[-1].name and day < until:
            message = f"{outcome!r} is what is left when nothing else has happened: known on {until} at the earliest"
            problems.append(Problem("", 0, "--date", message))
    if problems:
        raise InputError(problems)
    ledger = Ledger(workspace.ledger)
    name = scenario.scenario
    before = standing(ledger.entries(name)).resolutions.get((name, until))
    entry = ledger.resolve(name, outcome, date=day, horizon=until, note=note, source=source, scenario_hash=loaded.hash)
    return ResolutionResult(loaded, entry, before)


def record_judgement(
    workspace: Workspace,
    name: str,
    probabilities: Sequence[tuple[str, float]],
    *,
    by: str,
    day: date,
    horizon: date | None = None,
    note: str = "",
    source: str = "",
    today: date,
) -> JudgementResult:
    """Record a person's or a crowd's own probabilities.

    All outcomes together are one forecast and must sum to 1. Some of them are accepted too, with a sum of at most 1:
    each then answers only whether that outcome happens.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    probabilities : sequence of (str, float)
        Outcome and its probability.
    by : str
        Who gave them.
    day : date
        Day for which they were given, from the scenario's start to today and before the horizon.
    horizon : date, optional
        Day by which the outcomes are told apart; the scenario's unless given.

    Raises
    ------
    InputError
        With every problem of the scenario file, or of what was given.
    """
    loaded = load_scenario(workspace.scenario_path(name))
    scenario = loaded.scenario
    until = choose_horizon(scenario, horizon)
    problems = _outside(day, scenario, today) + _not_text(by=by, note=note, source=source)
    if day >= until:
        problems.append(Problem("", 0, "--date", f"{day} is not before the horizon {until}"))
    if not by.strip():
        problems.append(Problem("", 0, "--by", "must not be blank"))
    problems += _probability_problems(probabilities, scenario)
    if problems:
        raise InputError(problems)
    given = dict(probabilities)
    missing = tuple(outcome.name for outcome in scenario.outcomes if outcome.name not in given)
    ledger = Ledger(workspace.ledger)
    entry = ledger.judge(
        scenario.scenario,
        [JudgedOutcome(outcome.name, given[outcome.name]) for outcome in scenario.outcomes if outcome.name in given],
        complete=not missing,
        by=by.strip(),
        date=day,
        horizon=until,
        note=note,
        source=source,
        scenario_hash=loaded.hash,
    )
    answer = standing(ledger.entries(scenario.scenario)).resolution(entry)
    return JudgementResult(loaded, entry, missing, answer)


def _outside(day: date, scenario: Scenario, today: date) -> list[Problem]:
    if day < scenario.start:
        return [Problem("", 0, "--date", f"{day} lies before the scenario's start {scenario.start}")]
    if day > today:
        return [Problem("", 0, "--date", f"{day} lies in the future; today is {today}")]
    return []


def _not_text(**given: str) -> list[Problem]:
    """What a shell passed on that is no text: the hash of an entry is over UTF-8."""
    return [
        Problem("", 0, f"--{name}", "is not text in UTF-8")
        for name, text in given.items()
        if text.encode(errors="replace").decode() != text
    ]


def _unknown(outcome: str, scenario: Scenario) -> list[Problem]:
    known = [item.name for item in scenario.outcomes]
    message = f"unknown outcome {outcome!r}{did_you_mean(outcome, known)}"
    return [] if outcome in known else [Problem("", 0, "OUTCOME", message)]


def _probability_problems(probabilities: Sequence[tuple[str, float]], scenario: Scenario) -> list[Problem]:
    problems, seen = [], set()
    for outcome, probability in probabilities:
        problems += _unknown(outcome, scenario)
        if outcome in seen:
            problems.append(Problem("", 0, outcome, "is given twice"))
        if not 0 <= probability <= 1:  # so written that NaN fails too
            problems.append(Problem("", 0, outcome, f"{probability:g} is no probability, from 0 to 1"))
        seen.add(outcome)
    if problems:
        return problems
    total = sum(probability for _, probability in probabilities)
    complete = len(seen) == len(scenario.outcomes)
    if complete and abs(total - 1) > _SUM_TOLERANCE:
        return [Problem("", 0, "", f"the probabilities of all outcomes sum to {total:.6g}, not to 1")]
    if total > 1 + _SUM_TOLERANCE:
        return [Problem("", 0, "", f"the probabilities sum to {total:.6g}, above 1")]
    return []
