"""What every HTML page of ours has: templates that escape every text, one style sheet, and a content policy."""

from __future__ import annotations

import base64
import hashlib

import jinja2
from markupsafe import Markup

from forecast.report.palette import ON_DARK, THEME

__all__ = ["environment", "styled"]


def environment() -> jinja2.Environment:
    """Templates; an unknown name in one is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("forecast.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def styled(script: str = "") -> tuple[Markup, str]:
    """The style sheet, and the content policy that names it and a page's own script and allows nothing else."""
    light = {name: colour for colour, name in THEME.items() if name in ON_DARK}
    style = environment().get_template("report.css").render(light=light, dark=ON_DARK)
    scripts = f"script-src {_hash(script)}; " if script else ""
    policy = f"default-src 'none'; style-src {_hash(style)}; {scripts}base-uri 'none'; form-action 'none'"
    return Markup(style), policy  # noqa: S704 - our own file


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
