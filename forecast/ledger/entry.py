"""What an entry of the ledger says: one frozen type per kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # loading it loads numpy, which reading the ledger does not need
    from forecast.projection.results import Status

__all__ = [
    "Entry",
    "ForecastEntry",
    "JudgedOutcome",
    "JudgementEntry",
    "PublishEntry",
    "RecordedOutcome",
    "ResolutionEntry",
    "shortened",
]

_SHORT_ID = 12  # hexadecimal digits shown where an id need not be whole


def shortened(entry_id: str) -> str:
    """The first digits of an id, enough in practice."""
    return entry_id[:_SHORT_ID]


@dataclass(frozen=True, kw_only=True)
class _Recorded:
    """What every entry has.

    Attributes
    ----------
    number : int
        1, 2, 3, ... without a gap.
    created : str
        When it was recorded: UTC, ISO 8601 with a final Z.
    scenario : str
        The scenario's id.
    previous_hash, entry_hash : str
        The chain; ``entry_hash`` covers all other fields.
    """

    number: int
    created: str
    scenario: str
    previous_hash: str
    entry_hash: str

    @property
    def id(self) -> str:
        """The entry's hash; any prefix that is its own finds it."""
        return self.entry_hash

    @property
    def short_id(self) -> str:
        """The first digits of the id, enough in practice."""
        return shortened(self.entry_hash)


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


@dataclass(frozen=True, kw_only=True)
class ForecastEntry(_Recorded):
    """One forecast of the model.

    Attributes
    ----------
    stage : {"draft"}
        What the entry was when it was written; a :class:`PublishEntry` publishes it.
    diagnostics : mapping
        Fields of :class:`forecast.projection.results.Diagnostics`; ``None`` where a number is not defined.
    draws_hash, view_hash : str
        SHA-256 of the posterior draws and of the report's document, which are stored under these names.
    scenario_text_hash, evidence_file_hash : str or None
        SHA-256 of the scenario file's text and of the visible evidence, stored likewise; ``None`` in entries of the
        first version of the ledger, which did not keep them.
    model_code_hash : str or None
        SHA-256 of the code that a fit rests on, :func:`forecast.code.model_code_hash`; ``None`` in entries that
        know the whole program's version only.
    as_recorded : bool
        Whether of what was reported by the as-of date it used only what had been entered by then; entries that do not
        say did not ask.
    fit : str or None
        Id of the forecast whose draws this one reweights; empty where the draws are its own, ``None`` in entries of
        the first version, whose draws always are.
    """

    kind: Literal["forecast"] = "forecast"
    stage: Literal["draft"]
    title: str
    scenario_hash: str
    evidence_hash: str
    code_version: str
    seed: int
    as_of: dt.date
    horizon: dt.date
    method: Literal["nuts", "reweight"]
    status: Status
    outcomes: tuple[RecordedOutcome, ...]
    diagnostics: Mapping[str, Any]
    draws_hash: str
    view_hash: str
    scenario_text_hash: str | None = None
    evidence_file_hash: str | None = None
    model_code_hash: str | None = None
    fit: str | None = None
    as_recorded: bool = False

    @property
    def fit_id(self) -> str:
        """Id of the forecast that stored the draws: this one's own where it did."""
        return self.fit or self.id

    @property
    def top_outcome(self) -> RecordedOutcome:
        """The most probable outcome."""
        return max(self.outcomes, key=lambda outcome: outcome.probability)


@dataclass(frozen=True, kw_only=True)
class PublishEntry(_Recorded):
    """A forecast became public.

    Attributes
    ----------
    forecast : str
        Id of the forecast.
    """

    kind: Literal["publish"] = "publish"
    forecast: str


@dataclass(frozen=True, kw_only=True)
class ResolutionEntry(_Recorded):
    """How a scenario ended; the latest one for a scenario and horizon holds.

    Attributes
    ----------
    outcome : str or None
        Name of the outcome; ``None`` when the question is void.
    date : date
        Day on which it was settled.
    horizon : dt.date
        Day by which the outcomes were to be told apart: forecasts to that horizon are resolved.
    scenario_hash : str
        Of the scenario file that named the outcome.
    """

    kind: Literal["resolution"] = "resolution"
    outcome: str | None
    date: dt.date
    horizon: dt.date
    note: str
    source: str
    scenario_hash: str

    @property
    def void(self) -> bool:
        """Whether the question is not to be scored."""
        return self.outcome is None


@dataclass(frozen=True)
class JudgedOutcome:
    """A person's or a crowd's probability of one outcome."""

    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class JudgementEntry(_Recorded):
    """A person's or a crowd's own probabilities, public at once.

    Attributes
    ----------
    by : str
        Who gave them.
    date : date
        Day for which they were given; ``created`` says when they were recorded.
    horizon : dt.date
        Day by which the outcomes are told apart.
    outcomes : tuple of JudgedOutcome
        In the scenario's order.
    complete : bool
        Whether all of the scenario's outcomes are named, summing to 1: then they are one forecast over all outcomes,
        else each is an answer to the yes/no question whether that outcome happens.
    scenario_hash : str
        Of the scenario file that named the outcomes.
    """

    kind: Literal["judgement"] = "judgement"
    by: str
    date: dt.date
    horizon: dt.date
    outcomes: tuple[JudgedOutcome, ...]
    complete: bool
    note: str
    source: str
    scenario_hash: str

    @property
    def top_outcome(self) -> JudgedOutcome:
        """The most probable outcome of those named."""
        return max(self.outcomes, key=lambda outcome: outcome.probability)


Entry = ForecastEntry | PublishEntry | ResolutionEntry | JudgementEntry
