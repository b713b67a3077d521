"""``forecast explain``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["explain"]


@click.command(
    cls=options.ExampleCommand,
    examples=(
        "forecast explain CASE",
        "forecast explain CASE --leave-one-out --json",
        "forecast explain CASE --refit ID",
    ),
)
@options.scenario_argument
@click.option(
    "--since", type=options.DAY, help="Explain from the last forecast as of this day. [default: from the one before]"
)
@options.horizon_option
@click.option("--leave-one-out", is_flag=True, help="Also show where the outcomes would be without each report.")
@click.option(
    "--refit",
    metavar="ID",
    multiple=True,
    help="Of these, leave out this report by a new fit, which takes minutes; may be given several times.",
)
@options.common_options
def explain(
    scenario: str,
    since: date | None,
    horizon: date | None,
    leave_one_out: bool,
    refit: tuple[str, ...],
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Say which reports moved the last forecast, and how far.

    The change since an earlier forecast is split into elapsed time and silence, single reports, series and changes of
    state, in the order in which they were reported; the parts add up. Each has the Monte Carlo error of its own
    difference. What a new fit or new random numbers changed stands in lines of its own. Where there is no earlier
    forecast, the last one is compared with the scenario before any evidence.

    Leaving out a report is told from the draws of the last fit. Numbers that these do not carry are marked with "!":
    only a fit that never knew the report can tell, which --refit makes.

    SCENARIO is a name found in priors/, or a path. Everything is told from the ledger; nothing is recorded.
    """
    from forecast import workflow
    from forecast.cli.explain_document import explain_document
    from forecast.cli.explain_tables import explain_lines, explain_tables
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.explain(
            find_workspace(workspace),
            scenario,
            since=since,
            horizon=horizon,
            leave_one_out=leave_one_out,
            refit=refit,
            progress=progress,
        )
    if as_json:
        output.print_json(explain_document(result))
        return
    for table in explain_tables(result):
        output.print_tables(table)
    click.echo("\n".join(output.clean(line) for line in explain_lines(result)))
