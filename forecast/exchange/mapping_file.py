"""The mapping file: YAML to a checked mapping, or every problem in it with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from forecast.canonical import canonical_json, sha256
from forecast.errors import InputError, Problem
from forecast.evidence.events import STRONGEST
from forecast.exchange.mapping import Mapping, Rule, mapping_schema
from forecast.exchange.templates import columns_of
from forecast.scenario.file import key_text, read_text
from forecast.scenario.messages import explain, written
from forecast.scenario.types import Scenario
from forecast.scenario.yamltext import KeyPath, LocatedData, parse_yaml
from forecast.suggest import did_you_mean

__all__ = ["LoadedMapping", "load_mapping"]

type _Finding = tuple[KeyPath, str]


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping with where it came from.

    Attributes
    ----------
    hash : str
        SHA-256 of its content; comments and layout make no difference.
    """

    mapping: Mapping
    path: Path
    hash: str
    located: LocatedData = field(repr=False)

    def problems(self, scenario: Scenario, columns: Iterable[str] | None) -> tuple[Problem, ...]:
        """Find what does not fit the scenario, and the columns of the export where they are known."""
        found = list(_unfit(self.mapping, scenario))
        if columns is not None:
            known = list(columns)
            found += [
                (key, f"the file has no column {name!r}{did_you_mean(name, known)}")
                for key, name in _columns(self.mapping)
                if name not in known
            ]
        return tuple(sorted(_locate(self.path, self.located, found)))


def load_mapping(path: Path) -> LoadedMapping:
    """Read a mapping file.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InputError
        With every problem in the file, each with its line and key path.
    """
    located = parse_yaml(read_text(path, "mapping file"))
    faults = [Problem(str(path), line, key_text(key), message) for line, key, message in located.faults]
    if not isinstance(located.data, dict):
        found = "the file is empty" if located.data is None else f"the file holds {written(located.data)}"
        no_mapping = Problem(str(path), located.line(()), "", f"{found}; it must be a mapping that begins `mapping:`")
        raise InputError(faults or [no_mapping])
    try:
        mapping = Mapping.model_validate(located.data, by_alias=True, by_name=False)
    except ValidationError as error:
        findings = explain(error, located.data, mapping_schema())
        raise InputError([*faults, *_locate(path, located, findings)]) from None
    if faults:
        raise InputError(faults)
    content = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return LoadedMapping(mapping, path, sha256(canonical_json(content)), located)


def _unfit(mapping: Mapping, scenario: Scenario) -> Iterator[_Finding]:
    for index, rule in enumerate(mapping.rules):
        key: KeyPath = ("rules", index)
        event = scenario.events.get(rule.type)
        if event is None:
            near = did_you_mean(rule.type, scenario.events)
            yield (*key, "type"), f"unknown event type {rule.type!r} of {scenario.scenario}{near}"
        for driver, push in rule.direction.items():
            place: KeyPath = (*key, "direction", driver)
            if driver not in scenario.drivers:
                yield place, f"unknown driver {driver!r} of {scenario.scenario}{did_you_mean(driver, scenario.drivers)}"
            if push.always is not None and abs(push.always) > STRONGEST:
                yield place, f"{push.always:g} is outside -{STRONGEST:g} to {STRONGEST:g}"
        if event is not None and _excluded(rule, {"both": 0, "positive": 1, "negative": -1}[event.signs]):
            yield (*key, "direction"), f"the type's signs are {event.signs}, and this direction is not"


def _excluded(rule: Rule, sign: int) -> bool:
    """Whether every push has the sign that the type excludes, as the reader of reports would find."""
    fixed = [push.always for push in rule.direction.values()]
    pushing = [push for push in fixed if push]
    return None not in fixed and bool(pushing) and all(push * sign < 0 for push in pushing)


def _columns(mapping: Mapping) -> Iterator[tuple[KeyPath, str]]:
    """Every column that a mapping names, and where."""
    yield ("happened", "column"), mapping.happened.column
    if mapping.reported.column is not None:
        yield ("reported", "column"), mapping.reported.column
    for index, name in enumerate(mapping.same_event):
        yield ("same_event", index), name
    for name in ("id", "actor", "summary", "source", "origin"):
        yield from (((name,), column) for column in columns_of(getattr(mapping, name)))
    for index, rule in enumerate(mapping.rules):
        key: KeyPath = ("rules", index)
        yield from (((*key, "when", column), column) for column in rule.when)
        for driver, push in rule.direction.items():
            if push.column is not None:
                yield (*key, "direction", driver), push.column
        for name in ("actor", "summary"):
            yield from (((*key, name), column) for column in columns_of(getattr(rule, name) or ""))


def _locate(path: Path, located: LocatedData, findings: Iterable[_Finding]) -> list[Problem]:
    return [Problem(str(path), located.line(key), key_text(key), message) for key, message in findings]
