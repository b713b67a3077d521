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
    "grade_counts",
    "group_members",
]

SPURIOUS_DIRECTION_SD = float(np.sqrt(2))  # of a code drawn evenly from -2..+2: a report that says nothing
SERIES_TAIL_DF = 5.0  # heavier than normal, so that one odd month is mistaken for noise and not for the driver

# Dirichlet weights of a type's grades before its reports are seen, worth five reports. Desks mostly cite sources they
# rate B or C for content they rate 1 to 3, and drop worse ones; letter and digit are independent within a type.
LETTER_MIX = np.array([0.6, 2.2, 1.2, 0.4, 0.2, 0.4])
DIGIT_MIX = np.array([1.5, 2.0, 0.9, 0.25, 0.15, 0.2])


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


def grade_counts(spec: ModelSpec, snapshot: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """Count the reports of each type with an unknown mix of grades by letter and by digit, shape (mixed, 6) each."""
    letters, digits = np.zeros((2, len(spec.events), 6))
    np.add.at(letters, (snapshot.report_type, snapshot.report_letter), 1)
    np.add.at(digits, (snapshot.report_type, snapshot.report_digit), 1)
    return letters[spec.mix_type], digits[spec.mix_type]
