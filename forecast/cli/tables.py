"""The tables and lines that people read on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import table

if TYPE_CHECKING:
    from forecast.workflow import RunResult

__all__ = ["run_lines", "run_table"]


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
    return [
        *lines,
        f"HTML     {result.files.html}",
        f"PDF      {result.files.pdf}",
        f"Ledger   {result.entry.short_id} (draft)",
    ]
