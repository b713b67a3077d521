"""The tables and lines that people read on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import points, table

if TYPE_CHECKING:
    from forecast.report.write import ReportFiles
    from forecast.workflow import RunResult, ScenarioFile

__all__ = ["file_lines", "glyph_warnings", "run_lines", "run_table", "scenario_file_warnings"]

_MOST_GLYPHS = 20
_MOST_NEWS = 12  # rows of new evidence shown; --json has all


def run_table(result: RunResult) -> Any:
    """Outcomes of a new forecast."""
    from forecast.report.rows import outcome_row

    entry = result.entry
    shown = [outcome_row(outcome) for outcome in result.view.outcomes]
    rows = [
        (row.name, row.probability, f"{row.term}\n{row.spans}".strip(), row.range80, row.error, row.prior)
        for row in shown
    ]
    defaulted = " (the last reported date in the data)" if result.as_of_defaulted else ""
    recorded = ", as recorded" if entry.as_recorded else ""
    title = f"{entry.title}\nBy {entry.horizon}, as of {entry.as_of}{recorded}{defaulted}"
    columns = ("Outcome", ">Probability", "In words", ">80% range", ">MC error", ">Prior")
    return table(title, columns, rows)


def run_lines(result: RunResult) -> list[str]:
    """Status, files and ledger id of a new forecast."""
    entry, found = result.entry, result.view.diagnostics
    lines = [
        "In words: the PHIA yardstick, with the terms that the 80% range spans where there are several.",
        "80% range: over parameters and present drivers. MC error: of the simulation, in percentage points.",
        "Prior: without the evidence, knowing only which states were entered so far.",
        "",
        f"Status   {entry.status}: R-hat at most {_number(found.max_rhat, 3)}, ESS at least"
        f" {_number(found.min_ess_bulk)} bulk and {_number(found.min_ess_tail)} tail,"
        f" {found.divergences} divergences in {found.draws} draws",
        *(f"         {reason}" for reason in found.reasons),
    ]
    if result.refit_near:
        lines.append(f"         a new fit is near: {result.refit_near}")
    if entry.status == "FAIL":
        lines.append("         These numbers must not be trusted.")
    if entry.method == "reweight":
        k = "all weights alike" if found.pareto_k is None else f"Pareto k {found.pareto_k:.2f}"
        lines.append(f"Method   draws of the fit {result.fit.short_id}, as of {result.fit.as_of}, reweighted; {k}")
    else:
        lines.append(f"Method   a new fit{f': {result.refit}' if result.refit else ''}")
    changed = _standing_lines(result) if result.standing else _change_lines(result)
    stage = "" if result.standing else " (draft)"
    return [*lines, *changed, f"Ledger   {entry.short_id}{stage}", *file_lines(result.files)]


def file_lines(files: ReportFiles | None) -> list[str]:
    """Where the reports of a forecast lie."""
    return [f"HTML     {files.html}", f"PDF      {files.pdf}"] if files else []


def glyph_warnings(missing: str) -> list[str]:
    """Warn of characters that no font of ours has; ``missing`` holds each once."""
    if not missing:
        return []
    shown = f"{' '.join(missing[:_MOST_GLYPHS])}{' ...' if len(missing) > _MOST_GLYPHS else ''}"
    count = "1 character" if len(missing) == 1 else f"{len(missing)} characters"
    return [
        f"the fonts for paper and pictures lack {count}, drawn as signs of their script: {shown}; HTML has them all"
    ]


_SCENARIO_FILE = {
    "changed": "the scenario file has changed since this forecast was made; this shows what was recorded",
    "unreadable": "the scenario file is gone or has faults; this shows what was recorded",
}


def scenario_file_warnings(compared: ScenarioFile) -> list[str]:
    """Warn where the scenario file is not the one that a forecast was made from."""
    return [_SCENARIO_FILE[compared]] if compared in _SCENARIO_FILE else []


def _number(value: float | None, decimals: int = 0) -> str:
    return "nan" if value is None else f"{value:.{decimals}f}"


def _standing_lines(result: RunResult) -> list[str]:
    """Say that nothing is new, and what is left out."""
    entry = result.entry
    rows = "1 row" if result.left_out == 1 else f"{result.left_out} rows"
    late = [f"         {rows} reported after {entry.as_of} left out"] if result.left_out else []
    return [
        f"Since    nothing is new: the forecast recorded {entry.created} stands, and no entry was added",
        *late,
    ]


def _change_lines(result: RunResult) -> list[str]:
    """What is new since the scenario's last forecast, and how far the outcomes moved."""
    if result.previous is None:
        return []
    before = {outcome.name: outcome.probability for outcome in result.previous.outcomes}
    moved = [
        f"{outcome.name} {points(outcome.probability - before[outcome.name])}"
        for outcome in result.entry.outcomes
        if outcome.name in before
    ]
    news = [f"         {change.what} {change.kind} {change.id}: {change.text}" for change in result.news]
    more = [f"         and {len(news) - _MOST_NEWS} more"] if len(news) > _MOST_NEWS else []
    return [
        f"Since    {result.previous.short_id}, as of {result.previous.as_of}; percentage points: {', '.join(moved)}",
        *(news[:_MOST_NEWS] or ["         no new evidence"]),
        *more,
    ]
