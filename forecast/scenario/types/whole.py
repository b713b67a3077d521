"""The scenario file as a whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from forecast.scenario.types.drivers import CorrelatedShocks, Driver, Influence
from forecast.scenario.types.evidence import EventType, Series
from forecast.scenario.types.fields import Day, Name
from forecast.scenario.types.outcomes import Outcome
from forecast.scenario.types.shared import Frozen
from forecast.scenario.types.states import State, Transition
from forecast.timegrid import Step, TimeGrid

__all__ = ["Scenario"]


class Scenario(Frozen):
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
