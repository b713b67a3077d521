"""How it can end: named conditions on the history of states."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from forecast.scenario.types.fields import Name, Names, ProbabilityRange
from forecast.scenario.types.shared import Frozen

__all__ = ["Condition", "Outcome"]


def _to_true(value: Any) -> Any:
    if value is not True:
        raise ValueError("must be true, or left out")
    return value


class Condition(Frozen):
    """What the history of states must satisfy; all given parts must hold. Lists mean any of them, in never none."""

    at_horizon: Names | None = None
    ever: Names | None = None
    never: Names | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of at_horizon, ever and never")
        return self


class Outcome(Frozen):
    """A named ending; outcomes are ordered and the first that matches wins."""

    name: Name
    title: str = ""
    when: Condition | None = None
    otherwise: Annotated[Literal[True], BeforeValidator(_to_true)] | None = None
    plausible: ProbabilityRange | None = Field(
        None, description="probability that would not surprise before any evidence, from the start to the horizon"
    )
    reason: str | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.when is None) == (self.otherwise is None):
            raise ValueError("give exactly one of when and otherwise: true")
        return self
