"""Writes docs/reference: one page from the commands' own help, and the scenario's JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from forecast.cli.app import cli

__all__ = ["commands_page"]

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
WIDTH = "100"
HEAD = "# Commands\n\nWritten by `make docs` from the commands' own help; do not edit.\n"


def _paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            if not child.hidden:
                yield from _paths(child, (*path, name))


def _output(command: click.Command, *arguments: str) -> str:
    runner = CliRunner(env={"COLUMNS": WIDTH})
    return runner.invoke(command, arguments, prog_name="forecast", catch_exceptions=False).stdout


def commands_page(command: click.Group) -> str:
    """Markdown with the help of a group and of every command in it that is not hidden, each under its own heading.

    Parameters
    ----------
    command : click.Group
        The top command.

    Returns
    -------
    str
        Markdown, one level-two heading a command.
    """
    sections = (
        f"\n## {' '.join(('forecast', *path))}\n\n```text\n{_output(command, *path, '--help')}```\n"
        for path in _paths(command)
    )
    return HEAD + "".join(sections)


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    (REFERENCE / "commands.md").write_text(commands_page(cli), encoding="utf-8")
    (REFERENCE / "scenario.schema.json").write_text(_output(cli, "schema"), encoding="utf-8")
