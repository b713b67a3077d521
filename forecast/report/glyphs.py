"""What the font of pictures has letters for, and how wide they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

__all__ = ["FONTS", "fitted", "missing_glyphs", "text_width"]

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""DejaVu, and Last Resort, which has a sign for the script of every character."""

_SIGN = 1.25  # width of the sign of a script, about, in a font of size 1


def missing_glyphs(content: Any) -> str:
    """Characters in all the texts of a value, each once, that paper and pictures show as the sign of their script.

    What has no shape of its own (white space, joiners, marks of direction) is not asked for.
    """
    used = set("".join(_texts(content))) - set(map(chr, _font(bold=False).get_charmap()))
    return "".join(sorted(char for char in used if unicodedata.category(char)[0] not in "CZ"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))


@cache
def _font(*, bold: bool) -> FT2Font:
    return FT2Font(str(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")))


@cache
def _advance(char: str, bold: bool) -> float:
    """Of a font of size 1."""
    font = _font(bold=bold)
    if ord(char) not in font.get_charmap():
        return _SIGN
    return font.load_char(ord(char), flags=LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line in points, as letters side by side."""
    return size * sum(_advance(char, bold) for char in text)


def fitted(text: str, width: float, size: float, *, lines: int, bold: bool = False) -> str:
    """Break a text into at most so many lines of a width in points; a word breaks where it must, the rest is "…"."""
    rows = [""]
    for word in text.split():
        joined = f"{rows[-1]} {word}".lstrip()
        if text_width(joined, size, bold=bold) <= width:
            rows[-1] = joined
            continue
        rows += [""] if rows[-1] else []
        for char in word:
            if text_width(rows[-1] + char, size, bold=bold) > width:
                rows.append("")
            rows[-1] += char
            if len(rows) > lines:
                break
        if len(rows) > lines:
            last = rows[lines - 1]
            while last and text_width(last + "…", size, bold=bold) > width:
                last = last[:-1]
            return "\n".join([*rows[: lines - 1], last + "…"])
    return "\n".join(rows)
