"""Characters for which the fonts that come with the program's libraries have no letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.ft2font import FT2Font

__all__ = ["FONTS", "missing_glyphs"]

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""DejaVu, and Last Resort, which has a sign for the script of every character."""


def missing_glyphs(content: Any) -> str:
    """Characters in all the texts of a value, each once, that paper and pictures show as the sign of their script.

    What has no shape of its own (white space, joiners, marks of direction) is not asked for.
    """
    used = set("".join(_texts(content))) - set(map(chr, FT2Font(str(FONTS / "DejaVuSans.ttf")).get_charmap()))
    return "".join(sorted(char for char in used if unicodedata.category(char)[0] not in "CZ"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))
