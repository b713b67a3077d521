"""Spells and ageing in the likelihood of the history of states: index tables shared by PyMC and the NumPy twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.spec import ModelSpec

__all__ = ["AgedDays", "aged_days", "log_ages"]

MID_DAY = 0.5  # a day's hazard is taken at its middle


@dataclass(frozen=True)
class AgedDays:
    """Days at risk of transitions with ``ageing``, one row a day and transition, shape (days,).

    Attributes
    ----------
    edge, step : ndarray of int
    log_age : ndarray
        log(1 + age / age0).
    """

    edge: np.ndarray
    step: np.ndarray
    log_age: np.ndarray


def log_ages(spec: ModelSpec, edge: np.ndarray, age: np.ndarray) -> np.ndarray:
    """log(1 + age / age0) of transitions at ages in whole days; 0 for those without ageing."""
    return np.log1p((age + MID_DAY) / spec.age0[edge])


def aged_days(spec: ModelSpec, snapshot: Snapshot) -> AgedDays:
    """List the days on which transitions with ageing could have happened and did not."""
    ends = np.cumsum(snapshot.step_length)
    rows = [
        (edge, np.searchsorted(ends, day, side="right"), day - entered)
        for state, first, end, entered in snapshot.stays
        for edge in spec.ageing_edge[spec.edge_from[spec.ageing_edge] == state]
        for day in range(first, end)
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return AgedDays(table[:, 0], table[:, 1], log_ages(spec, table[:, 0], table[:, 2]))
