"""The two streams: results on stdout, everything else on stderr; and the one JSON object of ``--json``."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from forecast.errors import Problem

__all__ = [
    "clean",
    "error_document",
    "header",
    "points",
    "print_json",
    "print_tables",
    "print_warnings",
    "problem_rows",
    "table",
    "working",
]

FORMAT_VERSION = 1
_PIPED_WIDTH = 120  # columns where there is no terminal to ask


def header(**known: Any) -> dict[str, Any]:
    """Begin a JSON document with the fields that all have, ``None`` where one does not apply."""
    common = dict.fromkeys(("status", "scenario", "scenario_hash", "as_of", "horizon", "seed"))
    return {"format_version": FORMAT_VERSION, **common, **known}


def error_document(problems: Sequence[Problem]) -> dict[str, Any]:
    """The document of a command that could not do its work."""
    return header(status="ERROR", problems=problem_rows(problems))


def problem_rows(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as JSON has them."""
    return [{"file": p.file, "line": p.line or None, "key": p.key, "message": p.message} for p in problems]


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON object: numbers as numbers, dates as YYYY-MM-DD, a number that is not finite as null."""
    click.echo(json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    number = float(value)
    if not math.isfinite(number):
        return None
    return number


def clean(text: str) -> str:
    """Replace what a terminal would obey instead of show: text from files may hold escape sequences."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


@contextlib.contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Show progress on stderr while a command works; what a library prints meanwhile goes there too.

    Yields
    ------
    callable
        Takes a short message. A terminal shows the present one; a log gets one line each.
    """
    with contextlib.redirect_stdout(sys.stderr):
        if not sys.stderr.isatty():
            yield lambda message: click.echo(clean(message), err=True)
            return
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True).status("") as status:
            yield lambda message: status.update(Text(clean(message)))


def print_warnings(warnings: Iterable[object]) -> None:
    """Print warnings on stderr."""
    for warning in warnings:
        click.echo(f"warning: {clean(str(warning))}", err=True)


def points(difference: float) -> str:
    """A difference of probabilities in percentage points, never minus zero."""
    return f"{round(100 * difference, 1) + 0.0:+.1f}"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Any:
    """Make a table under a title; a column whose heading begins with ``>`` is set to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        to_right = column.startswith(">")
        made.add_column(
            column.removeprefix(">"), justify="right" if to_right else "left", no_wrap=to_right, overflow="fold"
        )
    for row in rows:
        made.add_row(*(Text(clean(cell)) for cell in row))  # Text: brackets in data are no markup
    return Group(Text(clean(title), style="bold"), made) if title else made


def print_tables(*tables: Any) -> None:
    """Print tables on stdout."""
    from rich.console import Console

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    for made in tables:
        console.print(made)
