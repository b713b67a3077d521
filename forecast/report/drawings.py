"""Every figure of a report, drawn from its view as SVG documents, wide for paper and screens and narrow for phones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

import numpy as np
from matplotlib.figure import Figure

from forecast.report.change_note import most_moved
from forecast.report.explanation_rows import waterfall_steps
from forecast.report.figures import (
    Band,
    Label,
    draw_driver,
    draw_driver_key,
    draw_history,
    draw_lines,
    draw_stack,
    panel,
)
from forecast.report.outlook_rows import most_likely, tornado_bars
from forecast.report.palette import Style, style_of
from forecast.report.rows import outcome_name
from forecast.report.svg import Svg, render_svg
from forecast.report.tables import state_names
from forecast.report.tornado import draw_tornado, tornado_height
from forecast.report.view import DriverView, View
from forecast.report.waterfall import draw_waterfalls, waterfall_height
from forecast.report.words import format_probability

__all__ = ["DRIVER", "DRIVER_EDGES", "Drawing", "Drawings", "draw_all", "state_styles"]

type Size = tuple[int, int]

_WIDE, _NARROW = (720, 280), (340, 330)  # pixels; a phone of 360 pixels shows the narrow one at full size
DRIVER = (340, 190)
DRIVER_EDGES = (34, 14, 8, 40)  # left, right, top and bottom of the axes
_DRIVER_LIMIT = 3.0  # standard deviations shown at least, on either side


@dataclass(frozen=True)
class Drawing:
    """One figure in two widths; paper has the wide one."""

    wide: Svg
    narrow: Svg


@dataclass(frozen=True)
class Drawings:
    """The figures of a report; ``None`` or empty where the data do not exist."""

    history: Drawing | None
    outcomes: Drawing | None
    why: Drawing | None
    states: Drawing | None
    driver_key: Drawing | None
    drivers: tuple[Svg, ...]
    tornado: Drawing | None


def draw_all(view: View) -> Drawings:
    """Draw every figure for which the view has data."""
    path = view.path
    limit = _driver_limit(view.drivers)
    return Drawings(
        history=_history(view),
        outcomes=_over_time(
            path.dates,
            draw_lines,
            path.outcomes,
            path.outcomes_mcse,
            [(outcome_name(outcome), style_of(index)) for index, outcome in enumerate(view.outcomes)],
        ),
        why=_waterfalls(view),
        states=_over_time(
            path.dates,
            draw_stack,
            path.states,
            path.states_mcse,
            list(zip(state_names(path), state_styles(view), strict=True)),
        ),
        driver_key=_both(lambda figure, narrow: draw_driver_key(figure, 2 if narrow else 6), (720, 24), (340, 64))
        if view.drivers
        else None,
        drivers=tuple(_driver(view, driver, limit) for driver in view.drivers),
        tornado=_tornado(view),
    )


def state_styles(view: View) -> list[Style]:
    """A state looks like the outcome that asks for it alone; every other state has a style that no outcome has."""
    place = {outcome.name: index for index, outcome in enumerate(view.outcomes)}
    others = count(len(place))
    kin = [*view.path.state_outcomes, *[""] * len(view.path.state_names)]
    return [style_of(place[name] if name in place else next(others)) for name in kin[: len(view.path.state_names)]]


def _both(draw: Callable[[Figure, bool], None], wide: Size, narrow: Size) -> Drawing:
    """Draw in both widths; the second argument of ``draw`` says whether it is the narrow one."""
    return Drawing(
        render_svg(lambda figure: draw(figure, False), *wide),
        render_svg(lambda figure: draw(figure, True), *narrow),
    )


def _history(view: View) -> Drawing | None:
    """The forecasts so far, this one last."""
    if not view.history:
        return None
    dates = (*(past.as_of for past in view.history), view.as_of)
    values, errors = [], []
    for o, outcome in enumerate(view.outcomes):
        before = [past.probability[o] for past in view.history]
        values.append([*(np.nan if p is None else p for p in before), outcome.probability])
        errors.append([outcome.mcse] * len(dates))
    names = [(outcome_name(outcome), style_of(index)) for index, outcome in enumerate(view.outcomes)]
    return _over_time(dates, draw_history, values, errors, names)


def _tornado(view: View) -> Drawing | None:
    bars = tornado_bars(view)
    if not bars:
        return None
    now, height = view.outcomes[most_likely(view)].probability, tornado_height(len(bars))
    return _both(
        lambda figure, narrow: draw_tornado(figure, now, bars, narrow=narrow),
        (_WIDE[0], height),
        (_NARROW[0], height),
    )


def _over_time(
    dates: Sequence[date],
    draw: Callable[..., None],
    values: Sequence[Sequence[float]],
    errors: Sequence[Sequence[float]],
    names: Sequence[tuple[str, Style]],
) -> Drawing | None:
    if not dates or not values:
        return None
    labels = [
        Label(format_probability(line[-1], error[-1]), name, style)
        for line, error, (name, style) in zip(values, errors, names, strict=True)
    ]
    table = np.array(values)

    def drawn(figure: Figure, narrow: bool) -> None:
        left, right = (40, 132) if narrow else (44, 212)
        axes = panel(figure, left=left, right=right, top=12, bottom=42)
        draw(axes, dates, table, labels, narrow=narrow)

    return _both(drawn, _WIDE, _NARROW)


def _waterfalls(view: View) -> Drawing | None:
    """Panels beside each other, or on a phone below each other."""
    shown = [(outcome_name(view.outcomes[o]), waterfall_steps(view, o)) for o in most_moved(view)]
    if not shown:
        return None
    steps = len(shown[0][1])

    wide, narrow = (
        (width, waterfall_height(steps, len(shown), narrow=narrow))
        for width, narrow in ((_WIDE[0], False), (_NARROW[0], True))
    )
    return _both(lambda figure, narrow: draw_waterfalls(figure, shown, narrow=narrow), wide, narrow)


def _driver_limit(drivers: Sequence[DriverView]) -> float:
    """One scale for all drivers, in whole standard deviations."""
    ends = [abs(value) for item in drivers for line in (item.low80, item.high80) for value in line]
    return float(np.ceil(max([_DRIVER_LIMIT, *ends])))


def _driver(view: View, driver: DriverView, limit: float) -> Svg:
    posterior = Band(np.array(driver.mean), np.array(driver.low80), np.array(driver.high80))
    prior = Band(np.array(driver.prior_mean), np.array(driver.prior_low80), np.array(driver.prior_high80))

    def draw(figure: Figure) -> None:
        left, right, top, bottom = DRIVER_EDGES
        axes = panel(figure, left=left, right=right, top=top, bottom=bottom)
        draw_driver(axes, view.driver_dates, posterior, prior, view.as_of, driver.marks, limit=limit)

    return render_svg(draw, *DRIVER)
