"""A comparison of two forecasts as one HTML page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from markupsafe import Markup

from forecast.report.compared import Comparison, OutcomeChange
from forecast.report.figures import Band
from forecast.report.files import replace_file
from forecast.report.names import quantity_words
from forecast.report.ranges import draw_ranges, ranges_height
from forecast.report.rows import between
from forecast.report.sheet import environment, styled
from forecast.report.svg import inline_svg, render_svg
from forecast.report.words import (
    format_date,
    format_difference,
    format_error,
    format_probability,
    format_range,
    plain,
)

__all__ = ["change_words", "compare_summary", "name_of", "write_comparison"]

_WIDE, _NARROW = 720, 340


def name_of(change: OutcomeChange) -> str:
    """What an outcome is called now."""
    return change.second.title or plain(change.second.name)


def change_words(change: OutcomeChange) -> str:
    """The difference in points, with its error."""
    return f"{format_difference(change.difference, change.mcse)} ± {format_error(change.mcse)}"


def compare_summary(found: Comparison) -> str:
    """The largest difference, and whether any can be told from none."""
    moved = max(found.outcomes, key=lambda item: abs(item.difference))
    ends = [format_probability(item.probability, item.mcse) for item in (moved.first, moved.second)]
    if not any(item.clear for item in found.outcomes):
        return "No outcome differs by more than the Monte Carlo error can do."
    return f"“{name_of(moved)}” differs most: {ends[0]}, then {ends[1]} ({change_words(moved)} points)."


def write_comparison(found: Comparison, path: Path) -> None:
    """Write the page; the same comparison gives the same bytes."""
    style, policy = styled()
    page = (
        environment()
        .get_template("compare.html.j2")
        .render(
            title=found.second.title or found.second.scenario,
            horizon=format_date(found.second.horizon),
            sides=[
                (name, format_date(entry.as_of), entry.short_id, entry.status)
                for name, entry in (("First", found.first), ("Second", found.second))
            ],
            summary=compare_summary(found),
            one_fit=found.one_fit,
            same_scenario=found.same_scenario,
            outcomes=[
                (name_of(item), _side(item.first), _side(item.second), change_words(item), item.clear)
                for item in found.outcomes
            ],
            wide=_figure(found, narrow=False),
            narrow=_figure(found, narrow=True),
            evidence=None
            if found.evidence is None
            else [(item.what, item.kind, item.id, format_date(item.reported), item.text) for item in found.evidence],
            assumptions=[
                (quantity_words(item.key, found.words), item.unit, item.key, _ends(item.first), _ends(item.second))
                for item in found.assumptions
            ],
            settings=found.settings,
            style=style,
            policy=policy,
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page.encode())


def _side(outcome: object) -> tuple[str, str]:
    p, error, low, high = (getattr(outcome, name) for name in ("probability", "mcse", "low80", "high80"))
    return format_probability(p, error), format_range(low, high, error)


def _ends(ends: tuple[float, float] | None) -> str:
    return "\N{EN DASH}" if ends is None else between(ends)


def _figure(found: Comparison, *, narrow: bool) -> Markup:
    names = [name_of(item) for item in found.outcomes]
    numbers = [change_words(item) for item in found.outcomes]
    was, now = (
        Band(*(np.array([getattr(row, field) for row in rows]) for field in ("probability", "low80", "high80")))
        for rows in ([item.first for item in found.outcomes], [item.second for item in found.outcomes])
    )
    svg = render_svg(
        lambda figure: draw_ranges(figure, names, numbers, now, was, narrow=narrow),
        _NARROW if narrow else _WIDE,
        ranges_height(len(names)),
    )
    told = "; ".join(
        f"{name_of(item)} {' then '.join(f'{p} ({r})' for p, r in map(_side, (item.first, item.second)))}"
        for item in found.outcomes
    )
    title = "Outcomes in both forecasts"
    prefix = "narrow" if narrow else "wide"
    return Markup(inline_svg(svg.text, prefix, title, f"{told}."))  # noqa: S704 - escapes every text itself
