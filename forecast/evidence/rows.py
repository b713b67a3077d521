"""One row of an evidence file to one record, checked by itself: against the scenario, or without one by its form."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from forecast.evidence.records import VERIFIED, Judgement, Question, Report, SeriesValue, TransitionRecord
from forecast.evidence.tables import Row
from forecast.scenario.types import EventType, Scenario
from forecast.suggest import did_you_mean

__all__ = [
    "DIGITS",
    "LETTERS",
    "STRONGEST",
    "judgement",
    "outside_coverage",
    "question",
    "report",
    "series_value",
    "transition",
]

LETTERS, DIGITS = "ABCDEF", "123456"  # of Admiralty grades
STRONGEST = 2.0  # directions are coded from -2 to +2


def report(row: Row, scenario: Scenario | None) -> Report | None:
    """Read a row of events.csv."""
    identifier = row.unique("id")
    day, reported, entered = _dates(row, "date", scenario)
    events = None if scenario is None else scenario.events
    name = _known(row, "event_type", "event type", events)
    directions = _directions(row, scenario)
    if events and name in events:
        _check_sign(row, events[name], directions)
        if day and (outside := outside_coverage(events[name], day)):
            row.problem("date", outside)
    reliability, credibility = row.text("reliability"), row.text("credibility")
    if len(reliability) != 1 or reliability not in LETTERS:
        row.problem("reliability", f"{reliability!r} is not an Admiralty letter, A to F")
    if len(credibility) != 1 or credibility not in DIGITS:
        row.problem("credibility", f"{credibility!r} is not an Admiralty digit, 1 to 6")
    verified = row.text("verified")
    if verified and verified not in VERIFIED:
        known = ", ".join(VERIFIED)
        row.problem("verified", f"{verified!r} is none of {known} or blank{did_you_mean(verified, VERIFIED)}")
    withdrawn = row.optional_day("withdrawn")
    if withdrawn and reported and withdrawn < reported:
        row.problem("withdrawn", f"withdrawn on {withdrawn}, before it was reported on {reported}")
    if row.faulty or day is None or reported is None or entered is None:
        return None
    return Report(
        id=identifier,
        date=day,
        reported=reported,
        entered=entered,
        event_type=name,
        directions=directions,
        actor=row.text("actor"),
        summary=row.text("summary"),
        source=row.text("source"),
        reliability=reliability,
        credibility=credibility,
        verified=verified,
        same_as=row.text("same_as"),
        origin=row.text("origin"),
        replaces=row.text("replaces"),
        withdrawn=withdrawn,
        line=row.line,
    )


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
        row.problem(column, f"unknown {kind} {name!r}{did_you_mean(name, names)}")
    return name


def _in_order(row: Row, column: str, later: date | None, what: str, earlier: date | None) -> None:
    if later and earlier and later < earlier:
        row.problem(column, f"{later} is before {what}, on {earlier}")


def _dates(row: Row, column: str, scenario: Scenario | None) -> tuple[date | None, date | None, date | None]:
    """When it happened, when it was reported, when it was entered."""
    day, reported = row.day(column), row.day("reported")
    entered = row.day("entered", blank=reported) if row.text("entered") or reported else None
    if scenario and day and day < scenario.start:
        row.problem(column, f"{day} is before the scenario's start, {scenario.start}")
    _in_order(row, "reported", reported, "it happened", day)
    _in_order(row, "entered", entered, "it was reported", reported)
    return day, reported, entered


def _directions(row: Row, scenario: Scenario | None) -> dict[str, float]:
    if not row.text("driver") and not row.text("direction"):
        return {}
    names = [part.strip() for part in row.text("driver").split(";")]
    codes = [part.strip() for part in row.text("direction").split(";")]
    directions: dict[str, float] = {}
    for name in names:
        if scenario and name not in scenario.drivers:
            row.problem("driver", f"unknown driver {name!r}{did_you_mean(name, scenario.drivers)}")
    if len(set(names)) < len(names):
        row.problem("driver", "a driver is named twice")
    if len(names) != len(codes):
        row.problem("direction", f"{len(codes)} directions for {len(names)} drivers")
        return directions
    for name, code in zip(names, codes, strict=True):
        try:
            directions[name] = float(code)
        except ValueError:
            row.problem("direction", f"{code!r} is not a number")
            continue
        if not abs(directions[name]) <= STRONGEST:  # so written that NaN fails too
            row.problem("direction", f"{code} is outside -2 to 2")
    return directions


def _check_sign(row: Row, event: EventType, directions: dict[str, float]) -> None:
    """Refuse a row whose every push has the sign that the type excludes; see :func:`.readers.read_evidence`."""
    pushes = [direction for direction in directions.values() if direction != 0]
    sign = {"both": 0, "positive": 1, "negative": -1}[event.signs]
    if pushes and all(direction * sign < 0 for direction in pushes):
        row.problem("direction", f"the type's signs are {event.signs}, and this direction is not")


def outside_coverage(event: EventType, day: date) -> str:
    """Say that a day lies outside a type's complete coverage; empty where it does not."""
    if event.coverage.complete is None:
        return ""
    first, last = event.coverage.complete
    outside = day < first or (last != "ongoing" and day > last)
    return f"{day} is outside the type's complete coverage, {first} to {last}" if outside else ""
