"""Put a forecast on record: files first, then the ledger entry that names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.code import model_code_hash
from forecast.errors import Problem
from forecast.evidence.difference import Change, difference
from forecast.evidence.visible import visible_evidence
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.workflow.case import Case

if TYPE_CHECKING:
    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.posterior import Posterior
    from forecast.projection.results import Forecast
    from forecast.report.view import View
    from forecast.report.write import ReportFiles

__all__ = ["RunResult", "keep", "what_was_kept"]


@dataclass(frozen=True)
class RunResult:
    """A forecast as it was kept.

    Attributes
    ----------
    view : View
        What the report shows, as the ledger keeps it.
    files : ReportFiles or None
        ``None`` where no report has been written.
    fit : ForecastEntry
        Whose draws it rests on: its own entry, or for an update an earlier one.
    refit : str
        Why an update needed a fit of its own; empty where it did not.
    refit_near : str
        How near the next update may be to one; empty where it is not.
    standing : bool
        Whether nothing was recorded, since nothing is new: the entry is an earlier one, and so is ``previous``.
    left_out : int
        Rows of evidence that were reported after the as-of date.
    previous : ForecastEntry or None
        The scenario's last entry before this one that is as recorded if this one is, where it has the same horizon.
    news : tuple of Change
        What this forecast knows and that last one did not.
    warnings : tuple of Problem
        Of the dates and of the scenario's text.
    seconds : mapping
        Wall time by stage, with ``total``.
    """

    case: Case
    entry: ForecastEntry
    view: View
    files: ReportFiles | None
    fit: ForecastEntry
    previous: ForecastEntry | None
    news: tuple[Change, ...]
    as_of_defaulted: bool
    left_out: int
    warnings: tuple[Problem, ...]
    seconds: Mapping[str, float]
    refit: str = ""
    refit_near: str = ""
    standing: bool = False


def keep(
    case: Case, snapshot: Snapshot, forecast: Forecast, draws: Posterior | ForecastEntry
) -> tuple[ForecastEntry, View, ForecastEntry | None, tuple[Change, ...]]:
    """Write draws, document, scenario and evidence of a forecast, then its entry.

    Parameters
    ----------
    draws : Posterior or ForecastEntry
        Draws to be stored, or the entry of the forecast that stored them.

    Returns
    -------
    entry, view : ForecastEntry, View
    previous : ForecastEntry or None
        The scenario's forecast as of the latest day up to its own, as recorded if this one is, where it has the same
        horizon.
    news : tuple of Change
        What that last forecast did not know; empty where its evidence was not kept.
    """
    from forecast.report.view import build_view

    ledger = case.ledger
    visible = visible_evidence(case.scenario, case.evidence, snapshot.as_of, as_recorded=snapshot.as_recorded)
    alike = [
        entry
        for entry in ledger.forecasts(forecast.scenario)
        if entry.as_recorded == forecast.as_recorded and entry.as_of <= snapshot.as_of
    ]
    previous = max(alike, key=lambda entry: (entry.as_of, entry.number), default=None)
    known = ledger.read_evidence(previous) if previous else None
    unseen = len(case.evidence.reports) - len(snapshot.reports)
    view = build_view(forecast, case.scenario, snapshot.reports, n_ignored=unseen)
    entry = ledger.record(
        forecast,
        draws_hash=draws.draws_hash if isinstance(draws, ForecastEntry) else _store(ledger, draws),
        view_hash=ledger.store_view(view.model_dump_json()),
        scenario_text_hash=ledger.store_scenario(case.loaded.text),
        evidence_file_hash=ledger.store_evidence(visible),
        model_code_hash=model_code_hash(),
        fit=draws.id if isinstance(draws, ForecastEntry) else "",
    )
    comparable = previous is not None and previous.horizon == forecast.horizon
    return entry, view, previous if comparable else None, difference(known, visible) if known else ()


def _store(ledger: Ledger, draws: Posterior) -> str:
    from forecast.inference.posterior import save_posterior

    return ledger.store_draws(lambda path: save_posterior(draws, path))


def what_was_kept(ledger: Ledger, before: int, name: str) -> str:
    """Say whether a forecast that was interrupted stands in the ledger: only the ledger knows.

    Parameters
    ----------
    before : int
        Number of the ledger's last forecast when it began.
    """
    made = [entry for entry in ledger.forecasts() if entry.number > before]
    if not made:
        return "nothing was recorded"
    again = f"forecast report {name} --id {made[-1].short_id}"
    return f"the forecast is recorded as {made[-1].short_id}, but its report may be missing; `{again}` writes it"
