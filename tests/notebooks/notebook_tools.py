"""Reading notebooks: the numbers that a run printed, and those that the conclusions state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

PRINTED = re.compile(r"^(\w+): (\S+) \(value (-?[\d.]+), known to ([\d.]+)\)$", re.MULTILINE)
STATED = re.compile(r"<!--(\w+)-->(-?[\d.]*\d%?)")
# Numbers that no run computes: days, scales, and names such as the 80% range.
OTHERS = re.compile(r"\d{1,2} May 2025|\d{1,2} May|the end of 2025|0 to 1")


@dataclass(frozen=True)
class Number:
    """A number as the conclusions write it, its value, and how far another run may be from it."""

    text: str
    value: float
    known_to: float


def tagged(notebook: Any, tag: str) -> list[Any]:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def printed(notebook: Any) -> dict[str, Number]:
    """The numbers by name."""
    (cell,) = tagged(notebook, "numbers")
    text = "".join(output["text"] for output in cell.outputs if output.output_type == "stream")
    found = {name: Number(shown, float(value), float(error)) for name, shown, value, error in PRINTED.findall(text)}
    assert len(found) == len(text.splitlines()), "a line is no number"
    return found


def stated(notebook: Any) -> dict[str, str]:
    """The numbers that the conclusions state."""
    (cell,) = tagged(notebook, "conclusions")
    return dict(STATED.findall(cell.source))


def unmarked(notebook: Any) -> list[str]:
    """Numbers in the conclusions that nothing ties to a computation."""
    (cell,) = tagged(notebook, "conclusions")
    text = " ".join(STATED.sub("", cell.source).split())
    return re.findall(r"\d\S*", OTHERS.sub("", text))
