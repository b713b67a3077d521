"""A figure of the report as a value that a notebook shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plot"]


@dataclass(frozen=True)
class Plot:
    """A figure in the house style; a notebook shows it, :meth:`save` writes it.

    Attributes
    ----------
    draw : callable
        Draws on a matplotlib figure.
    width, height : int
        In pixels.
    """

    draw: Callable[[Figure], None] = field(repr=False)
    width: int
    height: int

    @property
    def svg(self) -> str:
        """The figure as an SVG document on white, its text kept as text."""
        from forecast.report.palette import PAPER
        from forecast.report.svg import render_svg

        document = render_svg(self.draw, self.width, self.height).text
        start = document.index(">", document.index("<svg")) + 1
        return f'{document[:start]}\n <rect width="100%" height="100%" fill="{PAPER}"/>{document[start:]}'

    def save(self, path: str | Path) -> None:
        """Write the SVG document."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def _repr_svg_(self) -> str:
        return self.svg
