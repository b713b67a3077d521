"""A recorded forecast as other formats are given it: the ledger entry, the report's document, how it was resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forecast.code import release
from forecast.ledger.entry import ForecastEntry, ResolutionEntry
from forecast.report.view import View

__all__ = ["Issued", "Probability"]

type Kind = Literal["outcome", "state"]


@dataclass(frozen=True)
class Probability:
    """One number of a forecast.

    Attributes
    ----------
    date : date
        For an outcome, if this day were the horizon; for a state, being in it on that day.
    mcse : float
        Monte Carlo standard error of ``probability``.
    """

    date: date
    kind: Kind
    name: str
    probability: float
    mcse: float


@dataclass(frozen=True)
class Issued:
    """A forecast as it was issued.

    Attributes
    ----------
    view : View
        What the ledger kept of it for reports.
    stage : {"draft", "published"}
    resolutions : mapping of date to ResolutionEntry
        How the scenario ended, by horizon, so far.
    """

    entry: ForecastEntry
    view: View
    stage: Literal["draft", "published"]
    resolutions: Mapping[date, ResolutionEntry]

    @property
    def stem(self) -> str:
        """What its files are called: the dates and the entry, so that no other forecast's files are."""
        return f"{self.entry.as_of}_{self.entry.horizon}_{self.entry.short_id}"

    def by_date(self) -> Iterator[Probability]:
        """Every probability by date, outcomes and then states; the last date is the horizon."""
        path = self.view.path
        names = [outcome.name for outcome in self.view.outcomes]
        tables: tuple[tuple[Kind, Sequence[str], Sequence[Sequence[float]], Sequence[Sequence[float]]], ...] = (
            ("outcome", names, path.outcomes, path.outcomes_mcse),
            ("state", path.state_names, path.states, path.states_mcse),
        )
        for t, day in enumerate(path.dates):
            for kind, labels, values, errors in tables:
                for name, value, error in zip(labels, values, errors, strict=True):
                    yield Probability(day, kind, name, value[t], error[t])

    def identity(self) -> dict[str, Any]:
        """What the forecast is, for whoever finds its numbers elsewhere: ids, hashes, dates."""
        entry = self.entry
        return {
            "scenario": entry.scenario,
            "title": entry.title,
            "as_of": entry.as_of.isoformat(),
            "horizon": entry.horizon.isoformat(),
            "as_recorded": entry.as_recorded,
            "status": entry.status,
            "stage": self.stage,
            "method": entry.method,
            "seed": entry.seed,
            "created": entry.created,
            "ledger_id": entry.id,
            "fit_id": entry.fit_id,
            "scenario_hash": entry.scenario_hash,
            "evidence_hash": entry.evidence_hash,
            "code_version": entry.code_version,
            "exported_by": f"scenario-forecast {release()}",
        }
