"""The steps from one probability to another: what a waterfall draws, whoever tells the parts of the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import numpy as np

from forecast.report.words import format_date

__all__ = ["ELAPSED", "Step", "steps_between"]

ELAPSED = "Elapsed time and silence"
_MOST_STEPS = 10  # rows with a bar of their own; the smallest beyond that are summed


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall, from one probability to another; both ends are levels themselves."""

    label: str
    kind: Literal["level", "row", "other"]
    start: float
    end: float
    error: float


class _Part(Protocol):
    """A part of a change, whoever tells it."""

    @property
    def kind(self) -> str:
        """What it is: ``time``, ``recomputation``, or a row of evidence."""

    @property
    def change(self) -> Sequence[float] | np.ndarray:
        """Of each outcome."""

    @property
    def mcse(self) -> Sequence[float] | np.ndarray:
        """Monte Carlo standard error of each change."""


def steps_between[Told: _Part](
    parts: Sequence[Told],
    outcome: int,
    *,
    since: tuple[date, float],
    until: tuple[date, float],
    says: Callable[[Told], str],
) -> tuple[Step, ...]:
    """Bars for one outcome: all time together, then rows as reported, the smallest summed, and recomputation.

    Parameters
    ----------
    outcome : int
        Its place among the changes of a part.
    since, until : (date, float)
        Days and probabilities of both forecasts.
    says : callable
        What a row of evidence says.
    """
    rows = [part for part in parts if part.kind not in {"time", "recomputation"}]
    kept = {
        id(part) for part in sorted(rows, key=lambda part: -max(abs(change) for change in part.change))[:_MOST_STEPS]
    }
    others = [part for part in rows if id(part) not in kept]
    label = f"{len(others)} smaller rows together"
    bars: list[tuple[str, Literal["row", "other"], Sequence[Told]]] = [
        (ELAPSED, "other", [part for part in parts if part.kind == "time"]),
        *((says(part), "row", [part]) for part in rows if id(part) in kept),
        (label, "row", others),
        ("Recomputation", "other", [part for part in parts if part.kind == "recomputation"]),
    ]
    day, level = since
    steps = [Step(f"Forecast of {format_date(day)}", "level", level, level, 0.0)]
    for text, kind, told in bars:
        if told:
            change = float(sum(part.change[outcome] for part in told))
            error = float(sum(part.mcse[outcome] for part in told))  # of several at most that
            steps.append(Step(text, kind, level, level + change, error))
            level += change
    return (*steps, Step(f"Forecast of {format_date(until[0])}", "level", until[1], until[1], 0.0))
