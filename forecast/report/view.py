"""The view model: everything that a report shows, and nothing else, as frozen data with a JSON round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
from pydantic import Field

from forecast.evidence.records import Report
from forecast.projection.results import DriverPaths, Forecast, OutcomePath, Status
from forecast.report.comparisons import ClaimView, ReferenceClassView
from forecast.report.criticisms import CriticismView
from forecast.report.explanations import ExplanationView
from forecast.report.fields import Frozen, Measured, Numbers, Text
from forecast.report.names import scenario_words
from forecast.report.outlooks import OutlookView, PastForecastView, RivalView
from forecast.scenario.types import EventType, Scenario

__all__ = [
    "AssumptionView",
    "DiagnosticsView",
    "DriverView",
    "OutcomeView",
    "PathView",
    "ReportView",
    "View",
    "build_view",
]

_DECIMALS = 5  # of what only figures draw: far below a pixel

Day = date  # a field named `date` hides the type
ModelUse = Literal["rate", "type", "direction"]


class OutcomeView(Frozen):
    """One outcome at the horizon; the numbers are those of ``OutcomeForecast``."""

    name: Text
    title: Text
    probability: float
    mcse: float
    low80: float
    high80: float
    prior: float
    prior_mcse: float


class PathView(Frozen):
    """Probabilities by date: ``outcomes[o][t]`` is outcome ``o`` if ``dates[t]`` were the horizon, ``states`` alike.

    ``state_outcomes`` names for each state the outcome that stands for it, blank where none does.
    """

    dates: tuple[date, ...]
    outcomes: tuple[Numbers, ...]
    outcomes_mcse: tuple[Numbers, ...]
    state_names: tuple[Text, ...]
    state_titles: tuple[Text, ...]
    states: tuple[Numbers, ...]
    states_mcse: tuple[Numbers, ...]
    state_outcomes: tuple[Text, ...] = ()  # documents written before there were any lack them


class DriverView(Frozen):
    """One driver: what its ends mean, where it was and goes, and the reports coded for it."""

    name: Text
    title: Text
    meaning: Text
    low: Text
    high: Text
    mean: Numbers
    low80: Numbers
    high80: Numbers
    prior_mean: Numbers
    prior_low80: Numbers
    prior_high80: Numbers
    now_mean: float
    now_sd: float
    prior_now_mean: float
    prior_now_sd: float
    marks: tuple[tuple[date, float], ...]


class ReportView(Frozen):
    """One visible evidence row, with what the model takes from it (nothing: kept and unused)."""

    id: Text
    date: Day
    reported: Day
    event_type: Text
    grade: Text
    directions: tuple[tuple[Text, float], ...]
    actor: Text
    summary: Text
    source: Text
    verified: Text
    used_for: tuple[ModelUse, ...]


class AssumptionView(Frozen):
    """One elicited quantity, before and after the evidence."""

    key: Text
    unit: Text
    prior: tuple[float, float]
    posterior: tuple[float, float]
    contraction: float
    reason: Text
    source: Text


class DiagnosticsView(Frozen):
    """How far the computation can be trusted; ``None`` where a number does not exist."""

    status: Status
    reasons: tuple[Text, ...]
    max_rhat: Measured
    min_ess_bulk: Measured
    min_ess_tail: Measured
    divergences: int
    draws: int
    min_bfmi: Measured
    pareto_k: Measured
    effective_draws: Measured = None  # documents written before it was kept lack it


class View(Frozen):
    """Everything that a report shows."""

    format_version: Literal[1] = 1
    scenario: Text
    title: Text
    description: Text
    as_of: date
    horizon: date
    scenario_hash: Text
    evidence_hash: Text
    code_version: Text
    seed: int
    method: Literal["nuts", "reweight"]
    ledger_id: Text | None
    outcomes: tuple[OutcomeView, ...]
    path: PathView
    driver_dates: tuple[date, ...]
    n_observed: int
    drivers: tuple[DriverView, ...]
    evidence: tuple[ReportView, ...]
    n_ignored: int
    n_series_values: int
    assumptions: tuple[AssumptionView, ...]
    diagnostics: DiagnosticsView
    reference_classes: tuple[ReferenceClassView, ...] = ()  # documents written before there were any lack these
    claims: tuple[ClaimView, ...] = ()
    as_recorded: bool = False
    words: dict[Text, Text] = Field(default_factory=dict)  # what things are called, by their place in the scenario file
    # What follows is gathered from the ledger when rendered and not stored.
    explanation: ExplanationView | None = None
    history: tuple[PastForecastView, ...] = ()  # oldest first, without this forecast
    rivals: tuple[RivalView, ...] = ()
    outlook: OutlookView | None = None
    criticism: CriticismView | None = None  # of its draws and evidence


def build_view(
    forecast: Forecast,
    scenario: Scenario,
    reports: Sequence[Report],
    *,
    n_ignored: int = 0,
    ledger_id: str | None = None,
) -> View:
    """Gather what the report shows.

    Parameters
    ----------
    forecast : Forecast
        The forecast, made from ``scenario``.
    scenario : Scenario
        Gives drivers their meaning and event types their use.
    reports : sequence of Report
        The evidence rows that the forecast saw, in any order; shown newest first.
    n_ignored : int
        Rows of the evidence file that it did not see: reported or, as recorded, entered later; withdrawn or replaced.
    ledger_id : str, optional
        The forecast's entry in the ledger.
    """
    newest_first = sorted(reports, key=lambda row: (row.date, row.reported, row.id), reverse=True)
    return View(
        scenario=forecast.scenario,
        title=forecast.title,
        description=scenario.description,
        as_of=forecast.as_of,
        horizon=forecast.horizon,
        scenario_hash=forecast.scenario_hash,
        evidence_hash=forecast.evidence_hash,
        code_version=forecast.code_version,
        seed=forecast.seed,
        method=forecast.method,
        ledger_id=ledger_id,
        outcomes=tuple(OutcomeView.model_validate(outcome) for outcome in forecast.outcomes),
        path=_path(forecast.path, scenario),
        driver_dates=forecast.drivers.dates,
        n_observed=forecast.drivers.n_observed,
        drivers=tuple(
            _driver(forecast.drivers, index, scenario, newest_first) for index in range(len(forecast.drivers.names))
        ),
        evidence=tuple(_report(row, scenario) for row in newest_first),
        n_ignored=n_ignored,
        n_series_values=forecast.n_series_values,
        assumptions=tuple(AssumptionView.model_validate(item) for item in forecast.assumptions),
        diagnostics=DiagnosticsView.model_validate(forecast.diagnostics),
        reference_classes=tuple(map(ReferenceClassView.model_validate, forecast.reference_classes)),
        claims=tuple(map(ClaimView.model_validate, forecast.claims)),
        as_recorded=forecast.as_recorded,
        words=scenario_words(scenario),
    )


def _columns(table: np.ndarray) -> tuple[Numbers, ...]:
    return tuple(map(tuple, np.asarray(table, float).T.tolist()))


def _drawn(band: np.ndarray) -> Numbers:
    return tuple(np.round(band, _DECIMALS).tolist())


def _path(path: OutcomePath, scenario: Scenario) -> PathView:
    return PathView(
        dates=path.dates,
        outcomes=_columns(path.outcomes),
        outcomes_mcse=_columns(path.outcomes_mcse),
        state_names=path.state_names,
        state_titles=tuple(scenario.states[name].title for name in path.state_names),
        states=_columns(path.states),
        states_mcse=_columns(path.states_mcse),
        state_outcomes=_state_outcomes(path.state_names, scenario),
    )


def _state_outcomes(states: Sequence[str], scenario: Scenario) -> tuple[str, ...]:
    """The first outcome that asks for a state alone; for the initial state otherwise the last outcome."""
    alone: dict[str, str] = {}
    for outcome in scenario.outcomes:
        asked = {"at_horizon": outcome.when.at_horizon, "ever": outcome.when.ever} if outcome.when else {}
        given = [names for names in asked.values() if names]
        if outcome.when and not outcome.when.never and len(given) == 1 and len(given[0]) == 1:
            alone.setdefault(given[0][0], outcome.name)
    alone.setdefault(scenario.initial_state, scenario.outcomes[-1].name)
    return tuple(alone.get(name, "") for name in states)


def _driver(paths: DriverPaths, index: int, scenario: Scenario, reports: Sequence[Report]) -> DriverView:
    name = paths.names[index]
    driver = scenario.drivers[name]
    bands = [_drawn(band[:, index]) for band in (paths.mean, paths.low80, paths.high80)]
    prior_bands = [_drawn(band[:, index]) for band in (paths.prior_mean, paths.prior_low80, paths.prior_high80)]
    return DriverView(
        name=name,
        title=driver.title,
        meaning=driver.meaning,
        low=driver.low,
        high=driver.high,
        marks=tuple((row.date, float(row.directions[name])) for row in reports if name in row.directions),
        mean=bands[0],
        low80=bands[1],
        high80=bands[2],
        prior_mean=prior_bands[0],
        prior_low80=prior_bands[1],
        prior_high80=prior_bands[2],
        now_mean=float(paths.now_mean[index]),
        now_sd=float(paths.now_sd[index]),
        prior_now_mean=float(paths.prior_now_mean[index]),
        prior_now_sd=float(paths.prior_now_sd[index]),
    )


def _report(row: Report, scenario: Scenario) -> ReportView:
    return ReportView(
        id=row.id,
        date=row.date,
        reported=row.reported,
        event_type=row.event_type,
        grade=f"{row.reliability}{row.credibility}",
        directions=tuple((driver, float(push)) for driver, push in row.directions.items()),
        actor=row.actor,
        summary=row.summary,
        source=row.source,
        verified=row.verified,
        used_for=_used_for(row, scenario.events.get(row.event_type)),
    )


def _used_for(row: Report, kind: EventType | None) -> tuple[ModelUse, ...]:
    """What of a report enters the likelihood: see the event types' coverage and signal."""
    if kind is None:
        return ()
    uses: list[ModelUse] = []
    if kind.coverage.complete and kind.rate_ratio:
        uses.append("rate")
    if kind.coverage.selected:
        uses.append("type")
    if any(driver in kind.signal for driver in row.directions):
        uses.append("direction")
    return tuple(uses)
