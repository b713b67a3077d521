"""Why a recorded forecast differs from an earlier one: told from what the ledger kept of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from forecast.errors import ForecastError, InputError
from forecast.evidence.difference import Change
from forecast.evidence.records import Evidence
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.file import stated_name
from forecast.scenario.types import Scenario
from forecast.workflow.case import Progress, silent, wrong
from forecast.workflow.explained import ExplainedPart, ExplainResult, Group
from forecast.workflow.kept import errors_of, kept_evidence, kept_scenario, probabilities_of
from forecast.workflow.leaving_out import left_out, unknown_reports
from forecast.workspace import Workspace

if TYPE_CHECKING:  # loading the package must not load numpy: most commands do without
    import numpy as np

    from forecast.projection.explanation import Explanation, Part

__all__ = ["explain", "explain_entry"]


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
            parts.extend(_part(part) for part in made.parts)
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
        by_type=_groups(grouped, lambda kind: (kind,)),
        by_driver=_groups(grouped, lambda kind: _drivers_of(scenario, kind)),
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
    from forecast.inference.posterior import load_posterior
    from forecast.projection.explanation import explain
    from forecast.projection.stages import Known

    fit = ledger.forecast(before.fit_id)
    start, end = kept_evidence(ledger, before), kept_evidence(ledger, after)
    _require_one_history(start, end, before)
    made = explain(
        scenario,
        load_posterior(ledger.checked_draws(fit)),
        Known(fit.as_of, kept_evidence(ledger, fit)),
        Known(before.as_of, start),
        Known(after.as_of, end),
        horizon=after.horizon,
        seed=fit.seed,
    )
    types = {report.id: report.event_type for report in (*start.reports, *end.reports)}
    return made, types


def _require_one_history(start: Evidence, end: Evidence, before: ForecastEntry) -> None:
    """Refuse changes of state that were rewritten in the middle: no order leads through histories that can be."""
    was, now = ([replace(row, line=0) for row in evidence.transitions] for evidence in (start, end))
    common = [row for row in was if row in now]
    if common != was[: len(common)] or common != now[: len(common)]:
        raise ForecastError(
            f"changes of state that {before.short_id} knew were rewritten since; it cannot be compared row by row"
        )


def _part(part: Part) -> ExplainedPart:
    change = part.change
    if change is None:
        days = f"{part.since}..{part.until}"
        text = "time passed, and nothing else was reported"
        return ExplainedPart("time", days, part.until, text, "", part.moved.change, part.moved.mcse)
    return ExplainedPart(
        change.kind,
        change.id,
        part.until,
        change.text,
        change.what,
        part.moved.change,
        part.moved.mcse,
        None if part.backward is None else part.backward.change,
        None if part.backward is None else part.backward.mcse,
    )


def _groups(
    explained: Sequence[tuple[Explanation, Mapping[str, str]]], label: Callable[[str], tuple[str, ...]]
) -> tuple[Group, ...]:
    """Sum the reports of each label; windows have draws of their own, so that their errors add in squares."""
    import numpy as np

    sums: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}
    for made, types in explained:
        labels = {name: label(event_type) for name, event_type in types.items()}
        for names in dict.fromkeys(labels.values()):
            parts = [part for part in made.parts if _is_report(part.change) and labels[_id(part.change)] == names]
            if parts:
                moved = made.sum_of(parts)
                change, error = sums.get(names, (np.zeros_like(moved.change), np.zeros_like(moved.mcse)))
                sums[names] = change + moved.change, np.hypot(error, moved.mcse)
    groups = [Group(names, change, error) for names, (change, error) in sums.items()]
    return tuple(sorted(groups, key=lambda group: -float(np.abs(group.change).max())))


def _is_report(change: Change | None) -> bool:
    return change is not None and change.kind == "report"


def _id(change: Change | None) -> str:
    return "" if change is None else change.id


def _drivers_of(scenario: Scenario, event_type: str) -> tuple[str, ...]:
    """The drivers that a type of event speaks of, in the scenario's order."""
    event = scenario.events[event_type]
    return tuple(name for name in scenario.drivers if name in event.rate_ratio or name in event.signal)
