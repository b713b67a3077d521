"""``forecast check``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["check"]


@click.command(cls=options.ExampleCommand, examples=("forecast check CASE",))
@options.scenario_argument
@options.as_of_option
@options.horizon_option
@options.as_recorded_option
@options.seed_option
@options.common_options
def check(
    scenario: str,
    as_of: date | None,
    horizon: date | None,
    as_recorded: bool,
    seed: int,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Validate a scenario and its data; show what the prior says.

    SCENARIO is a name found in priors/, or a path. Every problem is listed with its file and line. What is shown is the
    prior, without any evidence: outcomes and states at the horizon, where each state leads within 12 months with all
    exits competing and drivers moving, where drivers settle, and how many reports of which types and what values of
    series to expect, next to what is in the data. The status is PASS, or REVIEW where a forecast would be doubtful: an
    outcome that no history reaches, unstable drivers, evidence that the prior hardly allows. Warnings come last.
    Nothing is written.
    """
    from forecast import workflow
    from forecast.cli.check_document import check_document
    from forecast.cli.check_tables import check_tables
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.check(
            find_workspace(workspace),
            scenario,
            as_of=as_of,
            horizon=horizon,
            as_recorded=as_recorded,
            seed=seed,
            progress=progress,
        )
    if as_json:
        output.print_json(check_document(result))
    else:
        output.print_tables(*check_tables(result))
    output.print_warnings(result.warnings)  # last, so that a long answer does not scroll them away
