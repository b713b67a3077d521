"""Evidence as one JSON text that outlives the files it was read from, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from forecast.canonical import canonical_json
from forecast.errors import ForecastError
from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord
from forecast.timegrid import iso_date

__all__ = ["dump_evidence", "load_evidence"]

_FORMAT_VERSION = 1
_DATES = ("date", "start", "end", "reported", "entered", "withdrawn")


def dump_evidence(evidence: Evidence) -> str:
    """Write evidence as canonical JSON: the same rows give the same text.

    Parameters
    ----------
    evidence : Evidence
        As :func:`forecast.evidence.visible.visible_evidence` cuts it. Lines, questions and the files' hashes are left
        out: they say where a row stood, not what was known.

    Returns
    -------
    str
        :func:`load_evidence` reads back the same rows, every number to the last bit.
    """
    return canonical_json(
        {
            "format_version": _FORMAT_VERSION,
            "reports": _plain(evidence.reports),
            "series": _plain(evidence.series),
            "judgements": _plain(evidence.judgements),
            "transitions": _plain(evidence.transitions),
            "withdrawn": {row: day.isoformat() for row, day in evidence.withdrawn.items()},
        }
    )


def load_evidence(text: str | bytes) -> Evidence:
    """Read what :func:`dump_evidence` wrote; every line is 0.

    Raises
    ------
    ForecastError
        When the text was written in a format that this program does not know.
    """
    tables = json.loads(text)
    if tables["format_version"] != _FORMAT_VERSION:
        raise ForecastError(f"stored evidence has format {tables['format_version']}, this program reads format 1")
    return Evidence(
        reports=_records(Report, tables["reports"]),
        series=_records(SeriesValue, tables["series"]),
        judgements=_records(Judgement, tables["judgements"]),
        transitions=_records(TransitionRecord, tables["transitions"]),
        withdrawn={row: iso_date(day) for row, day in tables.get("withdrawn", {}).items()},  # not kept at first
    )


def _plain(rows: Sequence[Report | SeriesValue | Judgement | TransitionRecord]) -> list[dict[str, Any]]:
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(row).items()
            if name != "line"
        }
        for row in rows
    ]


def _records[Record](kind: Callable[..., Record], rows: list[dict[str, Any]]) -> tuple[Record, ...]:
    return tuple(
        kind(line=0, **{name: iso_date(value) if name in _DATES and value else value for name, value in row.items()})
        for row in rows
    )
