"""What later entries make of earlier ones: which forecasts are published, and how their questions were resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from forecast.ledger.entry import Entry, ForecastEntry, JudgementEntry, PublishEntry, ResolutionEntry

__all__ = ["Standing", "standing"]


@dataclass(frozen=True)
class Standing:
    """How things stand after all entries.

    Attributes
    ----------
    publications : mapping
        Of each published forecast, by its id.
    resolutions : mapping
        The latest of each scenario and horizon.
    """

    publications: Mapping[str, PublishEntry]
    resolutions: Mapping[tuple[str, date], ResolutionEntry]

    def stage(self, entry: ForecastEntry) -> Literal["draft", "published"]:
        """Whether a forecast is public."""
        return "published" if entry.id in self.publications else "draft"

    def resolution(self, entry: ForecastEntry | JudgementEntry) -> ResolutionEntry | None:
        """How the question of an entry was resolved, so far."""
        return self.resolutions.get((entry.scenario, entry.horizon))


def standing(entries: Iterable[Entry]) -> Standing:
    """Go through entries, oldest first."""
    publications: dict[str, PublishEntry] = {}
    resolutions: dict[tuple[str, date], ResolutionEntry] = {}
    for entry in entries:
        if isinstance(entry, PublishEntry):
            publications.setdefault(entry.forecast, entry)
        if isinstance(entry, ResolutionEntry):
            resolutions[entry.scenario, entry.horizon] = entry
    return Standing(publications, resolutions)
