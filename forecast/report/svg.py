"""A matplotlib figure as SVG text: the same bytes every time, and a form that a page can hold inline and recolour."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import matplotlib.style
from markupsafe import escape
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from forecast.report.palette import THEME

__all__ = ["house_style", "inline_svg", "render_svg"]

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


def render_svg(draw: Callable[[Figure], None], width: int, height: int, *, outlines: bool) -> str:
    """Draw a figure in the house style and return it as an SVG document.

    Parameters
    ----------
    draw : callable
        Draws on the figure.
    width, height : int
        In pixels of the viewBox.
    outlines : bool
        True draws letters as shapes: paper needs no font then, and PDF/UA no code point for every glyph. False keeps
        text as text, which can be searched and takes the page's own font; matplotlib's serves only to estimate widths,
        hence the silence about glyphs that it lacks.
    """
    with house_style(), rc_context({"svg.fonttype": "path" if outlines else "none"}):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(figure)
        draw(figure)
        buffer = io.StringIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(buffer, format="svg", metadata=_NO_METADATA, transparent=True)
    return buffer.getvalue()


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
