"""``forecast backtest``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

__all__ = ["backtest"]


@click.command(
    cls=options.ExampleCommand,
    examples=(
        "forecast backtest CASE --from DAY --to DAY --every 1w",
        "forecast backtest CASE --from DAY --to DAY --every 1mo --jobs 2 --json",
        "forecast backtest CASE --from DAY --to DAY --crowd data/CASE/crowd.csv",
    ),
)
@options.scenario_argument
@click.option("--from", "first", type=options.DAY, required=True, help="First day to forecast as of.")
@click.option("--to", "last", type=options.DAY, required=True, help="Last day to forecast as of, or the one before.")
@click.option("--every", default="1w", show_default=True, help="Days, weeks or months between them: 7d, 1w, 1mo.")
@options.horizon_option
@click.option(
    "--known-by", type=options.DAY, default=None, help="Score with what had been reported by this day; else with all."
)
@click.option(
    "--crowd",
    type=click.Path(path_type=Path),
    help="CSV of crowd forecasts: score the model beside them on the questions of questions.csv.",
)
@options.seed_option
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that work at the same time."
)
@click.option("--cluster", metavar="ADDRESS", default="", help="Work on the Dask cluster at tcp://HOST:PORT instead.")
@click.option("--fresh", is_flag=True, help="Compute again what an earlier call has finished.")
@options.common_options
def backtest(
    scenario: str,
    first: date,
    last: date,
    every: str,
    horizon: date | None,
    known_by: date | None,
    crowd: Path | None,
    seed: int,
    jobs: int,
    cluster: str,
    fresh: bool,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Forecast as of many past days, and score what was said of the weeks after each.

    Each day's forecast uses what had been reported by then. Scored are counts of reports one to eight steps ahead,
    types of reports, series, whether a report comes at all, outcomes, and questions of forecasting platforms, beside
    baselines that know as much. A forecast reweights the draws of the last fit before it where
    these carry it, as update does, else a new fit is made. What is finished is kept in data/backtests: a call that was
    interrupted, or is repeated with a later --to, goes on from there. The ledger is not touched. The numbers do not
    depend on --jobs and --cluster. With --crowd the model forecasts as of every day on which a crowd answered a
    question that questions.csv maps, and each answer counts for the days on which it stood. The file is for scoring
    alone.

    SCENARIO is a name found in priors/, or a path. Exit code 3 means that the diagnostics of some day failed.
    """
    from forecast import workflow
    from forecast.cli.backtest_output import backtest_document, backtest_lines, backtest_table
    from forecast.cli.backtest_scores import score_lines, score_tables
    from forecast.cli.crowd_output import crowd_lines, crowd_tables
    from forecast.parallel.workers import Workers
    from forecast.workspace import find_workspace

    if cluster and jobs > 1:
        raise click.UsageError("give either --jobs or --cluster: a cluster decides itself how many work at a time")
    with output.working() as progress:
        result = workflow.backtest(
            find_workspace(workspace),
            scenario,
            first=first,
            last=last,
            every=every,
            horizon=horizon,
            known_by=known_by,
            crowd=crowd,
            seed=seed,
            workers=Workers(jobs, cluster),
            fresh=fresh,
            progress=progress,
        )
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(backtest_document(result))
    else:
        output.print_tables(backtest_table(result), *score_tables(result), *crowd_tables(result.crowd))
        lines = [*score_lines(result), *crowd_lines(result.crowd), *backtest_lines(result)]
        click.echo("\n".join(output.clean(line) for line in lines))
    return EXIT_UNTRUSTED if result.status == "FAIL" else 0
