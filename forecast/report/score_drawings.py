"""The figures of a race: what was said of what came, day by day, and whether probabilities mean what they say."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.evaluation.race.asked import Asked, daily
from forecast.evaluation.race.calibrated import Calibrated
from forecast.evaluation.scoring.calibration import Reliability
from forecast.report.drawings import Drawing
from forecast.report.figures import FONT, Label, draw_lines, panel
from forecast.report.palette import GRID, LEVEL, MUTED, style_of
from forecast.report.svg import render_svg
from forecast.report.words import format_probability
from forecast.timegrid import shift

__all__ = ["draw_question", "draw_reliability"]

_WIDE, _NARROW = (720, 280), (340, 330)  # pixels
_SQUARE = 340  # height of a diagram with two alike axes


def draw_question(asked: Asked) -> Drawing:
    """Probability that each forecaster gave to what came, on every open day."""
    said = {who: daily(asked, who)[:, asked.came] for who in asked.answers}
    days = [shift(asked.opened, day) for day in range(len(next(iter(said.values()))))]
    labels = [
        Label(format_probability(float(line[-1])), who, style_of(i)) for i, (who, line) in enumerate(said.items())
    ]
    lines = np.array(list(said.values()))

    def draw(figure: Figure, *, narrow: bool) -> None:
        left, right = (40, 132) if narrow else (44, 212)
        axes = panel(figure, left=left, right=right, top=12, bottom=42)
        draw_lines(axes, days, lines, labels, narrow=narrow)

    return Drawing(
        render_svg(lambda figure: draw(figure, narrow=False), *_WIDE),
        render_svg(lambda figure: draw(figure, narrow=True), *_NARROW),
    )


def draw_reliability(of: Calibrated) -> Drawing:
    """Reliability diagram with consistency bands; dots are as large as the weight of their bin."""

    def draw(figure: Figure, right: int) -> None:
        _diagram(panel(figure, left=66, right=right, top=14, bottom=50), of.reliability)

    return Drawing(
        render_svg(lambda figure: draw(figure, 344), _WIDE[0], _SQUARE),
        render_svg(lambda figure: draw(figure, 24), _NARROW[0], _SQUARE),
    )


def _diagram(axes: Axes, of: Reliability) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.grid(color=GRID, linewidth=1)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1)
    axes.vlines(of.forecast, of.low, of.high, color=GRID, linewidth=9)
    axes.scatter(
        of.forecast, of.observed, s=20 + 160 * of.weight / of.weight.sum(), color=LEVEL, zorder=3, clip_on=False
    )
    axes.set_xlabel("said", fontsize=FONT, color=MUTED)
    axes.set_ylabel("happened", fontsize=FONT, color=MUTED)
