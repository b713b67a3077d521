"""What every part of the view model is made of: texts that any document can hold, numbers that JSON has."""

from __future__ import annotations

import math
import unicodedata
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

__all__ = ["Frozen", "Measured", "Numbers", "Text"]

_LINE_BREAKS = {"\n", "\r", "\t", "\v", "\f", "\x85", "\u2028", "\u2029"}


def _printable(value: Any) -> Any:
    """Replace what no document format can hold (control characters, lone surrogates); line breaks become spaces."""
    if not isinstance(value, str):
        return value
    if value.isprintable():
        return value
    return "".join(
        " " if char in _LINE_BREAKS else "\N{REPLACEMENT CHARACTER}" if _unfit(char) else char for char in value
    )


def _unfit(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"} or ord(char) & 0xFFFE == 0xFFFE


def _finite(value: Any) -> Any:
    """A number that could not be computed is absent, not NaN: JSON has none."""
    return value if value is None or math.isfinite(value) else None


Text = Annotated[str, BeforeValidator(_printable)]
Numbers = tuple[float, ...]
Measured = Annotated[float | None, BeforeValidator(_finite)]


class Frozen(BaseModel):
    """A part of the view: frozen, without NaN, made from the attributes of a result."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, from_attributes=True)
