"""What ``forecast explain`` shows to people: percentage points by outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.cli.output import points, table

if TYPE_CHECKING:
    from forecast.projection.explanation import LeftOut
    from forecast.workflow import ExplainedPart, ExplainResult
    from forecast.workflow.explained import Group

__all__ = ["explain_lines", "explain_tables"]

_MOST_LEFT_OUT = 15  # reports shown of the second view; --json has all
_TEXT_WIDTH = 60  # characters of a report's text
_ROUGH = "!"  # behind each number that only a new fit can tell


def explain_tables(result: ExplainResult) -> Iterator[Any]:
    """Parts in their order, sums by event type and by driver, and reports left out."""
    names = [name for name, _ in result.outcomes]
    outcomes = tuple(">" + name.replace("_", "\n") for name in names)  # narrow columns leave room for the texts
    rows = [(part.date.isoformat(), _named(part), *_points(part.change), _error(part.mcse)) for part in result.parts]
    since = "the scenario before any evidence" if result.earlier is None else f"{result.earlier.as_of}"
    days = f"From {since} to {result.later.as_of}, in percentage points by {result.later.horizon}"
    together = ("", "time and evidence together", *_points(result.told), _error(result.told_mcse))
    total = ("", "total, as recorded", *_points(result.total), _error(result.total_mcse))
    sums = [total] if result.earlier is None else [together, total]
    yield table(f"{result.later.title}\n{days}", ("Reported", "Part", *outcomes, ">MC error"), [*rows, *sums])
    yield from _groups("Reports by event type", result.by_type, outcomes)
    yield from _groups("Reports by the drivers that their type speaks of", result.by_driver, outcomes)
    told_twice = [(part.id, part.change, part.backward) for part in result.parts if part.backward is not None]
    if told_twice:
        rows = [
            (row, *map("\n".join, zip(_points(one), _points(other), strict=True))) for row, one, other in told_twice
        ]
        yield table("Each row in the order of reporting, and below it in the opposite order", ("Row", *outcomes), rows)
    if result.left_out:
        rows = [_without(item) for item in result.left_out[:_MOST_LEFT_OUT]]
        yield table(
            "Without each report, the clearest change first", ("Report", "", *outcomes, ">MC error", ">k"), rows
        )


def explain_lines(result: ExplainResult) -> list[str]:
    """How to read the tables."""
    lines = [
        "Parts add up to the total. MC error: the largest over the outcomes of each line's own Monte Carlo error;"
        " of the total at most so large where both forecasts rest on one fit.",
        "Time: days passed in silence. Recomputation: what other random numbers or a new fit changed, not evidence."
        if result.earlier
        else "There is no earlier forecast to compare with; --leave-one-out shows what each report holds up.",
    ]
    if result.left_out:
        lines.append(
            f"Without each report: how the outcomes would move if it had never come, {_MOST_LEFT_OUT} of"
            f" {len(result.left_out)} at most, in the order of change over error."
        )
    if rough := [item for item in result.left_out if item.rough and item.refit is None]:
        again = " ".join(f"--refit {item.id}" for item in rough)
        lines.append(
            f"{_ROUGH} {len(rough)} of these cannot be trusted, Pareto k being above {rough[0].k_limit:.2f}: only a new"
            f" fit without the report can tell, which takes minutes; make it with {again}"
        )
    if any(item.refit == "FAIL" for item in result.left_out):
        lines.append(f"{_ROUGH} A fit without a report failed its diagnostics: its numbers must not be trusted.")
    if result.rough:
        lines.append(
            f"{_ROUGH} Pareto k {result.pareto_k:.2f} is above {result.k_limit:.2f}: the draws hardly carry all parts;"
            " they are rough."
        )
    return lines


def _without(item: LeftOut) -> tuple[str, ...]:
    mark = _ROUGH if item.rough else ""
    k = f"{item.pareto_k:.2f}" if item.refit is None else f"refit\n{item.refit}"
    numbers = (*_points(item.change), _error(item.mcse), k)
    return (item.id, _short(item.text), *(f"{number}{mark}" for number in numbers))


def _named(part: ExplainedPart) -> str:
    match part.kind:
        case "time":
            return "elapsed time and silence"
        case "recomputation":
            return part.text if part.id.startswith("prior..") else f"recomputation\n{part.text}"
        case _:
            return f"{_short(part.text)}\n({part.what} {part.kind} {part.id})"


def _groups(title: str, groups: Sequence[Group], outcomes: tuple[str, ...]) -> Iterator[Any]:
    if len(groups) > 1:
        rows = [(" + ".join(group.names) or "none", *_points(group.change), _error(group.mcse)) for group in groups]
        yield table(title, ("", *outcomes, ">MC error"), rows)


def _points(values: np.ndarray) -> list[str]:
    return [points(float(value)) for value in values]


def _error(values: np.ndarray) -> str:
    largest = 100 * float(values.max())
    return "<0.1" if largest < 0.05 else f"{largest:.1f}"


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_WIDTH else f"{text[: _TEXT_WIDTH - 1]}…"
