"""The as-of snapshot: what was known on a day, as frozen arrays."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from forecast.evidence.folding import fold
from forecast.evidence.history import history_arrays
from forecast.evidence.records import Evidence, Judgement, SeriesValue
from forecast.evidence.reports import ReportTable
from forecast.evidence.visible import visible_evidence
from forecast.scenario.priors import real
from forecast.scenario.types import EventType, Scenario
from forecast.timegrid import DAYS_PER_MONTH, days_between

__all__ = ["Snapshot", "daily_exposure", "lag_probability", "take_snapshot"]


@dataclass(frozen=True)
class Snapshot:
    """Evidence known on a day. T steps, K drivers, E event types, S states, in the scenario's order.

    Attributes
    ----------
    n_steps : int
        T, from the scenario's start to the step that holds ``as_of``.
    step_length : ndarray of int, shape (T,)
        Days in each whole step.
    reports : ReportTable
        Visible reports in file order.
    report_type, report_step, report_letter, report_digit : ndarray of int, shape (n,)
        Of the n events reported: reports of one event are folded into one mark, graded as its best report.
    report_direction : ndarray, shape (n, K)
        Coded direction on each driver, NaN where none is coded.
    origin_letter, origin_digit : ndarray of int, shape (n, o)
        Grade of each independent origin of the event.
    origin_known : ndarray of bool, shape (n, o)
        Which of these o places are filled.
    exposure : ndarray, shape (T, E)
        For complete types the covered months of each step times the chance that a report is in by ``as_of``; 0 for
        selected types.
    reported_share : ndarray, shape (T, E)
        That chance, averaged over the covered days of each step; 1 where nothing is covered.
    series_values : tuple of SeriesValue
        Visible values, v of them.
    series_index, series_first, series_last : ndarray of int, shape (v,)
        Series and the first and last step of the period.
    series_value : ndarray, shape (v,)
        Value, for ``aggregate: sum`` per month of 30.44 days.
    series_weights : ndarray, shape (v, 3)
        Weight of the first step's level, of each day's level between, and of the last step's level in the mean over
        the period; the last is 0 when the period lies in one step.
    judgement_step, judgement_driver : ndarray of int, shape (j,)
    judgement_mean, judgement_sd : ndarray, shape (j,)
    state_years : ndarray, shape (T, S)
        Years spent in each state with its exits running, within each step, up to ``as_of``.
    stays : ndarray of int, shape (stays, 4)
        The same by stay: state, first day, day after the last, and day of entering the state, counted from the start.
    pending_years : ndarray, shape (S,)
        Years that spells of each state have lasted before they broke, were held or ``as_of``.
    breaks : ndarray of int, shape (S,)
        Spells of each state that broke before its ``min_duration``.
    transition_index, transition_step, transition_age : ndarray of int, shape (m,)
        Which declared transition happened (or, into a state with ``min_duration``, which spell began), in which step,
        and how many days after the state left was entered.
    state, state_age : str, int
        State at the end of the as-of date, and days since it was entered.
    spell, spell_age : str or None, int
        State whose spell is open but not yet held, and days since it began; meanwhile ``state`` is where it came from.
    visited : frozenset of str
        States entered so far, the initial one included.
    as_recorded : bool
        Whether only rows entered by ``as_of`` are known.
    hash : str
        SHA-256 of the visible rows and the as-of date.
    """

    as_of: date
    n_steps: int
    step_length: np.ndarray
    reports: ReportTable
    report_type: np.ndarray
    report_step: np.ndarray
    report_letter: np.ndarray
    report_digit: np.ndarray
    report_direction: np.ndarray
    origin_letter: np.ndarray
    origin_digit: np.ndarray
    origin_known: np.ndarray
    exposure: np.ndarray
    reported_share: np.ndarray
    series_values: tuple[SeriesValue, ...]
    series_index: np.ndarray
    series_value: np.ndarray
    series_first: np.ndarray
    series_last: np.ndarray
    series_weights: np.ndarray
    judgement_step: np.ndarray
    judgement_driver: np.ndarray
    judgement_mean: np.ndarray
    judgement_sd: np.ndarray
    state_years: np.ndarray
    transition_index: np.ndarray
    transition_step: np.ndarray
    transition_age: np.ndarray
    stays: np.ndarray
    pending_years: np.ndarray
    breaks: np.ndarray
    state: str
    state_age: int
    spell: str | None
    spell_age: int
    visited: frozenset[str]
    as_recorded: bool
    hash: str

    @property
    def marks(self) -> tuple[bytes, ...]:
        """What the likelihood sees of each event reported: events that it cannot tell apart are equal."""
        grades = np.where(self.origin_known, 6 * self.origin_letter + self.origin_digit, -1)
        grades = np.sort(grades, axis=1)[:, ::-1]  # histories differ in how many origins the best known event has
        heads = np.stack([self.report_type, self.report_step, self.report_letter, self.report_digit], axis=1)
        return tuple(
            np.concatenate([head, row, graded[graded >= 0]]).tobytes()
            for head, row, graded in zip(heads, self.report_direction, grades, strict=True)
        )

    def only(self, marks: np.ndarray) -> Snapshot:
        """Return the same history with some of its events alone, by position."""
        names = ("type", "step", "letter", "digit", "direction")
        kept = {f"report_{name}": getattr(self, f"report_{name}")[marks] for name in names}
        origins = {name: getattr(self, name)[marks] for name in ("origin_letter", "origin_digit", "origin_known")}
        return replace(self, **kept, **origins)


def lag_probability(days: np.ndarray, lag: tuple[float, float]) -> np.ndarray:
    """Probability that a report is in after so many whole days.

    The lag in days is a Normal with the given 90% range, rounded to whole days and cut below at 0; a range without
    width is a fixed lag.

    Parameters
    ----------
    days : ndarray of int
        Days since the event; negative: it has not happened.
    lag : (float, float)
        90% range of the lag in days.
    """
    days = np.asarray(days, dtype=float)
    if lag[0] == lag[1]:
        return np.where(days >= lag[0], 1.0, 0.0)
    prior = real(*lag)

    def cdf(x: float) -> float:
        return 0.5 * math.erfc(-(x - prior.loc) / (prior.scale * math.sqrt(2)))

    below = cdf(-0.5)
    inside = np.array([(cdf(day + 0.5) - below) / (1 - below) for day in days.ravel()]).reshape(days.shape)
    return np.where(days >= 0, inside, 0.0)


def take_snapshot(scenario: Scenario, evidence: Evidence, as_of: date, *, as_recorded: bool = False) -> Snapshot:
    """Turn what was known on a day into arrays; see :func:`forecast.evidence.visible.visible_evidence` for the cut.

    Raises
    ------
    ValueError
        When ``as_of`` lies before the scenario's start.
    """
    grid = scenario.grid
    n_steps = grid.count(as_of)
    if n_steps < 1:
        raise ValueError(f"as-of {as_of} lies before the scenario's start {scenario.start}")
    seen = visible_evidence(scenario, evidence, as_of, as_recorded=as_recorded)
    reports = ReportTable.of(seen.reports)
    return Snapshot(
        as_of=as_of,
        n_steps=n_steps,
        step_length=_ints(grid.length(t) for t in range(n_steps)),
        reports=reports,
        **_report_arrays(scenario, reports),
        **_exposures(scenario, as_of, n_steps),
        series_values=seen.series,
        **_series_arrays(scenario, seen.series),
        **_judgement_arrays(scenario, seen.judgements),
        **history_arrays(scenario, seen.transitions, as_of, n_steps),
        as_recorded=as_recorded,
        hash=_hash(as_of, reports, seen.series, seen.judgements, seen.transitions),
    )


def _report_arrays(scenario: Scenario, reports: ReportTable) -> dict[str, Any]:
    marks, grid = fold(reports), scenario.grid
    place = {name: k for k, name in enumerate(scenario.drivers)}
    coded = np.full((len(reports.directions.values), len(place)), np.nan)  # of each distinct row of pushes
    for row, pairs in zip(coded, reports.directions.values, strict=True):
        for name, push in pairs:
            row[place[name]] = push
    starts = [grid.first_day(t).toordinal() for t in range(grid.count(date.fromordinal(marks.day.max(initial=1))))]
    return {
        "report_type": reports.texts["event_type"].take(marks.best).numbers(list(scenario.events).index, np.int64),
        "report_step": np.searchsorted(starts, marks.day, side="right") - 1,
        "report_letter": marks.letter[:, 0],
        "report_digit": marks.digit[:, 0],
        "report_direction": coded[reports.directions.code[marks.best]],
        "origin_letter": marks.letter,
        "origin_digit": marks.digit,
        "origin_known": marks.known,
    }


def daily_exposure(scenario: Scenario, as_of: date) -> tuple[np.ndarray, np.ndarray]:
    """How much of each day of a complete type can be known by a date, from the scenario's start to it.

    Returns
    -------
    covered : ndarray, shape (days, E)
        1 where coverage is complete; 0 elsewhere and for selected types.
    known : ndarray, shape (days, E)
        The same times the chance that a report is in by ``as_of``.
    """
    days = np.arange(days_between(scenario.start, as_of) + 1)
    covered, known = np.zeros((2, len(days), len(scenario.events)))
    in_by_now = cache(lambda lag: lag_probability(days[-1] - days, lag))  # types share few lags
    for e, event in enumerate(scenario.events.values()):
        covered[:, e] = _covered(event, scenario.start, days)
        known[:, e] = covered[:, e] * in_by_now(event.report_lag)
    return covered, known


def _exposures(scenario: Scenario, as_of: date, n_steps: int) -> dict[str, Any]:
    starts = [days_between(scenario.start, scenario.grid.first_day(t)) for t in range(n_steps)]
    covered, known = daily_exposure(scenario, as_of)
    exposed, in_full = np.add.reduceat(known, starts, axis=0), np.add.reduceat(covered, starts, axis=0)
    share = np.divide(exposed, in_full, out=np.ones_like(exposed), where=in_full > 0)
    return {"exposure": exposed / DAYS_PER_MONTH, "reported_share": share}


def _covered(event: EventType, start: date, days: np.ndarray) -> np.ndarray:
    """Which days since the start lie in a complete type's coverage; none for a selected type."""
    if event.coverage.complete is None:
        return np.zeros(len(days), dtype=bool)
    first, last = event.coverage.complete
    covered: np.ndarray = days >= days_between(start, first)
    if last != "ongoing":
        covered &= days <= days_between(start, last)
    return covered


def _series_arrays(scenario: Scenario, values: Sequence[SeriesValue]) -> dict[str, Any]:
    grid, names = scenario.grid, list(scenario.series)
    rows = []
    for row in values:
        begin = max(row.start, scenario.start)
        first, last = grid.index(begin), grid.index(row.end)
        total = days_between(begin, row.end) + 1
        in_first = (min(days_between(begin, grid.last_day(first)) + 1, total)) / total
        in_last = (days_between(grid.first_day(last), row.end) + 1) / total if last > first else 0.0
        months = (days_between(row.start, row.end) + 1) / DAYS_PER_MONTH
        value = row.value / months if scenario.series[row.series].aggregate == "sum" else row.value
        rows.append((names.index(row.series), first, last, value, in_first, 1 / total, in_last))
    table = np.array(rows, dtype=float).reshape(len(rows), 7)
    return {
        "series_index": table[:, 0].astype(np.int64),
        "series_first": table[:, 1].astype(np.int64),
        "series_last": table[:, 2].astype(np.int64),
        "series_value": table[:, 3],
        "series_weights": table[:, 4:],
    }


def _judgement_arrays(scenario: Scenario, judgements: Sequence[Judgement]) -> dict[str, Any]:
    drivers = list(scenario.drivers)
    beliefs = [real(row.low, row.high) for row in judgements]
    return {
        "judgement_step": _ints(scenario.grid.index(row.date) for row in judgements),
        "judgement_driver": _ints(drivers.index(row.driver) for row in judgements),
        "judgement_mean": np.array([belief.loc for belief in beliefs], dtype=float),
        "judgement_sd": np.array([belief.scale for belief in beliefs], dtype=float),
    }


def _hash(as_of: date, reports: ReportTable, *tables: Sequence[Any]) -> str:
    rows = [[{**asdict(row), "line": 0} for row in table] for table in tables]
    digest = hashlib.sha256(json.dumps([as_of, rows], default=str, sort_keys=True, ensure_ascii=False).encode())
    for part in reports.content():
        digest.update(part)
    return digest.hexdigest()


def _ints(values: Iterable[int]) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)
