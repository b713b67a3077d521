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


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast report CASE --paper letter",),
)
@options.scenario_argument
@click.option("--id", "entry_id", metavar="ID", help="Ledger id or its beginning. [default: the latest forecast]")
@click.option("--compare", nargs=2, metavar="A B", help="Put two forecasts beside each other, by their ledger ids.")
@options.paper_option
@options.common_options
def report(
    scenario: str,
    entry_id: str | None,
    compare: tuple[str, str] | None,
    paper: Paper,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Write the report of a recorded forecast again.

    SCENARIO is a name found in priors/, or a path. No forecast is made: the report shows what was recorded, also when
    the scenario file has changed or is gone; what moved it is told again from the ledger. The latest forecast for an
    as-of date and a horizon has the files <as-of>_<horizon>.html and .pdf; an earlier one, named by --id, has its id in
    the name too; reports/index.html lists all. With --compare, two forecasts of one question stand beside each other
    instead: outcomes with the error of their difference, and which evidence and assumptions differ. Exit code 3 means
    that the recorded diagnostics had failed.
    """
    from forecast import workflow
    from forecast.cli.documents import report_document
    from forecast.cli.tables import glyph_warnings, scenario_file_warnings
    from forecast.workspace import find_workspace

    if compare:
        if entry_id:
            raise click.UsageError("--id names one forecast and --compare two; give one of them")
        return _compare(scenario, *compare, workspace, as_json)
    with output.working():
        result = workflow.render_again(find_workspace(workspace), scenario, entry_id=entry_id, paper=paper)
    output.print_warnings([*scenario_file_warnings(result.scenario_file), *glyph_warnings(result.files.missing)])
    if as_json:
        output.print_json(report_document(result))
    else:
        click.echo(f"{result.files.html}\n{result.files.pdf}")
    return EXIT_UNTRUSTED if result.entry.status == "FAIL" else 0


def _compare(scenario: str, first: str, second: str, workspace: Path | None, as_json: bool) -> int:
    from forecast import workflow
    from forecast.cli.compare_output import compare_document, compare_lines, compare_table
    from forecast.workspace import find_workspace

    with output.working():
        result = workflow.compare(find_workspace(workspace), scenario, first, second)
    if as_json:
        output.print_json(compare_document(result))
    else:
        output.print_tables(compare_table(result))
        click.echo("\n".join(output.clean(line) for line in compare_lines(result)))
    return EXIT_UNTRUSTED if result.status == "FAIL" else 0
