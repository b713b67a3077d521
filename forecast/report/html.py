"""The report as one HTML file: no network, no script, every text escaped."""

from __future__ import annotations

from markupsafe import Markup

from forecast.report.drawings import Drawing, Drawings
from forecast.report.page import Page
from forecast.report.svg import inline_svg
from forecast.report.tables import FigureText
from forecast.report.templating import content_hash, environment, style_sheet

__all__ = ["render_html"]

_KEY_TEXT = (
    "Dotted lines: 80% range of the prior. Dark band: 80% range of the posterior, with its mean. Pale band and dashed "
    "line: projection. Vertical line: as-of date. Triangles: reports pushing up or down."
)


def render_html(page: Page, drawings: Drawings) -> str:
    """Fill the page's template.

    The content policy forbids everything but the page's own style sheet, which it names by hash.
    """
    style = style_sheet()
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            style=Markup(style),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src {content_hash(style)}; base-uri 'none'; form-action 'none'",
            outcome_svg=_figure(drawings.outcomes, "outcomes", page.outcome_figure),
            why_svg=_figure(drawings.why, "why", page.why.figure if page.why else None),
            state_svg=_figure(drawings.states, "states", page.state_figure),
            key_svg=_pair(drawings.driver_key, "key", "Key to the drivers", _KEY_TEXT),
            drivers=[
                (panel, _svg(document, f"driver-{index}", panel.figure.title, panel.figure.description))
                for index, (panel, document) in enumerate(zip(page.drivers, drawings.drivers, strict=True))
            ],
        )
    )


def _svg(document: str, prefix: str, title: str, description: str) -> Markup:
    return Markup(inline_svg(document, prefix, title, description))  # noqa: S704 - escapes every text itself


def _pair(drawing: Drawing | None, name: str, title: str, description: str) -> tuple[Markup, Markup] | None:
    if drawing is None:
        return None
    return _svg(drawing.wide, f"{name}-wide", title, description), _svg(
        drawing.narrow, f"{name}-narrow", title, description
    )


def _figure(drawing: Drawing | None, name: str, text: FigureText | None) -> tuple[Markup, Markup] | None:
    return _pair(drawing, name, text.title, text.description) if text else None
