"""Criticism of a model as one HTML page: every check with its sentence, threshold, figure and table."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from markupsafe import Markup

from forecast.evaluation.criticism.checks import Bars, Check, Criticism, Picture, Positions
from forecast.report.checks import draw_check
from forecast.report.sheet import environment, styled
from forecast.report.svg import inline_svg
from forecast.report.words import format_date, format_number, join_words

__all__ = ["cell_text", "criticism_headline", "criticism_rule", "render_criticism", "statistic_text"]

_KINDS = {
    "test": "A test: its chances under a right model are known, and all tests are judged together",
    "guide": "A guide: it compares with a convention",
}


def render_criticism(title: str, found: Criticism, *, as_of: date, provenance: str) -> str:
    """Fill the page's template; no network, no script."""
    style, policy = styled()
    return (
        environment()
        .get_template("criticism.html.j2")
        .render(
            title=title,
            as_of=format_date(as_of),
            style=style,
            policy=policy,
            headline=criticism_headline(found),
            rule=criticism_rule(found),
            checks=[_shown(check) for check in found.checks],
            provenance=provenance,
        )
    )


def criticism_headline(found: Criticism) -> str:
    """Say how many checks asked for a look, and which."""
    n_idle = sum(not check.rows for check in found.checks)
    n = len(found.checks) - n_idle
    idle = f" {n_idle} more had nothing to compare." if n_idle else ""
    if not found.flagged:
        return f"All {n} checks pass.{idle}"
    names = join_words([f"{check.title} ({check.status})" for check in found.flagged])
    return f"{n - len(found.flagged)} of {n} checks pass; to be looked at: {names}.{idle}"


def criticism_rule(found: Criticism) -> str:
    """Say how the tests are judged together."""
    return (
        f"The tests compare {found.comparisons} numbers of the data with what the model expects, together: at most"
        f" {found.rate:.0%} of right models have any of them flagged. A check that passes does not show that a model is"
        " right; where there are few data, hardly anything could have been found."
    )


def cell_text(value: str | float) -> str:
    """A cell of a check's table."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "none"}.get(value, str(value))
    return format_number(value)


def statistic_text(check: Check) -> str:
    """What decided, with as many decimals as its threshold asks for."""
    return f"{check.statistic:.3f}" if 1 < check.threshold < 2 else format_number(check.statistic)


def _shown(check: Check) -> dict[str, Any]:
    picture = check.picture
    drawing = draw_check(picture) if picture else None
    figure = [
        Markup(inline_svg(svg.text, f"{check.key}-{size}", check.title, check.sentence))  # noqa: S704 - escapes itself
        for size, svg in (("wide", drawing.wide), ("narrow", drawing.narrow))
    ] if drawing else []  # fmt: skip
    return {
        "key": check.key,
        "title": check.title,
        "status": check.status,
        "kind": _KINDS[check.kind],
        "statistic": statistic_text(check),
        "statistic_name": check.statistic_name,
        "threshold": cell_text(check.threshold),
        "source": check.source,
        "sentence": check.sentence,
        "columns": [column.removeprefix(">") for column in check.columns],
        "rows": [[cell_text(cell) for cell in row] for row in check.rows],
        "figure": figure,
        "note": _note(picture, len(check.rows)) if picture else "",
    }


def _note(picture: Picture, rows: int) -> str:
    if isinstance(picture, Positions):
        shown = f" The {len(picture.names)} farthest out of {rows} are drawn." if len(picture.names) < rows else ""
        return (
            "Each number where it lies in what the model expects; line: median, band: 90% range. Diamond or arrow in"
            f" orange: does not fit.{shown}"
        )
    if isinstance(picture, Bars):
        return "Hatched in orange: over the threshold."
    return (
        "A curve for each quantity; 95% of right models have all curves in the band. Thick, dashed, orange: leaves it."
    )
