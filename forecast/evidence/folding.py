"""Several reports of one event become one mark: independent origins add to its weight, copies of one origin do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.evidence.columns import Coded
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
    linked = _linked(reports)  # few; every other report is an event of its own
    events = _events(reports.take(linked), fixed_weights()[letter[linked], digit[linked]])
    heads = linked[events.first]
    first = np.ones(len(reports), dtype=bool)  # report of its event
    first[linked] = False
    first[heads] = True
    best, day = np.arange(len(reports)), reports.days["date"].astype(np.int64)
    best[heads], day[heads] = linked[events.ranked[events.place == 0]], events.day
    best = best[first]
    mark, row = (np.cumsum(first) - 1)[heads][events.of], linked[events.ranked]

    def of_origins(alone: np.ndarray | bool, several: np.ndarray | bool) -> np.ndarray:
        table = np.zeros((len(best), events.place.max(initial=0) + 1), dtype=np.asarray(several).dtype)
        table[:, 0], table[mark, events.place] = alone, several
        return table

    return Marks(
        best,
        day[first],
        letter=of_origins(letter[best], letter[row]),
        digit=of_origins(digit[best], digit[row]),
        known=of_origins(True, True),
    )


def _linked(reports: ReportTable) -> np.ndarray:
    """Positions of the reports that are linked to another, from it or to it."""
    same_as = reports.texts["same_as"]
    links = ~same_as.isin([""])
    return np.flatnonzero(links | reports.texts["id"].isin(set(same_as.take(links).rows())))


@dataclass(frozen=True)
class _Events:
    """Events of several reports each, in the order of their first ones, and their independent origins.

    Attributes
    ----------
    first, day : ndarray of int, shape (events,)
        Position of the first report of each, and its earliest day.
    of, ranked, place : ndarray of int, shape (origins,)
        Of each origin the event, the position of its best report, and its place among the event's, 0 for the best.
    """

    first: np.ndarray
    day: np.ndarray
    of: np.ndarray
    ranked: np.ndarray
    place: np.ndarray


def _events(linked: ReportTable, weight: np.ndarray) -> _Events:
    pairs = zip(linked.texts["same_as"].rows(), linked.texts["id"].rows(), strict=True)
    event = Coded.of([other or own for other, own in pairs]).code.astype(np.int64)
    origin, rows = linked.texts["origin"], np.arange(len(linked))
    source = np.where(origin.isin([""]), len(origin.values) + rows, origin.code)
    order = np.lexsort((-weight, event))  # by event, the best report first, of equal ones the earlier row
    key = event[order] * (len(origin.values) + len(rows)) + source[order]
    kept = np.sort(np.unique(key, return_index=True)[1])  # the best of each event and source
    _, first = np.unique(event, return_index=True)
    of = event[order][kept]
    return _Events(
        first,
        day=np.minimum.reduceat(linked.days["date"][order], np.searchsorted(event[order], np.arange(len(first)))),
        of=of,
        ranked=order[kept],
        place=np.arange(len(of)) - np.searchsorted(of, of),
    )
