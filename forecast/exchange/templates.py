"""Text with the names of columns in braces, as in ``{sub_event_type}: {actor1}``; ``{{`` and ``}}`` are braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

__all__ = ["columns_of", "filled_by", "template"]

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


def template(text: str) -> str:
    """Let a text pass whose braces are in order.

    Raises
    ------
    ValueError
        When a brace stands alone or names no column.
    """
    for match in _PART.finditer(text):
        if match[0] in ("{", "}"):
            raise ValueError(f"{text!r} has a lone {match[0]!r}; a column stands in braces, and a brace is doubled")
        if match[1] is not None and not match[1].strip():
            raise ValueError(f"{text!r} has braces without a column's name")
    return text


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[tuple[str, bool], ...]:
    """Pieces, and whether each is a column's name."""
    return tuple(
        (match[1], True) if match[1] is not None else ({"{{": "{", "}}": "}"}.get(match[0], match[0]), False)
        for match in _PART.finditer(text)
    )


def columns_of(text: str) -> tuple[str, ...]:
    """Names of the columns in a template."""
    return tuple(piece for piece, is_column in _parts(text) if is_column)


def filled_by(text: str, position: Mapping[str, int]) -> Callable[[Sequence[str]], str]:
    """Make the function that fills a template from a row's cells: one line, blanks in a row as one.

    Parameters
    ----------
    position : mapping of str to int
        Place of each column in a row.
    """
    pieces = [(position[piece], "") if is_column else (-1, piece) for piece, is_column in _parts(text)]

    def fill(cells: Sequence[str]) -> str:
        return " ".join("".join(cells[at] if at >= 0 else literal for at, literal in pieces).split())

    return fill
