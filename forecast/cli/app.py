"""The ``forecast`` command: its sub-commands, its version, and what becomes of an error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from forecast.cli.add import add, withdraw
from forecast.cli.backtest import backtest
from forecast.cli.brief import brief
from forecast.cli.check import check
from forecast.cli.criticise import criticise
from forecast.cli.explain import explain
from forecast.cli.export import export
from forecast.cli.failures import exit_code_of
from forecast.cli.import_events import import_events
from forecast.cli.ledger import ledger
from forecast.cli.recording import publish, record, resolve
from forecast.cli.report import report
from forecast.cli.run import run
from forecast.cli.schema import schema
from forecast.cli.score import score
from forecast.cli.sensitivity import sensitivity
from forecast.cli.signposts import reach, signposts
from forecast.cli.update import update
from forecast.cli.whatif import whatif

__all__ = ["cli", "main"]


class _Guarded(click.Group):
    """A group that ends every command with an exit code of ours, also under :class:`click.testing.CliRunner`."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *more: Any, **extra: Any) -> Any:
        """Run a command line and exit."""
        typed = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        sys.exit(exit_code_of(lambda: super(_Guarded, self).main(typed, "forecast", *more, **extra), typed))


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from forecast.code import release  # importlib.metadata takes longer than the rest of the start

    click.echo(f"forecast {release()}")
    context.exit()


@click.group(
    cls=_Guarded,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every command has --help with an example, and --json.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def cli() -> None:
    """Probabilities of named outcomes by named dates, from a scenario file and dated evidence."""


for _command in (
    check,
    run,
    add,
    withdraw,
    import_events,
    update,
    explain,
    whatif,
    signposts,
    reach,
    sensitivity,
    backtest,
    criticise,
    report,
    brief,
    export,
    publish,
    resolve,
    record,
    score,
    schema,
    ledger,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and exit: 0 good, 1 unexpected, 2 wrong input, 3 not to be trusted, 130 interrupted."""
    cli.main()
