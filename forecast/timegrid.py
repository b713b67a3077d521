"""Dates, durations and the grid of steps: the only place with date arithmetic.

A step covers whole days, ``[grid.first_day(t), grid.first_day(t + 1))``. Dates are days without a time; "as of D" and
"by D" include the whole of day D.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

__all__ = [
    "DAYS_PER_MONTH",
    "DAYS_PER_YEAR",
    "Step",
    "TimeGrid",
    "days_between",
    "format_duration",
    "iso_date",
    "parse_duration",
    "recurring",
    "season_wave",
    "shift",
    "today",
]

DAYS_PER_YEAR = 365.25  # Julian year
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

Step = Literal["day", "week", "month"]
_STEP_DAYS: dict[Step, float] = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH}
_UNIT_DAYS = {"d": 1.0, "w": 7.0, "mo": DAYS_PER_MONTH, "y": DAYS_PER_YEAR}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(d|w|mo|y)")
_INTERVAL = re.compile(r"([1-9]\d*)\s*(d|w|mo)")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def iso_date(text: str) -> date:
    """Read a date written YYYY-MM-DD.

    Raises
    ------
    ValueError
        When the text has another form or names a day that does not exist.
    """
    if not _ISO_DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date written YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no such day as {text}") from None


def parse_duration(text: str) -> float:
    """Read a duration such as ``30d``, ``6w``, ``3mo`` or ``2y`` as days.

    Raises
    ------
    ValueError
        When the unit is missing or unknown.
    """
    match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is not a duration; write a number with a unit, as in 30d, 6w, 3mo or 2y")
    return float(match[1]) * _UNIT_DAYS[match[2]]


def format_duration(days: float) -> str:
    """Write days in the largest unit that divides them, as :func:`parse_duration` reads it."""
    for unit in ("y", "mo", "w"):
        count = days / _UNIT_DAYS[unit]
        if count >= 1 and abs(count - round(count)) < 1e-9:
            return f"{round(count)}{unit}"
    return f"{days:g}d"


def today() -> date:
    """The present day in UTC, or where the user is if the day has begun there earlier."""
    now = datetime.now(UTC)
    return max(now.date(), now.astimezone().date())


def days_between(earlier: date, later: date) -> int:
    """Whole days from one date to another; negative when they are in the other order."""
    return (later - earlier).days


def shift(day: date, days: int) -> date:
    """The date so many days later."""
    return day + timedelta(days=days)


def season_wave(day: date, peak: str) -> float:
    """First harmonic of the year: 1 on the ``MM-DD`` of the peak, -1 half a year away."""
    crest = date.fromisoformat(f"{day.year}-{peak}")
    return math.cos(2 * math.pi * days_between(crest, day) / DAYS_PER_YEAR)


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def recurring(first: date, last: date, every: str) -> tuple[date, ...]:
    """Days from a first one on, evenly spaced, up to and including ``last``.

    Parameters
    ----------
    every : str
        Whole days, weeks or calendar months, as in ``7d``, ``1w``, ``1mo``. A month without the first day's number
        gives its last day.

    Raises
    ------
    ValueError
        When the interval is written otherwise or ``last`` lies before ``first``.
    """
    match = _INTERVAL.fullmatch(every.strip())
    if match is None:
        raise ValueError(f"{every!r} is not an interval; write whole days, weeks or months, as in 7d, 1w or 1mo")
    if last < first:
        raise ValueError(f"{last} lies before {first}")
    count, unit = int(match[1]), match[2]
    days: list[date] = []
    while (day := _later(first, count * len(days), unit)) <= last:
        days.append(day)
    return tuple(days)


def _later(day: date, count: int, unit: str) -> date:
    return _add_months(day, count) if unit == "mo" else shift(day, count * int(_UNIT_DAYS[unit]))


@dataclass(frozen=True)
class TimeGrid:
    """Steps of one length from a start date, without an end.

    Attributes
    ----------
    start : date
        First day of step 0.
    step : {"day", "week", "month"}
        Length of a step; months are calendar months counted from ``start``.
    """

    start: date
    step: Step

    @property
    def step_days(self) -> float:
        """Nominal length of a step in days (a month is 30.4375)."""
        return _STEP_DAYS[self.step]

    def first_day(self, index: int) -> date:
        """First day of a step."""
        if self.step == "month":
            return _add_months(self.start, index)
        return self.start + timedelta(days=index * int(_STEP_DAYS[self.step]))

    def last_day(self, index: int) -> date:
        """Last day of a step, inclusive."""
        return self.first_day(index + 1) - timedelta(days=1)

    def index(self, day: date) -> int:
        """The step that holds a day; negative before the start."""
        if self.step != "month":
            return (day - self.start).days // int(_STEP_DAYS[self.step])
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return months if self.first_day(months) <= day else months - 1

    def middle(self, index: int) -> date:
        """The day in the middle of a step."""
        return self.first_day(index) + timedelta(days=self.length(index) // 2)

    def length(self, index: int) -> int:
        """Days in a step."""
        return (self.first_day(index + 1) - self.first_day(index)).days

    def count(self, last: date) -> int:
        """Number of steps from the start to the one that holds ``last``."""
        return self.index(last) + 1
