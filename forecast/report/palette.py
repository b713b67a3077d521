"""The colours of every figure, and the style by which outcomes are told apart."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DASHED", "DOWN", "GRID", "INK", "LEVEL", "MUTED", "ON_DARK", "PAPER", "THEME", "UP", "Style", "style_of"]

INK, MUTED, GRID, PAPER = "#1b1f24", "#5b636d", "#d5dae0", "#ffffff"
LEVEL, UP, DOWN = "#0b6fae", "#007d5a", "#c24e00"
"""Of drivers: their level, and reports that push them up and down."""

COLOURS = ("#0072b2", "#cc8400", "#00a860", "#cc3c30", "#601800", "#b4849c", "#004860", "#242424")
"""Of outcomes. Lines reach 3:1 against white, and any two colours differ by at least 20 in CIELAB, also to the
colour-blind (Machado, Oliveira and Fernandes 2009, severity 1)."""

DASHED = (0, (5, 2))
LINES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "-",
    DASHED,
    (0, (1.5, 1.5)),
    (0, (6, 2, 1, 2)),
    (0, (10, 3)),
    (0, (3, 1.5, 1, 1.5, 1, 1.5)),
    (0, (3, 3)),
    (0, (10, 2, 3, 2)),
)
HATCHES = ("", "///", "...", "xx")

THEME = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper", LEVEL: "level", UP: "up", DOWN: "down",
    **{colour: f"c{index}" for index, colour in enumerate(COLOURS)},
}  # fmt: skip
"""Colour on paper to the CSS class that stands for it on a screen."""

ON_DARK = {
    "level": "#4aa3df", "up": "#1fc296", "down": "#f0803c",
    "c0": "#5490fc", "c1": "#fcd854", "c2": "#c0f0cc", "c3": "#b44848",
    "c4": "#f09c6c", "c5": "#90549c", "c6": "#00e4fc", "c7": "#909c9c",
}  # fmt: skip
"""CSS class to its colour on a dark page, found in the same way."""


@dataclass(frozen=True)
class Style:
    """How a line and an area are drawn; a hatch tells areas apart once colours repeat."""

    colour: str
    line: str | tuple[int, tuple[float, ...]]
    hatch: str


def style_of(index: int) -> Style:
    """The style of an outcome by its place in the scenario: the first eight differ in colour and line, no two agree."""
    turn = index // len(COLOURS)
    return Style(COLOURS[index % len(COLOURS)], LINES[(index + turn) % len(LINES)], HATCHES[turn % len(HATCHES)])
