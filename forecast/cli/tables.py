"""The tables and lines that people read on stdout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forecast.cli.output import table

if TYPE_CHECKING:
    from forecast.ledger.entry import ForecastEntry
    from forecast.report.write import ReportFiles
    from forecast.workflow import RunResult

__all__ = ["entry_lines", "entry_table", "file_lines", "list_table", "run_lines", "run_table"]

_MOST_NEWS = 12  # rows of new evidence shown; --json has all


def run_table(result: RunResult) -> Any:
    """Outcomes of a new forecast."""
    from forecast.report.rows import outcome_row

    forecast = result.forecast
    shown = [outcome_row(outcome) for outcome in result.view.outcomes]
    rows = [
        (row.name, row.probability, f"{row.term}\n{row.spans}".strip(), row.range80, row.error, row.prior)
        for row in shown
    ]
    defaulted = " (the last reported date in the data)" if result.as_of_defaulted else ""
    title = f"{forecast.title}\nBy {forecast.horizon}, as of {forecast.as_of}{defaulted}"
    columns = ("Outcome", ">Probability", "In words", ">80% range", ">MC error", ">Prior")
    return table(title, columns, rows)


def run_lines(result: RunResult) -> list[str]:
    """Status, files and ledger id of a new forecast."""
    forecast, found = result.forecast, result.forecast.diagnostics
    lines = [
        "In words: the PHIA yardstick, with the terms that the 80% range spans where there are several.",
        "80% range: over parameters and present drivers. MC error: of the simulation, in percentage points.",
        "",
        f"Status   {forecast.status}: R-hat at most {found.max_rhat:.3f}, ESS at least {found.min_ess_bulk:.0f} bulk"
        f" and {found.min_ess_tail:.0f} tail, {found.divergences} divergences in {found.draws} draws",
        *(f"         {reason}" for reason in found.reasons),
    ]
    if forecast.status == "FAIL":
        lines.append("         These numbers must not be trusted.")
    if forecast.method == "reweight":
        k = "all weights alike" if found.pareto_k is None else f"Pareto k {found.pareto_k:.2f}"
        lines.append(f"Method   draws of the fit {result.fit.short_id}, as of {result.fit.as_of}, reweighted; {k}")
    else:
        lines.append(f"Method   a new fit{f': {result.refit}' if result.refit else ''}")
    return [*lines, *_change_lines(result), f"Ledger   {result.entry.short_id} (draft)", *file_lines(result.files)]


def file_lines(files: ReportFiles | None) -> list[str]:
    """Where the reports of a forecast lie."""
    return [f"HTML     {files.html}", f"PDF      {files.pdf}"] if files else []


def _change_lines(result: RunResult) -> list[str]:
    """What is new since the scenario's last forecast, and how far the outcomes moved."""
    if result.previous is None:
        return []
    before = {outcome.name: outcome.probability for outcome in result.previous.outcomes}
    moved = [
        f"{outcome.name} {100 * (outcome.probability - before[outcome.name]):+.1f}"
        for outcome in result.forecast.outcomes
        if outcome.name in before
    ]
    news = [f"         {change.what} {change.kind} {change.id}: {change.text}" for change in result.news]
    more = [f"         and {len(news) - _MOST_NEWS} more"] if len(news) > _MOST_NEWS else []
    return [
        f"Since    {result.previous.short_id}, as of {result.previous.as_of}; percentage points: {', '.join(moved)}",
        *(news[:_MOST_NEWS] or ["         no new evidence"]),
        *more,
    ]


def list_table(entries: Sequence[ForecastEntry]) -> Any:
    """The ledger, one line an entry."""
    from forecast.report.words import format_probability

    rows = [
        (
            entry.short_id,
            entry.created,
            entry.scenario,
            entry.as_of.isoformat(),
            entry.horizon.isoformat(),
            str(entry.seed),
            entry.status,
            f"{entry.top_outcome.name} {format_probability(entry.top_outcome.probability, entry.top_outcome.mcse)}",
        )
        for entry in entries
    ]
    return table("", ("Id", "Created (UTC)", "Scenario", "As of", "Horizon", ">Seed", "Status", "Top outcome"), rows)


def entry_lines(entry: ForecastEntry) -> list[str]:
    """All single fields of an entry."""
    fields = {
        "id": entry.id,
        "number": entry.number,
        "kind": entry.kind,
        "stage": entry.stage,
        "created": entry.created,
        "scenario": entry.scenario,
        "title": entry.title,
        "as of": entry.as_of,
        "horizon": entry.horizon,
        "status": entry.status,
        "method": entry.method,
        "seed": entry.seed,
        "scenario hash": entry.scenario_hash,
        "evidence hash": entry.evidence_hash,
        "code version": entry.code_version,
        "draws hash": entry.draws_hash,
        "view hash": entry.view_hash,
        "previous hash": entry.previous_hash,
        **{
            name.replace("_", " "): value
            for name, value in entry.diagnostics.items()
            if name not in {"status", "reasons"}
        },
        "reasons": "; ".join(entry.diagnostics["reasons"]) or "none",
    }
    return [f"{name:<16}{'not defined' if value is None else value}" for name, value in fields.items()]


def entry_table(entry: ForecastEntry) -> Any:
    """Outcomes of an entry, unrounded enough to compare with other records."""
    rows = [
        (
            outcome.name,
            f"{outcome.probability:.4f}",
            f"{outcome.mcse:.4f}",
            f"{outcome.low80:.4f}",
            f"{outcome.high80:.4f}",
            f"{outcome.prior:.4f}",
        )
        for outcome in entry.outcomes
    ]
    return table("", ("Outcome", ">Probability", ">MC error", ">Low 80%", ">High 80%", ">Prior"), rows)
