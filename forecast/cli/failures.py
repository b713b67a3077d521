"""What becomes of an error: exit code, text for people on stderr, and one JSON object where ``--json`` was asked."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import click

from forecast.cli.output import clean, error_document, print_json
from forecast.errors import ForecastError, InputError, Problem

__all__ = ["EXIT_UNTRUSTED", "exit_code_of"]

EXIT_UNEXPECTED = 1
EXIT_INPUT = 2
EXIT_UNTRUSTED = 3
EXIT_INTERRUPTED = 130


def exit_code_of(command: Callable[[], Any], args: Sequence[str]) -> int:
    """Run a command and turn whatever happens into an exit code.

    Parameters
    ----------
    command : callable
        Returns its exit code, or ``None`` for 0.
    args : sequence of str
        The words typed: an error can arise before they are parsed, and whoever typed ``--json`` gets JSON then too.
    """
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        _stop_writing()
        return EXIT_UNEXPECTED
    except Exception as error:
        code, problems = _explain(error, debug="--debug" in args)
        if "--json" in args:
            print_json(error_document(problems))
    return int(code or 0)


def _explain(error: Exception, *, debug: bool) -> tuple[int, Sequence[Problem]]:
    """Tell people what went wrong, and return the exit code with the problems for programs."""
    if isinstance(error, click.exceptions.Abort):  # click's form of KeyboardInterrupt
        return EXIT_INTERRUPTED, _told(": ".join(filter(None, ("interrupted", str(error.__cause__ or "")))))
    if isinstance(error, click.ClickException):
        error.show(sys.stderr)
        return error.exit_code, [Problem("", 0, _option_of(error), error.format_message())]
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, InputError):
        for problem in error.problems:
            click.echo(clean(str(problem)), err=True)
        if len(error.problems) > 1:
            click.echo(f"{len(error.problems)} problems; nothing was written", err=True)
        return EXIT_INPUT, error.problems
    if isinstance(error, ForecastError):
        return EXIT_UNEXPECTED, _told(str(error))
    said = f"unexpected error: {type(error).__name__}: {error}"
    return EXIT_UNEXPECTED, _told(said, "" if debug else " (--debug shows where)")


def _told(message: str, hint: str = "") -> list[Problem]:
    click.echo(clean(message) + hint, err=True)
    return [Problem("", 0, "", message)]


def _option_of(error: click.ClickException) -> str:
    if isinstance(error, click.BadParameter) and error.param is not None:
        return error.param.opts[0]
    return error.option_name if isinstance(error, click.NoSuchOption) else ""


def _stop_writing() -> None:
    """Whoever read our output has gone: leave without a second complaint when the interpreter flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
