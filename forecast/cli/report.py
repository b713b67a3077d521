"""``forecast report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

if TYPE_CHECKING:
    from forecast.workflow import Paper

__all__ = ["report"]


@click.command(cls=options.ExampleCommand, examples=("forecast report CASE --paper letter",))
@options.scenario_argument
@click.option("--id", "entry_id", metavar="ID", help="Ledger id or its beginning. [default: the latest forecast]")
@options.paper_option
@options.common_options
def report(scenario: str, entry_id: str | None, paper: Paper, workspace: Path | None, as_json: bool) -> int:
    """Write the report of a recorded forecast again.

    SCENARIO is a name found in priors/, or a path. No forecast is made: the report shows what was recorded, also when
    the scenario file has changed or is gone; what moved it is told again from the ledger. The latest forecast for an
    as-of date and a horizon has the files <as-of>_<horizon>.html and .pdf; an earlier one, named by --id, has its id in
    the name too. Exit code 3 means that the recorded diagnostics had failed.
    """
    from forecast import workflow
    from forecast.cli.documents import report_document
    from forecast.cli.tables import glyph_warnings, scenario_file_warnings
    from forecast.workspace import find_workspace

    with output.working():
        result = workflow.render_again(find_workspace(workspace), scenario, entry_id=entry_id, paper=paper)
    output.print_warnings([*scenario_file_warnings(result.scenario_file), *glyph_warnings(result.files.missing)])
    if as_json:
        output.print_json(report_document(result))
    else:
        click.echo(f"{result.files.html}\n{result.files.pdf}")
    return EXIT_UNTRUSTED if result.entry.status == "FAIL" else 0
