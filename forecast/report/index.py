"""One page that lists the forecasts of all cases and leads to their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from forecast.report.files import replace_file
from forecast.report.sheet import environment, styled

__all__ = ["IndexCase", "IndexRow", "link_to", "write_index"]


@dataclass(frozen=True)
class IndexRow:
    """One forecast as display strings; ``links`` are names and relative addresses of its files."""

    as_of: str
    horizon: str
    likeliest: str
    probability: str
    status: str
    stage: str
    resolved: str
    created: str
    id: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class IndexCase:
    """The forecasts of one scenario, the latest day first; ``name`` is its id."""

    name: str
    title: str
    rows: tuple[IndexRow, ...]


def link_to(path: Path, folder: Path) -> str:
    """Address of a file from a page in a folder above it."""
    return quote(path.relative_to(folder).as_posix())


def write_index(cases: Sequence[IndexCase], path: Path) -> None:
    """Write the page; the same forecasts give the same bytes."""
    style, policy = styled()
    page = environment().get_template("index.html.j2").render(cases=cases, style=style, policy=policy)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page.encode())
