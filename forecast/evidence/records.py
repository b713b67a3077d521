"""What the evidence files say, row by row, before any cut in time. Frozen, without any input or output."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["VERIFIED", "Evidence", "Judgement", "Question", "Report", "SeriesValue", "TransitionRecord"]

VERIFIED = {"page": "seen on a public page", "article": "from an article", "memory": "general knowledge only"}
"""How a report may have been verified, and what that means; a blank says nothing."""


@dataclass(frozen=True)
class Report:
    """A dated report of one event.

    Attributes
    ----------
    directions : mapping of driver to float
        Coded push on each driver named, -2 to +2.
    reliability, credibility : str
        Admiralty letter ``A``-``F`` and digit ``1``-``6``.
    entered : dt.date
        Day it entered the file; ``reported`` where the file leaves it blank.
    verified : str
        A key of :data:`VERIFIED`, or blank.
    line : int
        Line of the row in its file.
    """

    id: str
    date: dt.date
    reported: dt.date
    entered: dt.date
    event_type: str
    directions: Mapping[str, float]
    actor: str
    summary: str
    source: str
    reliability: str
    credibility: str
    verified: str
    same_as: str
    origin: str
    replaces: str
    withdrawn: dt.date | None
    line: int


@dataclass(frozen=True)
class SeriesValue:
    """One value of a numeric series over a period of whole days, both ends included."""

    series: str
    start: dt.date
    end: dt.date
    value: float
    reported: dt.date
    entered: dt.date
    source: str
    line: int


@dataclass(frozen=True)
class Judgement:
    """An expert's 90% range for a driver on a day."""

    id: str
    driver: str
    date: dt.date
    low: float
    high: float
    expert: str
    reported: dt.date
    entered: dt.date
    reason: str
    line: int


@dataclass(frozen=True)
class TransitionRecord:
    """A dated change of state."""

    date: dt.date
    from_: str
    to: str
    reported: dt.date
    entered: dt.date
    source: str
    line: int


@dataclass(frozen=True)
class Question:
    """A question of a forecasting platform and the target of the model that answers it."""

    platform: str
    question: str
    target: str
    by: dt.date
    min_duration_days: int
    line: int


@dataclass(frozen=True)
class Evidence:
    """All rows of a case's folder, in file order."""

    reports: tuple[Report, ...] = ()
    series: tuple[SeriesValue, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    transitions: tuple[TransitionRecord, ...] = ()
    questions: tuple[Question, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """File name to the SHA-256 of its bytes."""
    withdrawn: Mapping[str, dt.date] = field(default_factory=dict)
    """Of evidence that was cut at a date: id and day of each report that had been known and withdrawn by then."""

    @property
    def dated_rows(self) -> tuple[Report | SeriesValue | Judgement | TransitionRecord, ...]:
        """All that a forecast can use."""
        return (*self.reports, *self.series, *self.judgements, *self.transitions)

    @property
    def last_reported(self) -> dt.date | None:
        """The latest ``reported`` date of anything a forecast can use: the default as-of date."""
        return max((row.reported for row in self.dated_rows), default=None)
