"""The report as a PDF, set by typst: data go in as JSON, so that nothing in them is ever read as markup."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import typst

from forecast.report.drawings import Drawings
from forecast.report.glyphs import FONTS
from forecast.report.page import Page

__all__ = ["Paper", "render_pdf"]

Paper = Literal["a4", "letter"]

_LONGEST_WORD = 24  # characters; the widest ordinary words fit a table's narrowest column
_CHUNK = 10
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_JOINERS = {"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"}


def render_pdf(page: Page, drawings: Drawings, as_of: date, *, paper: Paper) -> bytes:
    """Set the report as PDF/UA-1.

    The only fonts are those that come with typst and matplotlib, so the same report has the same bytes on every
    machine. The last of them, Last Resort, has a sign for every character: none is lost silently.

    Parameters
    ----------
    as_of : date
        Stands in as the time of creation, in UTC.
    """
    with tempfile.TemporaryDirectory(prefix="forecast-report-") as name:
        folder = Path(name)
        main = folder / "report.typ"
        main.write_bytes(resources.files("forecast.report").joinpath("templates", "report.typ").read_bytes())
        (folder / "report.json").write_text(
            json.dumps(_breakable({**asdict(page), "paper": _PAPER[paper], "svg": _write_figures(drawings, folder)})),
            "utf-8",
        )
        document = typst.compile(
            main,
            format="pdf",
            ignore_system_fonts=True,
            font_paths=[FONTS],
            pdf_standards=["ua-1"],
            timestamp=datetime.combine(as_of, time(), UTC),
        )
    if not isinstance(document, bytes):
        raise TypeError("typst gave no PDF")
    return document


_PAPER = {"a4": "a4", "letter": "us-letter"}


def _write_figures(drawings: Drawings, folder: Path) -> dict[str, Any]:
    """Write the wide figures into the folder and name the files."""
    documents = {
        f"{name}.svg": drawing.wide.outlines
        for name, drawing in (
            ("history", drawings.history),
            ("outcomes", drawings.outcomes),
            ("states", drawings.states),
            ("why", drawings.why),
            ("key", drawings.driver_key),
            ("tornado", drawings.tornado),
        )
        if drawing
    }
    drivers = {f"driver-{index}.svg": svg.outlines for index, svg in enumerate(drawings.drivers)}
    for name, document in {**documents, **drivers}.items():
        (folder / name).write_text(document, "utf-8")
    return {"drivers": list(drivers), **{name.removesuffix(".svg"): name for name in documents}}


def _breakable(value: Any) -> Any:
    """Put zero-width spaces into words that no line could hold."""
    if isinstance(value, dict):
        return {key: _breakable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(item) for item in value]
    if isinstance(value, str):
        return " ".join(word if len(word) <= _LONGEST_WORD else _opened(word) for word in value.split(" "))
    return value


def _opened(word: str) -> str:
    """Let a word break after the punctuation of keys and addresses, and elsewhere only where that is not enough."""
    pieces = re.split(r"(?<=[._/>])(?=\w)", word)
    return _ZERO_WIDTH_SPACE.join(piece if len(piece) <= _LONGEST_WORD else _cut(piece) for piece in pieces)


def _cut(word: str) -> str:
    """Cut a word into chunks, never before a combining mark, a joiner or the character after one."""
    chunks = [""]
    for char in word:
        attached = char in _JOINERS or unicodedata.category(char)[0] == "M" or chunks[-1][-1:] in _JOINERS
        if len(chunks[-1]) >= _CHUNK and not attached:
            chunks.append("")
        chunks[-1] += char
    return _ZERO_WIDTH_SPACE.join(chunks)
