"""Columns of numbers as short text for a page: 16-bit steps between the least and the largest value, in base 64."""

from __future__ import annotations

import base64

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.model.marks import SPURIOUS_DIRECTION_SD
from forecast.projection.supposed import Supposed
from forecast.report.outlooks import PanelTypeView, PanelView

__all__ = ["pack", "pack_panel", "unpack"]

_STEPS = 2**16 - 1

type Column = tuple[float, float, str]


def pack(values: np.ndarray) -> Column:
    """Least value, width of a step, and the steps; no text where all values are the same.

    Parameters
    ----------
    values : ndarray, shape (n,)
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low, 0.0, ""
    step = (high - low) / _STEPS
    whole = np.round((values - low) / step).astype("<u2")
    return low, step, base64.b64encode(whole.tobytes()).decode("ascii")


def unpack(column: Column, n: int) -> np.ndarray:
    """The n values, off by at most half a step."""
    low, step, text = column
    if not text:
        return np.full(n, low)
    return low + step * np.frombuffer(base64.b64decode(text), "<u2").astype(float)


def pack_panel(supposed: Supposed) -> PanelView:
    """Lay out the draws of the panel as :class:`forecast.report.outlooks.PanelView` says."""
    columns: list[Column] = []

    def put(values: np.ndarray) -> int:
        columns.append(pack(values))
        return len(columns) - 1

    put(supposed.weight)
    for chance in supposed.chance.T:
        put(chance)
    for genuine, everything in zip(supposed.log_genuine.T, supposed.log_all.T, strict=True):
        put(genuine)
        put(everything)
    types = tuple(
        PanelTypeView(
            name=item.name,
            signals=item.drivers,
            group=item.group,
            columns=(
                put(item.log_rate),
                put(item.log_ratio),
                *(put(x) for pair in zip(item.mean.T, item.sd.T, strict=True) for x in pair),
            ),
        )
        for item in supposed.types
    )
    grades = tuple(
        (f"{letter}{digit}", put(supposed.grades[:, i, j]))
        for i, letter in enumerate(LETTERS)
        for j, digit in enumerate(DIGITS)
    )
    return PanelView(
        n=len(supposed.weight),
        columns=tuple(columns),
        n_groups=supposed.log_all.shape[1],
        types=types,
        grades=grades,
        spurious_sd=SPURIOUS_DIRECTION_SD,
        inefficiency=tuple(supposed.inefficiency.tolist()),
    )
