"""What is sampled: the shipped case, and made-up cases of a given size that use the same parts of the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from forecast.evidence.records import Evidence, Report, SeriesValue
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario
from forecast.timegrid import shift
from forecast.workflow.case import open_case
from forecast.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
SHIPPED, AS_OF = "ukraine-2025", date(2025, 5, 9)
START = date(2030, 1, 7)
SERIES_DAYS = 28
GRADES = ("A1", "B2", "B3", "C2", "C3", "D4")


@dataclass(frozen=True)
class Case:
    """A scenario and what was known."""

    scenario: Scenario
    snapshot: Snapshot

    @property
    def spec(self) -> ModelSpec:
        """The scenario as arrays."""
        return compile_spec(self.scenario)


@dataclass(frozen=True)
class Size:
    """Size of a made-up case: steps, drivers and events reported. Written ``T=64,K=8,N=160``."""

    T: int
    K: int
    N: int

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"T={self.T},K={self.K},N={self.N}"


def load(name: str) -> Case:
    """Open the shipped case by its name, or make one of a size, see :class:`Size`."""
    if name == SHIPPED:
        case = open_case(Workspace(ROOT), SHIPPED)
        return Case(case.scenario, take_snapshot(case.scenario, case.evidence, AS_OF))
    return made(Size(**{key: int(value) for key, value in (part.split("=") for part in name.split(","))}))


def made(size: Size) -> Case:
    """Make a case; one size is always the same case.

    Each driver has three event types, as the shipped case has about: one complete with a loading and a push, and two
    selected of one group. Every fourth has a series of four-week values. Each driver influences the next, and the
    last the first.
    """
    drivers = [f"driver_{k}" for k in range(size.K)]
    scenario = Scenario.model_validate(
        {
            "scenario": "made",
            "title": "Made",
            "start": START.isoformat(),
            "horizon": shift(START, 7 * size.T + 182).isoformat(),
            "drivers": {name: _driver() for name in drivers},
            "influences": [{"from": a, "to": b, "effect": [0.05, 0.4]} for a, b in pairwise([*drivers, drivers[0]])],
            "events": {kind: event for name in drivers for kind, event in _events(name).items()},
            "series": {
                f"{name}_series": {"driver": name, "at_neutral": [3, 9], "per_unit": [0.5, 2], "noise": [0.3, 1]}
                for name in drivers[::4]
            },
            "states": {
                "dry": {"initial": True},
                "wet": {"min_duration": "10d", "breaks_before": [0.2, 0.7]},
                "lost": {},
            },
            "transitions": [
                {"from": "dry", "to": "wet", "base_rate": {"events": 3, "exposure_years": 19.1},
                 "hazard_ratio": {name: [1.1, 1.8] for name in drivers[:4]}},
                {"from": "dry", "to": "lost", "within_12_months": [0.05, 0.3],
                 "hazard_ratio": {drivers[-1]: [0.4, 0.9]}},
                {"from": "wet", "to": "dry", "within_12_months": [0.1, 0.5]},
            ],
            "outcomes": [{"name": "ruin", "when": {"at_horizon": "lost"}}, {"name": "rest", "otherwise": True}],
        }
    )  # fmt: skip
    as_of = shift(START, 7 * size.T - 1)
    return Case(scenario, take_snapshot(scenario, _evidence(size, drivers), as_of))


def _driver() -> dict[str, Any]:
    words = {"meaning": "m", "low": "l", "high": "h"}
    return {**words, "at_start": [-1, 1], "long_run": [-1, 1], "half_life": ["4w", "26w"]}


def _events(driver: str) -> dict[str, Any]:
    press = {"selected": f"{driver}_press"}
    return {
        f"{driver}_act": {
            "coverage": {"complete": [START.isoformat(), "ongoing"]}, "signs": "both", "per_month": [0.2, 1.5],
            "signal": {driver: {"per_unit": [0.3, 1.0], "at_neutral": [0.2, 1.0], "measures": "push"}},
            "rate_ratio": {driver: [1.3, 2.5]},
        },
        f"{driver}_good": {
            "coverage": press, "signs": "positive", "per_month": [0.5, 2], "rate_ratio": {driver: [1.3, 2.5]},
        },
        f"{driver}_bad": {
            "coverage": press, "signs": "negative", "per_month": [0.5, 2], "rate_ratio": {driver: [0.4, 0.8]},
        },
    }  # fmt: skip


def _evidence(size: Size, drivers: list[str]) -> Evidence:
    rng = np.random.default_rng(2030)
    reports = []
    for i in range(size.N):
        driver = drivers[i % size.K]
        kind = ("act", "good", "bad")[i // size.K % 3]
        day = shift(START, int(rng.integers(7 * size.T)))
        direction = {"act": float(rng.integers(-1, 3)), "good": 1.0, "bad": -1.0}[kind]
        letter, digit = GRADES[rng.integers(len(GRADES))]
        words = ("", "", "", letter, digit, "", "", "", "", None, i)
        reports.append(Report(f"e{i}", day, day, day, f"{driver}_{kind}", {driver: direction}, *words))
    series = []
    for name in drivers[::4]:
        for first in range(0, 7 * size.T - SERIES_DAYS, SERIES_DAYS):
            begin, end = shift(START, first), shift(START, first + SERIES_DAYS - 1)
            series.append(SeriesValue(f"{name}_series", begin, end, float(rng.normal(6, 1.5)), end, end, "", 0))
    return Evidence(tuple(reports), tuple(series), (), ())
