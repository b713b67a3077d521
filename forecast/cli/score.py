"""``forecast score``."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli import options, output
from forecast.timegrid import today

__all__ = ["score"]


@click.command(cls=options.ExampleCommand, examples=("forecast score CASE", "forecast score --json"))
@click.argument("scenario", required=False)
@click.option(
    "--ordered",
    is_flag=True,
    help="The outcomes have an order, that of the file: also the ranked probability score and, of many, PIT.",
)
@click.option("--seed", type=options.SEED, default=1, show_default=True, help="Of intervals and bands.")
@options.common_options
def score(scenario: str | None, ordered: bool, seed: int, workspace: Path | None, as_json: bool) -> None:
    """Score the model beside people and crowds on the questions that are resolved.

    SCENARIO is a name found in priors/ or in the ledger, or a path; all scenarios unless given. Scored are published
    forecasts and recorded probabilities, by the time for which each stood: Brier (from 0 to 1 and from 0 to 2), log,
    Metaculus baseline and peer scores, and differences on the questions and days that two have in common. Void and
    pending questions are listed. The latest resolution counts, so that a correction corrects the scores. The page
    scores.html in reports/ shows the same with figures.
    """
    from forecast import workflow
    from forecast.cli.score_output import score_document, score_lines, score_tables
    from forecast.workspace import find_workspace

    with output.working():
        result = workflow.score(find_workspace(workspace), scenario, ordered=ordered, seed=seed, today=today())
    if as_json:
        output.print_json(score_document(result))
        return
    for made in score_tables(result):
        output.print_tables(made)
    click.echo("\n".join(output.clean(line) for line in score_lines(result)))
