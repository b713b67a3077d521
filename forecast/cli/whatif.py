"""``forecast whatif``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

__all__ = ["whatif"]


@click.command(
    cls=options.ExampleCommand,
    examples=(
        "forecast whatif CASE --do DRIVER=1",
        "forecast whatif CASE --do DRIVER=-1 --observe TYPE@DAY --json",
    ),
)
@options.scenario_argument
@click.option(
    "--do",
    "do",
    multiple=True,
    metavar="DRIVER=LEVEL[@FROM[:TO]]",
    help="Set a driver to a level, whatever else moves it. [default: from the day after the as-of date to the horizon]",
)
@click.option(
    "--observe",
    multiple=True,
    metavar="TYPE[:DIRECTION[:GRADE]]@DATE",
    help="See a report of an event of a past or future day; DIRECTION for two-signed types, GRADE B2 unless given.",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="YAML file with alternatives by name, each with lists `do:` and `observe:` in the same words.",
)
@options.last_as_of_option
@options.last_horizon_option
@options.fit_seed_option
@options.common_options
def whatif(
    scenario: str,
    do: tuple[str, ...],
    observe: tuple[str, ...],
    file: Path | None,
    as_of: date | None,
    horizon: date | None,
    seed: int | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Show the outcomes if drivers were set, or if reports were seen, beside those as things stand.

    Setting (--do) and seeing (--observe) are different questions. A driver that is set is cut off from what moves it
    otherwise; what it influences responds, and nothing else is learned from it. A report that is seen changes what is
    believed about all drivers that it speaks of, and about whatever goes with them. All --do and --observe of one
    command make one alternative; --file adds any number.

    Baseline and alternatives share draws and future shocks, so that the error of a difference is its own. Nothing is
    recorded. SCENARIO is a name found in priors/, or a path; a fit of it must be stored. Exit code 3 means that the
    diagnostics failed.
    """
    from forecast import workflow
    from forecast.cli.whatif_output import whatif_document, whatif_lines, whatif_table
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.what_if(
            find_workspace(workspace),
            scenario,
            do=do,
            observe=observe,
            file=file,
            as_of=as_of,
            horizon=horizon,
            seed=seed,
            progress=progress,
        )
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(whatif_document(result))
    else:
        output.print_tables(whatif_table(result))
        click.echo("\n".join(output.clean(line) for line in whatif_lines(result)))
    return EXIT_UNTRUSTED if result.status == "FAIL" else 0
