"""``forecast ledger list`` and ``forecast ledger show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options, output

if TYPE_CHECKING:
    from forecast.ledger.store import Ledger

__all__ = ["ledger"]


@click.group()
def ledger() -> None:
    """What was said when: every forecast ever recorded."""


@ledger.command("list", cls=options.ExampleCommand, examples=("forecast ledger list --scenario CASE",))
@click.option("--scenario", metavar="ID", help="Only forecasts of this scenario.")
@options.common_options
def list_entries(scenario: str | None, workspace: Path | None, as_json: bool) -> None:
    """List the recorded forecasts, oldest first."""
    from forecast.cli.documents import list_document
    from forecast.cli.tables import list_table

    entries = _open(workspace).forecasts(scenario)
    if as_json:
        output.print_json(list_document(entries))
    elif entries:
        output.print_tables(list_table(entries))
    else:
        click.echo("no forecasts are recorded", err=True)


@ledger.command("show", cls=options.ExampleCommand, examples=("forecast ledger show",))
@click.argument("entry_id", metavar="[ID]", required=False)
@options.common_options
def show_entry(entry_id: str | None, workspace: Path | None, as_json: bool) -> None:
    """Show all fields of one entry.

    ID is a ledger id or its beginning, at least 4 digits; without it the last entry is shown.
    """
    from forecast.cli.documents import show_document
    from forecast.cli.tables import entry_lines, entry_table
    from forecast.errors import NotFoundError

    opened = _open(workspace)
    entry = opened.forecast(entry_id) if entry_id else opened.latest()
    if entry is None:
        raise NotFoundError("no forecasts are recorded yet; `forecast run SCENARIO` records one")
    if as_json:
        output.print_json(show_document(entry))
    else:
        click.echo("\n".join(output.clean(line) for line in entry_lines(entry)))
        output.print_tables(entry_table(entry))


def _open(workspace: Path | None) -> Ledger:
    from forecast.ledger.store import Ledger
    from forecast.workspace import find_workspace

    return Ledger(find_workspace(workspace).ledger)
