"""What the evidence files say, row by row, before any cut in time. Frozen, without any input or output."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.evidence.reports import Report, ReportTable

__all__ = ["VERIFIED", "Evidence", "Judgement", "Question", "Report", "SeriesValue", "TransitionRecord"]

VERIFIED = {"page": "seen on a public page", "article": "from an article", "memory": "general knowledge only"}
"""How a report may have been verified, and what that means; a blank says nothing."""


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

    reports: Sequence[Report] = ()  # a table where there may be many
    series: tuple[SeriesValue, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    transitions: tuple[TransitionRecord, ...] = ()
    questions: tuple[Question, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """File name to the SHA-256 of its bytes."""
    withdrawn: Mapping[str, dt.date] = field(default_factory=dict)
    """Of evidence that was cut at a date: id and day of each report that had been known and withdrawn by then."""

    @property
    def last_reported(self) -> dt.date | None:
        """The latest ``reported`` date of anything a forecast can use: the default as-of date."""
        reported = ReportTable.of(self.reports).days["reported"]
        of_reports = [dt.date.fromordinal(int(reported.max()))] if len(reported) else []
        return max([*of_reports, *(row.reported for row in self._other_rows)], default=None)

    def count_late(self, as_of: dt.date) -> int:
        """Count what a forecast could use that was reported by a date and entered after it."""
        days, last = ReportTable.of(self.reports).days, as_of.toordinal()
        late = np.count_nonzero((days["reported"] <= last) & (days["entered"] > last))
        return int(late) + sum(row.reported <= as_of < row.entered for row in self._other_rows)

    def count_unreported(self, as_of: dt.date) -> int:
        """Count what a forecast could use that was reported after a date."""
        later = np.count_nonzero(ReportTable.of(self.reports).days["reported"] > as_of.toordinal())
        return int(later) + sum(row.reported > as_of for row in self._other_rows)

    @property
    def _other_rows(self) -> tuple[SeriesValue | Judgement | TransitionRecord, ...]:
        return (*self.series, *self.judgements, *self.transitions)
