"""YAML text as plain data with the line of every key: no tags, no anchors, no guessed dates.

PyYAML's own constructors follow YAML 1.1, where ``2025-02-30`` is a crash, ``no`` is false and ``1e3`` is text. Here
plain scalars follow the core schema of YAML 1.2: null, true and false, decimal numbers; all else is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["KeyPath", "LocatedData", "parse_yaml"]

KeyPath = tuple[str | int, ...]

_MAX_DEPTH = 20  # a scenario needs six
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value
    for value, words in ((True, ("true", "True", "TRUE")), (False, ("false", "False", "FALSE")))
    for word in words
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)")


@dataclass(frozen=True)
class LocatedData:
    """Plain data and where it was written.

    Attributes
    ----------
    data : object
        Dicts, lists, text, numbers, booleans and None; None as well when the text is not YAML at all.
    lines : mapping of key path to int
        Line of each key and list item, from 1.
    faults : tuple of (line, key path, message)
        What is wrong with the text as YAML.
    """

    data: Any
    lines: Mapping[KeyPath, int]
    faults: tuple[tuple[int, KeyPath, str], ...]

    def line(self, path: KeyPath) -> int:
        """Line of a key, or of the nearest enclosing one when it is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(text: str) -> LocatedData:
    """Read one YAML document, collecting what is wrong with it."""
    reader = _Reader(text)
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context = f" ({error.context})" if error.context else ""
        reader.fault(mark.line + 1 if mark else 1, (), f"not valid YAML: {error.problem}{context}")
        data = None
    except _TooDeep as error:
        reader.fault(error.args[0], (), f"nested more than {_MAX_DEPTH} levels deep")
        data = None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reader.fault(line, (), f"character {chr(error.character)!r} is not allowed in YAML")
        data = None
    return LocatedData(data, reader.lines, tuple(reader.faults))


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    special = _SPECIAL.fullmatch(text)
    return float(special[1] + special[2]) if special else text


class _TooDeep(Exception):
    """Raised with the line where nesting leaves what any scenario needs."""


class _Reader:
    """Builds values from PyYAML's parse events, noting lines on the way."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[tuple[int, KeyPath, str]] = []

    def fault(self, line: int, path: KeyPath, message: str) -> None:
        self.faults.append((line, path, message))

    def document(self) -> Any:
        self._events = yaml.parse(self._text, Loader=yaml.SafeLoader)
        next(self._events)  # stream start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        event = next(self._events)
        self.lines[()] = _line(event)
        data = self._value(event, ())
        next(self._events)  # document end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.fault(_line(after), (), "a second document starts here; the file must hold one")
        return data

    def _value(self, event: yaml.Event, path: KeyPath) -> Any:
        if len(path) > _MAX_DEPTH:
            raise _TooDeep(_line(event))
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.fault(_line(event), path, "anchors and aliases (& and *) are not read; write the value out")
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            self.fault(_line(event), path, "tags (!) are not read; write a plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.style is None else event.value
        return None  # an alias

    def _sequence(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*path, len(items))
            self.lines.setdefault(place, _line(event))
            items.append(self._value(event, place))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        first_line: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            if isinstance(event, yaml.ScalarEvent):
                key = event.value  # as written: a driver may be called `no` or `on`
            else:
                self.fault(line, path, "a key must be a plain word")
                key = str(self._value(event, (*path, "?")))
            place = (*path, key)
            if key in first_line:
                self.fault(line, place, f"the key is given twice, first on line {first_line[key]}")
            self.lines.setdefault(place, line)
            value = self._value(next(self._events), place)
            entries.setdefault(key, value)
            first_line.setdefault(key, line)
        return entries


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1
