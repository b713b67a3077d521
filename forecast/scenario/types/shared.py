"""What several parts of a scenario share: reasons, claims, seasons."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from forecast.scenario.types.fields import Range
from forecast.timegrid import iso_date

__all__ = ["Claim", "Claims", "Frozen", "Reasoned", "Season"]


def _to_peak(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value) or value == "02-29":
        raise ValueError("must be a day of the year written MM-DD")
    iso_date(f"2023-{value}")
    return value


class Frozen(BaseModel):
    """A part of a scenario: frozen, with no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Reasoned(Frozen):
    """A part whose numbers may say why and from where."""

    reason: str | None = Field(None, description="why these numbers")
    source: str | None = Field(None, description="where they come from")


class Claim(Frozen):
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


class Season(Frozen):
    """First harmonic of the year: ``amplitude`` on the day of the peak, minus that half a year away."""

    amplitude: Range
    peak: Annotated[str, BeforeValidator(_to_peak), WithJsonSchema({"type": "string", "pattern": r"^\d\d-\d\d$"})] = (
        Field(description="MM-DD")
    )
