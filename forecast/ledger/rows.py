"""The form of an entry as a row of the table, and the hash that chains rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from forecast.canonical import canonical_json, finite_or_none, sha256
from forecast.errors import ForecastError
from forecast.ledger.entry import (
    Entry,
    ForecastEntry,
    JudgedOutcome,
    JudgementEntry,
    PublishEntry,
    RecordedOutcome,
    ResolutionEntry,
)
from forecast.timegrid import iso_date

if TYPE_CHECKING:  # loading it loads numpy, which reading the ledger does not need
    from forecast.projection.results import Forecast

__all__ = [
    "GENESIS",
    "Row",
    "forecast_content",
    "from_row",
    "hash_row",
    "judgement_content",
    "publish_content",
    "resolution_content",
]

GENESIS = "0" * 64
"""The previous hash of the first entry."""

_KINDS: dict[str, type[ForecastEntry | PublishEntry | ResolutionEntry | JudgementEntry]] = {
    kind.kind: kind for kind in (ForecastEntry, PublishEntry, ResolutionEntry, JudgementEntry)
}
_DATES = ("as_of", "date", "horizon")


@dataclass(frozen=True)
class Row:
    """One row of the table, as stored.

    Attributes
    ----------
    number : int
        1, 2, 3, ... without a gap.
    kind : str
        What the content is.
    created : str
        UTC, ISO 8601 with a final Z.
    content : str
        Canonical JSON.
    previous_hash, entry_hash : str
        The chain; ``entry_hash`` covers all other fields.
    """

    number: int
    kind: str
    created: str
    scenario: str
    content: str
    previous_hash: str
    entry_hash: str


def hash_row(number: int, kind: str, created: str, scenario: str, content: str, previous_hash: str) -> str:
    """SHA-256 of the canonical JSON of every stored field but the hash itself."""
    return sha256(canonical_json([number, kind, created, scenario, content, previous_hash]))


def forecast_content(
    forecast: Forecast,
    *,
    draws_hash: str,
    view_hash: str,
    scenario_text_hash: str,
    evidence_file_hash: str,
    model_code_hash: str,
    fit: str,
) -> str:
    """Write what the ledger keeps of a forecast as canonical JSON."""
    outcomes = [
        {
            "name": outcome.name,
            "title": outcome.title,
            "probability": float(outcome.probability),
            "mcse": float(outcome.mcse),
            "low80": float(outcome.low80),
            "high80": float(outcome.high80),
            "prior": float(outcome.prior),
            "prior_mcse": float(outcome.prior_mcse),
        }
        for outcome in forecast.outcomes
    ]
    return canonical_json(
        {
            "stage": "draft",
            "title": forecast.title,
            "scenario_hash": forecast.scenario_hash,
            "evidence_hash": forecast.evidence_hash,
            "code_version": forecast.code_version,
            "model_code_hash": model_code_hash,
            "seed": forecast.seed,
            "as_of": forecast.as_of.isoformat(),
            "horizon": forecast.horizon.isoformat(),
            "method": forecast.method,
            "status": forecast.status,
            "outcomes": outcomes,
            "diagnostics": finite_or_none(asdict(forecast.diagnostics)),
            "draws_hash": draws_hash,
            "view_hash": view_hash,
            "scenario_text_hash": scenario_text_hash,
            "evidence_file_hash": evidence_file_hash,
            "fit": fit,
            "as_recorded": forecast.as_recorded,
        }
    )


def publish_content(forecast: str) -> str:
    """Write what the ledger keeps of a publication as canonical JSON."""
    return canonical_json({"forecast": forecast})


def resolution_content(
    *, outcome: str | None, date: dt.date, horizon: dt.date, note: str, source: str, scenario_hash: str
) -> str:
    """Write what the ledger keeps of a resolution as canonical JSON."""
    return canonical_json(
        {
            "outcome": outcome,
            "date": date.isoformat(),
            "horizon": horizon.isoformat(),
            "note": note,
            "source": source,
            "scenario_hash": scenario_hash,
        }
    )


def judgement_content(
    *,
    by: str,
    date: dt.date,
    horizon: dt.date,
    outcomes: Sequence[JudgedOutcome],
    complete: bool,
    note: str,
    source: str,
    scenario_hash: str,
) -> str:
    """Write what the ledger keeps of a judgement as canonical JSON."""
    return canonical_json(
        {
            "by": by,
            "date": date.isoformat(),
            "horizon": horizon.isoformat(),
            "outcomes": [asdict(outcome) for outcome in outcomes],
            "complete": complete,
            "note": note,
            "source": source,
            "scenario_hash": scenario_hash,
        }
    )


def from_row(row: Row) -> Entry:
    """Read a row.

    Raises
    ------
    ForecastError
        When its content is not what its kind has: somebody has changed it.
    """
    try:
        kind, content = _KINDS[row.kind], json.loads(row.content)
        return kind(
            number=row.number,
            created=row.created,
            scenario=row.scenario,
            previous_hash=row.previous_hash,
            entry_hash=row.entry_hash,
            **{name: _value(row.kind, name, value) for name, value in content.items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"entry {row.number} of the ledger cannot be read; `forecast ledger verify` says what is wrong"
        raise ForecastError(message) from error


def _value(kind: str, name: str, value: Any) -> Any:
    if name in _DATES:
        return iso_date(value)
    if name == "outcomes":
        one = RecordedOutcome if kind == "forecast" else JudgedOutcome
        return tuple(one(**outcome) for outcome in value)
    return value
