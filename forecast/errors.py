"""The one error tree of the package.

::

    ForecastError               anything this package raises on purpose
    └── InputError              what the user gave is wrong (exit 2); carries every problem found
        └── NotFoundError       a scenario, workspace, fit or ledger entry that is not there
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ForecastError", "InputError", "NotFoundError", "Problem"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the input, and where.

    Attributes
    ----------
    file : str
        Path as the user would type it; empty when no file is at fault.
    line : int
        Line in that file counted from 1; 0 when no single line is at fault.
    key : str
        Path of the key or column, as in ``drivers.confidence.half_life``; may be empty.
    message : str
        What is wrong and what would be right, in one sentence.
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Read as ``file:line: key: message``, leaving out what is not known."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ForecastError(Exception):
    """Anything this package raises on purpose."""


class InputError(ForecastError):
    """What the user gave is wrong; every problem found is listed.

    Parameters
    ----------
    problems : iterable of Problem
        At least one; kept sorted by place.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class NotFoundError(InputError):
    """A scenario, workspace, stored fit or ledger entry that is not there.

    Parameters
    ----------
    message : str
        What was looked for, where, and what to type instead.
    """

    def __init__(self, message: str) -> None:
        super().__init__([Problem("", 0, "", message)])
