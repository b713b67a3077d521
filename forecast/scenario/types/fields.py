"""What single values of a scenario may be: numbers, 90% ranges, durations, dates and names."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from forecast.timegrid import iso_date, parse_duration

__all__ = [
    "NO_LAG",
    "Count",
    "Day",
    "Days",
    "DispersionRange",
    "HalfLife",
    "Lag",
    "Name",
    "Names",
    "Positive",
    "PositiveRange",
    "ProbabilityRange",
    "Range",
    "finite",
]

NO_LAG = (0.0, 0.0)


def finite(value: float) -> float:
    """Let every number pass but NaN and the infinities."""
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError(f"the range is reversed: low {value[0]:g} is above high {value[1]:g}")
    return value


def _wide(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] == value[1]:
        raise ValueError("low equals high: a 90% range needs a width")
    return _ordered(value)


def _positive(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] <= 0:
        raise ValueError(f"low must be above 0, not {value[0]:g}")
    return value


def _above_one(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] <= 1:
        raise ValueError(f"low must be above 1 (a Poisson count), not {value[0]:g}")
    return value


def _inside_unit(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 < value[0] <= value[1] < 1:
        raise ValueError("a probability range lies strictly between 0 and 1")
    return value


def _to_days(value: Any) -> Any:
    return parse_duration(value)


def _to_date(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise ValueError("must be a date written YYYY-MM-DD")
    return iso_date(value) if isinstance(value, str) else value


def _to_names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_PAIR = {"type": "array", "prefixItems": [{"type": "number"}] * 2, "items": False, "minItems": 2}
_DURATION = {"type": "string", "pattern": r"^\d+(\.\d+)?\s*(d|w|mo|y)$"}
_DURATIONS = {"type": "array", "prefixItems": [_DURATION] * 2, "items": False, "minItems": 2}
_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Number = Annotated[float, Field(strict=True), AfterValidator(finite)]
Range = Annotated[tuple[Number, Number], AfterValidator(_wide), WithJsonSchema(_PAIR)]
PositiveRange = Annotated[Range, AfterValidator(_positive), WithJsonSchema(_PAIR)]
DispersionRange = Annotated[Range, AfterValidator(_above_one), WithJsonSchema(_PAIR)]
ProbabilityRange = Annotated[Range, AfterValidator(_inside_unit), WithJsonSchema(_PAIR)]
Days = Annotated[Number, BeforeValidator(_to_days), WithJsonSchema(_DURATION)]
HalfLife = Annotated[tuple[Days, Days], AfterValidator(_wide), AfterValidator(_positive), WithJsonSchema(_DURATIONS)]
Lag = Annotated[tuple[Days, Days], AfterValidator(_ordered), WithJsonSchema(_DURATIONS)]
Day = Annotated[date, BeforeValidator(_to_date), WithJsonSchema({"type": "string", "format": "date"})]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_to_names), Field(min_length=1), WithJsonSchema(_NAMES)]
Positive = Annotated[float, Field(strict=True, gt=0), AfterValidator(finite)]
Count = Annotated[int, Field(ge=0, strict=True)]
