"""What the user may have meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]

_LISTED = 12  # more names than this are not listed: the list would hide the message


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Pick the known name that a word resembles, if any does."""
    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """End a message about an unknown name with the nearest known one, or with the known names.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What could have been written.

    Returns
    -------
    str
        ``"; did you mean 'x'?"``, ``"; known: x, y"``, or nothing where the list would be empty or long.
    """
    names = list(known)
    if near := nearest(word, names):
        return f"; did you mean {near!r}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= _LISTED else ""
