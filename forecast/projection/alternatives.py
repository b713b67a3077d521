"""What may be asked of a forecast: drivers that are set (do), and reports that are seen (observe)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["Alternative", "DoDriver", "Kind", "ObserveReport"]

Kind = Literal["do", "observe", "both"]


@dataclass(frozen=True)
class DoDriver:
    """A driver set to a level from one day to another, both included, whatever else moves it: an intervention."""

    driver: str
    level: float
    first: date
    last: date


@dataclass(frozen=True)
class ObserveReport:
    """A report that comes in, and tells what it tells about the drivers: a condition, not an intervention.

    Attributes
    ----------
    directions : mapping of driver to float
        Coded directions, -2 to +2; empty where the report is seen without one.
    grade : str
        Admiralty letter and digit, such as ``B2``.
    date : date
        Of the event; the report is public on the same day.
    """

    event_type: str
    directions: Mapping[str, float]
    grade: str
    date: date


@dataclass(frozen=True)
class Alternative:
    """One "what if": all that is set, and all that is seen, together."""

    name: str
    do: tuple[DoDriver, ...]
    observe: tuple[ObserveReport, ...]

    @property
    def kind(self) -> Kind:
        """Whether drivers are set, reports are seen, or both."""
        return "both" if self.do and self.observe else "do" if self.do else "observe"
