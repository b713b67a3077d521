"""The report's figures: arrays drawn on matplotlib axes, without global state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from forecast.report.palette import DASHED, DOWN, GRID, INK, LEVEL, MUTED, PAPER, UP, Style
from forecast.report.words import format_date
from forecast.timegrid import TimeGrid

__all__ = [
    "Band",
    "Label",
    "draw_driver",
    "draw_driver_key",
    "draw_history",
    "draw_lines",
    "draw_stack",
    "panel",
    "shortened",
]

PRIOR_LINE = (0, (1.5, 2.5))
FONT = 11.5  # pixels of the viewBox
_LABEL_GAP = 16  # pixels, for the hairline
_LINE_HEIGHT = 1.5  # with room for a reader's own font
_ANCHOR = 2.0  # the scenario's `low` and `high` stand at -2 and +2
_MONTH_TICKS_FROM = 3


@dataclass(frozen=True)
class Label:
    """Text beside the end of a line or area, the number and as much of the name as fits; and how that is drawn."""

    number: str
    name: str
    style: Style


@dataclass(frozen=True)
class Band:
    """A mean with its 80% range, one value per date."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def panel(figure: Figure, *, left: float, right: float, top: float, bottom: float) -> Axes:
    """Axes with the given margins in pixels, open on three sides."""
    width, height = figure.get_size_inches() * 72
    axes = figure.add_axes((left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height))
    axes.patch.set_visible(False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(axis="both", labelsize=FONT, labelcolor=MUTED, color=MUTED, length=0, pad=5)
    axes.tick_params(axis="x", length=4)
    axes.set_axisbelow(True)
    return axes


def date_axis(axes: Axes, first: date, last: date, most: int) -> None:
    """Set the limits and at most ``most`` ticks: months where there are a few, single days otherwise."""
    axes.set_xlim(first.toordinal(), max(last.toordinal(), first.toordinal() + 1))
    months = TimeGrid(first.replace(day=1), "month")
    starts = [day for day in map(months.first_day, range(months.count(last))) if day >= first]
    if len(starts) >= _MONTH_TICKS_FROM:
        ticks = starts[:: -(-len(starts) // most)]
        labels = [
            f"{format_date(day).split()[1][:3]}"
            + (f"\n{day.year}" if not index or day.year != ticks[index - 1].year else "")
            for index, day in enumerate(ticks)
        ]
    else:
        ordinals = np.unique(np.linspace(first.toordinal(), last.toordinal(), min(most, 4)).round().astype(int))
        ticks = [date.fromordinal(int(ordinal)) for ordinal in ordinals]
        labels = [f"{day.day} {format_date(day).split()[1][:3]}" for day in ticks]
        labels[0] += f"\n{ticks[0].year}"
    axes.set_xticks([day.toordinal() for day in ticks], labels)


def shortened(text: str, width: int, lines: int) -> str:
    """Wrap a text to some lines; what does not fit ends in an ellipsis."""
    rows: list[str] = []
    for word in text.split():
        if rows and len(rows[-1]) + 1 + len(word) <= width:
            rows[-1] += " " + word
        else:
            rows.append(word)
    cut = len(rows) > lines
    rows = [row if len(row) <= width else row[: width - 1] + "…" for row in rows[:lines]]
    if cut and not rows[-1].endswith("…"):
        rows[-1] = rows[-1][: width - 1] + "…"
    return "\n".join(rows)


def _spread(wanted: np.ndarray, gaps: np.ndarray, low: float, high: float) -> np.ndarray:
    """Move label centres apart so that each has its height ``gaps`` and all stay within the axes where they can."""
    order = np.argsort(wanted, kind="stable")
    placed = wanted[order].astype(float)
    heights = gaps[order]
    floor = low
    for index, height in enumerate(heights):
        placed[index] = max(placed[index], floor + height / 2)
        floor = placed[index] + height / 2
    ceiling = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling - heights[index] / 2)
        ceiling = placed[index] - heights[index] / 2
    result = np.empty_like(placed)
    result[order] = placed
    return result


def _end_labels(axes: Axes, at: np.ndarray, labels: Sequence[Label], width: int) -> None:
    """Write each label beside the height that it names, with a dotted line where it had to move."""
    points = axes.bbox.height
    low, high = axes.get_ylim()
    unit = (high - low) / points
    first, last = axes.get_xlim()
    text_at = last + _LABEL_GAP * (last - first) / axes.bbox.width
    lines = 2 if len(labels) * 2 * FONT * _LINE_HEIGHT <= points else 1
    texts = [shortened(f"{label.number} {label.name}", width, lines) for label in labels]
    heights = np.array([(text.count("\n") + 1) * FONT * _LINE_HEIGHT * unit for text in texts])
    for y, place, text, label in zip(at, _spread(at, heights, low, high), texts, labels, strict=True):
        axes.annotate(
            text,
            (last, y),
            xytext=(text_at, place),
            fontsize=FONT,
            color=INK,
            va="center",
            linespacing=1.1,
            annotation_clip=False,
            parse_math=False,
            arrowprops={
                "arrowstyle": "-",
                "color": label.style.colour,
                "linewidth": 0.8,
                "linestyle": ":",  # not to be taken for the outcome's own course
                "shrinkA": 2,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )


def _percent_axis(axes: Axes) -> None:
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])


def draw_lines(axes: Axes, dates: Sequence[date], lines: np.ndarray, labels: Sequence[Label], *, narrow: bool) -> None:
    """One line per row of ``lines`` (shape lines x dates, probabilities), told apart by colour, dashes and label."""
    _percent_axis(axes)
    date_axis(axes, dates[0], dates[-1], 4 if narrow else 8)
    axes.grid(axis="y", color=GRID, linewidth=1)
    x = [day.toordinal() for day in dates]
    for line, label in zip(lines, labels, strict=True):
        axes.plot(x, line, color=label.style.colour, linestyle=label.style.line, linewidth=2.2)
    _end_labels(axes, lines[:, -1], labels, 15 if narrow else 28)


def draw_history(
    axes: Axes, dates: Sequence[date], lines: np.ndarray, labels: Sequence[Label], *, narrow: bool
) -> None:
    """One line per row of ``lines`` with a dot at every forecast; NaN where an outcome was not named."""
    draw_lines(axes, dates, lines, labels, narrow=narrow)
    x = [day.toordinal() for day in dates]
    for line, label in zip(lines, labels, strict=True):
        axes.plot(x, line, color=label.style.colour, linestyle="none", marker="o", markersize=5, markeredgewidth=0)


def draw_stack(axes: Axes, dates: Sequence[date], shares: np.ndarray, labels: Sequence[Label], *, narrow: bool) -> None:
    """Stack the rows of ``shares`` (shape states x dates, columns sum to 1) with a label at the end of each."""
    _percent_axis(axes)
    date_axis(axes, dates[0], dates[-1], 4 if narrow else 8)
    x = [day.toordinal() for day in dates]
    edges = np.vstack([np.zeros(len(dates)), np.cumsum(shares, axis=0)])
    for below, above, label in zip(edges[:-1], edges[1:], labels, strict=True):
        style = label.style
        axes.fill_between(x, below, above, facecolor=style.colour, edgecolor="none", alpha=0.8)
        if style.hatch:
            axes.fill_between(x, below, above, facecolor="none", edgecolor=PAPER, linewidth=0, hatch=style.hatch)
    for edge in edges[1:-1]:
        axes.plot(x, edge, color=PAPER, linewidth=1)
    _end_labels(axes, (edges[:-1, -1] + edges[1:, -1]) / 2, labels, 15 if narrow else 28)


def draw_driver(
    axes: Axes,
    dates: Sequence[date],
    posterior: Band,
    prior: Band,
    as_of: date,
    marks: Sequence[tuple[date, float]],
    *,
    limit: float,
) -> None:
    """One driver over time: prior and posterior band, the as-of line, and its reports along the axis.

    Parameters
    ----------
    posterior : Band
        After the as-of date this is the projection, drawn dashed and paler.
    marks : sequence of (date, direction)
        Reports coded for the driver: a triangle up or down by sign, a dot for zero, larger for a stronger push.
    limit : float
        Half the height of the axis, the same for all drivers of a report.
    """
    x = np.array([day.toordinal() for day in dates])
    axes.set_ylim(-limit - 0.9, limit)
    date_axis(axes, dates[0], dates[-1], 5)
    axes.set_yticks([-_ANCHOR, 0, _ANCHOR], ["\N{MINUS SIGN}2", "0", "+2"])
    axes.grid(axis="y", color=GRID, linewidth=1)
    for edge in (prior.low, prior.high):
        axes.plot(x, edge, color=MUTED, linewidth=1.2, linestyle=PRIOR_LINE)
    now = as_of.toordinal()
    past, ahead = x <= now, x >= x[x <= now].max(initial=x[0])
    for part, alpha, style in ((past, 0.32, "-"), (ahead, 0.16, DASHED)):
        axes.fill_between(
            x[part], posterior.low[part], posterior.high[part], facecolor=LEVEL, edgecolor="none", alpha=alpha
        )
        axes.plot(x[part], posterior.mean[part], color=LEVEL, linewidth=2, linestyle=style)
    axes.axvline(now, color=INK, linewidth=1)
    for day, push in marks:
        shape, colour = ("^", UP) if push > 0 else ("v", DOWN) if push < 0 else ("o", MUTED)
        axes.plot(
            [day.toordinal()], [-limit - 0.45], marker=shape, color=colour, markersize=4 + 1.5 * min(abs(push), 2),
            markeredgewidth=0, alpha=0.85, linestyle="none",
        )  # fmt: skip


def draw_driver_key(figure: Figure, columns: int) -> None:
    """Explain the marks of :func:`draw_driver`."""

    def triangle(shape: str, colour: str) -> Line2D:
        return Line2D([], [], marker=shape, color=colour, linestyle="none", markersize=7, markeredgewidth=0)

    entries = {
        "prior, 80%": Line2D([], [], color=MUTED, linewidth=1.2, linestyle=PRIOR_LINE),
        "posterior, 80%": Patch(facecolor=LEVEL, alpha=0.32),
        "projection, 80%": Patch(facecolor=LEVEL, alpha=0.16),
        "as-of date": Line2D([], [], color=INK, linewidth=1, marker="|", markersize=11, linestyle="none"),
        "report, up": triangle("^", UP),
        "report, down": triangle("v", DOWN),
    }
    figure.legend(
        entries.values(), entries.keys(), loc="center left", bbox_to_anchor=(0, 0.5), ncols=columns, frameon=False,
        fontsize=FONT, labelcolor=INK, columnspacing=1.4, handlelength=1.6, borderaxespad=0, borderpad=0,
    )  # fmt: skip
