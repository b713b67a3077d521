"""Reports on the time axis of a driver's figure: where each stands, and what a reader is told there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.report.outlook_rows import with_error
from forecast.report.outlooks import ReportEffectView
from forecast.report.rows import outcome_name
from forecast.report.view import DriverView, ReportView, View
from forecast.report.words import format_date, signed

__all__ = ["Mark", "driver_marks", "report_effects"]

_LONGEST = 280  # characters of a summary; the list of evidence has all


@dataclass(frozen=True)
class Mark:
    """One report; ``at`` runs from 0 (first day of the axis) to 1 (last). ``row`` is its place in the evidence."""

    at: float
    sign: int
    text: str
    row: int


def report_effects(view: View) -> dict[str, str]:
    """What each report does to the outcome that it moves most, by the report's id."""
    if view.outlook is None:
        return {}
    return {item.id: _effect(item, view) for item in view.outlook.effects}


def _effect(item: ReportEffectView, view: View) -> str:
    o = max(range(len(item.change)), key=lambda o: abs(item.change[o]))
    rough = "; rough, since the draws hardly carry its absence" if item.rough else ""
    told = with_error(item.change[o], item.mcse[o])
    return f"Effect on “{outcome_name(view.outcomes[o])}”: {told} points against the forecast without it{rough}."


def driver_marks(view: View, driver: DriverView, effects: Mapping[str, str]) -> tuple[Mark, ...]:
    """The reports coded for a driver, oldest first."""
    if not view.driver_dates:
        return ()
    first, last = view.driver_dates[0].toordinal(), view.driver_dates[-1].toordinal()
    marks = []
    for row, report in enumerate(view.evidence):
        push = dict(report.directions).get(driver.name)
        if push is not None:
            at = (report.date.toordinal() - first) / max(last - first, 1)
            marks.append(Mark(round(at, 5), (push > 0) - (push < 0), _text(report, push, effects), row))
    return tuple(reversed(marks))


def _text(report: ReportView, push: float, effects: Mapping[str, str]) -> str:
    summary = report.summary if len(report.summary) <= _LONGEST else f"{report.summary[: _LONGEST - 1]}…"
    used = "" if report.used_for else " Kept, not used by the model."
    effect = effects.get(report.id, "")
    grade = f"Grade {report.grade}, direction {signed(push)}."
    return " ".join(part for part in (f"{format_date(report.date)}: {summary}", grade + used, effect) if part)
