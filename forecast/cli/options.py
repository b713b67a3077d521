"""Arguments and options that commands share, and the help that ends with an example to run."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from forecast.cli.example_words import recorded_words
from forecast.errors import ForecastError
from forecast.timegrid import iso_date

__all__ = [
    "DAY",
    "SEED",
    "ExampleCommand",
    "as_of_option",
    "as_recorded_option",
    "common_options",
    "fit_seed_option",
    "horizon_option",
    "last_as_of_option",
    "last_horizon_option",
    "paper_option",
    "scenario_argument",
    "seed_option",
]

_MAX_SEED = 2**32 - 1


class ExampleCommand(click.Command):
    """A command whose help ends with examples that run where they are read.

    ``CASE`` in an example stands for a scenario; the help shows the name of one that the workspace has. ``TYPE``,
    ``DAY``, ``REPORTED``, ``DRIVER``, ``DIRECTION`` and ``ID`` stand for what a row of its events holds,
    ``MAPPING`` and ``SAMPLE`` for a mapping and a sample of the export that it reads; for more see
    :mod:`forecast.cli.example_words`.

    Parameters
    ----------
    examples : sequence of str
        Whole command lines.
    """

    def __init__(self, *args: Any, examples: tuple[str, ...], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        words = {**_some_words(), **recorded_words(" ".join(self.examples))}
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for example in self.examples:
                shown = _WORD.sub(lambda match: words.get(match[0], match[0]), example)
                formatter.write(f"{'':>{formatter.current_indent}}{shown}\n")


_CELLS = {
    "TYPE": "event_type",
    "DAY": "date",
    "REPORTED": "reported",
    "DRIVER": "driver",
    "DIRECTION": "direction",
    "ID": "id",
}
_WORD = re.compile(r"\b[A-Z]{2,}\b")


def _some_words() -> dict[str, str]:
    """What the words in capitals stand for where the command is typed; none where there is no workspace."""
    from forecast.workspace import find_workspace

    try:
        workspace = find_workspace()
        name = next(iter(workspace.names()), "")
    except (ForecastError, OSError):  # help is help all the same
        return {}
    if not name:
        return {}
    return {"CASE": name, **_some_row(workspace.data(name) / "events.csv"), **_some_mapping(workspace.mappings(name))}


def _some_mapping(folder: Path) -> dict[str, str]:
    """The first mapping of a case that has a sample of its export beside it."""
    for sample in sorted(folder.glob("*.sample.*")):
        return {"MAPPING": sample.name.partition(".")[0], "SAMPLE": shlex.quote(str(sample))}
    return {}


def _some_row(path: Path) -> dict[str, str]:
    """The first row with one driver that stands, ready for a shell."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row["driver"] and ";" not in row["driver"] and not row["withdrawn"]:
                    return {word: shlex.quote(row[column]) for word, column in _CELLS.items()}
    except (OSError, ValueError, LookupError, TypeError, csv.Error):  # a broken file is told by other commands
        pass
    return {}


class _Day(click.ParamType[date]):
    """A date written YYYY-MM-DD."""

    name = "date"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return iso_date(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = _Day()
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--workspace``, ``--json`` and ``--debug``; the command takes ``workspace`` and ``as_json``."""
    for option in (
        # the flag itself is read where errors are caught: see forecast.cli.failures
        click.option("--debug", is_flag=True, expose_value=False, help="On an error, show the traceback."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else there."),
        click.option(
            "--workspace",
            type=click.Path(path_type=Path),
            help="Folder with priors/ and data/; searched upwards from the current one unless given.",
        ),
    ):
        command = option(command)
    return command


scenario_argument: Decorator = click.argument("scenario")
as_of_option: Decorator = click.option(
    "--as-of", type=DAY, help="Use what was reported by this day. [default: the last reported date in the data]"
)
as_recorded_option: Decorator = click.option(
    "--as-recorded",
    is_flag=True,
    help="Of what was reported by the as-of date use only what had been entered by then: the forecast as it could have"
    " been made on that day.",
)
horizon_option: Decorator = click.option(
    "--horizon", type=DAY, help="Day by which the outcomes are told apart. [default: the scenario's]"
)
last_as_of_option: Decorator = click.option(
    "--as-of", type=DAY, help="Use what was reported by this day. [default: as the forecast recorded last]"
)
last_horizon_option: Decorator = click.option(
    "--horizon",
    type=DAY,
    help="Day by which the outcomes are told apart. [default: as the forecast recorded last]",
)
SEED = click.IntRange(0, _MAX_SEED)
seed_option: Decorator = click.option(
    "--seed",
    type=SEED,
    default=1,
    show_default=True,
    help="Of all random numbers: the same seed gives the same forecast.",
)
fit_seed_option: Decorator = click.option(
    "--seed", type=SEED, help="Of the fit to go on from. [default: that of the last fit]"
)
paper_option: Decorator = click.option(
    "--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Page size of the PDF."
)
