"""Two recorded forecasts of one question beside each other: what differs in their outcomes and in what they rest on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.evidence.difference import Change
from forecast.ledger.entry import ForecastEntry, RecordedOutcome
from forecast.report.view import View

__all__ = ["AssumptionChange", "Comparison", "OutcomeChange", "assumption_changes", "outcome_changes", "settings"]

_CLEAR_BY = 2.0  # Monte Carlo errors
_SAME = 1e-6  # relative: what only rounding tells apart


@dataclass(frozen=True)
class OutcomeChange:
    """One outcome in both forecasts.

    Attributes
    ----------
    difference, mcse : float
        Second less first, and its Monte Carlo standard error as if the two were independent: where both rest on the
        draws of one fit it is smaller.
    """

    first: RecordedOutcome
    second: RecordedOutcome
    difference: float
    mcse: float

    @property
    def clear(self) -> bool:
        """Whether the difference exceeds what the Monte Carlo error can do."""
        return abs(self.difference) > _CLEAR_BY * self.mcse


@dataclass(frozen=True)
class AssumptionChange:
    """A quantity whose range given beforehand differs; ``None`` where a forecast does without it."""

    key: str
    unit: str
    first: tuple[float, float] | None
    second: tuple[float, float] | None


@dataclass(frozen=True)
class Comparison:
    """What differs.

    Attributes
    ----------
    outcomes : tuple of OutcomeChange
        In the scenario's order.
    evidence : tuple of Change or None
        What the second knows and the first does not, and the reverse; ``None`` where the ledger did not keep it.
    settings : tuple of (str, str, str)
        Name and both values of what else differs.
    words : mapping
        What things are called, by their place in the scenario file.
    """

    first: ForecastEntry
    second: ForecastEntry
    outcomes: tuple[OutcomeChange, ...]
    evidence: tuple[Change, ...] | None
    assumptions: tuple[AssumptionChange, ...]
    settings: tuple[tuple[str, str, str], ...]
    words: dict[str, str]

    @property
    def one_fit(self) -> bool:
        """Whether both rest on the draws of one fit."""
        return self.first.fit_id == self.second.fit_id

    @property
    def same_scenario(self) -> bool:
        """Whether both were made from the same scenario file."""
        return self.first.scenario_hash == self.second.scenario_hash


def outcome_changes(first: ForecastEntry, second: ForecastEntry) -> tuple[OutcomeChange, ...]:
    """Differences by outcome; both name the same ones."""
    before = {outcome.name: outcome for outcome in first.outcomes}
    return tuple(
        OutcomeChange(
            before[outcome.name],
            outcome,
            outcome.probability - before[outcome.name].probability,
            math.hypot(outcome.mcse, before[outcome.name].mcse),
        )
        for outcome in second.outcomes
    )


def assumption_changes(first: View, second: View) -> tuple[AssumptionChange, ...]:
    """Quantities that one has and the other has not, or has with another range; in the order of the files."""
    was, now = ({item.key: item for item in view.assumptions} for view in (first, second))
    found = []
    for key in {**now, **was}:
        ends = [None if key not in given else given[key].prior for given in (was, now)]
        if not _alike(*ends):
            found.append(AssumptionChange(key, (now.get(key) or was[key]).unit, *ends))
    return tuple(found)


def _alike(first: Sequence[float] | None, second: Sequence[float] | None) -> bool:
    if first is None or second is None:
        return first is second
    return all(math.isclose(a, b, rel_tol=_SAME, abs_tol=_SAME**2) for a, b in zip(first, second, strict=True))


def settings(first: ForecastEntry, second: ForecastEntry) -> tuple[tuple[str, str, str], ...]:
    """What else may make two forecasts differ, where it does."""

    def of(entry: ForecastEntry) -> dict[str, str]:
        return {
            "as-of date": entry.as_of.isoformat(),
            "evidence cut": "as recorded by then" if entry.as_recorded else "as known now",
            "status": entry.status,
            "draws": f"of the fit {entry.fit_id[:12]}",
            "method": {"nuts": "full fit", "reweight": "reweighted"}[entry.method],
            "seed": str(entry.seed),
            "scenario file": entry.scenario_hash[:12],
            "code": entry.code_version,
        }

    was, now = of(first), of(second)
    return tuple((name, was[name], now[name]) for name in was if was[name] != now[name])
