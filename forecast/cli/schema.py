"""``forecast schema``."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["schema"]


@click.command(cls=options.ExampleCommand, examples=("forecast schema > scenario.schema.json",))
@options.common_options
def schema(workspace: Path | None, as_json: bool) -> None:
    """Print the JSON Schema of the scenario file.

    Editors complete and check scenario files by it. With --json it stands under the key `schema`.
    """
    from forecast.scenario import schema as scenario_schema

    body = scenario_schema.schema()
    output.print_json(output.header(status="PASS", schema=body) if as_json else body)
