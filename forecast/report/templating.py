"""How templates are filled: every text escaped, and one style sheet that the content policy names by its hash."""

from __future__ import annotations

import base64
import hashlib

import jinja2

from forecast.report.palette import ON_DARK, THEME

__all__ = ["content_hash", "environment", "style_sheet"]


def environment() -> jinja2.Environment:
    """The templates of this package; a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("forecast.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet() -> str:
    """The style of every page, light and dark."""
    light = {name: colour for colour, name in THEME.items() if name in ON_DARK}
    return environment().get_template("report.css").render(light=light, dark=ON_DARK)


def content_hash(text: str) -> str:
    """A source that a content policy allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
