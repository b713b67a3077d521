"""Writes docs/reference: the commands from their own help, the Python API from its docstrings, the JSON Schemas."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from api_reference import api_page
from click.testing import CliRunner

from forecast.cli.app import cli

__all__ = ["commands_page"]

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
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


@contextlib.contextmanager
def _shipped_workspace() -> Iterator[None]:
    """Work where the help finds the shipped cases and nothing that this machine has recorded."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("priors", "data"):
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("ledger"))
        with contextlib.chdir(folder):
            yield


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    with _shipped_workspace():
        page, schema, mapping = commands_page(cli), _output(cli, "schema"), _output(cli, "schema", "--mapping")
    (REFERENCE / "api.md").write_text(api_page(), encoding="utf-8")
    (REFERENCE / "commands.md").write_text(page, encoding="utf-8")
    (REFERENCE / "scenario.schema.json").write_text(schema, encoding="utf-8")
    (REFERENCE / "mapping.schema.json").write_text(mapping, encoding="utf-8")
