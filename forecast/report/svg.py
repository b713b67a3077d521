"""A matplotlib figure as SVG text: the same bytes every time, and a form that a page can hold inline and recolour."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib.style
from markupsafe import escape
from matplotlib import rc_context
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

from forecast.report.palette import THEME

__all__ = ["Svg", "house_style", "inline_svg", "render_svg"]

_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
_STYLE = re.compile(r' style="([^"]*)"')
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'url\(#([^)]*)\)|xlink:href="#([^"]*)"')
_SIZE = re.compile(r' width="[^"]*pt" height="[^"]*pt"', re.ASCII)


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's defaults, whatever the user's own settings are, with the same bytes every time."""
    with matplotlib.style.context("default"), rc_context({"svg.hashsalt": "forecast-report"}):
        yield


@dataclass(frozen=True)
class Svg:
    """One figure as two SVG documents that differ in their letters alone.

    Attributes
    ----------
    text : str
        Text is text, which can be searched and takes the page's own font; matplotlib's serves only to estimate widths.
    outlines : str
        Letters are shapes: paper needs no font then, and PDF/UA no code point for every glyph.
    """

    text: str
    outlines: str


def render_svg(draw: Callable[[Figure], None], width: int, height: int) -> Svg:
    """Draw a figure in the house style, once for both documents.

    Parameters
    ----------
    draw : callable
        Draws on the figure.
    width, height : int
        In pixels of the viewBox.
    """
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # text needs none
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        draw(figure)
        for patch in (figure.patch, *(axes.patch for axes in figure.axes)):
            patch.set_visible(False)
        renderer = _Twice(width, height, io.StringIO())
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    return renderer.picture()


class _Twice(RendererSVG):  # matplotlib gives its renderers no types
    """Writes every text twice, as text and then as shapes, and notes where."""

    def __init__(self, width: int, height: int, buffer: io.StringIO) -> None:
        super().__init__(width, height, buffer, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]
        self._buffer = buffer
        self._texts: list[tuple[int, int, int]] = []

    def draw_text(self, *args: Any, **options: Any) -> None:
        """Write a text both ways; the setting is put back by the house style."""
        begin = self._place()
        matplotlib.rcParams["svg.fonttype"] = "none"
        super().draw_text(*args, **options)  # type: ignore[no-untyped-call]
        between = self._place()
        matplotlib.rcParams["svg.fonttype"] = "path"
        super().draw_text(*args, **options)  # type: ignore[no-untyped-call]
        self._texts.append((begin, between, self._place()))

    def picture(self) -> Svg:
        """The documents, each without the texts of the other."""
        whole = self._buffer.getvalue()
        text: list[str] = []
        outlines: list[str] = []
        last = 0
        for begin, between, end in self._texts:
            text.append(whole[last:between])
            outlines += (whole[last:begin], whole[between:end])
            last = end
        return Svg("".join([*text, whole[last:]]), "".join([*outlines, whole[last:]]))

    def _place(self) -> int:
        """Where the next element begins; an empty comment ends the one before."""
        self.writer.comment("")  # type: ignore[no-untyped-call]
        return self._buffer.tell()


def inline_svg(document: str, prefix: str, title: str, description: str) -> str:
    """Turn a rendered document into an element of a page.

    Inline styles become attributes and theme colours classes (a strict content policy forbids inline styles, and a
    dark page needs other colours); ids that nothing refers to go, the others get ``prefix``.
    """
    body = document[document.index("<svg") :]
    body = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    used = {match[1] or match[2] for match in _REFERENCE.finditer(body)}
    body = _ID.sub(lambda match: f' id="{prefix}-{match[1]}"' if match[1] in used else "", body)
    body = _REFERENCE.sub(
        lambda match: f"url(#{prefix}-{match[1]})" if match[1] else f'href="#{prefix}-{match[2]}"', body
    )
    body = _STYLE.sub(_attributes, body)
    body = _SIZE.sub("", body, count=1)
    start = body.index(">") + 1
    opening = (
        body[:start]
        .replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
        .replace("<svg", f'<svg role="img" aria-labelledby="{prefix}-title {prefix}-desc"', 1)
    )
    names = f'<title id="{prefix}-title">{escape(title)}</title><desc id="{prefix}-desc">{escape(description)}</desc>'
    return opening + names + body[start:].strip()


def _attributes(match: re.Match[str]) -> str:
    """Write one ``style`` attribute as presentation attributes and classes."""
    classes, attributes = [], []
    for declaration in match[1].split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key in {"fill", "stroke"} and value in THEME:
            classes.append(f"{key[0]}-{THEME[value]}")
        elif key and key != "font-family":
            attributes.append(f' {key}="{value}"')
    return (f' class="{" ".join(classes)}"' if classes else "") + "".join(attributes)
