"""What measures drivers: types of dated reports, and numeric series."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from forecast.scenario.types.fields import NO_LAG, Day, DispersionRange, Lag, Name, Positive, PositiveRange, Range
from forecast.scenario.types.shared import Claims, Frozen, Reasoned, Season

__all__ = ["Coverage", "EventType", "Series", "Signal"]

DIRECTION_NOISE = (0.5, 1.1)  # 90% range of a coder's spread around the true push, in codes of the -2..+2 scale


class Coverage(Frozen):
    """Whether silence of an event type is evidence.

    ``complete`` gives the first and last day between which every such event is in the data (``None``: ongoing).
    Otherwise the rows are a selection: ``selected`` names the group of types that share one unknown coverage, or is
    ``None`` for a type that stands alone.
    """

    complete: tuple[Day, Day | Literal["ongoing"]] | None = None
    selected: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return {"selected": None} if value == "selected" else value

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if len(self.model_fields_set) != 1 or ("complete" in self.model_fields_set and self.complete is None):
            raise ValueError("write either complete: [from, to] or selected: GROUP")
        if self.complete and self.complete[1] != "ongoing" and self.complete[0] > self.complete[1]:
            raise ValueError("coverage ends before it starts")
        return self


class Signal(Frozen):
    """How the coded direction of a two-signed type measures a driver."""

    per_unit: Range = Field(description="change of the mean coded direction per +1")
    measures: Literal["push", "level"] = "push"
    at_neutral: Range | None = Field(None, description="mean coded direction when nothing pushes; 0 when left out")
    noise: PositiveRange = Field(DIRECTION_NOISE, description="spread of codes around that mean")


class EventType(Reasoned):
    """A kind of dated report, how completely it is covered, and what its rate and direction say."""

    meaning: str = ""
    coverage: Coverage
    signs: Literal["both", "positive", "negative"]
    per_month: PositiveRange | None = Field(None, description="reports a month when drivers are neutral")
    report_lag: Lag = Field(NO_LAG, description="days from the event to its report")
    signal: dict[Name, Signal] = Field(default_factory=dict)
    rate_ratio: dict[Name, PositiveRange] = Field(
        default_factory=dict, description="how many times more often per +1 of the driver"
    )
    season: Season | None = Field(None, description="swing of the log rate over the year")
    dispersion: DispersionRange | None = Field(
        None, description="variance of the counts of a complete type over their mean; Poisson when left out"
    )
    plausible: Range | None = Field(
        None, description="reports of a complete type by the horizon that would not surprise before any evidence"
    )
    claims: Claims = ()


class Series(Reasoned):
    """Numeric data that measure a driver: transform(value) ~ StudentT(at_neutral + per_unit * driver, noise).

    ``at_neutral`` is in the units of the data (of a month's total for ``aggregate: sum``); ``per_unit`` and ``noise``
    are on the transformed scale.
    """

    meaning: str = ""
    driver: Name
    transform: Literal["identity", "log", "asinh"] = "identity"
    scale: Positive = Field(1.0, description="the value is divided by it before the transform")
    at_neutral: Range
    per_unit: Range
    noise: PositiveRange
    aggregate: Literal["sum", "mean"] = Field("mean", description="sum: a total, taken per month of 30.44 days")
    lag: Lag = Field(NO_LAG, description="days from the end of a period to its publication")
    plausible: Range | None = Field(
        None, description="single values (of a month for sums) that would not surprise before any evidence"
    )
