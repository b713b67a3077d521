"""``forecast update``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

if TYPE_CHECKING:
    from forecast.workflow import Paper

__all__ = ["update"]


@click.command(cls=options.ExampleCommand, examples=("forecast update CASE", "forecast update CASE --no-report --json"))
@options.scenario_argument
@options.as_of_option
@options.horizon_option
@options.as_recorded_option
@options.fit_seed_option
@click.option("--report/--no-report", default=True, show_default=True, help="Write the HTML and PDF report.")
@options.paper_option
@options.common_options
def update(
    scenario: str,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool,
    seed: int | None,
    report: bool,
    paper: Paper,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Assimilate what is new since the last fit, in seconds.

    Reports that are new, late, corrected or withdrawn, silence, series and changes of state reweight the draws of the
    last fit. Where these no longer carry the evidence, a new fit is made, which takes minutes. Says which of the two
    happened and why, what is new and what changed, and writes the ledger entry and the report. Where nothing is new
    since the last forecast as of the same day, it shows that one and records nothing.

    SCENARIO is a name found in priors/, or a path. Exit code 3 means that the diagnostics failed.
    """
    from forecast import workflow
    from forecast.cli.documents import run_document
    from forecast.cli.tables import file_lines, glyph_warnings, run_lines, run_table
    from forecast.workspace import find_workspace

    root = find_workspace(workspace)
    with output.working() as progress:
        result = workflow.update(
            root, scenario, as_of=as_of, horizon=horizon, as_recorded=as_recorded, seed=seed, progress=progress
        )
    output.print_warnings(result.warnings)
    if not as_json:  # the numbers come before the figures
        output.print_tables(run_table(result))
        click.echo("\n".join(output.clean(line) for line in run_lines(result)))
    if report:
        with output.working() as progress:
            progress("writing the report")
            files = workflow.render_entry(root, result.entry, result.view, paper)
        result = replace(result, files=files)
        output.print_warnings(glyph_warnings(files.missing))
    if as_json:
        output.print_json(run_document(result))
    elif report:
        click.echo("\n".join(file_lines(result.files)))
    return EXIT_UNTRUSTED if result.entry.status == "FAIL" else 0
