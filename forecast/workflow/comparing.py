"""Compare two recorded forecasts of one question."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import InputError
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.workflow.case import wrong
from forecast.workflow.kept import kept_evidence, kept_scenario
from forecast.workflow.recorded import recorded_forecast
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.evidence.difference import Change
    from forecast.projection.results import Status
    from forecast.report.compared import Comparison

__all__ = ["CompareResult", "compare"]


@dataclass(frozen=True)
class CompareResult:
    """What differs, and the page that shows it."""

    comparison: Comparison
    html: Path

    @property
    def status(self) -> Status:
        """The worse of both."""
        statuses = {self.comparison.first.status, self.comparison.second.status}
        return next(status for status in ("FAIL", "REVIEW", "PASS") if status in statuses)


def compare(workspace: Workspace, name: str, first_id: str, second_id: str) -> CompareResult:
    """Put two forecasts beside each other and write ``compare_<first>_<second>.html`` among the scenario's reports.

    Parameters
    ----------
    name : str
        As :func:`forecast.workflow.recorded.recorded_forecast`.
    first_id, second_id : str
        Ledger ids or prefixes; differences are the second less the first.

    Raises
    ------
    InputError
        When there is no such entry, or the two do not answer the same question.
    ForecastError
        When what the ledger kept was changed.
    """
    ledger = Ledger(workspace.ledger)
    first, second = (recorded_forecast(workspace, name, given) for given in (first_id, second_id))
    if reason := _not_comparable(ledger, first, second):
        raise wrong("--compare", f"{first.short_id} and {second.short_id} cannot be compared: {reason}")
    folder = workspace.reports(second.scenario)
    require_writable((folder,))
    from forecast.report.compare_page import write_comparison
    from forecast.report.compared import Comparison, assumption_changes, outcome_changes, settings
    from forecast.report.view import View

    before, after = (View.model_validate_json(ledger.read_view(entry)) for entry in (first, second))
    found = Comparison(
        first=first,
        second=second,
        outcomes=outcome_changes(first, second),
        evidence=_evidence(ledger, first, second),
        assumptions=assumption_changes(before, after),
        settings=settings(first, second),
        words={**before.words, **after.words},
    )
    html = folder / f"compare_{first.short_id}_{second.short_id}.html"
    write_comparison(found, html)
    return CompareResult(found, html)


def _not_comparable(ledger: Ledger, first: ForecastEntry, second: ForecastEntry) -> str:
    """Why two forecasts answer different questions; empty where they answer one."""
    if first.id == second.id:
        return "they are the same forecast"
    if first.horizon != second.horizon:
        return f"the outcomes are told apart by {first.horizon} in one and by {second.horizon} in the other"
    names = [{outcome.name for outcome in entry.outcomes} for entry in (first, second)]
    if names[0] != names[1]:
        return f"only one of them has the outcome {', '.join(sorted(names[0] ^ names[1]))}"
    if first.scenario_hash == second.scenario_hash or None in (first.scenario_text_hash, second.scenario_text_hash):
        return ""  # of entries without the file, names are all that is known
    try:
        was, now = (kept_scenario(ledger, entry) for entry in (first, second))
    except InputError:
        return ""  # a file that this version reads no more
    order = [[(outcome.name, outcome.when) for outcome in scenario.outcomes] for scenario in (was, now)]
    if order[0] != order[1]:
        changed = [name for name, when in order[1] if dict(order[0])[name] != when]
        return f"the outcomes are defined otherwise: {', '.join(changed) or 'their order'}"
    return ""


def _evidence(ledger: Ledger, first: ForecastEntry, second: ForecastEntry) -> tuple[Change, ...] | None:
    from forecast.evidence.difference import difference

    if None in (first.evidence_file_hash, second.evidence_file_hash):
        return None
    return difference(kept_evidence(ledger, first), kept_evidence(ledger, second))
