"""What a report's mark consists of: constants and index tables shared by the PyMC model and its NumPy twin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.spec import ModelSpec

__all__ = [
    "DIGIT_MIX",
    "LETTER_MIX",
    "SERIES_TAIL_DF",
    "SPURIOUS_DIRECTION_SD",
    "CodedDirections",
    "coded_directions",
    "group_members",
]

SPURIOUS_DIRECTION_SD = float(np.sqrt(2))  # of a code drawn evenly from -2..+2: a report that says nothing
SERIES_TAIL_DF = 5.0  # heavier than normal, finite kurtosis is out of reach of one bad month

# Dirichlet weights of a type's grades before its reports are seen. Ratings cluster on B-C and 1-3 (STANAG 2511 desks
# rarely use the ends), worth about eight reports; letter and digit are taken as independent within a type.
LETTER_MIX = np.array([1.0, 2.5, 2.0, 1.0, 0.5, 1.0])
DIGIT_MIX = np.array([1.5, 2.5, 2.0, 1.0, 0.5, 0.5])


@dataclass(frozen=True)
class CodedDirections:
    """Coded directions that a ``signal`` uses, one row per report and driver, shape (c,).

    Attributes
    ----------
    report, signal : ndarray of int
        Row of the snapshot's reports and entry of the spec's signals.
    value : ndarray
        Code, -2 to +2.
    n_reports : int
    """

    report: np.ndarray
    signal: np.ndarray
    value: np.ndarray
    n_reports: int

    def sums(self, terms: np.ndarray) -> np.ndarray:
        """Sum terms of shape (c,) by report, shape (n_reports,)."""
        return np.bincount(self.report, terms, minlength=self.n_reports)


def coded_directions(spec: ModelSpec, snapshot: Snapshot) -> CodedDirections:
    """Find the coded directions that a signal of their type uses; others are kept in the data and unused."""
    coded = snapshot.report_direction[:, spec.signal_driver]
    used = (snapshot.report_type[:, None] == spec.signal_type) & np.isfinite(coded)
    report, signal = np.nonzero(used)
    return CodedDirections(report, signal, coded[report, signal], len(snapshot.report_type))


def group_members(spec: ModelSpec) -> np.ndarray:
    """Whether two types share a group, shape (E, E); a complete type has none."""
    members: np.ndarray = (spec.group[:, None] == spec.group) & ~spec.complete
    return members.astype(float)
