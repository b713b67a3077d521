"""Reports that come late: cut at a date, a history has the same expected score as one that is fully reported."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_case import AS_OF, ONGOING, START, at_level, report, scenario
from scipy import stats

from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import report_log_likelihood, silence_log_likelihood
from forecast.model.spec import compile_spec
from forecast.timegrid import days_between, shift

LAG = (0.0, 30.0)  # days; 90% range
N_HISTORIES = 300
RATE, LOADING = 3.0, math.sqrt(math.log(1.25) * math.log(4))  # medians of the ranges below
SURE = np.ones((6, 6))


def with_lag(lag: tuple[float, float]):
    storm = {
        "coverage": ONGOING, "signs": "positive", "per_month": [1, 9], "rate_ratio": {"wind": [1.25, 4]},
        "report_lag": [f"{days:g}d" for days in lag],
    }  # fmt: skip
    return scenario(events={"storm": storm})


def wind(n_steps: int) -> np.ndarray:
    return np.linspace(-1.0, 1.5, n_steps)


@pytest.fixture(scope="module")
def reports() -> tuple[Report, ...]:
    """Reports of many histories up to the as-of date, one after the other, many of them known only later."""
    rng = np.random.default_rng(11)
    n_days = days_between(START, AS_OF) + 1
    daily = RATE * np.exp(LOADING * wind(19)[np.arange(n_days) // 7]) / (365.25 / 12)
    days = np.repeat(np.arange(n_days), rng.poisson(N_HISTORIES * daily))
    lags = np.round(rng.normal(sum(LAG) / 2, (LAG[1] - LAG[0]) / (2 * stats.norm.ppf(0.95)), size=20 * len(days)))
    lags = lags[lags >= 0][: len(days)]  # whole days, none before the event
    plain = report("2030-01-07", "storm", "B2")
    return tuple(
        replace(plain, id=str(i), date=shift(START, int(day)), reported=shift(START, int(day + lag)))
        for i, (day, lag) in enumerate(zip(days, lags, strict=True))
    )


def mean_slope(reports: tuple[Report, ...], assumed_lag: tuple[float, float], as_of: date) -> tuple[float, float]:
    """Slope of the mean log likelihood of a history when the truth moves as a whole, and its standard error."""
    known = tuple(row for row in reports if row.date <= as_of)
    case = with_lag(assumed_lag)
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(known), as_of)
    moves = np.array([-0.01, 0.01])
    draws = at_level(spec, (wind(19)[: snapshot.n_steps] + moves[:, None])[:, :, None])
    marks = report_log_likelihood(spec, snapshot, draws, SURE).sum(axis=1) / N_HISTORIES
    silence = silence_log_likelihood(spec, snapshot, draws, SURE)
    slope = np.diff(marks + silence)[0] / np.diff(moves)[0]
    # The score of a Poisson count is the loading times (count - mean): its variance is loading^2 times the mean.
    return float(slope), LOADING * math.sqrt(-silence.mean() / N_HISTORIES)


def test_the_score_of_a_cut_history_is_zero_on_average(reports) -> None:
    slope, error = mean_slope(reports, LAG, AS_OF)
    assert abs(slope) < 4 * error


def test_so_is_that_of_a_history_whose_reports_have_all_come(reports) -> None:
    slope, error = mean_slope(tuple(replace(row, reported=row.date) for row in reports), (0.0, 0.0), AS_OF)
    assert abs(slope) < 4 * error


def test_taking_late_reports_for_silence_would_bias_it(reports) -> None:
    slope, error = mean_slope(reports, (0.0, 0.0), AS_OF)
    assert slope < -8 * error


def test_a_report_known_after_the_as_of_date_is_not_in_the_likelihood(reports) -> None:
    case = with_lag(LAG)
    late = [row for row in reports if row.reported > AS_OF]
    assert len(late) > 500
    assert len(take_snapshot(case, Evidence(reports), AS_OF).reports) == len(reports) - len(late)
