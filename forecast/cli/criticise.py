"""``forecast criticise``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

__all__ = ["criticise"]


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast criticise CASE", "forecast criticise CASE --simulate 20 --jobs 2 --json"),
)
@options.scenario_argument
@options.last_as_of_option
@options.last_horizon_option
@options.as_recorded_option
@click.option("--seed", type=options.SEED, help="Of the fit to use. [default: the last one's]")
@click.option(
    "--simulate",
    "simulations",
    type=click.IntRange(min=10),
    metavar="N",
    help="Also simulate N histories, 10 or more, from the prior and N on from the present, and fit each: do truths lie"
    " among their draws as they should, and are drivers found again? Takes some seconds each.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that fit at the same time."
)
@options.common_options
def criticise(
    scenario: str,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool,
    seed: int | None,
    simulations: int | None,
    jobs: int,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Check the model behind the last forecast against its evidence.

    Each check is PASS, REVIEW or FAIL. Tests compare numbers of the data with what the model expects of them: before
    any evidence, after the fit, and with single numbers or the last steps left out. They are judged together, so that
    at most one right model in twenty has any of them flagged. Guides compare with conventions: the sampler, the ranges
    that the scenario calls plausible, prior and evidence counted more and less, single reports. A page holds every
    figure and table, and the next report of the same forecast sums them up.

    SCENARIO is a name found in priors/, or a path. The draws of the last fit are used; the ledger is not touched. Exit
    code 3 means that a check is FAIL.
    """
    from forecast import workflow
    from forecast.cli.criticise_output import criticise_document, criticise_lines, criticise_tables
    from forecast.parallel.workers import Workers
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.criticise(
            find_workspace(workspace),
            scenario,
            as_of=as_of,
            horizon=horizon,
            as_recorded=as_recorded,
            seed=seed,
            simulations=simulations or 0,
            workers=Workers(jobs),
            progress=progress,
        )
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(criticise_document(result))
    else:
        output.print_tables(*criticise_tables(result))
        click.echo("\n".join(output.clean(line) for line in criticise_lines(result)))
    return EXIT_UNTRUSTED if result.found.status == "FAIL" else 0
