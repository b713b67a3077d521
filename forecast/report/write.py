"""Writes a forecast's report as HTML and PDF files; importing it loads matplotlib, jinja2 and typst."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from forecast.report.drawings import draw_all
from forecast.report.files import replace_file
from forecast.report.glyphs import missing_glyphs
from forecast.report.html import render_html
from forecast.report.page import build_page
from forecast.report.panel import build_panel
from forecast.report.pdf import Paper, render_pdf
from forecast.report.view import View

__all__ = ["ReportFiles", "write_reports"]


@dataclass(frozen=True)
class ReportFiles:
    """Where the two files of a report lie, and the characters that the PDF can only show as signs of their script."""

    html: Path
    pdf: Path
    missing: str = ""


def write_reports(view: View, folder: Path, *, name: str, paper: Paper) -> ReportFiles:
    """Render a view and write ``<name>.html`` and ``.pdf`` into a folder, made if need be.

    Both are rendered before either is written, and each replaces its predecessor in one step: a reader sees an old
    file or a new one, never half of one. The same view gives the same bytes.

    Parameters
    ----------
    paper : {"a4", "letter"}
        Paper of the PDF.
    """
    page = build_page(view)
    drawings = draw_all(view)
    html = render_html(page, drawings, build_panel(view)).encode()
    pdf = render_pdf(page, drawings, view.as_of, paper=paper)
    folder.mkdir(parents=True, exist_ok=True)
    files = ReportFiles(folder / f"{name}.html", folder / f"{name}.pdf", missing_glyphs(asdict(page)))
    replace_file(files.html, html)
    replace_file(files.pdf, pdf)
    return files
