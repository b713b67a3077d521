"""``forecast check``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["check"]


@click.command(cls=options.ExampleCommand, examples=("forecast check CASE",))
@options.scenario_argument
@options.horizon_option
@options.seed_option
@options.common_options
def check(scenario: str, horizon: date | None, seed: int, workspace: Path | None, as_json: bool) -> None:
    """Validate a scenario and its data; show the prior.

    SCENARIO is a name found in priors/, or a path. Every problem is listed with its file and line. The summary is the
    prior: outcome probabilities, states at the horizon, how fast each transition happens with drivers moving, where
    drivers settle, and how many reports of each type to expect.
    """
    from forecast import workflow
    from forecast.cli.documents import check_document
    from forecast.cli.tables import check_tables
    from forecast.workspace import find_workspace

    with output.working() as progress:
        result = workflow.check(find_workspace(workspace), scenario, horizon=horizon, seed=seed, progress=progress)
    output.print_warnings(result.case.loaded.warnings)
    if as_json:
        output.print_json(check_document(result))
    else:
        output.print_tables(*check_tables(result))
