"""``forecast import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options, output
from forecast.timegrid import today

if TYPE_CHECKING:
    from forecast.workflow import ImportResult

__all__ = ["import_events"]

_SHOWN = 5


@click.command(
    "import",
    cls=options.ExampleCommand,
    examples=("forecast import CASE SAMPLE --mapping MAPPING --preview",),
)
@options.scenario_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    metavar="M",
    required=True,
    help="Mapping file, or the name of one in priors/mappings/SCENARIO.",
)
@click.option("--preview", is_flag=True, help="Show what would be added, and write nothing.")
@options.common_options
def import_events(
    scenario: str, file: Path, mapping: str, preview: bool, workspace: Path | None, as_json: bool
) -> None:
    """Add the events of an export of others to a case.

    SCENARIO is a name found in priors/, or a path; FILE is an export of ACLED, UCDP GED, GDELT or any other table. The
    mapping says which of its rows are which events of the scenario; rows that no rule matches are counted. A report's
    id comes from the source, so importing a file again adds nothing. If anything is wrong all of it is listed and the
    case's events stay as they are.
    """
    from forecast import workflow
    from forecast.workspace import find_workspace

    result = workflow.import_events(find_workspace(workspace), scenario, file, mapping, today=today(), preview=preview)
    output.print_warnings(result.warnings)
    if as_json:
        output.print_json(_document(result))
        return
    output.print_tables(*_tables(result))
    for line in _lines(result):
        click.echo(output.clean(line))


def _left_out(result: ImportResult) -> dict[str, int]:
    """Rows that add nothing, by why."""
    applied = result.applied
    return {
        "unmatched": sum(applied.unmatched.values()),
        "outside": sum(applied.outside.values()),
        "later": applied.later,
        "repeated": applied.repeated,
        "known": result.n_known,
    }


_WHY = {
    "unmatched": "match no rule",
    "outside": "lie before the scenario's start or outside their type's coverage",
    "later": "were reported after today",
    "repeated": "repeat a row above",
    "known": "are in the case already",
}


def _tables(result: ImportResult) -> list[Any]:
    rows = [[item.type, item.grade, str(item.n_reports), str(item.n_events)] for item in result.adding]
    tables = [output.table("", ["Type", "Grade", ">Reports", ">Events"], rows)] if rows else []
    if result.previewed and result.new:
        first = [
            [
                str(made.line),
                made.row["id"],
                made.row["date"],
                made.row["event_type"],
                made.row["summary"],
                made.row.get("same_as", ""),
            ]
            for made in result.new[:_SHOWN]
        ]
        tables.append(output.table("First rows", [">Line", "Id", "Date", "Type", "Summary", "Same as"], first))
    if result.previewed and result.applied.unmatched:
        most = [[*values, str(n)] for values, n in list(result.applied.unmatched.items())[:_SHOWN]]
        tables.append(output.table("Most frequent without a rule", [*result.applied.tested, ">Rows"], most))
    return tables


def _lines(result: ImportResult) -> list[str]:
    n, read = len(result.new), result.applied.n_read
    verb = "would be added" if result.previewed else "added"
    reports = "1 report" if n == 1 else f"{n} reports"
    return [
        f"{reports} {verb} to {result.path}, of {read} rows in {result.source}",
        *(f"{count:>7} {_WHY[why]}" for why, count in _left_out(result).items() if count),
        *(["nothing was written"] if result.previewed else []),
    ]


def _document(result: ImportResult) -> dict[str, Any]:
    applied = result.applied
    return output.header(
        status="PASS",
        scenario=result.loaded.scenario.scenario,
        scenario_hash=result.loaded.hash,
        source=str(result.source),
        mapping={"name": result.mapping.mapping.mapping, "file": str(result.mapping.path), "hash": result.mapping.hash},
        file=str(result.path),
        preview=result.previewed,
        rows=applied.n_read,
        added=len(result.new),
        events=sum(item.n_events for item in result.adding),
        by_type=[
            {"type": item.type, "grade": item.grade, "reports": item.n_reports, "events": item.n_events}
            for item in result.adding
        ],
        left_out=_left_out(result),
        outside=dict(applied.outside),
        most_unmatched=[
            {"cells": dict(zip(applied.tested, values, strict=True)), "rows": n}
            for values, n in list(applied.unmatched.items())[:_SHOWN]
        ],
        changed=[{"id": identifier, "line": line} for identifier, line in result.changed],
        alike=[{"id": made.row["id"], "line": made.line, "like": there} for made, there in result.alike],
        first=[{"line": made.line, **made.row} for made in result.new[:_SHOWN]],
        warnings=[str(warning) for warning in result.warnings],
    )
