"""What is said of a cell that is wrong, in the same words for every file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from forecast.suggest import did_you_mean

__all__ = ["BLANK", "before_start", "not_a_number", "out_of_order", "unknown"]

BLANK = "must not be blank"


def unknown(kind: str, name: str, names: Collection[str]) -> str:
    """Of a name that the scenario does not have."""
    return f"unknown {kind} {name!r}{did_you_mean(name, names)}"


def before_start(day: date, start: date) -> str:
    """Of a day that the scenario does not reach back to."""
    return f"{day} is before the scenario's start, {start}"


def out_of_order(later: date, what: str, earlier: date) -> str:
    """Of a day before the one that it must not precede."""
    return f"{later} is before {what}, on {earlier}"


def not_a_number(text: str) -> str:
    """Of what should be one."""
    return f"{text!r} is not a number"
