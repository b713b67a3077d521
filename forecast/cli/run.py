"""``forecast run``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED
from forecast.inference.settings import STANDARD_SAMPLING, Sampling

if TYPE_CHECKING:
    from forecast.workflow import Paper

__all__ = ["run"]


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast run CASE", "forecast run CASE --draws 300 --tune 500 --paper letter --json"),
)
@options.scenario_argument
@options.as_of_option
@options.horizon_option
@options.as_recorded_option
@options.seed_option
@click.option(
    "--draws",
    type=click.IntRange(4),
    default=STANDARD_SAMPLING.draws,
    show_default=True,
    help="Posterior draws kept, per chain.",
)
@click.option(
    "--tune", type=click.IntRange(1), default=STANDARD_SAMPLING.tune, show_default=True, help="Tuning draws, per chain."
)
@click.option(
    "--chains", type=click.IntRange(1), default=STANDARD_SAMPLING.chains, show_default=True, help="Chains, at least 2."
)
@options.paper_option
@options.common_options
def run(
    scenario: str,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    paper: Paper,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Make, record and report a forecast.

    Fits the model, projects to the horizon, writes the ledger entry and the HTML and PDF report.

    SCENARIO is a name found in priors/, or a path. Exit code 3 means that the diagnostics failed: everything is
    written and marked, but the numbers must not be trusted.
    """
    from forecast import workflow
    from forecast.cli.documents import run_document
    from forecast.cli.tables import glyph_warnings, run_lines, run_table
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.run(
            find_workspace(workspace),
            scenario,
            as_of=as_of,
            horizon=horizon,
            as_recorded=as_recorded,
            seed=seed,
            sampling=Sampling(draws, tune, chains),
            paper=paper,
            progress=progress,
        )
    output.print_warnings([*result.warnings, *glyph_warnings(result.files.missing if result.files else "")])
    if as_json:
        output.print_json(run_document(result))
    else:
        output.print_tables(run_table(result))
        click.echo("\n".join(output.clean(line) for line in run_lines(result)))
    return EXIT_UNTRUSTED if result.entry.status == "FAIL" else 0
