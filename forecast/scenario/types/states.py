"""Where a crisis can be and how it moves on: states and the hazards between them."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from forecast.scenario.types.fields import Count, Days, Name, Positive, PositiveRange, ProbabilityRange, Range
from forecast.scenario.types.shared import Claims, Frozen, Reasoned

__all__ = ["Ageing", "Alternative", "BaseRate", "State", "Transition"]

ClassName = Annotated[str, Field(min_length=1, max_length=80)]


class State(Frozen):
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


class Alternative(Reasoned):
    """Another reference class that could have been used; one name on several transitions is one class."""

    name: ClassName
    events: Count
    exposure_years: Positive


class BaseRate(Frozen):
    """A reference class: so many events in so many years of exposure."""

    events: Count
    exposure_years: Positive
    name: ClassName | None = Field(None, description="what the class is called")
    alternatives: tuple[Alternative, ...] = Field((), description="classes under which outcomes are shown as well")


class Ageing(Frozen):
    """How a hazard changes with the age of the state it leaves: it is multiplied by (1 + age / age0) ** exponent."""

    age0: Days
    exponent: Range = Field(description="below 0: the longer it has lasted, the less likely it is to end")

    @model_validator(mode="after")
    def _has_a_scale(self) -> Self:
        if self.age0 <= 0:
            raise ValueError("age0 must be above 0")
        return self


class Transition(Reasoned):
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
