"""Results as a notebook shows them: a caption, a table, a note; numbers in the words of the report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import escape

from forecast.inference.status import Diagnostics
from forecast.report.words import format_difference, format_error

__all__ = ["diagnostics_text", "html_table", "points"]


def html_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *notes: str) -> str:
    """Write a table without styles of its own; the first column is text, the others are numbers or words about it."""
    head = "".join(f"<th{_side(i)}>{escape(column)}</th>" for i, column in enumerate(columns))
    body = "".join(
        "<tr>" + "".join(f"<td{_side(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    below = "".join(f"<p>{escape(note)}</p>" for note in notes if note)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    )


def points(difference: float, mcse: float) -> str:
    """Write a difference of probabilities in points with its Monte Carlo error; a dash where there is none."""
    if math.isnan(difference):
        return "\N{EN DASH}"
    return f"{format_difference(difference, mcse)} ± {format_error(mcse)}"


def diagnostics_text(found: Diagnostics) -> str:
    """Say how far draws can be trusted, and why."""
    text = (
        f"{found.status}: R-hat at most {found.max_rhat:.3f}, ESS at least {found.min_ess_bulk:.0f} bulk and "
        f"{found.min_ess_tail:.0f} tail, {found.divergences} divergences in {found.draws} draws"
    )
    if found.effective_draws is not None:
        k = "" if found.pareto_k is None else f", Pareto k {found.pareto_k:.2f}"
        text += f"; reweighted, {found.effective_draws:.0f} effective draws{k}"
    return text + "".join(f"; {reason}" for reason in found.reasons)


def _side(column: int) -> str:
    return ' style="text-align:left"' if column == 0 else ""
