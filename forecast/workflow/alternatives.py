"""What somebody asks in words of the command line or of a file: drivers that are set, reports that are seen.

The words are the same in both places::

    DRIVER=LEVEL[@FROM[:TO]]                   set a driver; from the day after the as-of date to the horizon by default
    TYPE[:DIRECTION[:GRADE]]@DATE              see a report; DIRECTION is a number, or DRIVER=NUMBER[,DRIVER=NUMBER]
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError, Problem
from forecast.evidence.events import STRONGEST, outside_coverage
from forecast.evidence.grades import DIGITS, LETTERS
from forecast.projection.alternatives import Alternative, DoDriver, ObserveReport
from forecast.scenario.file import key_text, read_text
from forecast.scenario.types import EventType, Scenario
from forecast.scenario.yamltext import KeyPath, parse_yaml
from forecast.suggest import did_you_mean
from forecast.timegrid import iso_date, shift
from forecast.workflow.case import Dates

__all__ = ["DEFAULT_GRADE", "read_alternatives"]

DEFAULT_GRADE = "B2"
_SCALE_END = 2.0  # `low` and `high` describe -2 and +2
_DO = re.compile(r"(?P<driver>[^=@]+)=(?P<level>[^=@]+)(?:@(?P<first>[^:@]*)(?::(?P<last>[^:@]*))?)?")
_OBSERVE = re.compile(r"(?P<type>[^:@]+)(?::(?P<direction>[^:@]*))?(?::(?P<grade>[^:@]*))?@(?P<day>[^:@]+)")
_FORMS = {"do": "DRIVER=LEVEL[@FROM[:TO]]", "observe": "TYPE[:DIRECTION[:GRADE]]@DATE"}


def read_alternatives(
    scenario: Scenario, dates: Dates, *, do: Sequence[str], observe: Sequence[str], file: Path | None
) -> tuple[tuple[Alternative, ...], tuple[Problem, ...]]:
    """Read what is asked: all words of the command line make one alternative, a file holds any number by name.

    Returns
    -------
    tuple of Alternative
    tuple of Problem
        Warnings.

    Raises
    ------
    InputError
        With every problem in the words and in the file, or where nothing is asked.
    """
    reader = _Reader(scenario, dates)
    alternatives = []
    if do or observe:
        words = [
            [(Problem("", 0, key, ""), text) for text in texts] for key, texts in (("--do", do), ("--observe", observe))
        ]
        alternatives.append(reader.alternative(" + ".join((*do, *observe)), *words))
    if file is not None:
        alternatives += _from_file(reader, file)
    if not alternatives and not reader.problems:
        message = "nothing is asked: give --do DRIVER=LEVEL, --observe TYPE@DATE or --file FILE"
        reader.problems.append(Problem("", 0, "", message))
    if reader.problems:
        raise InputError(reader.problems)
    return tuple(alternatives), tuple(reader.warnings)


type _Words = list[tuple[Problem, str]]
"""Each with the place where it stands, as a problem without a message."""


def _from_file(reader: _Reader, path: Path) -> list[Alternative]:
    """Read alternatives by name, each a mapping with lists ``do`` and ``observe``."""
    located = parse_yaml(read_text(path, "file of alternatives"))

    def place(key: KeyPath, message: str = "") -> Problem:
        return Problem(str(path), located.line(key), key_text(key), message)

    def words(body: dict[str, Any], key: KeyPath) -> _Words:
        value = body.get(str(key[-1]), [])
        items = [((*key, i), item) for i, item in enumerate(value)] if isinstance(value, list) else [(key, value)]
        wrong = [
            place(at, f"must be text as on the command line, {_FORMS[str(key[-1])]}")
            for at, item in items
            if not isinstance(item, str)
        ]
        reader.problems += wrong
        return [(place(at), item) for at, item in items if isinstance(item, str)]

    reader.problems += [Problem(str(path), line, key_text(key), message) for line, key, message in located.faults]
    if not isinstance(located.data, dict) or not located.data:
        if not located.faults:
            reader.problems.append(place((), "must be a mapping, one `name of the alternative:` for each"))
        return []
    found = []
    for name, body in located.data.items():
        if not isinstance(body, dict) or not body:
            reader.problems.append(place((name,), "must be a mapping with `do:`, `observe:` or both"))
            continue
        reader.problems += [
            place((name, key), f"unknown key{did_you_mean(key, _FORMS)}") for key in body if key not in _FORMS
        ]
        held, seen = words(body, (name, "do")), words(body, (name, "observe"))
        if held or seen:
            found.append(reader.alternative(name, held, seen))
        elif not reader.problems:
            reader.problems.append(place((name,), "nothing is asked: give `do:`, `observe:` or both"))
    return found


class _Reader:
    """Turns words into alternatives, collecting what is wrong with them."""

    def __init__(self, scenario: Scenario, dates: Dates) -> None:
        self._scenario, self._dates = scenario, dates
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def alternative(self, name: str, do: _Words, observe: _Words) -> Alternative:
        """Read one alternative; what cannot be read is left out of it."""
        held: list[DoDriver] = []
        for place, text in do:
            with self._collected(place):
                item = self._do(text)
                if abs(item.level) > _SCALE_END:
                    beyond = f"{item.level:g} lies beyond what low and high (-2 and 2) of {item.driver} describe"
                    self.warnings.append(replace(place, message=beyond))
                if any(item.driver == other.driver and _overlap(item, other) for other in held):
                    raise ValueError(f"{item.driver} is set twice on the same days")
                held.append(item)
        seen: list[ObserveReport] = []
        for place, text in observe:
            with self._collected(place):
                seen.append(self._observe(text))
        return Alternative(name, tuple(held), tuple(seen))

    @contextlib.contextmanager
    def _collected(self, place: Problem) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            self.problems.append(replace(place, message=str(error)))

    def _do(self, text: str) -> DoDriver:
        """Read a driver that is set."""
        if not (match := _DO.fullmatch(text.strip())):
            raise ValueError(f"{text!r} is not of the form {_FORMS['do']}")
        driver = match["driver"].strip()
        if driver not in self._scenario.drivers:
            raise ValueError(f"unknown driver {driver!r}{did_you_mean(driver, self._scenario.drivers)}")
        as_of, horizon = self._dates.as_of, self._dates.horizon
        first = iso_date(match["first"]) if match["first"] else shift(as_of, 1)
        last = iso_date(match["last"]) if match["last"] else horizon
        if first <= as_of:
            raise ValueError(f"{first} is not after the as-of date {as_of}: what has happened cannot be set any more")
        if last > horizon:
            raise ValueError(f"{last} is after the horizon {horizon}")
        if first > last:
            raise ValueError(f"it would end on {last}, before it starts on {first}")
        return DoDriver(driver, _number(match["level"], "level"), first, last)

    def _observe(self, text: str) -> ObserveReport:
        """Read a report that is seen."""
        if not (match := _OBSERVE.fullmatch(text.strip())):
            raise ValueError(f"{text!r} is not of the form {_FORMS['observe']}")
        name, grade, day = match["type"].strip(), match["grade"] or DEFAULT_GRADE, iso_date(match["day"])
        if name not in self._scenario.events:
            raise ValueError(f"unknown event type {name!r}{did_you_mean(name, self._scenario.events)}")
        if len(grade) != 2 or grade[0] not in LETTERS or grade[1] not in DIGITS:
            raise ValueError(f"{grade!r} is not an Admiralty grade, a letter A to F and a digit 1 to 6")
        if not self._scenario.start <= day <= self._dates.horizon:
            raise ValueError(f"{day} does not lie between {self._scenario.start} and {self._dates.horizon}")
        event = self._scenario.events[name]
        if outside := outside_coverage(event, day):
            raise ValueError(outside)
        return ObserveReport(name, _directions(name, event, match["direction"] or ""), grade, day)


def _directions(name: str, event: EventType, text: str) -> dict[str, float]:
    """Read coded directions: a number for the one driver that the type has a signal on, or driver=number pairs."""
    if not text.strip():
        return {}
    if event.signs != "both":
        raise ValueError(
            f"{name} has {event.signs} signs only: leave the direction out, two-signed types alone have one"
        )
    if not event.signal:
        raise ValueError(f"{name} has no signal, so that a direction says nothing: leave it out")
    if "=" not in text:
        if len(event.signal) > 1:
            pairs = ",".join(f"{driver}={text.strip()}" for driver in event.signal)
            raise ValueError(f"{name} has signals on several drivers: say which, as in {pairs}")
        return {next(iter(event.signal)): _direction(text)}
    found: dict[str, float] = {}
    for pair in text.split(","):
        driver, _, number = pair.partition("=")
        driver = driver.strip()
        if driver not in event.signal:
            raise ValueError(f"{name} has no signal on {driver!r}{did_you_mean(driver, event.signal)}")
        found[driver] = _direction(number)
    return found


def _direction(text: str) -> float:
    value = _number(text, "direction")
    if abs(value) > STRONGEST:
        raise ValueError(f"the direction {value:g} is not between -2 and 2")
    return value


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"the {what} {text.strip()!r} is not a number")
    return value


def _overlap(one: DoDriver, other: DoDriver) -> bool:
    return one.first <= other.last and other.first <= one.last
