"""JSON Schema of the scenario file, for editors, and look-ups of what may stand where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from forecast.scenario.types import Scenario
from forecast.scenario.yamltext import KeyPath

__all__ = ["Schema", "keys_at", "schema", "schemas_at", "summary"]

type Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ALONE = {"const": "selected", "description": "rows are a selection, and the type stands alone"}


@cache
def schema() -> Schema:
    """JSON Schema (draft 2020-12) of the scenario file.

    Returns
    -------
    dict
        Ready for ``json.dumps``. Rules that tie several keys together are left to the program's own check.
    """
    body = Scenario.model_json_schema(by_alias=True, mode="validation")
    definitions = body["$defs"]
    # The short form `coverage: selected` becomes a mapping before the model sees it, so pydantic does not know it.
    definitions["Coverage"] = {"anyOf": [definitions["Coverage"], _ALONE]}
    return {"$schema": _DIALECT, **body, "title": "Scenario file", "description": summary(body["description"])}


def summary(docstring: str) -> str:
    """First line of a docstring."""
    return docstring.split("\n", 1)[0]


def schemas_at(path: KeyPath, root: Schema) -> list[Schema]:
    """Find the schemas that may apply to the value at a key path: none where nothing may stand there.

    Parameters
    ----------
    root : dict
        JSON Schema of the whole file, with its ``$defs``.
    """
    nodes = list(_unfold(root, root))
    for step in path:
        nodes = [found for node in nodes for inner in _below(node, step) for found in _unfold(inner, root)]
    return nodes


def keys_at(path: KeyPath, root: Schema) -> list[str]:
    """Names of the keys that the mapping at a key path knows, in the schema's order."""
    return list(dict.fromkeys(key for node in schemas_at(path, root) for key in node.get("properties", ())))


def _unfold(node: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in node:
        for choice in node["anyOf"]:
            yield from _unfold(choice, root)
    else:
        yield node


def _below(node: Schema, step: str | int) -> Iterable[Schema]:
    if isinstance(step, int):
        pair = node.get("prefixItems", ())
        found = [pair[step]] if step < len(pair) else [node.get("items")]
    elif step in node.get("properties", ()):
        found = [node["properties"][step]]
    else:
        found = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    return [inner for inner in found if isinstance(inner, dict)]
