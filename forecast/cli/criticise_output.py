"""What ``forecast criticise`` prints: tables and lines for people, and its JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import header, table

if TYPE_CHECKING:
    from forecast.evaluation.criticism.checks import Check
    from forecast.workflow import CriticiseResult

__all__ = ["criticise_document", "criticise_lines", "criticise_tables"]

_MOST_ROWS = 8  # of the table of a check that is flagged; the page and --json have all


def criticise_tables(result: CriticiseResult) -> list[Any]:
    """All checks, then the rows of each that is not PASS."""
    from forecast.report.criticism_page import cell_text, statistic_text

    dates = result.dates
    recorded = ", as recorded" if dates.as_recorded else ""
    title = f"Criticism of {result.case.scenario.title}\nAs of {dates.as_of}{recorded}, by {dates.horizon}"
    rows = [
        (
            check.title,
            check.status,
            f"{statistic_text(check)} {check.statistic_name}",
            cell_text(check.threshold),
        )
        for check in result.found.checks
    ]
    return [
        table(title, ("Check", "Verdict", "Number", ">Threshold"), rows),
        *(_table(check) for check in result.found.flagged),
    ]


def _table(check: Check) -> Any:
    from forecast.report.criticism_page import cell_text

    rows = [tuple(map(cell_text, row)) for row in check.rows[:_MOST_ROWS]]
    left = len(check.rows) - len(rows)
    more = f" ({left} more rows on the page)" if left else ""
    return table(f"{check.title}: {check.status}{more}\n{check.sentence}", check.columns, rows)


def criticise_lines(result: CriticiseResult) -> list[str]:
    """The sum of it, how it was judged, and where the rest is."""
    from forecast.report.criticism_page import criticism_headline, criticism_rule

    entry = result.fit
    return [
        f"Status   {result.found.status}: {criticism_headline(result.found)}",
        f"         {criticism_rule(result.found)}",
        f"Method   draws of the fit {entry.short_id}, as of {entry.as_of}, with all that is known since",
        f"Page     {result.page}",
        f"Report   `forecast report {result.name}` writes the report of the forecast with a summary of this",
        f"Time     {result.seconds:.0f} s",
    ]


def criticise_document(result: CriticiseResult) -> dict[str, Any]:
    """Of ``criticise``; a number that is not finite is null."""
    found = result.found
    return header(
        status=found.status,
        scenario=result.case.scenario.scenario,
        scenario_hash=result.case.loaded.hash,
        as_of=result.dates.as_of,
        horizon=result.dates.horizon,
        seed=result.fit.seed,
        as_recorded=result.dates.as_recorded,
        fit={"ledger_id": result.fit.id, "as_of": result.fit.as_of},
        comparisons=found.comparisons,
        rate=found.rate,
        checks=[_check(check) for check in found.checks],
        page=str(result.page),
        seconds=result.seconds,
        warnings=[str(warning) for warning in result.warnings],
    )


def _check(check: Check) -> dict[str, Any]:
    columns = [column.removeprefix(">") for column in check.columns]
    return {
        "key": check.key,
        "title": check.title,
        "kind": check.kind,
        "status": check.status,
        "statistic": check.statistic,
        "statistic_name": check.statistic_name,
        "threshold": check.threshold,
        "source": check.source,
        "sentence": check.sentence,
        "columns": columns,
        "rows": [list(row) for row in check.rows],
    }
