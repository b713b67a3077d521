"""The page's what-if panel: what its script needs, as one JSON text, and the choices that it offers."""

from __future__ import annotations

import json
from dataclasses import dataclass

from forecast.projection.present import LEAST_EFFECTIVE
from forecast.report.names import with_id, word_for
from forecast.report.rows import outcome_name
from forecast.report.view import View
from forecast.report.words import format_date, format_probability, signed

__all__ = ["Panel", "build_panel"]

_GRADE = "B2"  # supposed by default, as by `forecast whatif`
_DIRECTIONS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True)
class Panel:
    """What is offered, as (value, text) pairs, drivers with what their ends mean; ``data`` is for the script."""

    as_of: str
    horizon: str
    drivers: tuple[tuple[str, str, str, str], ...]
    levels: tuple[float, ...]
    types: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, bool], ...]
    directions: tuple[tuple[int, str], ...]
    outcomes: tuple[tuple[str, str], ...]
    data: str


def build_panel(view: View) -> Panel | None:
    """The panel of a view; none where the ledger could not tell enough."""
    outlook = view.outlook
    if outlook is None or outlook.panel is None or not outlook.held:
        return None
    order = sorted(range(len(view.outcomes)), key=lambda o: -view.outcomes[o].probability)
    known = {driver.name: driver for driver in view.drivers}
    names = list(dict.fromkeys(item.driver for item in outlook.held))
    levels = tuple(dict.fromkeys(item.level for item in outlook.held))
    packed = outlook.panel
    data = {
        "outcomes": [
            {"name": outcome_name(view.outcomes[o]), "p": view.outcomes[o].probability, "mcse": view.outcomes[o].mcse}
            for o in range(len(view.outcomes))
        ],
        "order": order,
        "levels": levels,
        "held": {f"{item.driver} {item.level:g}": [item.difference, item.mcse] for item in outlook.held},
        "least": LEAST_EFFECTIVE,
        "panel": packed.model_dump(mode="json"),
        "drivers": {name: word_for("drivers", name, view.words) for name in names},
    }
    return Panel(
        as_of=format_date(view.as_of),
        horizon=format_date(view.horizon),
        drivers=tuple(
            (name, word_for("drivers", name, view.words), known[name].low, known[name].high)
            for name in names
            if name in known
        ),
        levels=levels,
        types=tuple(
            (item.name, with_id(word_for("events", item.name, view.words), item.name)) for item in packed.types
        ),
        grades=tuple((grade, grade == _GRADE) for grade, _ in packed.grades),
        directions=tuple((code, signed(code)) for code in _DIRECTIONS),
        outcomes=tuple(
            (outcome_name(view.outcomes[o]), format_probability(view.outcomes[o].probability, view.outcomes[o].mcse))
            for o in order
        ),
        data=json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c"),
    )
