"""What moves a crisis: drivers and how they influence each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from forecast.scenario.types.fields import HalfLife, Name, Range, finite
from forecast.scenario.types.shared import Claims, Frozen, Reasoned, Season

__all__ = ["CorrelatedShocks", "Driver", "Influence"]


class Driver(Reasoned):
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


class Influence(Reasoned):
    """Direct effect: if ``from`` stays 1 higher, all else held, ``to`` settles this much higher."""

    from_: Name = Field(alias="from")
    to: Name
    effect: Range
    claims: Claims = ()


class CorrelatedShocks(Frozen):
    """Shocks of the drivers may go together: their correlations are LKJ with this shape."""

    lkj: Annotated[float, Field(strict=True, ge=4), AfterValidator(finite)]
