"""``forecast signposts`` and ``forecast reach``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

__all__ = ["reach", "signposts"]

_days_option = click.option(
    "--days",
    type=click.IntRange(min=1),
    help="Days to look out, from the day after the as-of date. [default: 30, or as many as are left]",
)


@click.command(
    cls=options.ExampleCommand, examples=("forecast signposts CASE", "forecast signposts CASE --days 7 --json")
)
@options.scenario_argument
@_days_option
@options.last_as_of_option
@options.last_horizon_option
@options.fit_seed_option
@options.common_options
def signposts(
    scenario: str,
    days: int | None,
    as_of: date | None,
    horizon: date | None,
    seed: int | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Say what to look out for: which reports, or their absence, would tell most about the outcomes.

    For every event type with complete coverage, two-signed ones by the sign of the coded direction: the chance that
    such a report comes in the coming days, the outcomes if it does and if it does not, and how much the answer would
    tell, in bits. A report counts if its event happens in these days and it is public by the last.

    Nothing is recorded. SCENARIO is a name found in priors/, or a path; a fit of it must be stored. Exit code 3 means
    that the diagnostics failed.
    """
    from forecast import workflow
    from forecast.cli.signposts_output import signposts_document, signposts_lines, signposts_table
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.signposts(
            find_workspace(workspace), scenario, days=days, as_of=as_of, horizon=horizon, seed=seed, progress=progress
        )
    output.print_warnings(result.standing.warnings)
    if as_json:
        output.print_json(signposts_document(result))
    else:
        output.print_tables(signposts_table(result))
        click.echo("\n".join(output.clean(line) for line in signposts_lines(result)))
    return EXIT_UNTRUSTED if result.standing.status == "FAIL" else 0


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast reach CASE OUTCOME 0.9", "forecast reach CASE OUTCOME 0.2 --days 7 --json"),
)
@options.scenario_argument
@click.argument("outcome")
@click.argument("probability", metavar="P", type=float)
@_days_option
@options.last_as_of_option
@options.last_horizon_option
@options.fit_seed_option
@options.common_options
def reach(
    scenario: str,
    outcome: str,
    probability: float,
    days: int | None,
    as_of: date | None,
    horizon: date | None,
    seed: int | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Search for the likeliest signposts that would bring OUTCOME to the probability P.

    A set holds up to four signposts of the coming days, each seen or not seen, and must have a chance of at least 1%.
    OUTCOME must get at least as likely as P where P lies above its present probability, at most where it lies below.
    Where no set in sight would lead there, the answer says so and names the one that comes nearest.

    Nothing is recorded. SCENARIO is a name found in priors/, or a path; a fit of it must be stored. Exit code 3 means
    that the diagnostics failed.
    """
    from forecast import workflow
    from forecast.cli.signposts_output import reach_document, reach_lines
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.reach(
            find_workspace(workspace),
            scenario,
            outcome,
            probability,
            days=days,
            as_of=as_of,
            horizon=horizon,
            seed=seed,
            progress=progress,
        )
    output.print_warnings(result.standing.warnings)
    if as_json:
        output.print_json(reach_document(result))
    else:
        click.echo("\n".join(output.clean(line) for line in reach_lines(result)))
    return EXIT_UNTRUSTED if result.standing.status == "FAIL" else 0
