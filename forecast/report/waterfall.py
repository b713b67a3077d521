"""The waterfall figure: from an earlier probability to the present one, a bar for each part of the change."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from forecast.report.figures import FONT, panel, shortened
from forecast.report.palette import DOWN, GRID, INK, MUTED, UP
from forecast.report.steps import Step
from forecast.report.words import format_difference, format_probability

__all__ = ["draw_waterfalls", "waterfall_height"]

_ROW = 32  # pixels: two lines of a label
_TITLE, _AXIS, _GAP = 38, 30, 14
_LABELS, _NARROW_LABELS = 216, 128  # pixels left of the bars
_THICK = 0.62  # of a row
_ROOM = 0.25  # of the range of the axis on either side of the bars, for the numbers


def waterfall_height(steps: int, panels: int, *, narrow: bool) -> int:
    """Pixels that :func:`draw_waterfalls` needs."""
    one = _TITLE + steps * _ROW + _AXIS
    return panels * one if narrow else one


def draw_waterfalls(figure: Figure, panels: Sequence[tuple[str, Sequence[Step]]], *, narrow: bool) -> None:
    """Draw a panel for each outcome: beside each other with one set of labels, or ``narrow`` below each other.

    Parameters
    ----------
    panels : sequence of (str, sequence of Step)
        Name and bars of each outcome, the same bars for all.
    """
    width, height = figure.get_size_inches() * 72
    if narrow:
        one = height / len(panels)
        for i, (name, steps) in enumerate(panels):
            below = (len(panels) - 1 - i) * one
            axes = panel(figure, left=_NARROW_LABELS, right=8, top=i * one + _TITLE, bottom=below + _AXIS)
            _draw(axes, name, steps, 30)
            _labels(axes, steps, _NARROW_LABELS, 19)
        return
    one = (width - _LABELS) / len(panels)
    for i, (name, steps) in enumerate(panels):
        left = _LABELS + i * one
        axes = panel(figure, left=left + _GAP / 2, right=width - left - one + _GAP / 2, top=_TITLE, bottom=_AXIS)
        _draw(axes, name, steps, int(one / 6.6))
        if not i:
            _labels(axes, steps, _LABELS + _GAP / 2, 33)


def _draw(axes: Axes, name: str, steps: Sequence[Step], name_width: int) -> None:
    ends = [end for step in steps for end in (step.start, step.end - step.error, step.end + step.error)]
    low, high = min(ends), max(ends)
    room = _ROOM * max(high - low, 0.01)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.set_yticks([])
    ticks = _ticks(low - room, high + room)
    axes.set_xticks(ticks, [f"{100 * tick:.3g}%" for tick in ticks])
    axes.grid(axis="x", color=GRID, linewidth=1)
    axes.set_title(shortened(name, name_width, 2), fontsize=FONT, color=INK, loc="left", pad=4, parse_math=False)
    for y, step in enumerate(steps):
        if y:
            axes.plot([step.start, step.start], [y - 1, y], color=MUTED, linewidth=0.8)
        if step.kind == "level":
            axes.plot([step.end, step.end], [y - _THICK / 2, y + _THICK / 2], color=INK, linewidth=3)
            text = format_probability(step.end)
        else:
            change = step.end - step.start
            colour = MUTED if step.kind == "other" else UP if change > 0 else DOWN
            axes.barh(y, change, left=step.start, height=_THICK, color=colour, linewidth=0)
            axes.plot([step.end - step.error, step.end + step.error], [y, y], color=INK, linewidth=1)
            text = format_difference(change, step.error)
        right = max(step.start, step.end + step.error)
        left = min(step.start, step.end - step.error)
        to_left = right > high and left - room >= low - room
        axes.annotate(
            text,
            (left if to_left else right, y),
            xytext=(-5 if to_left else 5, 0),
            textcoords="offset points",
            fontsize=FONT,
            color=INK,
            va="center",
            ha="right" if to_left else "left",
            annotation_clip=False,
        )


def _ticks(low: float, high: float) -> list[float]:
    """Two to four round probabilities within the limits."""
    return [
        tick
        for tick in MaxNLocator(3, steps=[1, 2, 5, 10]).tick_values(low, high)
        if max(low, 0) <= tick <= min(high, 1)
    ]


def _labels(axes: Axes, steps: Sequence[Step], left: float, width: int) -> None:
    """Write what each bar is, left of the axes."""
    for y, step in enumerate(steps):
        axes.annotate(
            shortened(step.label, width, 2),
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(-left, 0),
            textcoords="offset points",
            fontsize=FONT,
            color=INK if step.kind == "level" else MUTED,
            va="center",
            ha="left",
            linespacing=1.1,
            annotation_clip=False,
            parse_math=False,
        )
