"""``forecast brief``."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli import options, output
from forecast.cli.failures import EXIT_UNTRUSTED

__all__ = ["brief"]


@click.command(cls=options.ExampleCommand, examples=("forecast brief CASE",))
@options.scenario_argument
@click.option("--id", "entry_id", metavar="ID", help="Ledger id or its beginning. [default: the latest forecast]")
@options.common_options
def brief(scenario: str, entry_id: str | None, workspace: Path | None, as_json: bool) -> int:
    """Put a recorded forecast into one paragraph and a picture, to publish.

    SCENARIO is a name found in priors/, or a path. The paragraph gives dates, probabilities with the words of the PHIA
    yardstick, ranges, what moved it and how much confidence the evidence allows; the picture (PNG and SVG,
    beside the report) also the ledger's hash. No forecast is made. One that must not be relied on says so first, in
    both, and ends with exit code 3.
    """
    from forecast import workflow
    from forecast.cli.documents import brief_document
    from forecast.cli.tables import glyph_warnings, scenario_file_warnings
    from forecast.workspace import find_workspace

    with output.working():
        result = workflow.brief(find_workspace(workspace), scenario, entry_id=entry_id)
    output.print_warnings([*scenario_file_warnings(result.scenario_file), *glyph_warnings(result.missing)])
    if as_json:
        output.print_json(brief_document(result))
    else:
        click.echo(output.clean(result.paragraph))
        click.echo(f"\nPNG      {result.files.png}\nSVG      {result.files.svg}")
    return EXIT_UNTRUSTED if result.entry.status == "FAIL" else 0
