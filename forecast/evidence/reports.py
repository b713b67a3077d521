"""Dated reports: one, and many by column, where a row becomes an object only when it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import eq
from typing import Any, overload

import numpy as np

from forecast.canonical import canonical_json
from forecast.evidence.columns import Coded

__all__ = ["DAYS", "TEXTS", "UNLIKE", "Pushes", "Report", "ReportTable"]

DAYS = ("date", "reported", "entered", "withdrawn")
TEXTS = (
    "id", "event_type", "actor", "summary", "source", "reliability", "credibility", "verified", "same_as", "origin",
    "replaces",
)  # fmt: skip
UNLIKE = ("id", "summary")
"""Columns of texts that hardly ever repeat: they are coded by :meth:`.Coded.each`."""

_BATCH = 4096  # rows made into objects at a time

type Pushes = tuple[tuple[str, float], ...]
"""Coded directions: driver and push, in the order in which they are written."""


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
        A key of :data:`forecast.evidence.records.VERIFIED`, or blank.
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


@dataclass(frozen=True, eq=False)
class ReportTable(Sequence[Report]):
    """Reports of one file, n rows in its order: reads like a tuple of :class:`Report`, and is equal to one.

    Attributes
    ----------
    texts : mapping of str to Coded
        Columns :data:`TEXTS`.
    days : mapping of str to ndarray of int32, shape (n,)
        Columns :data:`DAYS` as proleptic Gregorian ordinals; 0 where there is no day.
    directions : Coded
        Pushes as pairs.
    line : ndarray of int32, shape (n,)
    """

    texts: Mapping[str, Coded[str]]
    days: Mapping[str, np.ndarray]
    directions: Coded[Pushes]
    line: np.ndarray

    @classmethod
    def of(cls, reports: Sequence[Report]) -> ReportTable:
        """Take reports apart; a table is returned as it is."""
        if isinstance(reports, cls):
            return reports
        rows: list[dict[str, Any]] = [vars(report) for report in reports]
        return cls(
            texts={name: (Coded.each if name in UNLIKE else Coded.of)([row[name] for row in rows]) for name in TEXTS},
            days={
                name: np.array([row[name].toordinal() if row[name] else 0 for row in rows], dtype=np.int32)
                for name in DAYS
            },
            # Adding 0 makes one zero of two: a push of -0.0 is none.
            directions=Coded.of([tuple((k, v + 0.0) for k, v in row["directions"].items()) for row in rows]),
            line=np.array([row["line"] for row in rows], dtype=np.int32),
        )

    def __len__(self) -> int:
        """Count the reports."""
        return len(self.line)

    @overload
    def __getitem__(self, index: int) -> Report: ...
    @overload
    def __getitem__(self, index: slice) -> ReportTable: ...
    def __getitem__(self, index: int | slice) -> Report | ReportTable:
        """Return one report, or a table of some."""
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        return self.take(np.array([range(len(self))[index]]))._made()[0]

    def __iter__(self) -> Iterator[Report]:
        """Make one report after the other."""
        for first in range(0, len(self), _BATCH):
            yield from self[first : first + _BATCH]._made()

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same reports."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def take(self, rows: np.ndarray) -> ReportTable:
        """Return some reports, by position or by a mask."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(
            self,
            texts={name: column.take(rows) for name, column in self.texts.items()},
            days={name: column[rows] for name, column in self.days.items()},
            directions=self.directions.take(rows),
            line=self.line[rows],
        )

    def compact(self) -> ReportTable:
        """Return the same reports, and no text that is in none of them."""
        return replace(
            self,
            texts={name: column.canonical() for name, column in self.texts.items()},
            directions=self.directions.canonical(),
        )

    def content(self) -> Iterator[bytes]:
        """Spell out all that the reports say, but not their lines: the same compact reports give the same bytes."""
        yield canonical_json(["reports", len(self)]).encode()
        for name, told in self.texts.items():
            yield from (name.encode(), told.code.astype("<i4").tobytes())
            yield np.fromiter(map(len, told.values), "<i4", len(told.values)).tobytes()  # where each text ends
            yield "".join(told.values).encode()
        pushes = self.directions.map(lambda pairs: tuple(sorted(pairs))).canonical()
        yield from (canonical_json(pushes.values).encode(), pushes.code.astype("<i4").tobytes())
        for name, days in self.days.items():
            yield from (name.encode(), days.astype("<i4").tobytes())

    def _made(self) -> list[Report]:
        columns: dict[str, Sequence[Any]] = {name: column.rows() for name, column in self.texts.items()}
        for name, ordinals in self.days.items():
            columns[name] = [dt.date.fromordinal(day) if day else None for day in ordinals.tolist()]
        columns["directions"] = [dict(pairs) for pairs in self.directions.rows()]
        columns["line"] = self.line.tolist()
        names = list(columns)
        return [Report(**dict(zip(names, row, strict=True))) for row in zip(*columns.values(), strict=True)]
