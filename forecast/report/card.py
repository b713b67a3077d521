"""A forecast as one picture to publish: headline, outcomes with their ranges, dates, and the ledger's hash."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import escape
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from forecast.report.figures import FONT, Band
from forecast.report.files import replace_file
from forecast.report.glyphs import fitted
from forecast.report.headline import headline, ranking
from forecast.report.palette import INK, MUTED, PAPER
from forecast.report.ranges import draw_ranges, ranges_height
from forecast.report.rows import outcome_name
from forecast.report.svg import house_style, render_svg
from forecast.report.view import View
from forecast.report.words import format_date, format_probability, format_range

__all__ = ["CardFiles", "card_words", "write_card"]

_WIDTH = 720  # pixels
_EDGE = 26
_SHARP = 2.5  # pixels of the PNG for one of the drawing
_HEADLINE, _LINE = 17, 1.3
_FOOT = 74
_ALERT = {"FAIL": ("#9f1d12", "#fdecea"), "REVIEW": ("#7a4d00", "#fff4d6")}  # ink and wash, as on the page
_ALERT_TEXT = {
    "FAIL": "FAIL: the diagnostics failed. Do not rely on these numbers.",
    "REVIEW": "REVIEW: the diagnostics ask for a review before these numbers are used.",
}


@dataclass(frozen=True)
class CardFiles:
    """Where the two pictures lie."""

    png: Path
    svg: Path


def card_words(view: View) -> str:
    """What the picture shows, for those who do not see it."""
    rows = (view.outcomes[o] for o in ranking(view.outcomes))
    told = "; ".join(
        f"{outcome_name(row)} {format_probability(row.probability, row.mcse)}, 80% range "
        f"{format_range(row.low80, row.high80, row.mcse)}"
        for row in rows
    )
    alert = _ALERT_TEXT.get(view.diagnostics.status, "")
    dates = f"Forecast as of {format_date(view.as_of)} for {format_date(view.horizon)}"
    return f"{alert + ' ' if alert else ''}{dates}. {told}. Ledger entry {view.ledger_id}."


def write_card(view: View, folder: Path, *, name: str, stage: str) -> CardFiles:
    """Write ``<name>.png`` and ``.svg``, both drawn before either is written; the same view gives the same bytes.

    Parameters
    ----------
    stage : str
        Of the ledger entry: ``draft`` or ``published``.
    """
    draw, height = _card(view, stage)
    files = CardFiles(folder / f"{name}.png", folder / f"{name}.svg")
    words = card_words(view)
    svg = _titled(render_svg(draw, _WIDTH, height).outlines, view.title, words)
    png = _png(draw, height, {"Title": view.title, "Description": words})
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(files.svg, svg.encode())
    replace_file(files.png, png)
    return files


def _card(view: View, stage: str) -> tuple[Callable[[Figure], None], int]:
    """How to draw the card, and its height in pixels."""
    rows = [view.outcomes[o] for o in ranking(view.outcomes)]
    room = _WIDTH - 2 * _EDGE
    title = fitted(view.title, room, FONT, lines=1)
    said = fitted(headline(view.outcomes, format_date(view.horizon)), room, _HEADLINE, lines=4, bold=True)
    alert = _ALERT_TEXT.get(view.diagnostics.status, "")
    top = _EDGE + 26 + (1 + said.count("\n")) * _HEADLINE * _LINE + 10 + (30 if alert else 0)
    height = round(top + ranges_height(len(rows)) + _FOOT)
    band = Band(*(np.array([getattr(row, field) for row in rows]) for field in ("probability", "low80", "high80")))
    numbers = [
        f"{format_probability(row.probability, row.mcse)} ({format_range(row.low80, row.high80, row.mcse)})"
        for row in rows
    ]
    recorded = " (as recorded)" if view.as_recorded else ""
    dates = f"Forecast as of {format_date(view.as_of)}{recorded} for {format_date(view.horizon)}."
    foot = (
        f"{dates} Dot: probability. Bar: 80% range over parameters and present drivers.",
        "Words: PHIA probability yardstick.",
        f"Ledger {view.ledger_id} ({stage})",
    )

    def draw(figure: Figure) -> None:
        figure.add_artist(Rectangle((0, 0), 1, 1, facecolor=PAPER, edgecolor="none", zorder=-1))

        def write(text: str, y: float, size: float, colour: str, weight: str = "normal") -> None:
            figure.text(
                _EDGE / _WIDTH, 1 - y / height, text, fontsize=size, color=colour, weight=weight, va="top",
                linespacing=_LINE, parse_math=False,
            )  # fmt: skip

        write(title, _EDGE - 4, FONT, MUTED)
        write(said, _EDGE + 18, _HEADLINE, INK, "bold")
        if alert:
            ink, wash = _ALERT[view.diagnostics.status]
            edges = (_EDGE / _WIDTH, 1 - (top - 4) / height)
            figure.add_artist(Rectangle(edges, 1 - 2 * _EDGE / _WIDTH, 26 / height, facecolor=wash, edgecolor=ink))
            figure.text(
                (_EDGE + 10) / _WIDTH, 1 - (top - 17) / height, alert, fontsize=FONT, color=ink, weight="bold",
                va="center",
            )  # fmt: skip
        draw_ranges(figure, [outcome_name(row) for row in rows], numbers, band, top=top, bottom=_FOOT)
        for line, text in enumerate(foot):
            write(text, height - _FOOT + 8 + 17 * line, FONT - 2, MUTED)

    return draw, height


def _titled(svg: str, title: str, words: str) -> str:
    """Name and describe the picture; shapes of letters cannot be read."""
    names = f'<title id="title">{escape(title)}</title><desc id="desc">{escape(words)}</desc>'
    return re.sub(
        r"<svg([^>]*)>",
        lambda match: f'<svg role="img" aria-labelledby="title desc"{match[1]}>{names}',
        svg,
        count=1,
    )


def _png(draw: Callable[[Figure], None], height: int, about: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(_WIDTH / 72, height / 72), dpi=72)
        FigureCanvasAgg(figure)
        draw(figure)
        figure.savefig(buffer, format="png", dpi=72 * _SHARP, metadata={"Software": None, **about})
    return buffer.getvalue()
