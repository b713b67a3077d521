"""The command line: parse, call, print; no logic. Anything slow to load is loaded inside the command that needs it."""

from forecast.cli.app import main

__all__ = ["main"]
