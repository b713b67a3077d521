"""``forecast schema``."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli import options, output

__all__ = ["schema"]


@click.command(
    cls=options.ExampleCommand,
    examples=("forecast schema > scenario.schema.json", "forecast schema --mapping > mapping.schema.json"),
)
@click.option("--mapping", is_flag=True, help="Of mapping files, which `forecast import` reads.")
@options.common_options
def schema(mapping: bool, workspace: Path | None, as_json: bool) -> None:
    """Print the JSON Schema of the scenario file, or of mapping files.

    Editors complete and check these files by it. With --json it stands under the key `schema`.
    """
    if mapping:
        from forecast.exchange.mapping import mapping_schema

        body = mapping_schema()
    else:
        from forecast.scenario import schema as scenario_schema

        body = scenario_schema.schema()
    output.print_json(output.header(status="PASS", schema=body) if as_json else body)
