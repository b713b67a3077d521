"""The tornado figure: where an outcome stands with each quantity in its lower and in its upper half."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from forecast.report.figures import FONT, panel, shortened
from forecast.report.outlook_rows import TornadoBar
from forecast.report.palette import DOWN, GRID, INK, MUTED, UP
from forecast.report.words import format_difference

__all__ = ["draw_tornado", "tornado_height"]

_ROW, _TOP, _AXIS = 34, 30, 30  # pixels
_LABELS, _NARROW_LABELS = 300, 150  # pixels left of the bars
_THICK = 0.55  # of a row
_ROOM = 0.16  # of the range on either side, for the numbers


def tornado_height(bars: int) -> int:
    """Pixels that :func:`draw_tornado` needs."""
    return _TOP + bars * _ROW + _AXIS


def draw_tornado(figure: Figure, now: float, bars: Sequence[TornadoBar], *, narrow: bool) -> None:
    """One bar a quantity, from its lower half to its upper half, about the forecast's own probability.

    The part of a bar that the lower half makes is orange and hatched, the other green: colour is not alone.
    """
    labels = _NARROW_LABELS if narrow else _LABELS
    axes = panel(figure, left=labels, right=10, top=_TOP, bottom=_AXIS)
    ends = [end for bar in bars for end in (bar.low, bar.high, now)]
    room = _ROOM * max(max(ends) - min(ends), 0.01)
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_yticks([])
    ticks = [
        tick
        for tick in MaxNLocator(4 if narrow else 6, steps=[1, 2, 5, 10]).tick_values(min(ends), max(ends))
        if max(min(ends) - room / 2, 0) <= tick <= min(max(ends) + room / 2, 1)
    ]
    axes.set_xticks(ticks, [f"{100 * tick:.3g}%" for tick in ticks])
    axes.grid(axis="x", color=GRID, linewidth=1)
    for y, bar in enumerate(bars):
        for end, colour, hatch in ((bar.low, DOWN, "////"), (bar.high, UP, "")):
            axes.barh(y, end - now, left=now, height=_THICK, color=colour, linewidth=0)
            if hatch:
                axes.barh(
                    y,
                    end - now,
                    left=now,
                    height=_THICK,
                    facecolor="none",
                    edgecolor="#ffffff",
                    linewidth=0,
                    hatch=hatch,
                )
        axes.annotate(
            format_difference(bar.high - bar.low, bar.error),
            (max(bar.low, bar.high, now), y),
            xytext=(5, 0), textcoords="offset points", fontsize=FONT, color=INK, va="center", annotation_clip=False,
        )  # fmt: skip
        axes.annotate(
            shortened(bar.label, 22 if narrow else 46, 2),
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(-8, 0), textcoords="offset points", fontsize=FONT if not narrow else FONT - 1.5, color=INK,
            va="center", ha="right", linespacing=1.1, annotation_clip=False, parse_math=False,
        )  # fmt: skip
    axes.axvline(now, color=INK, linewidth=1.2)
    axes.annotate(
        "forecast", (now, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
        fontsize=FONT, color=MUTED, ha="center", annotation_clip=False,
    )  # fmt: skip
