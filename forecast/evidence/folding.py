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
    linked = _linked(reports)
    events = _events(reports.take(linked), fixed_weights()[letter[linked], digit[linked]])
    heads = linked[[members[0] for members, _ in events]]
    first = np.ones(len(reports), dtype=bool)  # report of its event
    first[linked] = False
    first[heads] = True
    best, day = np.arange(len(reports)), reports.days["date"].astype(np.int64)
    best[heads] = linked[[ranked[0] for _, ranked in events]]
    days = day[linked].tolist()
    day[heads] = [min(days[i] for i in members) for members, _ in events]
    counts = np.array([len(ranked) for _, ranked in events], dtype=np.int64)  # of origins
    mark = np.repeat((np.cumsum(first) - 1)[heads], counts)
    place = [j for _, ranked in events for j in range(len(ranked))]
    row = linked[[i for _, ranked in events for i in ranked]]
    best = best[first]

    def of_origins(first_one: np.ndarray | bool, others: np.ndarray | bool) -> np.ndarray:
        table = np.zeros((len(best), counts.max(initial=1)), dtype=np.asarray(others).dtype)
        table[:, 0], table[mark, place] = first_one, others
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


def _events(linked: ReportTable, weight: np.ndarray) -> list[tuple[list[int], list[int]]]:
    """Positions of each event's reports, and those of the best report of each independent origin, the best first."""
    events: dict[str, list[int]] = {}
    for i, (other, own) in enumerate(zip(linked.texts["same_as"].rows(), linked.texts["id"].rows(), strict=True)):
        events.setdefault(other or own, []).append(i)
    sources, weights = linked.texts["origin"].rows(), weight.tolist()

    def ranked(members: list[int]) -> list[int]:
        best: dict[str | int, int] = {}
        for i in sorted(members, key=weights.__getitem__, reverse=True):
            best.setdefault(sources[i] or i, i)
        return list(best.values())

    return [(members, ranked(members)) for members in events.values()]
