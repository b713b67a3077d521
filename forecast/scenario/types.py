"""The scenario's types: frozen, without any input or output.

A number that an analyst gives is a 90% range ``(low, high)``; durations are in days. :mod:`forecast.scenario.file`
reads them from YAML, :mod:`forecast.scenario.priors` turns ranges into distributions.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from forecast.timegrid import Step, TimeGrid, iso_date, parse_duration

__all__ = [
    "Ageing",
    "Alternative",
    "BaseRate",
    "Claim",
    "Condition",
    "CorrelatedShocks",
    "Coverage",
    "Driver",
    "EventType",
    "Influence",
    "Outcome",
    "Range",
    "Scenario",
    "Season",
    "Series",
    "Signal",
    "State",
    "Transition",
]

DIRECTION_NOISE = (0.5, 1.1)  # 90% range of a coder's spread around the true push, in codes of the -2..+2 scale
NO_LAG = (0.0, 0.0)


def _finite(value: float) -> float:
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


def _to_true(value: Any) -> Any:
    if value is not True:
        raise ValueError("must be true, or left out")
    return value


def _to_date(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise ValueError("must be a date written YYYY-MM-DD")
    return iso_date(value) if isinstance(value, str) else value


def _to_peak(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value) or value == "02-29":
        raise ValueError("must be a day of the year written MM-DD")
    iso_date(f"2023-{value}")
    return value


def _to_names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_PAIR = {"type": "array", "prefixItems": [{"type": "number"}] * 2, "items": False, "minItems": 2}
_DURATION = {"type": "string", "pattern": r"^\d+(\.\d+)?\s*(d|w|mo|y)$"}
_DURATIONS = {"type": "array", "prefixItems": [_DURATION] * 2, "items": False, "minItems": 2}
_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Number = Annotated[float, Field(strict=True), AfterValidator(_finite)]
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


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Reasoned(_Frozen):
    reason: str | None = Field(None, description="why these numbers")
    source: str | None = Field(None, description="where they come from")


class Claim(_Frozen):
    """Something that somebody asserts, which a number of the item it stands at encodes."""

    by: Annotated[str, Field(min_length=1, description="who claims it")]
    text: Annotated[str, Field(min_length=1, description="what is claimed, in one's own words")]
    about: str | None = Field(
        None,
        description="the number of the item that encodes it, as in hazard_ratio.DRIVER; "
        "left out it is the effect of an influence and the long_run of a driver",
    )
    stronger_if: Literal["higher", "lower"] | None = Field(
        None,
        description="where the number goes if the claim gains; left out it is away from no effect where the range has "
        "one sign, and else there is no such direction",
    )


Claims = Annotated[tuple[Claim, ...], Field(description="what others assert and this item encodes")]


class Season(_Frozen):
    """First harmonic of the year: ``amplitude`` on the day of the peak, minus that half a year away."""

    amplitude: Range
    peak: Annotated[str, BeforeValidator(_to_peak), WithJsonSchema({"type": "string", "pattern": r"^\d\d-\d\d$"})] = (
        Field(description="MM-DD")
    )


class Driver(_Reasoned):
    """A latent variable; 0 is neutral, 1 is one stationary standard deviation with influences switched off."""

    title: str = ""
    meaning: str = Field(description="what more of it means")
    low: str = Field(description="what -2 looks like")
    high: str = Field(description="what +2 looks like")
    at_start: Range = Field(description="level in the first step")
    long_run: Range = Field(description="where it settles when nothing pushes it")
    half_life: HalfLife = Field(description="time for a shock to lose half its size")
    season: Season | None = Field(None, description="swing of the level over the year")
    claims: Claims = ()


class Influence(_Reasoned):
    """Direct effect: if ``from`` stays 1 higher, all else held, ``to`` settles this much higher."""

    from_: Name = Field(alias="from")
    to: Name
    effect: Range
    claims: Claims = ()


class Coverage(_Frozen):
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


class Signal(_Frozen):
    """How the coded direction of a two-signed type measures a driver."""

    per_unit: Range = Field(description="change of the mean coded direction per +1")
    measures: Literal["push", "level"] = "push"
    at_neutral: Range | None = Field(None, description="mean coded direction when nothing pushes; 0 when left out")
    noise: PositiveRange = Field(DIRECTION_NOISE, description="spread of codes around that mean")


class EventType(_Reasoned):
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
    claims: Claims = ()


class Series(_Reasoned):
    """Numeric data that measure a driver: transform(value) ~ StudentT(at_neutral + per_unit * driver, noise).

    ``at_neutral`` is in the units of the data (of a month's total for ``aggregate: sum``); ``per_unit`` and ``noise``
    are on the transformed scale.
    """

    meaning: str = ""
    driver: Name
    transform: Literal["identity", "log", "asinh"] = "identity"
    scale: Annotated[float, Field(strict=True, gt=0), AfterValidator(_finite)] = Field(
        1.0, description="the value is divided by it before the transform"
    )
    at_neutral: Range
    per_unit: Range
    noise: PositiveRange
    aggregate: Literal["sum", "mean"] = Field("mean", description="sum: a total, taken per month of 30.44 days")
    lag: Lag = Field(NO_LAG, description="days from the end of a period to its publication")


class State(_Frozen):
    """A state of the multi-state process."""

    title: str = ""
    meaning: str = ""
    initial: bool = False
    min_duration: Days | None = Field(None, description="the state is entered once it has lasted this long")
    breaks_before: ProbabilityRange | None = Field(None, description="chance of breaking before min_duration")

    @property
    def held_after(self) -> int:
        """Whole days that a spell must last before the state is entered; 0 where it is entered at once."""
        return math.ceil(self.min_duration or 0)


Events = Annotated[int, Field(ge=0, strict=True)]
Years = Annotated[float, Field(strict=True, gt=0), AfterValidator(_finite)]
ClassName = Annotated[str, Field(min_length=1, max_length=80)]


class Alternative(_Reasoned):
    """Another reference class that could have been used; one name on several transitions is one class."""

    name: ClassName
    events: Events
    exposure_years: Years


class BaseRate(_Frozen):
    """A reference class: so many events in so many years of exposure."""

    events: Events
    exposure_years: Years
    name: ClassName | None = Field(None, description="what the class is called")
    alternatives: tuple[Alternative, ...] = Field((), description="classes under which outcomes are shown as well")


class Ageing(_Frozen):
    """How a hazard changes with the age of the state it leaves: it is multiplied by (1 + age / age0) ** exponent."""

    age0: Days
    exponent: Range = Field(description="below 0: the longer it has lasted, the less likely it is to end")

    @model_validator(mode="after")
    def _has_a_scale(self) -> Self:
        if self.age0 <= 0:
            raise ValueError("age0 must be above 0")
        return self


class Transition(_Reasoned):
    """A hazard from one state to another, from exactly one of two sources."""

    from_: Name = Field(alias="from")
    to: Name
    within_12_months: ProbabilityRange | None = Field(
        None, description="chance within a year at neutral drivers if no other exit existed"
    )
    base_rate: BaseRate | None = None
    hazard_ratio: dict[Name, PositiveRange] = Field(
        default_factory=dict, description="how many times the hazard per +1 of the driver"
    )
    claims: Claims = ()
    ageing: Ageing | None = Field(None, description="how the hazard changes with the age of the state it leaves")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.within_12_months is None) == (self.base_rate is None):
            raise ValueError("give exactly one of within_12_months and base_rate")
        return self


class Condition(_Frozen):
    """What the history of states must satisfy; all given parts must hold. Lists mean any of them, in never none."""

    at_horizon: Names | None = None
    ever: Names | None = None
    never: Names | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of at_horizon, ever and never")
        return self


class Outcome(_Frozen):
    """A named ending; outcomes are ordered and the first that matches wins."""

    name: Name
    title: str = ""
    when: Condition | None = None
    otherwise: Annotated[Literal[True], BeforeValidator(_to_true)] | None = None
    reason: str | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.when is None) == (self.otherwise is None):
            raise ValueError("give exactly one of when and otherwise: true")
        return self


class CorrelatedShocks(_Frozen):
    """Shocks of the drivers may go together: their correlations are LKJ with this shape."""

    lkj: Annotated[float, Field(strict=True, ge=4), AfterValidator(_finite)]


class Scenario(_Frozen):
    """A whole scenario: what drives a crisis, how it can end, and what is believed before the evidence."""

    scenario: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: str
    description: str = ""
    start: Day
    horizon: Day
    step: Step = "week"
    drivers: Annotated[dict[Name, Driver], Field(min_length=1)]
    influences: tuple[Influence, ...] = ()
    correlated_shocks: CorrelatedShocks | None = None
    learn_grades: bool = Field(False, strict=True, description="learn what each Admiralty grade is worth")
    events: dict[Name, EventType] = Field(default_factory=dict)
    series: dict[Name, Series] = Field(default_factory=dict)
    states: Annotated[dict[Name, State], Field(min_length=2)]
    transitions: Annotated[tuple[Transition, ...], Field(min_length=1)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=2)]

    @property
    def grid(self) -> TimeGrid:
        """The scenario's steps."""
        return TimeGrid(self.start, self.step)

    @property
    def initial_state(self) -> str:
        """The state in which the history starts."""
        return next(name for name, state in self.states.items() if state.initial)
