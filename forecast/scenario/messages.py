"""Pydantic's errors in the words of somebody who edits the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from forecast.scenario.schema import Schema, keys_at, schemas_at
from forecast.scenario.yamltext import KeyPath
from forecast.suggest import did_you_mean, nearest

__all__ = ["explain", "written"]

_FIXED = {
    "dict_type": "must be a mapping, one `name: ...` per line, not {value}",
    "model_type": "must be a mapping, one `key: ...` per line, not {value}",
    "int_type": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "float_type": "must be a number, not {value}",
    "bool_type": "must be true or false, not {value}",
    "bool_parsing": "must be true or false, not {value}",
    "greater_than": "must be above {gt:g}, not {value}",
    "greater_than_equal": "must be {ge:g} or more, not {value}",
    "too_short": "needs at least {min_length} of them",
    "string_too_long": "has more than {max_length} characters",
}
_MISSING = "this key is missing"
_UNION_PARTS_SAY = "must be a date written YYYY-MM-DD or the word ongoing, not {value}"


def explain(error: ValidationError, data: Any, schema: Schema) -> list[tuple[KeyPath, str]]:
    """Put every error into plain words, at the place in the file where it is.

    Parameters
    ----------
    error : ValidationError
        What validating ``data`` raised.
    data : object
        The plain data of the file.
    schema : dict
        JSON Schema of the file.

    Returns
    -------
    list of (key path, message)
        One for each place; a path may end with a key that is missing from the file.
    """
    found: dict[KeyPath, str] = {}
    misspelt: set[KeyPath] = set()
    for item in error.errors(include_url=False):
        path, union = _place(item["loc"], data)
        kind = item["type"]
        if kind == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]:
            continue  # pydantic counts only the entries without faults, and those are reported themselves
        if kind == "missing" and isinstance(item["loc"][-1], str):
            path, message = (*path, item["loc"][-1]), _MISSING
        elif union:
            message = _UNION_PARTS_SAY.format(value=written(item["input"]))
        else:
            message = _message(kind, path, item, schema)
        found.setdefault(path, message)
        if kind == "extra_forbidden" and (meant := nearest(str(path[-1]), keys_at(path[:-1], schema))):
            misspelt.add((*path[:-1], meant))
    for path in misspelt:
        if found.get(path) == _MISSING:  # one slip, one problem
            del found[path]
    return list(found.items())


def _place(loc: tuple[int | str, ...], data: Any) -> tuple[KeyPath, bool]:
    """Keep the steps of pydantic's location that exist in the file; say whether a branch of a union was cut off."""
    path: list[int | str] = []
    for step in loc:
        inside = isinstance(data, dict) and step in data
        if not (inside or (isinstance(data, list) and isinstance(step, int) and step < len(data))):
            return tuple(path), step == "literal['ongoing']" or str(step).startswith("function-")
        data = data[step]
        path.append(step)
    return tuple(path), False


def _message(kind: str, path: KeyPath, item: Mapping[str, Any], schema: Schema) -> str:
    context: dict[str, Any] = item.get("ctx", {})
    value = written(item["input"])
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return f"unknown key{did_you_mean(str(path[-1]), keys_at(path[:-1], schema))}"
    if kind == "literal_error":
        expected = context["expected"].replace("True", "true")
        return f"must be {expected}, not {value}{_nearest(item['input'], path, schema)}"
    if kind == "string_type":
        return f"must be text, not {value}" + ("; put it in quotes" if isinstance(item["input"], int | float) else "")
    if kind == "string_pattern_mismatch":
        middle = "digits and hyphens" if path == ("scenario",) else "digits and underscores, beginning with a letter"
        return f"{value} is not a name: use small letters, {middle}"
    if kind in ("tuple_type", "too_long", "missing"):
        return f"must be {_list_form(path, schema)}, not {value}"
    if kind in _FIXED:
        return _FIXED[kind].format(value=value, **context)
    return f"{item['msg'].replace('Input should', 'must')}, not {value}"


def _list_form(path: KeyPath, schema: Schema) -> str:
    pairs = [node["prefixItems"] for node in schemas_at(path, schema) if "prefixItems" in node]
    if not pairs:
        return "a list"
    return f"two values in brackets, {'[from, to]' if pairs[0][0].get('format') == 'date' else '[low, high]'}"


def _nearest(value: Any, path: KeyPath, schema: Schema) -> str:
    choices = [word for node in schemas_at(path, schema) for word in node.get("enum", ())]
    near = nearest(value, choices) if isinstance(value, str) else None
    return f"; did you mean {near!r}?" if near else ""


def written(value: Any) -> str:
    """Show a value as it may stand in a YAML file, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    text = f"[{', '.join(map(written, value))}]" if isinstance(value, list | tuple) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
