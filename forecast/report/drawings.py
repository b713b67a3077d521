"""Every figure of a report, drawn from its view as SVG documents, wide for paper and screens and narrow for phones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from matplotlib.figure import Figure

from forecast.report.explanation_rows import most_moved, waterfall_steps
from forecast.report.figures import Band, Label, draw_driver, draw_driver_key, draw_lines, draw_stack, panel
from forecast.report.palette import Style, style_of
from forecast.report.rows import outcome_name
from forecast.report.svg import render_svg
from forecast.report.tables import state_names
from forecast.report.view import DriverView, View
from forecast.report.waterfall import draw_waterfalls, waterfall_height
from forecast.report.words import format_probability

__all__ = ["Drawing", "Drawings", "draw_all", "state_styles"]

_WIDE, _NARROW = (720, 280), (340, 330)  # pixels; a phone of 360 pixels shows the narrow one at full size
_DRIVER = (340, 190)
_DRIVER_LIMIT = 3.0  # standard deviations shown at least, on either side


@dataclass(frozen=True)
class Drawing:
    """One figure in two widths."""

    wide: str
    narrow: str


@dataclass(frozen=True)
class Drawings:
    """The figures of a report; ``None`` or empty where the data do not exist."""

    outcomes: Drawing | None
    why: Drawing | None
    states: Drawing | None
    driver_key: Drawing | None
    drivers: tuple[str, ...]


def draw_all(view: View, *, outlines: bool) -> Drawings:
    """Draw every figure for which the view has data; ``outlines`` as in :func:`forecast.report.svg.render_svg`."""
    path = view.path
    limit = _driver_limit(view.drivers)
    return Drawings(
        outcomes=_over_time(
            view,
            draw_lines,
            path.outcomes,
            path.outcomes_mcse,
            [(outcome_name(outcome), style_of(index)) for index, outcome in enumerate(view.outcomes)],
            outlines,
        ),
        why=_waterfalls(view, outlines),
        states=_over_time(
            view,
            draw_stack,
            path.states,
            path.states_mcse,
            list(zip(state_names(path), state_styles(view), strict=True)),
            outlines,
        ),
        driver_key=Drawing(
            render_svg(lambda figure: draw_driver_key(figure, 6), 720, 24, outlines=outlines),
            render_svg(lambda figure: draw_driver_key(figure, 2), 340, 64, outlines=outlines),
        )
        if view.drivers
        else None,
        drivers=tuple(_driver(view, driver, limit, outlines) for driver in view.drivers),
    )


def state_styles(view: View) -> list[Style]:
    """A state looks like the outcome that asks for it alone; every other state has a style that no outcome has."""
    place = {outcome.name: index for index, outcome in enumerate(view.outcomes)}
    others = count(len(place))
    kin = [*view.path.state_outcomes, *[""] * len(view.path.state_names)]
    return [style_of(place[name] if name in place else next(others)) for name in kin[: len(view.path.state_names)]]


def _over_time(
    view: View,
    draw: Callable[..., None],
    values: Sequence[Sequence[float]],
    errors: Sequence[Sequence[float]],
    names: Sequence[tuple[str, Style]],
    outlines: bool,
) -> Drawing | None:
    if not view.path.dates or not values:
        return None
    labels = [
        Label(format_probability(line[-1], error[-1]), name, style)
        for line, error, (name, style) in zip(values, errors, names, strict=True)
    ]
    table = np.array(values)

    def wide(figure: Figure) -> None:
        axes = panel(figure, left=44, right=212, top=12, bottom=42)
        draw(axes, view.path.dates, table, labels, narrow=False)

    def narrow(figure: Figure) -> None:
        axes = panel(figure, left=40, right=132, top=12, bottom=42)
        draw(axes, view.path.dates, table, labels, narrow=True)

    return Drawing(render_svg(wide, *_WIDE, outlines=outlines), render_svg(narrow, *_NARROW, outlines=outlines))


def _waterfalls(view: View, outlines: bool) -> Drawing | None:
    """Panels beside each other, or on a phone below each other."""
    shown = [(outcome_name(view.outcomes[o]), waterfall_steps(view, o)) for o in most_moved(view)]
    if not shown:
        return None
    steps = len(shown[0][1])

    def render(width: int, *, narrow: bool) -> str:
        height = waterfall_height(steps, len(shown), narrow=narrow)
        return render_svg(
            lambda figure: draw_waterfalls(figure, shown, narrow=narrow), width, height, outlines=outlines
        )

    return Drawing(render(_WIDE[0], narrow=False), render(_NARROW[0], narrow=True))


def _driver_limit(drivers: Sequence[DriverView]) -> float:
    """One scale for all drivers, in whole standard deviations."""
    ends = [abs(value) for item in drivers for line in (item.low80, item.high80) for value in line]
    return float(np.ceil(max([_DRIVER_LIMIT, *ends])))


def _driver(view: View, driver: DriverView, limit: float, outlines: bool) -> str:
    posterior = Band(np.array(driver.mean), np.array(driver.low80), np.array(driver.high80))
    prior = Band(np.array(driver.prior_mean), np.array(driver.prior_low80), np.array(driver.prior_high80))

    def draw(figure: Figure) -> None:
        axes = panel(figure, left=34, right=14, top=8, bottom=40)
        draw_driver(axes, view.driver_dates, posterior, prior, view.as_of, driver.marks, limit=limit)

    return render_svg(draw, *_DRIVER, outlines=outlines)
