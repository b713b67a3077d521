"""``forecast add`` and ``forecast withdraw``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from forecast.cli import options, output
from forecast.timegrid import today

__all__ = ["add", "withdraw"]


@click.command(
    cls=options.ExampleCommand,
    examples=(
        'forecast add CASE --type TYPE --date DAY --grade B2 --source "The Gazette" --summary "What happened."',
        "forecast add CASE --type TYPE --date DAY --driver DRIVER --direction DIRECTION --same-as ID"
        ' --source "The Courier" --summary "The same, in other words."',
    ),
)
@options.scenario_argument
@click.option("--type", "event_type", metavar="TYPE", required=True, help="Event type of the scenario.")
@click.option("--date", metavar="YYYY-MM-DD", required=True, help="Day it happened.")
@click.option(
    "--reported", metavar="YYYY-MM-DD", default="", help="Day it became public. [default: the day it happened]"
)
@click.option("--driver", metavar="NAME", multiple=True, help="Driver it pushes; may be given several times.")
@click.option("--direction", metavar="NUMBER", multiple=True, help="How, -2 to 2; once for each driver, in that order.")
@click.option(
    "--grade",
    metavar="GRADE",
    default="F6",
    show_default=True,
    help="Admiralty grade: letter A-F of the source, digit 1-6 of the content; F and 6 mean unknown.",
)
@click.option("--actor", metavar="TEXT", default="", help="Who did it.")
@click.option("--summary", metavar="TEXT", default="", help="What happened, in a sentence; must be given.")
@click.option(
    "--source", metavar="TEXT", default="", help="Who reports it, so that others can look it up; a blank is warned of."
)
@click.option("--verified", metavar="TEXT", default="", help="How it was checked.")
@click.option("--same-as", metavar="ID", default="", help="Another report of the same event.")
@click.option("--origin", metavar="TEXT", default="", help="Where the source has it from.")
@click.option("--replaces", metavar="ID", default="", help="Row that this one corrects.")
@options.common_options
def add(
    scenario: str,
    driver: tuple[str, ...],
    direction: tuple[str, ...],
    grade: str,
    workspace: Path | None,
    as_json: bool,
    **cells: str,
) -> None:
    """Add one report to a case's events.

    SCENARIO is a name found in priors/, or a path. The row is checked as the file is, then appended; its id and the day
    of entering, today, are filled in. A summary must be given and a source should be. If anything is wrong all of it is
    listed and the file stays as it is.
    """
    from forecast import workflow
    from forecast.cli.documents import entered_document
    from forecast.workspace import find_workspace

    cells |= {"driver": ";".join(driver), "direction": ";".join(direction)}
    cells |= {"reliability": grade[:1].upper(), "credibility": grade[1:]}
    result = workflow.add(find_workspace(workspace), scenario, cells, today=today())
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(entered_document(result))
        return
    report = result.report
    click.echo(output.clean(f"added {report.id} to {result.path}, line {report.line}"))
    click.echo(f"happened {report.date}, reported {report.reported}, entered {report.entered}")


@click.command(cls=options.ExampleCommand, examples=("forecast withdraw CASE ID --date REPORTED",))
@options.scenario_argument
@click.argument("identifier", metavar="ID")
@click.option("--date", "day", type=options.DAY, help="Day from which it no longer counts. [default: today]")
@options.common_options
def withdraw(scenario: str, identifier: str, day: date | None, workspace: Path | None, as_json: bool) -> None:
    """Withdraw one report of a case's events.

    SCENARIO is a name found in priors/, or a path; ID is the report's id in events.csv. The row stays and gets the day
    of its withdrawal: forecasts as of an earlier day go on using it.
    """
    from forecast import workflow
    from forecast.cli.documents import entered_document
    from forecast.workspace import find_workspace

    now = today()
    result = workflow.withdraw(find_workspace(workspace), scenario, identifier, day=day or now, today=now)
    if as_json:
        output.print_json(entered_document(result))
        return
    report = result.report
    click.echo(output.clean(f"withdrew {report.id} as of {report.withdrawn} in {result.path}, line {report.line}"))
