"""The reference page of the Python API, written from its docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import forecast
from forecast import api

__all__ = ["IN_READING_ORDER", "RESULTS", "api_page"]

IN_READING_ORDER = (
    "load_scenario", "read_evidence", "fit", "update", "project",
    "what_if", "explain", "signposts", "sensitivity", "criticise", "backtest", "score",
)  # fmt: skip
RESULTS = (
    "Fit",
    "Forecast",
    "WhatIf",
    "Explanation",
    "Signposts",
    "Sensitivity",
    "Criticism",
    "Backtest",
    "Scores",
    "Plot",
)
HEAD = """# Python API

Written by `make docs` from the docstrings; do not edit. Each function is imported from `forecast`, which loads what it
needs when a name is first used; the classes of the results are in `forecast.api`. The examples run one after the other
as they stand here: the tests do so with a small made-up case in `priors/case.yaml` and `data/case/`.

"""
_ROLE = re.compile(r":(?:func|class|mod|meth):`~?([^`]+)`")
_SECTION = re.compile(r"^(\w+)\n-{3,}$", re.MULTILINE)


def api_page() -> str:
    """Markdown with every function in reading order, then the classes of the results."""
    listed = "".join(f"- [`{name}`](#{name})\n" for name in IN_READING_ORDER)
    listed += "".join(f"- [class `{name}`](#class-{name.lower()})\n" for name in RESULTS)
    functions = "".join(_function(getattr(forecast, name)) for name in IN_READING_ORDER)
    return HEAD + listed + functions + "".join(_result(getattr(api, name)) for name in RESULTS)


def _function(function: Callable[..., Any]) -> str:
    signature = f"```python\n{function.__name__}({_arguments(function)})\n```\n"
    return f"\n## {function.__name__}\n\n{signature}\n{_text(inspect.getdoc(function) or '')}"


def _arguments(function: Callable[..., Any]) -> str:
    """One argument a line, annotations as they are written."""
    lines, keyword_only = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            lines.append("*")
        default = parameter.default
        shown = "" if default is parameter.empty else f" = {getattr(default, '__name__', None) or repr(default)}"
        lines.append(f"{parameter.name}: {parameter.annotation}{shown}")
    return "\n" + "".join(f"    {line},\n" for line in lines) if lines else ""


def _result(kind: type) -> str:
    """A class with what it offers beside its attributes."""
    members = "".join(f"\n### {kind.__name__}.{name}\n\n{_text(text)}" for name, text in _members(kind))
    return f"\n## class {kind.__name__}\n\n{_text(inspect.getdoc(kind) or '')}{members}"


def _members(kind: type) -> Iterator[tuple[str, str]]:
    """Properties and methods that are not in the list of attributes already."""
    listed = re.findall(r"^([\w, ]+) : ", inspect.getdoc(kind) or "", re.MULTILINE)
    told = {name.strip() for names in listed for name in names.split(",")}
    for name, member in vars(kind).items():
        if name.startswith("_") or name in told:
            continue
        if isinstance(member, property | cached_property):
            yield name, inspect.getdoc(member) or ""
        elif inspect.isfunction(member):
            arguments = ", ".join(inspect.signature(member).parameters).removeprefix("self").removeprefix(", ")
            yield f"{name}({arguments})", inspect.getdoc(member) or ""


def _text(docstring: str) -> str:
    """Turn a numpydoc docstring into Markdown: sections as bold words, their entries as lists, examples as code."""
    first, *rest = _SECTION.split(docstring)
    parts = [_prose(first)]
    for name, body in zip(rest[::2], rest[1::2], strict=True):
        text = body.strip("\n")
        parts.append(f"**{name}**\n\n" + (f"```pycon\n{text}\n```\n" if name == "Examples" else _entries(text)))
    return "\n".join(part for part in parts if part)


def _entries(body: str) -> str:
    """Entries of a section; what is indented below one explains it."""
    lines = []
    for block in re.split(r"\n(?=\S)", body):
        head, _, below = block.partition("\n")
        words = _joined(_plain(below))
        names, colon, kind = _plain(head).partition(" : ")
        name = f"`{names}`" + (f" ({kind})" if colon else "")
        lines.append(f"- {name}" + (f": {words}" if words else ""))
    return "\n".join(lines) + "\n"


def _prose(text: str) -> str:
    """Paragraphs; one of terms with an indented explanation becomes a list."""
    paragraphs = _plain(text).strip("\n").split("\n\n")
    return "\n".join(_terms(item) if "\n  " in item else f"{item.strip()}\n" for item in paragraphs)


def _terms(paragraph: str) -> str:
    lines = []
    for block in re.split(r"\n(?=\S)", paragraph):
        term, _, below = block.partition("\n")
        lines.append(f"- {term}: {_joined(below)}")
    return "\n".join(lines) + "\n"


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _plain(text: str) -> str:
    return _ROLE.sub(r"`\1`", text).replace("``", "`")
