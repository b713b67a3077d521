"""What stands behind and beside the figures: data tables, descriptions for those who cannot see them, driver panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.report.rows import outcome_name
from forecast.report.view import DriverView, PathView, View
from forecast.report.words import format_date, format_probability, plain, signed

__all__ = ["DriverPanel", "FigureText", "Table", "driver_panels", "outcome_figure", "state_figure", "state_names"]


@dataclass(frozen=True)
class Table:
    """The numbers behind a figure; the first cell of each row heads it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FigureText:
    """A figure's title, its description in words, and its numbers."""

    title: str
    description: str
    table: Table


@dataclass(frozen=True)
class DriverPanel:
    """One driver in words, with its figure's text."""

    name: str
    meaning: str
    low: str
    high: str
    now: str
    before: str
    n_reports: int
    figure: FigureText


Columns = Sequence[tuple[Sequence[float], Sequence[float]]]


def outcome_figure(view: View) -> FigureText:
    """Text of the figure of outcome probabilities over time."""
    names = [outcome_name(outcome) for outcome in view.outcomes]
    columns = list(zip(view.path.outcomes, view.path.outcomes_mcse, strict=True))
    return FigureText(
        "Probability of each outcome by date",
        _description(view.path, names, columns),
        Table("Probability of each outcome, were the date the horizon", ("By", *names), _rows(view.path, columns)),
    )


def state_names(path: PathView) -> list[str]:
    """Each state's title where there is one, its name otherwise."""
    return [title or plain(name) for title, name in zip(path.state_titles, path.state_names, strict=True)]


def state_figure(view: View) -> FigureText:
    """Text of the figure of state occupancy over time."""
    names = state_names(view.path)
    columns = list(zip(view.path.states, view.path.states_mcse, strict=True))
    return FigureText(
        "Probability of being in each state by date",
        _description(view.path, names, columns),
        Table("Probability of being in each state on the date", ("On", *names), _rows(view.path, columns)),
    )


def _rows(path: PathView, columns: Columns) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (format_date(day), *(format_probability(values[index], errors[index]) for values, errors in columns))
        for index, day in enumerate(path.dates)
    )


def _description(path: PathView, names: Sequence[str], columns: Columns) -> str:
    parts = [
        f"{name} from {format_probability(values[0], errors[0])} to {format_probability(values[-1], errors[-1])}"
        for name, (values, errors) in zip(names, columns, strict=True)
    ]
    return f"From {format_date(path.dates[0])} to {format_date(path.dates[-1])}: {'; '.join(parts)}."


def driver_panels(view: View) -> tuple[DriverPanel, ...]:
    """Every driver in words, in the scenario's order."""
    return tuple(_panel(view, driver) for driver in view.drivers)


def _panel(view: View, driver: DriverView) -> DriverPanel:
    name = driver.title or plain(driver.name)
    now = f"{signed(driver.now_mean)} ± {driver.now_sd:.1f}"
    before = f"{signed(driver.prior_now_mean)} ± {driver.prior_now_sd:.1f}"
    ups, downs = sum(push > 0 for _, push in driver.marks), sum(push < 0 for _, push in driver.marks)
    description = (
        f"On {format_date(view.as_of)} the posterior is {now} (mean and standard deviation), the prior {before}. "
        f"At the horizon the projection's 80% range is {_ends(driver.low80[-1], driver.high80[-1])}. "
        f"{len(driver.marks)} reports were coded for this driver: {ups} up, {downs} down, "
        f"{len(driver.marks) - ups - downs} without direction."
    )
    rows = tuple(
        (
            format_date(day),
            signed(driver.mean[index]),
            _ends(driver.low80[index], driver.high80[index]),
            signed(driver.prior_mean[index]),
            _ends(driver.prior_low80[index], driver.prior_high80[index]),
        )
        for index, day in enumerate(view.driver_dates)
    )
    header = ("Step from", "Posterior mean", "80% range", "Prior mean", "Prior 80% range")
    title = f"{name} over time"
    figure = FigureText(title, description, Table(f"{title}; projected after {format_date(view.as_of)}", header, rows))
    return DriverPanel(name, driver.meaning, driver.low, driver.high, now, before, len(driver.marks), figure)


def _ends(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"
