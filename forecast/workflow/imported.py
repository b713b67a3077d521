"""What an import added to a case's events, or would add."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import Problem
from forecast.exchange.applying import Applied, Made
from forecast.exchange.mapping_file import LoadedMapping
from forecast.scenario.file import LoadedScenario

__all__ = ["Adding", "ImportResult"]


@dataclass(frozen=True)
class Adding:
    """Reports of one type and grade that are new.

    Attributes
    ----------
    n_reports : int
    n_events : int
        Of which so many are first reports of an event; the others are folded into one of these by ``same_as``.
    """

    type: str
    grade: str
    n_reports: int
    n_events: int


@dataclass(frozen=True)
class ImportResult:
    """What an import added, or would add.

    Attributes
    ----------
    path : Path
        The case's events.
    previewed : bool
        Whether nothing was written.
    applied : Applied
        What became of the rows of the export.
    new : tuple of Made
        Reports that the case did not have, in the file's order.
    n_known : int
        Reports that the case has, by their ids.
    changed : tuple of (str, int)
        Ids of those of them whose row now says something else, with its line in the export; the case's row stays.
    alike : tuple of (Made, str)
        New reports of the type and day of a report that the case has from elsewhere, with that one's id.
    """

    loaded: LoadedScenario
    mapping: LoadedMapping
    source: Path
    path: Path
    previewed: bool
    applied: Applied
    new: tuple[Made, ...]
    n_known: int
    changed: tuple[tuple[str, int], ...]
    alike: tuple[tuple[Made, str], ...]

    @property
    def adding(self) -> tuple[Adding, ...]:
        """New reports by type and grade, in the order of the scenario's types."""
        rows = [made.row for made in self.new]
        reports = Counter((row["event_type"], row["reliability"] + row["credibility"]) for row in rows)
        events = Counter(
            (row["event_type"], row["reliability"] + row["credibility"]) for row in rows if "same_as" not in row
        )
        order = list(self.loaded.scenario.events)
        keys = sorted(reports, key=lambda key: (order.index(key[0]), key))
        return tuple(Adding(*key, reports[key], events[key]) for key in keys)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What to look at twice."""
        found = []
        events = self.loaded.scenario.events
        for name in dict.fromkeys(item.type for item in self.adding):
            if events[name].coverage.complete:
                message = f"the coverage of {name} is complete, so its silence is evidence: the source must miss none"
                found.append(Problem("", 0, "", message))
        if self.changed:
            listed = ", ".join(f"{identifier} (line {line})" for identifier, line in self.changed[:3])
            more = ", ..." if len(self.changed) > 3 else ""
            message = f"{len(self.changed)} rows say something else than when they were imported: {listed}{more}; the"
            found.append(Problem(str(self.source), 0, "", f"{message} case's rows stay, a correction `replaces` one"))
        if self.alike:
            first = "; ".join(f"{made.row['id']} (line {made.line}) and {there}" for made, there in self.alike[:3])
            more = "; ..." if len(self.alike) > 3 else ""
            n = "1 new report has" if len(self.alike) == 1 else f"{len(self.alike)} new reports have"
            message = f"{n} type and day of one that the case has from elsewhere: {first}{more}."
            message += " Where both are of one event it counts twice: `withdraw` one of them"
            found.append(Problem(str(self.source), 0, "", message))
        return tuple(found)
