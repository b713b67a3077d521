"""The report as one HTML file: no network, no script, every text escaped."""

from __future__ import annotations

import base64
import hashlib

import jinja2
from markupsafe import Markup

from forecast.report.drawings import Drawing, Drawings
from forecast.report.page import Page
from forecast.report.palette import ON_DARK, THEME
from forecast.report.svg import inline_svg
from forecast.report.tables import FigureText

__all__ = ["environment", "figure_pair", "render_html", "styled"]

_KEY_TEXT = (
    "Dotted lines: 80% range of the prior. Dark band: 80% range of the posterior, with its mean. Pale band and dashed "
    "line: projection. Vertical line: as-of date. Triangles: reports pushing up or down."
)


def render_html(page: Page, drawings: Drawings) -> str:
    """Fill the page's template.

    The content policy forbids everything but the page's own style sheet, which it names by hash.
    """
    style, policy = styled()
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            style=style,
            policy=policy,
            outcome_svg=figure_pair(drawings.outcomes, "outcomes", page.outcome_figure),
            why_svg=figure_pair(drawings.why, "why", page.why.figure if page.why else None),
            state_svg=figure_pair(drawings.states, "states", page.state_figure),
            key_svg=_pair(drawings.driver_key, "key", "Key to the drivers", _KEY_TEXT),
            drivers=[
                (panel, _svg(document, f"driver-{index}", panel.figure.title, panel.figure.description))
                for index, (panel, document) in enumerate(zip(page.drivers, drawings.drivers, strict=True))
            ],
        )
    )


def environment() -> jinja2.Environment:
    """The pages' templates; every text in them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("forecast.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def styled() -> tuple[Markup, str]:
    """The style sheet, and the content policy that names it and allows nothing else."""
    light = {name: colour for colour, name in THEME.items() if name in ON_DARK}
    style = environment().get_template("report.css").render(light=light, dark=ON_DARK)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Markup(style), policy  # noqa: S704 - our own file


def figure_pair(drawing: Drawing | None, name: str, text: FigureText | None) -> tuple[Markup, Markup] | None:
    """Both widths of a figure as elements of a page, told in words; ``name`` begins their ids."""
    return _pair(drawing, name, text.title, text.description) if text else None


def _svg(document: str, prefix: str, title: str, description: str) -> Markup:
    return Markup(inline_svg(document, prefix, title, description))  # noqa: S704 - escapes every text itself


def _pair(drawing: Drawing | None, name: str, title: str, description: str) -> tuple[Markup, Markup] | None:
    if drawing is None:
        return None
    return _svg(drawing.wide, f"{name}-wide", title, description), _svg(
        drawing.narrow, f"{name}-narrow", title, description
    )
