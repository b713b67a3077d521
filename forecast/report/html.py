"""The report as one HTML file: no network, no script but its own, every text escaped."""

from __future__ import annotations

from markupsafe import Markup

from forecast.report.drawings import DRIVER, DRIVER_EDGES, Drawing, Drawings
from forecast.report.page import Page
from forecast.report.panel import Panel
from forecast.report.sheet import environment, styled
from forecast.report.svg import Svg, inline_svg
from forecast.report.tables import FigureText

__all__ = ["figure_pair", "render_html"]

_KEY_TEXT = (
    "Dotted lines: 80% range of the prior. Dark band: 80% range of the posterior, with its mean. Pale band and dashed "
    "line: projection. Vertical line: as-of date. Triangles: reports pushing up or down."
)


def render_html(page: Page, drawings: Drawings, panel: Panel | None = None) -> str:
    """Fill the page's template.

    The content policy forbids everything but the page's own style sheet and script, which it names by their hashes.
    """
    templates = environment()
    script = templates.get_template("report.js").render()
    style, policy = styled(script)
    left, right, _, bottom = DRIVER_EDGES
    return templates.get_template("report.html.j2").render(
        page=page,
        style=style,
        script=Markup(script),  # noqa: S704 - our own file
        policy=policy,
        contents=_contents(page),
        panel=panel,
        panel_data=Markup(panel.data) if panel else "",  # noqa: S704 - JSON without a "<"
        history_svg=figure_pair(drawings.history, "history", page.history_figure),
        tornado_svg=figure_pair(drawings.tornado, "tornado", page.tornado),
        axis={
            "width": DRIVER[0],
            "height": DRIVER[1],
            "left": left,
            "length": DRIVER[0] - left - right,
            "y": DRIVER[1] - bottom,
        },
        outcome_svg=figure_pair(drawings.outcomes, "outcomes", page.outcome_figure),
        why_svg=figure_pair(drawings.why, "why", page.why.figure if page.why else None),
        state_svg=figure_pair(drawings.states, "states", page.state_figure),
        key_svg=_pair(drawings.driver_key, "key", "Key to the drivers", _KEY_TEXT),
        drivers=[
            (driver, _svg(svg, f"driver-{index}", driver.figure.title, driver.figure.description), marks)
            for index, (driver, svg, marks) in enumerate(zip(page.drivers, drawings.drivers, page.marks, strict=True))
        ],
    )


def figure_pair(drawing: Drawing | None, name: str, text: FigureText | None) -> tuple[Markup, Markup] | None:
    """Both widths of a figure as elements of a page, told in words; ``name`` begins their ids."""
    return _pair(drawing, name, text.title, text.description) if text else None


def _contents(page: Page) -> tuple[tuple[str, str], ...]:
    """Identifier and name of every section that has anything."""
    sections = (
        ("outcomes", "Outcomes", True),
        ("why", "Why it changed", page.why),
        ("time", "Over time", page.history_figure or page.outcome_figure or page.state_figure),
        ("drivers", "Drivers", page.drivers),
        ("whatif", "What if", page.held or page.outlook_note),
        ("signposts", "What to look out for", page.signposts),
        ("tornado", "What it hangs on", page.tornado),
        ("classes", "Reference classes", page.reference_classes),
        ("evidence", "Evidence", page.evidence),
        ("claims", "Claims", page.claims),
        ("assumptions", "Assumptions", page.assumptions),
        ("diagnostics", "Diagnostics", True),
        ("guide", "How to read this", True),
    )
    return tuple((name, called) for name, called, there in sections if there)


def _svg(svg: Svg, prefix: str, title: str, description: str) -> Markup:
    return Markup(inline_svg(svg.text, prefix, title, description))  # noqa: S704 - escapes every text itself


def _pair(drawing: Drawing | None, name: str, title: str, description: str) -> tuple[Markup, Markup] | None:
    if drawing is None:
        return None
    return _svg(drawing.wide, f"{name}-wide", title, description), _svg(
        drawing.narrow, f"{name}-narrow", title, description
    )
