"""Baselines: what simple rules would have said at an origin, from what had been reported by then.

For a type with N reports in T steps, its rate has the posterior Gamma(N + 1/2, T) (Jeffreys), so a count over k steps
is negative binomial with mean k (N + 1/2) / T and variance over mean 1 + k / T.

- climatology: N and T of all steps covered so far; for shares the types of all reports of the group, Dirichlet 1/2; for
  series the last :data:`PAST_PERIODS` values, as a Student t predictive on the modelled scale.
- persistence: the same from the last :data:`RECENT_STEPS` steps alone; for series the last value, with a Student t of
  the spread of past changes over as many periods.
- smoothing: simple exponential smoothing (ETS(A, N, N)); counts Poisson around its level, or negative binomial where
  its errors are wider; series normal, with variance s^2 (1 + (h - 1) a^2).
- uniform: all categories alike.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from forecast.evaluation.targets.asked import Target, groups_of
from forecast.evaluation.targets.counts import count_probabilities
from forecast.evaluation.targets.observed import History
from forecast.evaluation.targets.predictive import LEVELS
from forecast.evidence.snapshot import daily_exposure
from forecast.model.spec import compile_spec
from forecast.timegrid import DAYS_PER_MONTH, TimeGrid, days_between, shift

__all__ = ["METHODS", "PAST_PERIODS", "RECENT_STEPS", "Baselines"]

METHODS = ("climatology", "persistence", "smoothing", "uniform")
PAST_PERIODS = 24
"""Values of a series that count as its climate: two years of months."""
RECENT_STEPS = 4
_FEWEST = 8  # values that exponential smoothing needs
_ONE = np.ones(1)


class Baselines:
    """Baselines at one origin.

    Parameters
    ----------
    history : History
        As known at the origin.
    """

    def __init__(self, history: History) -> None:
        self._history, self._scenario = history, history.scenario
        self._spec = compile_spec(history.scenario)
        self._steps = self._last_days()
        self._levels: dict[str, tuple[float, float] | None] = {}

    def of(self, target: Target, categories: int) -> dict[str, np.ndarray]:
        """Distribution by method, in the form of :class:`~forecast.evaluation.targets.asked.Prediction`.

        Parameters
        ----------
        categories : int
            How many the target has.
        """
        if target.kind in ("outcome", "question"):
            return {"uniform": np.full(categories, 1 / categories)}
        if target.kind == "share":
            return self._shares(target)
        if target.kind == "series":
            return self._series(target)
        made = {}
        for method, (mean, excess) in self._rates(target.name).items():
            steps = target.ahead if target.kind == "binary" else 1
            spread = None if excess is None else np.array(excess * (steps if method != "smoothing" else 1))
            made[method] = count_probabilities(np.array([mean * steps]), spread, _ONE)
        if target.kind == "binary":
            made = {method: np.array([chance[0], 1 - chance[0]]) for method, chance in made.items()}
            made["uniform"] = np.full(2, 0.5)
        return made

    def _last_days(self) -> list[int]:
        """First days, as ordinals, of the whole steps before the origin, the day after it at the end."""
        grid, after = TimeGrid(shift(self._history.known_by, 1), self._scenario.step), shift(self._history.known_by, 1)
        n = self._scenario.grid.count(self._history.known_by) + 1
        days = [grid.first_day(-i) for i in range(n, 0, -1)]
        return [day.toordinal() for day in (*days, after) if day >= self._scenario.start]

    def _counts(self, name: str) -> np.ndarray:
        """Reports in every step before the origin that was covered."""
        e = list(self._scenario.events).index(name)
        covered, _ = daily_exposure(self._scenario, self._history.known_by)
        start = self._scenario.start.toordinal()
        days = self._history.day[self._history.type == e]
        counts = [
            np.sum((days >= first) & (days < after))
            for first, after in pairwise(self._steps)
            if covered[first - start : after - start, e].all()
        ]
        return np.array(counts, dtype=float)

    def _rates(self, name: str) -> dict[str, tuple[float, float | None]]:
        """Mean and excess of the count of one step."""
        counts = self._counts(name)
        made: dict[str, tuple[float, float | None]] = {}
        for method, past in (("climatology", counts), ("persistence", counts[-RECENT_STEPS:])):
            steps = max(1, len(past))  # before the first step: as if one had gone by without a report
            made[method] = ((past.sum() + 0.5) / steps, 1 / steps)
        if name not in self._levels:
            found = _smoothed(counts)
            self._levels[name] = None if found is None else (found[0], found[1])
        level = self._levels[name]
        if level is not None:
            mean = max(level[0], 0.5 / (len(counts) + 1))
            wider = level[1] / mean - 1
            made["smoothing"] = (mean, wider if wider > 0 else None)
        return made

    def _shares(self, target: Target) -> dict[str, np.ndarray]:
        names = groups_of(self._scenario)[target.name]
        kinds = [list(self._scenario.events).index(name) for name in names]
        recent = self._steps[-1 - min(RECENT_STEPS, len(self._steps) - 1)]
        made = {"uniform": np.full(len(kinds), 1 / len(kinds))}
        for method, since in (("climatology", 0), ("persistence", recent)):
            seen = self._history.type[self._history.day >= since]
            counts = np.array([np.sum(seen == e) for e in kinds]) + 0.5
            made[method] = counts / counts.sum()
        return made

    def _series(self, target: Target) -> dict[str, np.ndarray]:
        m = self._spec.series.index(target.name)
        summed = self._scenario.series[target.name].aggregate == "sum"

        def months(first: date, last: date) -> float:
            return (days_between(first, last) + 1) / DAYS_PER_MONTH if summed else 1.0

        rows = sorted((row for row in self._history.series if row.series == target.name), key=lambda row: row.end)
        values = np.array([row.value / months(row.start, row.end) for row in rows])[-PAST_PERIODS:]
        if len(values) < _FEWEST:
            return {}
        past = self._spec.transformed(np.full(len(values), m), values)
        n, h = len(past), target.ahead
        moves = past[h:] - past[:-h]  # at least _FEWEST - PERIODS_AHEAD of them
        made = {
            "climatology": past.mean() + past.std(ddof=1) * np.sqrt(1 + 1 / n) * _student(n - 1),
            "persistence": past[-1] + np.sqrt(np.mean(moves**2)) * _student(len(moves)),
        }
        found = _smoothed(past)
        if found is not None:
            level, variance, alpha = found
            normal = np.array([NormalDist().inv_cdf(p) for p in LEVELS])
            made["smoothing"] = level + np.sqrt(variance * (1 + (h - 1) * alpha**2)) * normal
        restore = self._spec.restore(m)
        return {name: restore(points) * months(target.first, target.last) for name, points in made.items()}


def _smoothed(values: Sequence[float] | np.ndarray) -> tuple[float, float, float] | None:
    """Level, variance of one-step errors and smoothing weight; ``None`` for too few values."""
    past = np.asarray(values, dtype=float)
    if len(past) < _FEWEST:
        return None
    if np.ptp(past) == 0:
        return float(past[-1]), 0.0, 0.0
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an optimum on the border: then it forecasts the mean or the last value
        fitted = SimpleExpSmoothing(past, initialization_method="estimated").fit()
    errors = past - np.asarray(fitted.fittedvalues)
    return (
        float(fitted.forecast(1)[0]),
        float(np.sum(errors**2) / (len(past) - 2)),
        float(fitted.params["smoothing_level"]),
    )


def _student(df: int) -> np.ndarray:
    """Quantiles of Student's t at :data:`LEVELS`."""
    from scipy.stats import t

    return np.asarray(t.ppf(LEVELS, df))
