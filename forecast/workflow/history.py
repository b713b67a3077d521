"""The forecasts and the judgements of one question, from the ledger: for the report of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecast.ledger.entry import ForecastEntry, JudgementEntry
from forecast.ledger.store import Ledger

if TYPE_CHECKING:
    from forecast.report.outlooks import PastForecastView, RivalView

__all__ = ["past_forecasts", "rivals"]


def past_forecasts(ledger: Ledger, entry: ForecastEntry, outcomes: Sequence[str]) -> tuple[PastForecastView, ...]:
    """Earlier entries that forecast the same outcomes by the same day, the last one for each as-of date, oldest first.

    Those whose diagnostics failed do not count; those from another version of the scenario file do, and say so.
    """
    from forecast.report.outlooks import PastForecastView

    last = {
        other.as_of: other
        for other in ledger.forecasts(entry.scenario)
        if other.number < entry.number
        and (other.horizon, other.as_recorded) == (entry.horizon, entry.as_recorded)
        and other.as_of < entry.as_of
        and other.status != "FAIL"
    }
    found = []
    for day in sorted(last):
        named = {outcome.name: outcome for outcome in last[day].outcomes}
        columns = {
            field: tuple(getattr(named[name], field) if name in named else None for name in outcomes)
            for field in ("probability", "low80", "high80")
        }
        same = last[day].scenario_hash == entry.scenario_hash
        found.append(PastForecastView(as_of=day, id=last[day].id, same_scenario=same, **columns))
    return tuple(found)


def rivals(ledger: Ledger, entry: ForecastEntry, outcomes: Sequence[str]) -> tuple[RivalView, ...]:
    """What others said of the same outcomes by the same day, on the as-of date or before it: the last of each."""
    from forecast.report.outlooks import RivalView

    last: dict[str, JudgementEntry] = {}
    for other in ledger.entries(entry.scenario):
        alike = isinstance(other, JudgementEntry) and other.horizon == entry.horizon and other.date <= entry.as_of
        if isinstance(other, JudgementEntry) and alike:
            before = last.get(other.by)
            if before is None or before.date <= other.date:
                last[other.by] = other
    found = []
    for who in sorted(last):
        said = last[who]
        given = {outcome.name: outcome.probability for outcome in said.outcomes}
        found.append(
            RivalView(
                by=said.by,
                date=said.date,
                complete=said.complete,
                note=said.note,
                source=said.source,
                probability=tuple(given.get(name) for name in outcomes),
            )
        )
    return tuple(found)
