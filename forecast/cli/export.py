"""``forecast export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

if TYPE_CHECKING:
    from forecast.workflow import ExportFormat, ExportResult

__all__ = ["export"]

_FORMATS = ("hubverse", "csv", "netcdf", "forecastbench")


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast export CASE --format csv", "forecast export CASE --format hubverse --to hub"),
)
@options.scenario_argument
@click.option("--format", "form", type=click.Choice(_FORMATS), required=True, help="What to write.")
@click.option("--id", "entry_id", metavar="ID", help="Ledger id or its beginning. [default: the latest forecast]")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to write. [default: reports/SCENARIO/FORMAT of the workspace]",
)
@click.option(
    "--model-id",
    metavar="TEAM-MODEL",
    default="forecast-multistate",
    show_default=True,
    help="Under which a hub lists the forecast.",
)
@options.common_options
def export(
    scenario: str,
    form: ExportFormat,
    entry_id: str | None,
    to: Path | None,
    model_id: str,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Write a recorded forecast in a format of others.

    SCENARIO is a name found in priors/, or a path. `hubverse` makes a modelling hub (schemas v6), or adds the forecast
    to the one in the folder as a round of its own. `csv` is a table of probabilities by date with their errors, and a
    JSON file that says what it is. `netcdf` holds the draws and the results with named dimensions. `forecastbench` has
    each outcome by each date as a yes/no question. No forecast is made. Exit code 3 means that the recorded diagnostics
    had failed.
    """
    from forecast import workflow
    from forecast.workspace import find_workspace

    with output.working():
        result = workflow.export(
            find_workspace(workspace), scenario, format=form, entry_id=entry_id, to=to, model_id=model_id
        )
    failed = result.entry.status == "FAIL"
    if failed:
        output.print_warnings(["the diagnostics of this forecast had failed: its numbers must not be trusted"])
    if as_json:
        output.print_json(_document(result))
    else:
        click.echo("\n".join(output.clean(str(path)) for path in result.files))
    return EXIT_UNTRUSTED if failed else 0


def _document(result: ExportResult) -> dict[str, Any]:
    from forecast.cli.documents import entry_header

    return entry_header(
        result.entry,
        ledger_id=result.entry.id,
        stage=result.stage,
        resolution=result.resolution,
        format=result.format,
        folder=str(result.folder),
        files=[str(path) for path in result.files],
    )
