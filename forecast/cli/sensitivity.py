"""``forecast sensitivity``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["sensitivity"]


@click.command(
    cls=options.ExampleCommand, examples=("forecast sensitivity CASE", "forecast sensitivity CASE --refit 1 --json")
)
@options.scenario_argument
@options.last_as_of_option
@options.last_horizon_option
@options.as_recorded_option
@click.option("--seed", type=options.SEED, help="Of the fit to use. [default: the last one's]")
@click.option(
    "--refit",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Fit anew under each half of the prior of the N quantities that need it most: those that the draws cannot"
    " carry, then the largest. Takes two fits each.",
)
@options.common_options
def sensitivity(
    scenario: str,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool,
    seed: int | None,
    refit: int,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Say what the last forecast hangs on.

    Each range in the scenario file is cut at its prior median: where would the outcomes be if only its lower or only
    its upper half were believed beforehand? The same for each driver's present level. Then prior and evidence, and
    parts of both, are made to count more and less. Last, how much of each outcome is still the prior.

    SCENARIO is a name found in priors/, or a path. The draws of the last fit are used; nothing is recorded.
    """
    from forecast import workflow
    from forecast.cli.sensitivity_document import sensitivity_document
    from forecast.cli.sensitivity_tables import sensitivity_lines, sensitivity_tables
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.sensitivity(
            find_workspace(workspace),
            scenario,
            as_of=as_of,
            horizon=horizon,
            as_recorded=as_recorded,
            seed=seed,
            refit=refit,
            progress=progress,
        )
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(sensitivity_document(result))
        return
    for table in sensitivity_tables(result):
        output.print_tables(table)
    click.echo("\n".join(output.clean(line) for line in sensitivity_lines(result)))
