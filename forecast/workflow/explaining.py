"""Why a recorded forecast differs from an earlier one: told from what the ledger kept of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from forecast.errors import ForecastError, InputError
from forecast.evidence.records import Evidence
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.file import stated_name
from forecast.scenario.types import Scenario
from forecast.workflow.case import Progress, silent, wrong
from forecast.workflow.explained import ExplainedPart, ExplainResult, by_driver, by_event_type, told_part
from forecast.workflow.kept import errors_of, kept_draws, kept_evidence, kept_scenario, probabilities_of
from forecast.workflow.leaving_out import left_out, unknown_reports
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.projection.explanation import Explanation

__all__ = ["explain", "explain_entry", "require_one_history"]


def explain(
    workspace: Workspace,
    name: str,
    *,
    since: date | None = None,
    horizon: date | None = None,
    leave_one_out: bool = False,
    refit: Sequence[str] = (),
    progress: Progress = silent,
) -> ExplainResult:
    """Explain the scenario's last forecast by an earlier one.

    Parameters
    ----------
    since : date, optional
        Explain from the last forecast as of this day or before; from the one before the last unless given.
    horizon : date, optional
        Of the forecasts compared; that of the last forecast unless given.
    leave_one_out : bool
        Also take out each report in turn.
    refit : sequence of str
        Reports of that second view, by id, to be left out by a new fit without them instead of by weights.

    Raises
    ------
    InputError
        When no forecast is stored that could be explained, which says what to type, or when a report to be left out is
        not in it.
    ForecastError
        When what the ledger kept is missing or was changed.
    """
    scenario, ledger = _named(workspace, name), Ledger(workspace.ledger)
    entries = [entry for entry in ledger.forecasts(scenario) if horizon in (None, entry.horizon)]
    if not entries:
        until = "" if horizon is None else f" to {horizon}"
        raise wrong("", f"no forecast of {scenario}{until} is recorded yet; make one with `forecast run {name}`")
    later = entries[-1]
    if since is not None and since > later.as_of:
        raise wrong("--since", f"{since} is after {later.as_of}, the as-of date of the forecast recorded last")
    earlier = _earlier(entries, later, since)
    if since is not None and earlier is None:
        missing = f"no comparable forecast as of {since} or before is stored"
        raise wrong("--since", f"{missing}; `forecast run {name} --as-of {since}` makes one")
    if earlier is not None and since not in (None, earlier.as_of):
        progress(f"no forecast as of {since} is stored; the last one before it is as of {earlier.as_of}")
    if unknown := unknown_reports(ledger, later, refit):
        raise InputError(unknown)
    result = _told(ledger, earlier, later, progress=progress)
    if leave_one_out or refit:
        result = replace(result, left_out=left_out(ledger, later, refit, progress))
    return result


def explain_entry(ledger: Ledger, later: ForecastEntry) -> ExplainResult:
    """Explain a recorded forecast by the comparable one before it, or where there is none by the prior.

    Raises
    ------
    ForecastError
        When what the ledger kept is missing or was changed.
    """
    entries = [entry for entry in ledger.forecasts(later.scenario) if entry.number <= later.number]
    return _told(ledger, _earlier(entries, later, None), later, progress=silent)


def _named(workspace: Workspace, name: str) -> str:
    path = workspace.scenario_path(name)
    return stated_name(path)


def _earlier(entries: Sequence[ForecastEntry], later: ForecastEntry, since: date | None) -> ForecastEntry | None:
    """The last forecast of the same question on earlier evidence: same scenario, same horizon, evidence kept."""
    comparable = [
        entry
        for entry in entries
        if entry.number < later.number
        and _question(entry) == _question(later)
        and entry.evidence_file_hash
        and entry.status != "FAIL"
        and entry.as_of <= (later.as_of if since is None else since)
        and entry.evidence_hash != later.evidence_hash
    ]
    return max(comparable, key=lambda entry: (entry.as_of, entry.number), default=None)


def _question(entry: ForecastEntry) -> tuple[date, str, bool]:
    return entry.horizon, entry.scenario_hash, entry.as_recorded


def _told(
    ledger: Ledger,
    earlier: ForecastEntry | None,
    later: ForecastEntry,
    *,
    progress: Progress,
) -> ExplainResult:
    import numpy as np

    scenario = kept_scenario(ledger, later)
    outcomes = tuple((outcome.name, outcome.title) for outcome in later.outcomes)
    parts: list[ExplainedPart] = []
    grouped: list[tuple[Explanation, dict[str, str]]] = []
    told, told_error = (np.zeros(len(outcomes)) for _ in range(2))
    if earlier is None:
        prior = np.array([outcome.prior for outcome in later.outcomes])
        error = np.array([outcome.prior_mcse for outcome in later.outcomes])
        total, total_error = probabilities_of(later) - prior, np.hypot(error, errors_of(later))
        text = "all evidence at once, from the scenario before any evidence to the fit"
        between = f"prior..{later.short_id}"
        parts.append(ExplainedPart("recomputation", between, later.as_of, text, "", total, total_error))
    else:
        total = probabilities_of(later) - probabilities_of(earlier)
        total_error = np.hypot(errors_of(earlier), errors_of(later))
        for before, after in _windows(ledger, earlier, later):
            progress(f"from {before.as_of} to {after.as_of}")
            made, types = _explained(ledger, scenario, before, after)
            grouped.append((made, types))
            parts.extend(told_part(part) for part in made.parts)
            moved = made.sum_of(made.parts)
            told, told_error = told + moved.change, np.hypot(told_error, moved.mcse)  # each window has its own draws
            rest = probabilities_of(after) - probabilities_of(before) - (made.after - made.before)
            text = "a new fit and new random numbers" if after.fit_id != before.fit_id else "new random numbers"
            between = f"{before.short_id}..{after.short_id}"
            # As if the three were independent: without a new fit they share draws, and this is too wide.
            both = np.sqrt(errors_of(before) ** 2 + errors_of(after) ** 2 + moved.mcse**2)
            parts.append(ExplainedPart("recomputation", between, after.as_of, f"Monte Carlo: {text}", "", rest, both))
    return ExplainResult(
        earlier=earlier,
        later=later,
        outcomes=outcomes,
        parts=tuple(parts),
        told=told,
        told_mcse=told_error,
        total=total,
        total_mcse=total_error,
        by_type=by_event_type(grouped),
        by_driver=by_driver(scenario, grouped),
        pareto_k=max((made.pareto_k for made, _ in grouped), default=-math.inf),
        k_limit=min((made.k_limit for made, _ in grouped), default=math.inf),
    )


def _windows(ledger: Ledger, earlier: ForecastEntry, later: ForecastEntry) -> list[tuple[ForecastEntry, ForecastEntry]]:
    """Cut the time between two forecasts at the fits that lie between them, the last one for each day."""
    fits = {
        entry.as_of: entry
        for entry in ledger.forecasts(later.scenario)
        if entry.method == "nuts"
        and entry.status != "FAIL"
        and entry.number < later.number
        and earlier.as_of < entry.as_of <= later.as_of
        and _question(entry) == _question(later)
        and entry.evidence_file_hash
    }
    stops = [earlier, *(fits[day] for day in sorted(fits)), later]
    return list(pairwise(stops))


def _explained(
    ledger: Ledger, scenario: Scenario, before: ForecastEntry, after: ForecastEntry
) -> tuple[Explanation, dict[str, str]]:
    """Explain one window; also the event type of every report that either end knew."""
    from forecast.projection.explanation import explain
    from forecast.projection.stages import Known

    fit = ledger.forecast(before.fit_id)
    start, end = kept_evidence(ledger, before), kept_evidence(ledger, after)
    require_one_history(start, end, before.short_id)
    made = explain(
        scenario,
        kept_draws(ledger, fit),
        Known(fit.as_of, kept_evidence(ledger, fit)),
        Known(before.as_of, start),
        Known(after.as_of, end),
        horizon=after.horizon,
        seed=fit.seed,
    )
    types = {report.id: report.event_type for report in (*start.reports, *end.reports)}
    return made, types


def require_one_history(start: Evidence, end: Evidence, earlier: str) -> None:
    """Refuse changes of state that were rewritten in the middle: no order leads through histories that can be.

    Parameters
    ----------
    earlier : str
        What the earlier forecast is called.

    Raises
    ------
    ForecastError
        When the later history does not go on from the earlier one.
    """
    was, now = ([replace(row, line=0) for row in evidence.transitions] for evidence in (start, end))
    common = [row for row in was if row in now]
    if common != was[: len(common)] or common != now[: len(common)]:
        raise ForecastError(
            f"changes of state that {earlier} knew were rewritten since; it cannot be compared row by row"
        )
