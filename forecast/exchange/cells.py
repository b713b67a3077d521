"""What the cells of an export say under a mapping: tests, days and pushes as functions of a row."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

from forecast.evidence.wording import BLANK, not_a_number
from forecast.exchange.mapping import DateForm, Push, Rule, Test
from forecast.timegrid import iso_date

__all__ = ["Cells", "matcher", "pusher", "read_day"]

type Cells = Sequence[str]
type Position = Mapping[str, int]
"""Place of each column in a row."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_AFTER_DATE = r"(?:[T ].*)?"
_ISO = re.compile(rf"(\d{{4}}-\d\d-\d\d){_AFTER_DATE}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{6})?")
_IN_WORDS = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})")
_UNIX = re.compile(r"\d{1,11}(?:\.\d+)?")


def matcher(rule: Rule, position: Position) -> Callable[[Cells], bool]:
    """Make the function that says whether a row is one of a rule's."""
    tests = [(position[column], _passes(test)) for column, test in rule.when.items()]

    def matches(cells: Cells) -> bool:
        return all(passes(cells[at]) for at, passes in tests)

    return matches


def _passes(test: Test) -> Callable[[str], bool]:
    """Whether a cell passes; files repeat cells, so each is looked at once."""
    held = tuple(text.casefold() for text in test.contains or ())
    bounded = test.at_least is not None or test.at_most is not None
    low = -math.inf if test.at_least is None else test.at_least
    high = math.inf if test.at_most is None else test.at_most

    @lru_cache(maxsize=4096)
    def passes(cell: str) -> bool:
        text = cell.strip()
        return (
            (test.is_ is None or text in test.is_)
            and (test.starts is None or text.startswith(test.starts))
            and (not held or any(part in text.casefold() for part in held))
            and (not bounded or low <= _number(text) <= high)
        )

    return passes


def _number(text: str) -> float:
    """Number in a cell; not a number, which no bound holds for, where there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def pusher(pushes: Mapping[str, Push], position: Position) -> Callable[[Cells], list[float]]:
    """Make the function that gives a row's coded directions, in the order of the drivers.

    It raises ValueError where a cell holds no number.
    """
    parts = [(push.always, position.get(push.column or "", -1), push.times) for push in pushes.values()]

    def directions(cells: Cells) -> list[float]:
        return [_finite(cells[at].strip()) * times if always is None else always for always, at, times in parts]

    return directions


def _finite(text: str) -> float:
    value = _number(text)
    if not math.isfinite(value):
        raise ValueError(not_a_number(text) if text else BLANK)
    return value


@lru_cache(maxsize=16384)
def read_day(text: str, form: DateForm) -> date:
    """Read the day in a cell.

    Raises
    ------
    ValueError
        When it is blank or written otherwise.
    """
    text = text.strip()
    if not text:
        raise ValueError(BLANK)
    if form == "iso" and (match := _ISO.fullmatch(text)):
        return iso_date(match[1])
    if form == "compact" and (match := _COMPACT.fullmatch(text)):
        return iso_date("-".join(match.groups()))
    if form == "day_month_year" and (match := _IN_WORDS.fullmatch(text)):
        day, month, year = match.groups()
        named = [number for number, name in enumerate(_MONTHS, 1) if month.lower() in (name, name[:3])]
        if named:
            return iso_date(f"{year}-{named[0]:02d}-{int(day):02d}")
    if form == "unix" and _UNIX.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC).date()
    raise ValueError(f"{text!r} is not a date of the form {form}")
