"""``forecast publish``, ``forecast resolve`` and ``forecast record``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED
from forecast.timegrid import today

if TYPE_CHECKING:
    from forecast.ledger.entry import ResolutionEntry

__all__ = ["publish", "record", "resolve"]


class _Probability(click.ParamType[tuple[str, float]]):
    """An outcome with its probability, written OUTCOME=P."""

    name = "probability"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        name, _, number = value.partition("=")
        try:
            return name, float(number)
        except ValueError:
            self.fail(f"{value!r} is not written OUTCOME=P with a number from 0 to 1, as in peace=0.3", param, ctx)


@click.command(cls=options.ExampleCommand, examples=("forecast publish ENTRY",))
@click.argument("entry_id", metavar="ID")
@options.common_options
def publish(entry_id: str, workspace: Path | None, as_json: bool) -> int:
    """Publish a recorded forecast.

    ID is a ledger id or its beginning, at least 4 digits. The forecast itself never changes: that it was published, and
    when, is an entry of its own. Only published forecasts are scored. Exit code 3 means that its diagnostics had
    failed.
    """
    from forecast import workflow
    from forecast.cli.ledger_document import publish_document
    from forecast.workspace import find_workspace

    result = workflow.publish(find_workspace(workspace), entry_id)
    forecast = result.forecast
    if forecast.status == "FAIL":
        output.print_warnings(["the diagnostics of this forecast had failed: its numbers must not be trusted"])
    _warn_of_answer(result.answer)
    if as_json:
        output.print_json(publish_document(result))
    else:
        click.echo(f"published {forecast.short_id}: {forecast.scenario} as of {forecast.as_of}, by {forecast.horizon}")
        click.echo(f"Ledger   {result.entry.short_id}")
    return EXIT_UNTRUSTED if forecast.status == "FAIL" else 0


@click.command(
    cls=options.ExampleCommand,
    examples=(
        'forecast resolve CASE OUTCOME --date HORIZON --source "The Gazette"',
        'forecast resolve CASE --void --date HORIZON --note "The question was badly put."',
    ),
)
@options.scenario_argument
@click.argument("outcome", required=False)
@click.option("--void", is_flag=True, help="The question is not to be scored; instead of OUTCOME.")
@click.option("--date", "day", type=options.DAY, required=True, help="Day on which it was settled.")
@click.option(
    "--horizon", type=options.DAY, help="Resolve the forecasts to this day. [default: the scenario's horizon]"
)
@click.option("--note", metavar="TEXT", default="", help="Why so.")
@click.option("--source", metavar="TEXT", default="", help="Who says so.")
@options.common_options
def resolve(
    scenario: str,
    outcome: str | None,
    void: bool,
    day: date,
    horizon: date | None,
    note: str,
    source: str,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Record how a scenario ended.

    SCENARIO is a name found in priors/, or a path; OUTCOME is one of its outcomes. A resolution is never changed: a
    later one for the same horizon takes its place, and both stay in the ledger.
    """
    from forecast import workflow
    from forecast.cli.ledger_document import resolution_document
    from forecast.cli.ledger_tables import said_of
    from forecast.workspace import find_workspace

    result = workflow.resolve(
        find_workspace(workspace),
        scenario,
        outcome,
        void=void,
        day=day,
        horizon=horizon,
        note=note,
        source=source,
        today=today(),
    )
    if as_json:
        output.print_json(resolution_document(result))
        return
    entry = result.entry
    click.echo(f"{entry.scenario} by {entry.horizon}: {said_of(entry)}, settled on {entry.date}")
    if result.corrects:
        click.echo(f"Before   {said_of(result.corrects)} ({result.corrects.short_id})")
    click.echo(f"Ledger   {entry.short_id}")


@click.command(cls=options.ExampleCommand, examples=('forecast record CASE --by "J. Doe" --date START OUTCOME=0.3',))
@options.scenario_argument
@click.argument("probabilities", metavar="OUTCOME=P ...", nargs=-1, required=True, type=_Probability())
@click.option("--by", metavar="WHO", required=True, help="The person or the crowd.")
@click.option("--date", "day", type=options.DAY, required=True, help="Day for which the probabilities were given.")
@options.horizon_option
@click.option("--note", metavar="TEXT", default="", help="Why so.")
@click.option("--source", metavar="TEXT", default="", help="Where they were published.")
@options.common_options
def record(
    scenario: str,
    probabilities: tuple[tuple[str, float], ...],
    by: str,
    day: date,
    horizon: date | None,
    note: str,
    source: str,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Record a person's or a crowd's own probabilities.

    SCENARIO is a name found in priors/, or a path. Probabilities of all its outcomes must sum to 1 and are scored as
    one forecast. Some of the outcomes are enough: then each is scored by itself, as the answer to whether it happens,
    and together they are at most 1. They are published at once.
    """
    from forecast import workflow
    from forecast.cli.ledger_document import judgement_document
    from forecast.cli.ledger_tables import entry_table
    from forecast.workspace import find_workspace

    result = workflow.record_judgement(
        find_workspace(workspace),
        scenario,
        probabilities,
        by=by,
        day=day,
        horizon=horizon,
        note=note,
        source=source,
        today=today(),
    )
    if result.missing:
        names = ", ".join(result.missing)
        output.print_warnings([f"no probability of {names}: each given outcome is scored as a yes/no question"])
    _warn_of_answer(result.answer)
    if as_json:
        output.print_json(judgement_document(result))
        return
    entry = result.entry
    click.echo(output.clean(f"{entry.by} on {entry.scenario} as of {entry.date}, by {entry.horizon}"))
    output.print_tables(entry_table(entry))
    click.echo(f"Ledger   {entry.short_id} (published)")


def _warn_of_answer(answer: ResolutionEntry | None) -> None:
    if answer is not None:
        how = "void" if answer.void else answer.outcome
        output.print_warnings([f"the question was resolved before this: {how}, on {answer.date} ({answer.short_id})"])
