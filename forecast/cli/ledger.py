"""``forecast ledger list``, ``forecast ledger show`` and ``forecast ledger verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

if TYPE_CHECKING:
    from forecast.ledger.store import Ledger

__all__ = ["ledger"]


@click.group()
def ledger() -> None:
    """What was said when: every forecast, judgement and resolution ever recorded."""


@ledger.command("list", cls=options.ExampleCommand, examples=("forecast ledger list --scenario CASE",))
@click.option("--scenario", metavar="ID", help="Only entries of this scenario.")
@options.common_options
def list_entries(scenario: str | None, workspace: Path | None, as_json: bool) -> None:
    """List the recorded entries, oldest first.

    Of each: its kind, whether a forecast is a draft or published, what it says, and how its question was resolved.
    """
    from forecast.cli.ledger_document import list_document
    from forecast.cli.ledger_tables import list_table
    from forecast.ledger.standing import standing

    entries = _open(workspace).entries(scenario)
    known = standing(entries)
    if as_json:
        output.print_json(list_document(entries, known))
    elif entries:
        output.print_tables(list_table(entries, known))
    else:
        click.echo(f"nothing is recorded{f' of {scenario}' if scenario else ''}", err=True)


@ledger.command("show", cls=options.ExampleCommand, examples=("forecast ledger show", "forecast ledger show ENTRY"))
@click.argument("entry_id", metavar="[ID]", required=False)
@options.common_options
def show_entry(entry_id: str | None, workspace: Path | None, as_json: bool) -> None:
    """Show all fields of one entry.

    ID is a ledger id or its beginning, at least 4 digits; without it the last entry is shown.
    """
    from forecast.cli.ledger_document import show_document
    from forecast.cli.ledger_tables import entry_lines, entry_table
    from forecast.errors import NotFoundError
    from forecast.ledger.entry import ForecastEntry, JudgementEntry
    from forecast.ledger.standing import standing

    opened = _open(workspace)
    entries = opened.entries()
    if entry_id:
        entry = opened.entry(entry_id)
    elif entries:
        entry = entries[-1]
    else:
        raise NotFoundError("nothing is recorded yet; `forecast run SCENARIO` records a forecast")
    known = standing(entries)
    if as_json:
        output.print_json(show_document(entry, known))
        return
    click.echo("\n".join(output.clean(line) for line in entry_lines(entry, known)))
    if isinstance(entry, ForecastEntry | JudgementEntry):
        output.print_tables(entry_table(entry))


@ledger.command("verify", cls=options.ExampleCommand, examples=("forecast ledger verify",))
@options.common_options
def verify_ledger(workspace: Path | None, as_json: bool) -> int:
    """Check that the ledger is what was recorded.

    Every field of every entry, that none is missing, what entries refer to, and every file that they name. Exit code 3
    means that something was changed or is missing; each such thing is listed.
    """
    from forecast.cli.ledger_document import verify_document
    from forecast.ledger.verify import verify

    opened = _open(workspace)
    found = verify(opened)
    if as_json:
        output.print_json(verify_document(found))
    elif not found.problems:
        click.echo(f"{found.n_entries} entries and {found.n_files} files are as they were recorded")
    for problem in found.problems:
        click.echo(output.clean(str(problem)), err=True)
    return EXIT_UNTRUSTED if found.problems else 0


def _open(workspace: Path | None) -> Ledger:
    from forecast.ledger.store import Ledger
    from forecast.workspace import find_workspace

    return Ledger(find_workspace(workspace).ledger)
