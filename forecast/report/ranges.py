"""Probabilities with their ranges, one row an outcome: of one forecast, or of two beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from forecast.report.figures import FONT, Band, panel
from forecast.report.glyphs import fitted
from forecast.report.palette import GRID, INK, LEVEL, MUTED

__all__ = ["draw_ranges", "ranges_height"]

_ROW, _AXIS, _TOP = 38, 26, 8  # pixels
_LABELS, _NUMBERS = 236, 150
_NARROW_LABELS, _NARROW_NUMBERS = 112, 84
_APART = 0.17  # of a row, between the marks of two forecasts


def ranges_height(rows: int) -> int:
    """Pixels that :func:`draw_ranges` needs."""
    return _TOP + rows * _ROW + _AXIS


def draw_ranges(
    figure: Figure,
    names: Sequence[str],
    numbers: Sequence[str],
    now: Band,
    before: Band | None = None,
    *,
    narrow: bool = False,
    top: float = 0,
    bottom: float = 0,
) -> None:
    """Draw one row an outcome: its name, its 80% range as a bar, its probability as a dot, and the numbers at the end.

    Parameters
    ----------
    names, numbers : sequence of str
        Left and right of each row.
    now : Band
        Probability (``mean``) and ends of the 80% range, each of shape (rows,).
    before : Band, optional
        The same of an earlier forecast: a hollow diamond above, with a thin line for the range. Shape, not colour
        alone, tells the two apart.
    top, bottom : float
        Pixels of the figure left free for something else.
    """
    left, right = (_NARROW_LABELS, _NARROW_NUMBERS) if narrow else (_LABELS, _NUMBERS)
    axes = panel(figure, left=left, right=right, top=top + _TOP, bottom=bottom + _AXIS)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    ticks = [0, 0.5, 1] if narrow else [0, 0.25, 0.5, 0.75, 1]
    axes.set_xticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    axes.grid(axis="x", color=GRID, linewidth=1)
    for row, (name, number) in enumerate(zip(names, numbers, strict=True)):
        at = row if before is None else row + _APART
        axes.plot([now.low[row], now.high[row]], [at, at], color=LEVEL, alpha=0.35, linewidth=9, solid_capstyle="butt")
        axes.plot(
            [now.mean[row]],
            [at],
            color=LEVEL,
            marker="o",
            markersize=8,
            markeredgewidth=0,
            linestyle="none",
            clip_on=False,
        )
        if before is not None:
            above = row - _APART
            axes.plot([before.low[row], before.high[row]], [above, above], color=MUTED, linewidth=1.5)
            axes.plot(
                [before.mean[row]], [above], color=MUTED, marker="D", markersize=6, markerfacecolor="#ffffff",
                markeredgewidth=1.5, linestyle="none", clip_on=False,
            )  # fmt: skip
        size = FONT - 1.5 if narrow else FONT
        for text, x, side, room in ((name, 0, "right", left - 22), (number, 1, "left", right - 12)):
            axes.annotate(
                fitted(text, room, size, lines=2), (x, row), xycoords=("axes fraction", "data"),
                xytext=(-8 if side == "right" else 10, 0), textcoords="offset points", fontsize=size, color=INK,
                va="center", ha=side, linespacing=1.1, annotation_clip=False, parse_math=False,
            )  # fmt: skip
