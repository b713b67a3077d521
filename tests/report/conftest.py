"""A realistic forecast without a model: smooth made-up paths, and the real reports of a case up to its as-of date."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.records import Report
from forecast.projection.results import (
    Assumption,
    Diagnostics,
    DriverPaths,
    Forecast,
    OutcomeForecast,
    OutcomePath,
    Status,
)
from forecast.report.view import View, build_view
from forecast.scenario.types import Scenario
from forecast.timegrid import TimeGrid

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package

AS_OF, HORIZON = date(2025, 5, 9), date(2025, 12, 31)
GRID = TimeGrid(date(2024, 11, 4), "week")

DRIVERS = {
    "us_aid": ("Military aid and intelligence reaching Kyiv from the US", "deliveries suspended", "new appropriations"),
    "european_support": ("European money, arms and guarantees", "promises only", "a signed commitment of troops"),
    "offensive_success": ("Russian success on the ground", "no gains for months", "an operational breakthrough"),
    "sanctions_pressure": ("Economic pressure on Russia", "general relief", "secondary tariffs on the main oil buyers"),
    "blame_on_moscow": ("Whom the US president faults for the lack of a deal", "Kyiv alone", "Moscow alone"),
    "negotiation_momentum": ("How close talks are to a truce", "contacts broken off", "an agreed text"),
    "ukrainian_resilience": ("Capacity and will to fight on", "units refuse orders", "full brigades, a stable grid"),
}
OUTCOMES = (
    ("collapse", "The defence breaks and Kyiv negotiates alone", 0.038, 0.002, 0.012, 0.081, 0.07),
    ("settlement", "A settlement", 0.021, 0.001, 0.006, 0.044, 0.03),
    ("deal_holds", "A truce holds to the horizon", 0.168, 0.006, 0.082, 0.287, 0.21),
    ("deal_failed", "A deal was made and failed", 0.047, 0.002, 0.021, 0.079, 0.06),
    ("us_exit", "The US leaves, the war goes on", 0.143, 0.005, 0.071, 0.236, 0.12),
    ("war_continues", "The war goes on as it is", 0.583, 0.008, 0.412, 0.731, 0.51),
)
STATES = ("war", "truce", "us_exit", "collapse", "settlement")


def _scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "made-war",
            "title": "Paths out of the Russia-Ukraine war, 2025",
            "description": "A test case with made-up numbers.",
            "start": GRID.start,
            "horizon": HORIZON,
            "drivers": {
                name: {
                    "meaning": meaning,
                    "low": low,
                    "high": high,
                    "at_start": [-1.0, 1.0],
                    "long_run": [-1.0, 1.0],
                    "half_life": ["6w", "26w"],
                }
                for name, (meaning, low, high) in DRIVERS.items()
            },
            "events": {
                "talks_round": {
                    "coverage": {"complete": [GRID.start, "ongoing"]},
                    "signs": "both",
                    "per_month": [0.3, 1.5],
                    "signal": {"negotiation_momentum": {"per_unit": [0.4, 1.2]}},
                    "rate_ratio": {"negotiation_momentum": [1.1, 2.5]},
                },
                "mass_strike_ukraine": {"coverage": {"selected": "battlefield"}, "signs": "negative"},
            },
            "states": {"war": {"initial": True}, "truce": {}, "us_exit": {}, "collapse": {}, "settlement": {}},
            "transitions": [{"from": "war", "to": "truce", "within_12_months": [0.08, 0.35]}],
            "outcomes": [
                {"name": "collapse", "when": {"at_horizon": "collapse"}},
                {"name": "war_continues", "otherwise": True},
            ],
        }
    )


def _reports() -> tuple[Report, ...]:
    with (Path(__file__).parent / "reports.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Report(
            id=row["id"],
            date=date.fromisoformat(row["date"]),
            reported=date.fromisoformat(row["reported"]),
            entered=date.fromisoformat(row["reported"]),
            event_type=row["event_type"],
            directions=dict(zip(row["driver"].split(";"), map(float, row["direction"].split(";")), strict=True)),
            actor=row["actor"],
            summary=row["summary"],
            source=row["source"],
            reliability=row["reliability"],
            credibility=row["credibility"],
            verified=row["verified"],
            same_as="",
            origin="",
            replaces="",
            withdrawn=None,
            line=line,
        )
        for line, row in enumerate(rows, start=2)
    )


def _driver_paths() -> DriverPaths:
    steps = GRID.count(HORIZON)
    seen = GRID.count(AS_OF)
    time = np.arange(steps)[:, None] / 10
    phase = np.arange(len(DRIVERS))[None, :]
    fade = np.where(time * 10 < seen, 1.0, np.exp(-(time * 10 - seen) / 12))
    mean = 1.1 * np.sin(time + 1.7 * phase) * np.minimum(time, 1) * fade - 0.15 * phase / 3
    spread = np.where(time * 10 < seen, 0.6 + 0.02 * phase, 1.25 - 0.6 * fade)
    prior_mean = np.broadcast_to(-0.1 * phase, mean.shape)
    prior_spread = np.broadcast_to(1.28 - 0.5 * np.exp(-time), mean.shape)
    return DriverPaths(
        dates=tuple(map(GRID.first_day, range(steps))),
        names=tuple(DRIVERS),
        n_observed=seen,
        mean=mean,
        low80=mean - spread,
        high80=mean + spread,
        prior_mean=prior_mean,
        prior_low80=prior_mean - prior_spread,
        prior_high80=prior_mean + prior_spread,
        now_mean=mean[seen - 1],
        now_sd=spread[seen - 1] / 1.2816,
        prior_now_mean=prior_mean[seen - 1],
        prior_now_sd=prior_spread[seen - 1] / 1.2816,
    )


def _outcome_path() -> OutcomePath:
    dates = (*(GRID.last_day(step) for step in range(GRID.index(AS_OF), GRID.index(HORIZON))), HORIZON)
    final = np.array([outcome[2] for outcome in OUTCOMES])
    growth = 1 - np.exp(-2.2 * np.linspace(0, 1, len(dates)))
    outcomes = final[None, :] * (growth / growth[-1])[:, None]
    outcomes[:, -1] = 1 - outcomes[:, :-1].sum(axis=1)
    states = np.column_stack(
        [outcomes[:, 5] + outcomes[:, 3], outcomes[:, 2], outcomes[:, 4], outcomes[:, 0], outcomes[:, 1]]
    )
    return OutcomePath(
        dates=dates,
        outcome_names=tuple(outcome[0] for outcome in OUTCOMES),
        state_names=STATES,
        outcomes=outcomes,
        outcomes_mcse=np.full(outcomes.shape, 0.004),
        states=states,
        states_mcse=np.full(states.shape, 0.004),
    )


def _assumptions() -> tuple[Assumption, ...]:
    reason = "The reference class suggests less, the articles more; the range covers both and stays wide on purpose."
    to_truce = "transitions.war->truce"
    half_lives = tuple(
        Assumption(
            f"drivers.{name}.half_life",
            "weeks",
            (6.0, 26.0),
            (7.4, 24.1),
            0.08 + 0.03 * index,
            reason,
            "",
            0.1,
            0.02,
            0.01,
        )
        for index, name in enumerate(DRIVERS)
    )
    return (
        *half_lives,
        Assumption(
            "influences.blame_on_moscow->us_aid.effect", "", (0.1, 0.8), (0.1, 0.7), 0.14, reason, "Article B",
            -0.3, 0.02, 0.01,
        ),
        Assumption(
            "influences.us_aid->offensive_success.effect", "", (-0.7, -0.1), (-0.6, -0.1), -0.02, reason, "",
            0.0, 0.02, 0.01,
        ),
        Assumption(
            "events.talks_round.per_month", "per month", (0.3, 1.5), (0.62, 1.31), 0.58, "Codebook.", "",
            0.4, 0.02, 0.01,
        ),
        Assumption(
            f"{to_truce}.within_12_months", "", (0.08, 0.35), (0.07, 0.29), 0.21, reason,
            "Conflict termination data; https://example.org/data?class=interstate&from=1946", -0.5, 0.02, 0.01,
        ),
        Assumption(
            f"{to_truce}.hazard_ratio.negotiation_momentum", "times", (1.5, 4.0), (1.4, 3.8), 0.05, reason, "",
            0.0, 0.02, 0.01,
        ),
    )  # fmt: skip


def make_forecast(status: Status = "PASS", reasons: tuple[str, ...] = ()) -> Forecast:
    """A complete forecast with made-up numbers."""
    return Forecast(
        scenario="made-war",
        title="Paths out of the Russia-Ukraine war, 2025",
        scenario_hash="3f1c9a5e7b2d4c6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7",
        evidence_hash="a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9f",
        code_version="0.1.0+g1880d8d",
        as_of=AS_OF,
        horizon=HORIZON,
        seed=20250509,
        method="nuts",
        outcomes=tuple(
            OutcomeForecast(name, title, p, mcse, low, high, prior, 0.004)
            for name, title, p, mcse, low, high, prior in OUTCOMES
        ),
        path=_outcome_path(),
        drivers=_driver_paths(),
        assumptions=_assumptions(),
        diagnostics=Diagnostics(status, reasons, 1.006, 812.0, 1204.0, 0, 4000, 0.71),
        n_reports=77,
        n_series_values=41,
        seconds={"total": 58.2},
    )


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return _scenario()


@pytest.fixture(scope="session")
def reports() -> tuple[Report, ...]:
    return _reports()


@pytest.fixture(scope="session")
def forecast() -> Forecast:
    return make_forecast()


@pytest.fixture(scope="session")
def view(forecast: Forecast, scenario: Scenario, reports: tuple[Report, ...]) -> View:
    return build_view(forecast, scenario, reports, n_ignored=99, ledger_id="20250509-3f1c9a")


@pytest.fixture(scope="session")
def failed_view(scenario: Scenario, reports: tuple[Report, ...]) -> View:
    reasons = ("R-hat 1.034 of drivers.us_aid.half_life is above 1.02", "divergences: 61 of 4000 draws, above 1%")
    return build_view(make_forecast("FAIL", reasons), scenario, reports)


@pytest.fixture(scope="session")
def replace_texts() -> Callable[[View, str], View]:
    """Put one text in every place of a view that comes from somebody's file."""

    def replaced(view: View, text: str) -> View:
        update = {
            "title": text,
            "description": text,
            "outcomes": tuple(item.model_copy(update={"title": text}) for item in view.outcomes),
            "drivers": tuple(
                item.model_copy(update={"meaning": text, "low": text, "high": text}) for item in view.drivers[:2]
            ),
            "evidence": tuple(
                item.model_copy(
                    update=dict.fromkeys(("id", "event_type", "actor", "summary", "source", "verified"), text)
                )
                for item in view.evidence[:2]
            ),
            "assumptions": tuple(
                item.model_copy(update=dict.fromkeys(("key", "unit", "reason", "source"), text))
                for item in view.assumptions[:2]
            ),
        }
        return View.model_validate(view.model_copy(update=update).model_dump())

    return replaced
