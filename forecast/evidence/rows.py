"""One row of an evidence file to one record, checked by itself: against the scenario, or without one by its form."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from forecast.evidence.records import Judgement, Question, SeriesValue, TransitionRecord
from forecast.evidence.tables import Row
from forecast.evidence.wording import before_start, out_of_order, unknown
from forecast.scenario.types import Scenario

__all__ = ["judgement", "question", "series_value", "transition"]


def series_value(row: Row, scenario: Scenario | None) -> SeriesValue | None:
    """Read a row of series.csv; periods before the scenario's start are allowed, since they can never be used."""
    known = None if scenario is None else scenario.series
    name = _known(row, "series", "series", known)
    start, end, value = row.day("start"), row.day("end"), row.number("value")
    reported = row.day("reported")
    entered = row.day("entered", blank=reported)
    if start and end and end < start:
        row.problem("end", f"the period ends on {end}, before it starts on {start}")
    _in_order(row, "reported", reported, "the period ended", end)
    _in_order(row, "entered", entered, "it was reported", reported)
    if value is not None and value <= 0 and known and name in known and known[name].transform == "log":
        row.problem("value", f"a series with a log transform needs values above 0, not {value:g}")
    if row.faulty or start is None or end is None or value is None or reported is None or entered is None:
        return None
    return SeriesValue(name, start, end, value, reported, entered, row.text("source"), row.line)


def judgement(row: Row, scenario: Scenario | None) -> Judgement | None:
    """Read a row of judgements.csv."""
    identifier = row.unique("id")
    driver = _known(row, "driver", "driver", None if scenario is None else scenario.drivers)
    day, reported, entered = _dates(row, "date", scenario)
    low, high = row.number("low"), row.number("high")
    if low is not None and high is not None and low >= high:
        wrong = "the range is reversed" if low > high else "a 90% range needs a width"
        row.problem("low", f"{wrong}: low {low:g}, high {high:g}")
    if row.faulty or day is None or reported is None or entered is None or low is None or high is None:
        return None
    expert, reason = row.text("expert"), row.text("reason")
    return Judgement(identifier, driver, day, low, high, expert, reported, entered, reason, row.line)


def transition(row: Row, scenario: Scenario | None) -> TransitionRecord | None:
    """Read a row of transitions.csv."""
    day, reported, entered = _dates(row, "date", scenario)
    states = None if scenario is None else scenario.states
    pair = (_known(row, "from", "state", states), _known(row, "to", "state", states))
    if scenario is not None and set(pair) <= set(scenario.states):
        declared = {(item.from_, item.to) for item in scenario.transitions}
        broken = scenario.states[pair[0]].held_after and pair[::-1] in declared
        if pair not in declared and not broken:
            row.problem("to", f"the scenario has no transition from {pair[0]!r} to {pair[1]!r}")
    if row.faulty or day is None or reported is None or entered is None:
        return None
    return TransitionRecord(day, *pair, reported, entered, row.text("source"), row.line)


def question(row: Row, scenario: Scenario | None) -> Question | None:
    """Read a row of questions.csv."""
    del scenario  # a question may ask for more than the scenario's outcomes
    platform, title, target = (row.required(column) for column in ("platform", "question", "target"))
    by = row.day("by")
    text = row.text("min_duration_days") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        row.problem("min_duration_days", f"{text!r} is not a whole number of days")
    if row.faulty or by is None:
        return None
    return Question(platform, title, target, by, int(text), row.line)


def _known(row: Row, column: str, kind: str, names: Collection[str] | None) -> str:
    name = row.required(column)
    if name and names is not None and name not in names:
        row.problem(column, unknown(kind, name, names))
    return name


def _in_order(row: Row, column: str, later: date | None, what: str, earlier: date | None) -> None:
    if later and earlier and later < earlier:
        row.problem(column, out_of_order(later, what, earlier))


def _dates(row: Row, column: str, scenario: Scenario | None) -> tuple[date | None, date | None, date | None]:
    """When it happened, when it was reported, when it was entered."""
    day, reported = row.day(column), row.day("reported")
    entered = row.day("entered", blank=reported) if row.text("entered") or reported else None
    if scenario and day and day < scenario.start:
        row.problem(column, before_start(day, scenario.start))
    _in_order(row, "reported", reported, "it happened", day)
    _in_order(row, "entered", entered, "it was reported", reported)
    return day, reported, entered
