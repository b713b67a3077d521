"""What ``forecast report --compare`` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import header, table

if TYPE_CHECKING:
    from forecast.ledger.entry import ForecastEntry
    from forecast.workflow import CompareResult

__all__ = ["compare_document", "compare_lines", "compare_table"]

_MOST = 12  # rows of evidence or assumptions shown; --json has all


def compare_document(result: CompareResult) -> dict[str, Any]:
    """Of ``report --compare``; differences are the second forecast less the first."""
    found = result.comparison
    second = found.second
    return header(
        status=result.status,
        scenario=second.scenario,
        scenario_hash=second.scenario_hash,
        as_of=second.as_of,
        horizon=second.horizon,
        seed=second.seed,
        first=_side(found.first),
        second=_side(second),
        one_fit=found.one_fit,
        outcomes={
            item.second.name: {
                "first": _outcome(item.first),
                "second": _outcome(item.second),
                "difference": item.difference,
                "difference_mcse": item.mcse,
                "clear": item.clear,
            }
            for item in found.outcomes
        },
        evidence=None if found.evidence is None else [asdict(change) for change in found.evidence],
        assumptions=[asdict(change) for change in found.assumptions],
        settings=[{"name": name, "first": first, "second": second} for name, first, second in found.settings],
        files={"html": str(result.html)},
    )


def _side(entry: ForecastEntry) -> dict[str, Any]:
    return {"ledger_id": entry.id, "as_of": entry.as_of, "status": entry.status, "scenario_hash": entry.scenario_hash}


def _outcome(outcome: Any) -> dict[str, float]:
    return {name: getattr(outcome, name) for name in ("probability", "mcse", "low80", "high80")}


def compare_table(result: CompareResult) -> Any:
    """Outcomes in both forecasts."""
    from forecast.report.compare_page import change_words, name_of
    from forecast.report.words import format_probability, format_range

    found = result.comparison
    rows = []
    for item in found.outcomes:
        sides = [
            f"{format_probability(side.probability, side.mcse)} ({format_range(side.low80, side.high80, side.mcse)})"
            for side in (item.first, item.second)
        ]
        rows.append((name_of(item), *sides, change_words(item)))
    title = f"{found.second.title}\nBy {found.second.horizon}"
    columns = [f">{entry.short_id}\nas of {entry.as_of}" for entry in (found.first, found.second)]
    return table(title, ("Outcome", *columns, ">Difference\n(points ± MC error)"), rows)


def compare_lines(result: CompareResult) -> list[str]:
    """What the two forecasts rest on, where it differs."""
    from forecast.report.compare_page import compare_summary
    from forecast.report.names import quantity_words
    from forecast.report.rows import between

    found = result.comparison
    bound = ", as if the two were independent; they share draws, so that it is smaller" if found.one_fit else ""
    lines = [compare_summary(found), f"In brackets: 80% range. MC error: of the difference{bound}."]
    lines += [f"{name.capitalize():14} {first} | {second}" for name, first, second in found.settings]
    if found.evidence is None:
        lines.append("Evidence       cannot be told: the ledger did not keep that of both")
    else:
        told = [f"  {change.what} {change.kind} {change.id}: {change.text}" for change in found.evidence]
        lines += _listed("Evidence", told)
    changed = [
        f"  {quantity_words(item.key, found.words)}: "
        + " | ".join("none" if ends is None else between(ends) for ends in (item.first, item.second))
        for item in found.assumptions
    ]
    lines += _listed("Assumptions", changed)
    if result.status != "PASS":
        trust = "must not be trusted" if result.status == "FAIL" else "ask for a review before they are used"
        lines.append(f"{result.status}: numbers of a forecast so marked {trust}.")
    return [*lines, f"HTML           {result.html}"]


def _listed(name: str, rows: list[str]) -> list[str]:
    more = [f"  and {len(rows) - _MOST} more"] if len(rows) > _MOST else []
    count = "the same" if not rows else "1 difference" if len(rows) == 1 else f"{len(rows)} differences"
    return [f"{name:14} {count}", *rows[:_MOST], *more]
