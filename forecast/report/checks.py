"""The figures of a model's checks: positions in what was expected, bars beside a threshold, curves of ranks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.evaluation.criticism.checks import Bars, Picture, Positions, RankCurves
from forecast.report.drawings import Drawing
from forecast.report.figures import FONT, panel, shortened
from forecast.report.palette import DOWN, GRID, INK, LEVEL, MUTED
from forecast.report.svg import render_svg

__all__ = ["check_figure", "draw_check"]

_ROW, _AXIS, _TOP = 22, 40, 8  # pixels
_CURVES = 300  # pixels high
_WIDE, _NARROW = 720, 340
_LABELS, _NARROW_LABELS = 330, 150
_CHARACTER = 6.9  # pixels, about
_FARTHEST = 4.0  # half-ranges; what lies beyond stands at the edge
_LONGEST = 2.5  # thresholds; longer bars are cut there


def draw_check(picture: Picture) -> Drawing:
    """Draw the figure of one check in two widths."""
    wide, narrow = (render_svg(*check_figure(picture, narrow=narrow)) for narrow in (False, True))
    return Drawing(wide, narrow)


def check_figure(picture: Picture, *, narrow: bool = False) -> tuple[Callable[[Figure], None], int, int]:
    """What draws the figure of one check, and its width and height in pixels."""
    width, labels = (_NARROW, _NARROW_LABELS) if narrow else (_WIDE, _LABELS)
    if isinstance(picture, RankCurves):
        return lambda figure: _curves(panel(figure, left=54, right=16, top=_TOP, bottom=_AXIS), picture), width, _CURVES
    rows = len(picture.names)

    def draw(figure: Figure) -> None:
        axes = panel(figure, left=labels, right=16, top=_TOP, bottom=_AXIS)
        if isinstance(picture, Positions):
            _positions(axes, picture)
        else:
            _bars(axes, picture)
        texts = [shortened(name, int(labels / _CHARACTER), 1) for name in picture.names]
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_yticks(range(rows), texts, color=INK, parse_math=False)

    return draw, width, _TOP + _AXIS + rows * _ROW


def _positions(axes: Axes, picture: Positions) -> None:
    """A band for the 90% range, a dot inside, a diamond where it is flagged."""
    axes.axvspan(-1, 1, color=GRID, alpha=0.6, linewidth=0)
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_xlim(-_FARTHEST * 1.08, _FARTHEST * 1.08)
    axes.set_xticks([-3, -1, 0, 1, 3], ["\N{MINUS SIGN}3", "5%", "", "95%", "3"])
    for row, (at, flagged) in enumerate(zip(picture.at, picture.flagged, strict=True)):
        place = float(np.clip(at, -_FARTHEST, _FARTHEST))
        beyond = abs(at) > _FARTHEST
        shape = ("<" if at < 0 else ">") if beyond else "D" if flagged else "o"
        axes.plot([place], [row], shape, color=DOWN if flagged else LEVEL, markersize=7 if flagged else 6)


def _bars(axes: Axes, picture: Bars) -> None:
    longest = max(_LONGEST * picture.threshold, 0.0)
    values = np.where(np.isfinite(picture.values), picture.values, longest)
    over = values > picture.threshold
    drawn = np.clip(values, 0, longest)
    for row, (value, flagged) in enumerate(zip(drawn, over, strict=True)):
        axes.barh([row], [value], height=0.6, color=DOWN if flagged else LEVEL, hatch="///" if flagged else "")
    axes.axvline(picture.threshold, color=INK, linewidth=1.4, linestyle="--")
    axes.set_xlim(0, max(float(drawn.max(initial=0)), picture.threshold) * 1.05)
    axes.set_xlabel(f"{picture.unit}; dashed: threshold", fontsize=FONT, color=MUTED)


def _curves(axes: Axes, picture: RankCurves) -> None:
    """What leaves its band is drawn thick and dashed."""
    axes.fill_between(picture.at, picture.low, picture.high, color=GRID, alpha=0.8, linewidth=0)
    axes.axhline(0, color=MUTED, linewidth=1)
    for curve in picture.curves:
        out = bool(np.any((curve < picture.low - 1e-9) | (curve > picture.high + 1e-9)))
        axes.plot(
            picture.at,
            curve,
            color=DOWN if out else LEVEL,
            linewidth=2.2 if out else 1.0,
            linestyle="--" if out else "-",
            alpha=1.0 if out else 0.55,
        )
    axes.set_xlim(0, 1)
    axes.set_xlabel("rank of the truth, as a share", fontsize=FONT, color=MUTED)
    axes.set_ylabel("ECDF less uniform", fontsize=FONT, color=MUTED)
