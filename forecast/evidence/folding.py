"""Several reports of one event become one mark: independent origins add to its weight, copies of one origin do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS, fixed_weights
from forecast.evidence.reports import ReportTable

__all__ = ["Marks", "fold"]


@dataclass(frozen=True)
class Marks:
    """Events as the model sees them, m of them, each with up to o independent origins.

    Attributes
    ----------
    best : ndarray of int, shape (m,)
        Position of the best graded report of each; its type, grade and coded directions stand for the event.
    day : ndarray of int, shape (m,)
        Earliest day that a report of the event gives, as ordinal.
    letter, digit : ndarray of int, shape (m, o)
        Grade of the best report of each independent origin, as positions in the scales, the best first.
    known : ndarray of bool, shape (m, o)
        Which of these o places are filled.
    """

    best: np.ndarray
    day: np.ndarray
    letter: np.ndarray
    digit: np.ndarray
    known: np.ndarray

    @property
    def origins(self) -> tuple[tuple[str, ...], ...]:
        """Grades such as ``B2`` of the origins of each event."""
        return tuple(
            tuple(LETTERS[i] + DIGITS[j] for i, j in zip(letter[known], digit[known], strict=True))
            for letter, digit, known in zip(self.letter, self.digit, self.known, strict=True)
        )


def fold(reports: ReportTable) -> Marks:
    """Fold reports linked by ``same_as`` into marks, in the order of each event's first report.

    Parameters
    ----------
    reports : ReportTable
        Visible ones, whose links :func:`forecast.evidence.visible.visible_evidence` has followed to their end: rows of
        one event name one row, whether or not it is among them. A blank ``origin`` is an origin of its own.
    """
    letter = reports.texts["reliability"].numbers(LETTERS.index, np.int64)
    digit = reports.texts["credibility"].numbers(DIGITS.index, np.int64)
    weight = fixed_weights()[letter, digit]
    events = _events(reports)
    ranked = {rows[0]: _origins(reports, sorted(rows, key=lambda row: -weight[row])) for rows in events}
    first = np.ones(len(reports), dtype=bool)
    first[[row for rows in events for row in rows[1:]]] = False
    best, day = np.arange(len(reports)), reports.days["date"].copy()
    for rows in events:
        best[rows[0]], day[rows[0]] = ranked[rows[0]][0], reports.days["date"][rows].min()
    row_of = np.cumsum(first) - 1  # of each event's first report, among the marks
    best, day = best[first], day[first]
    origin = np.zeros((len(best), max((len(rows) for rows in ranked.values()), default=1)), dtype=np.int64)
    known = np.zeros(origin.shape, dtype=bool)
    origin[:, 0], known[:, 0] = best, True
    for row, rows in ranked.items():
        origin[row_of[row], : len(rows)], known[row_of[row], : len(rows)] = rows, True
    return Marks(best, day, *(np.where(known, grade[origin], 0) for grade in (letter, digit)), known)


def _events(reports: ReportTable) -> list[list[int]]:
    """Positions of the reports of each event that has several."""
    identifiers, same_as = reports.texts["id"], reports.texts["same_as"]
    linked = ~same_as.isin([""])
    named = {same_as[row] for row in np.flatnonzero(linked).tolist()}
    events: dict[str, list[int]] = {}
    for row in np.flatnonzero(linked | identifiers.isin(named)).tolist():
        events.setdefault(same_as[row] or identifiers[row], []).append(row)
    return [rows for rows in events.values() if len(rows) > 1]


def _origins(reports: ReportTable, ranked: list[int]) -> list[int]:
    """The best report of each independent origin, the best first."""
    best: dict[str, int] = {}
    for row in ranked:
        best.setdefault(reports.texts["origin"][row] or f"row {reports.texts['id'][row]}", row)
    return list(best.values())
