"""Which targets are asked at an origin: windows of steps ahead, periods of series, dates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from forecast.evidence.records import SeriesValue
from forecast.evidence.snapshot import Snapshot, daily_exposure
from forecast.scenario.types import Scenario
from forecast.timegrid import TimeGrid, days_between, shift

__all__ = [
    "BINARY_AHEAD",
    "PERIODS_AHEAD",
    "STEPS_AHEAD",
    "Kind",
    "Prediction",
    "Target",
    "covered",
    "groups_of",
    "series_periods",
    "settled_on",
    "window",
    "windows",
]

Kind = Literal["count", "share", "series", "binary", "outcome", "question"]

STEPS_AHEAD = 8
PERIODS_AHEAD = 3
"""Of a series, from the first that has not been reported by the origin: with monthly values about eight weeks."""
BINARY_AHEAD = (4, 8)
"""Steps within which at least one report may come."""


@dataclass(frozen=True, order=True)
class Target:
    """Something that will be known later.

    Attributes
    ----------
    kind : str
        ``count``: reports of a complete type in a step; ``share``: types of the reports of a group in a step;
        ``series``: a value over a period; ``binary``: at least one report within some steps; ``outcome``: which of the
        scenario's outcomes, if ``last`` were the horizon; ``question``: of a forecasting platform.
    name : str
        Type, group, series or question; ``outcomes`` for outcomes.
    ahead : int
        Steps or periods ahead; 0 for what is asked for one date whatever the origin.
    first, last : date
        Days that it is about, both included.
    """

    kind: Kind
    name: str
    ahead: int
    first: date
    last: date


@dataclass(frozen=True)
class Prediction:
    """A predictive distribution.

    Attributes
    ----------
    distribution : ndarray
        Probabilities of the categories, for counts of 0, 1, 2, ... and the last of at least so many; for a series
        equally likely values, rising.
    """

    target: Target
    distribution: np.ndarray


def window(scenario: Scenario, as_of: date, ahead: int) -> tuple[date, date]:
    """First and last day of the n-th step ahead; steps are counted from the day after the origin."""
    grid = TimeGrid(shift(as_of, 1), scenario.step)
    return grid.first_day(ahead - 1), grid.last_day(ahead - 1)


def windows(scenario: Scenario, as_of: date, until: date) -> tuple[tuple[date, date], ...]:
    """Return the steps ahead that end by a day, at most :data:`STEPS_AHEAD` of them."""
    made = (window(scenario, as_of, ahead) for ahead in range(1, STEPS_AHEAD + 1))
    return tuple((first, last) for first, last in made if last <= until)


def covered(scenario: Scenario, first: date, last: date) -> np.ndarray:
    """Which types have complete coverage on all days, shape (E,)."""
    days, _ = daily_exposure(scenario, last)
    inside: np.ndarray = days[days_between(scenario.start, first) :].all(axis=0)
    return inside


def groups_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Groups of selected types with at least two types, which a report may be of."""
    members: dict[str, list[str]] = {}
    for name, event in scenario.events.items():
        if event.coverage.complete is None and event.coverage.selected:
            members.setdefault(event.coverage.selected, []).append(name)
    return {group: tuple(names) for group, names in members.items() if len(names) > 1}


def settled_on(scenario: Scenario, target: Target) -> date:
    """Day by which reports of what a target is about are in: twice the upper end of their usual lag later."""
    if target.kind == "count" or target.kind == "binary":
        lag = scenario.events[target.name].report_lag[1]
    elif target.kind == "share":
        lag = max(scenario.events[name].report_lag[1] for name in groups_of(scenario)[target.name])
    else:
        lag = 0.0
    return shift(target.last, math.ceil(2 * lag))


def series_periods(scenario: Scenario, snapshot: Snapshot, until: date) -> Iterator[Target]:
    """Periods of every series that have not been reported, from its last value on; none without a value.

    They go on as that value's: calendar months after a calendar month, else as many days.
    """
    for name in scenario.series:
        values = [row for row in snapshot.series_values if row.series == name]
        if not values:
            continue
        for ahead, (first, last) in enumerate(_following(max(values, key=lambda row: row.end)), 1):
            if last <= until:
                yield Target("series", name, ahead, first, last)


def _following(value: SeriesValue) -> Iterator[tuple[date, date]]:
    monthly = value.start.day == 1 and shift(value.end, 1).day == 1 and days_between(value.start, value.end) < 31
    begin, days = shift(value.end, 1), days_between(value.start, value.end) + 1
    for i in range(PERIODS_AHEAD):
        if monthly:
            grid = TimeGrid(begin, "month")
            yield grid.first_day(i), grid.last_day(i)
        else:
            yield shift(begin, i * days), shift(begin, (i + 1) * days - 1)
