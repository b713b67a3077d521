"""Dates, durations and steps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.timegrid import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    Step,
    TimeGrid,
    days_between,
    format_duration,
    iso_date,
    parse_duration,
    recurring,
    shift,
)

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
steps: st.SearchStrategy[Step] = st.sampled_from(["day", "week", "month"])


@pytest.mark.parametrize(
    "text", ["2030-02-29", "2030-13-01", "30-01-01", "2030-1-1", "20300101", "2030-W01-1", "", "x"]
)
def test_only_days_of_the_calendar_written_in_full_are_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        iso_date(text)


def test_a_leap_day_is_a_date() -> None:
    assert iso_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30d", 30.0), ("6w", 42.0), ("3mo", 3 * DAYS_PER_MONTH), ("2y", 730.5), ("1.5 w", 10.5), ("0d", 0.0)],
)
def test_durations_are_read_in_days(text: str, expected: float) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["30", "d", "-3d", "3m", "3 days", "1e3d", "3D", "", "nan d"])
def test_a_duration_needs_a_number_and_a_known_unit(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@given(st.integers(1, 400), st.sampled_from(["d", "w", "mo", "y"]))
def test_writing_a_duration_keeps_it(count: int, unit: str) -> None:
    length = parse_duration(f"{count}{unit}")
    assert parse_duration(format_duration(length)) == pytest.approx(length, rel=1e-9)


def test_a_duration_is_written_in_the_largest_unit_that_divides_it() -> None:
    assert [format_duration(x) for x in (10.0, 14.0, 2 * DAYS_PER_YEAR, 0.0)] == ["10d", "2w", "2y", "0d"]


@given(days, days)
def test_shift_undoes_days_between(one: date, other: date) -> None:
    assert shift(one, days_between(one, other)) == other


@given(days, steps, st.integers(0, 40000))
def test_every_day_lies_in_the_step_that_holds_it(start: date, step: Step, offset: int) -> None:
    grid = TimeGrid(start, step)
    day = start + timedelta(days=offset)
    index = grid.index(day)
    assert grid.first_day(index) <= day <= grid.last_day(index)
    assert grid.count(day) == index + 1


@given(days, steps, st.integers(0, 1000))
def test_steps_follow_each_other_without_gap(start: date, step: Step, index: int) -> None:
    grid = TimeGrid(start, step)
    assert grid.first_day(0) == start
    assert grid.last_day(index) + timedelta(days=1) == grid.first_day(index + 1)
    assert grid.length(index) == days_between(grid.first_day(index), grid.first_day(index + 1))
    assert grid.index(grid.first_day(index)) == index
    assert grid.index(grid.last_day(index)) == index


@given(days, steps, st.integers(1, 500))
def test_days_before_the_start_have_negative_steps(start: date, step: Step, offset: int) -> None:
    assert TimeGrid(start, step).index(start - timedelta(days=offset)) < 0


def test_months_keep_the_day_where_the_calendar_has_it() -> None:
    grid = TimeGrid(date(2028, 1, 31), "month")
    assert [grid.first_day(i) for i in range(4)] == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]
    assert grid.step_days == DAYS_PER_MONTH
    assert TimeGrid(date(2028, 1, 31), "week").step_days == 7.0


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("1w", ["2024-01-31", "2024-02-07", "2024-02-14", "2024-02-21", "2024-02-28"]),
        ("14d", ["2024-01-31", "2024-02-14", "2024-02-28"]),
        (" 2 w ", ["2024-01-31", "2024-02-14", "2024-02-28"]),
        ("30d", ["2024-01-31"]),
    ],
)
def test_days_recur_up_to_the_last(every, days):
    assert [day.isoformat() for day in recurring(date(2024, 1, 31), date(2024, 2, 29), every)] == days


def test_months_recur_by_the_calendar():
    found = recurring(date(2023, 12, 31), date(2024, 4, 30), "1mo")
    assert [day.isoformat() for day in found] == [
        "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30",
    ]  # fmt: skip


@pytest.mark.parametrize("every", ["", "week", "0d", "1.5w", "-1w", "1y", "7"])
def test_an_interval_that_is_none_is_refused(every):
    with pytest.raises(ValueError, match="write whole days, weeks or months"):
        recurring(date(2024, 1, 1), date(2024, 2, 1), every)


def test_days_do_not_recur_backwards():
    with pytest.raises(ValueError, match="2024-01-01 lies before 2024-01-02"):
        recurring(date(2024, 1, 2), date(2024, 1, 1), "1d")
