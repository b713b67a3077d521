"""What one entry of the ledger says, its hash, and its form as a row of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from forecast.ledger.canonical import canonical_json, finite_or_none, sha256
from forecast.timegrid import iso_date

if TYPE_CHECKING:  # loading it loads numpy, which reading the ledger does not need
    from forecast.projection.results import Forecast, Status

__all__ = ["GENESIS", "Entry", "RecordedOutcome", "Row", "forecast_content", "from_row", "hash_row"]

GENESIS = "0" * 64
"""The previous hash of the first entry."""

SHORT_ID = 12  # hexadecimal digits shown where an id need not be whole


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


@dataclass(frozen=True)
class RecordedOutcome:
    """One outcome as it was issued; the fields are those of :class:`forecast.projection.results.OutcomeForecast`."""

    name: str
    title: str
    probability: float
    mcse: float
    low80: float
    high80: float
    prior: float
    prior_mcse: float


@dataclass(frozen=True)
class Entry:
    """One forecast as the ledger keeps it.

    Attributes
    ----------
    stage : {"draft"}
        What the entry was when it was written.
    diagnostics : mapping
        Fields of :class:`forecast.projection.results.Diagnostics`; ``None`` where a number is not defined.
    draws_hash, view_hash : str
        SHA-256 of the posterior draws and of the report's document, which are stored under these names.
    """

    number: int
    kind: Literal["forecast"]
    created: str
    scenario: str
    stage: Literal["draft"]
    title: str
    scenario_hash: str
    evidence_hash: str
    code_version: str
    seed: int
    as_of: date
    horizon: date
    method: Literal["nuts", "reweight"]
    status: Status
    outcomes: tuple[RecordedOutcome, ...]
    diagnostics: Mapping[str, Any]
    draws_hash: str
    view_hash: str
    previous_hash: str
    entry_hash: str

    @property
    def id(self) -> str:
        """The entry's hash; any prefix that is its own finds it."""
        return self.entry_hash

    @property
    def short_id(self) -> str:
        """The first digits of the id, enough in practice."""
        return self.entry_hash[:SHORT_ID]

    @property
    def top_outcome(self) -> RecordedOutcome:
        """The most probable outcome."""
        return max(self.outcomes, key=lambda outcome: outcome.probability)


def forecast_content(forecast: Forecast, *, draws_hash: str, view_hash: str) -> str:
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
            "seed": forecast.seed,
            "as_of": forecast.as_of.isoformat(),
            "horizon": forecast.horizon.isoformat(),
            "method": forecast.method,
            "status": forecast.status,
            "outcomes": outcomes,
            "diagnostics": finite_or_none(asdict(forecast.diagnostics)),
            "draws_hash": draws_hash,
            "view_hash": view_hash,
        }
    )


def hash_row(number: int, kind: str, created: str, scenario: str, content: str, previous_hash: str) -> str:
    """SHA-256 of the canonical JSON of every stored field but the hash itself."""
    return sha256(canonical_json([number, kind, created, scenario, content, previous_hash]))


def from_row(row: Row) -> Entry:
    """Read a row."""
    content = json.loads(row.content)
    return Entry(
        number=row.number,
        kind="forecast",
        created=row.created,
        scenario=row.scenario,
        previous_hash=row.previous_hash,
        entry_hash=row.entry_hash,
        **{
            **content,
            "as_of": iso_date(content["as_of"]),
            "horizon": iso_date(content["horizon"]),
            "outcomes": tuple(RecordedOutcome(**outcome) for outcome in content["outcomes"]),
        },
    )
