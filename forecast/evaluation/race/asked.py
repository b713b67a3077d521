"""A resolved question with everybody's dated answers, and what each said on every day that it was open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evaluation.scoring.time_average import standing_days
from forecast.timegrid import days_between

__all__ = ["Answer", "Asked", "daily", "days_stood"]


@dataclass(frozen=True)
class Answer:
    """Probabilities of a question's options, in their order, from a day on."""

    day: date
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Asked:
    """A question whose answer is known.

    It opens on the day of the first answer, whoever gave it: nothing older says when it could have been answered. The
    days from then to :attr:`ended`, that day not included, count.

    Attributes
    ----------
    name : str
    group : str
        Questions of one group share their fate and are one draw for every interval.
    options : tuple of str
        At least two, in their order; ``("no", "yes")`` for yes or no.
    closes, resolved : date
        As scheduled, and when the answer was there.
    came : int
        Place of the option that came.
    answers : mapping of str to sequence of Answer
        Of every forecaster, with rising days before :attr:`ended`; at least one answer.
    """

    name: str
    group: str
    options: tuple[str, ...]
    closes: date
    resolved: date
    came: int
    answers: Mapping[str, Sequence[Answer]]

    @property
    def opened(self) -> date:
        """Day of the first answer."""
        return min(answer.day for answers in self.answers.values() for answer in answers)

    @property
    def scheduled(self) -> int:
        """Days from the opening to the scheduled close.

        A day weighs one over these, never over the days that the question was open: those are few just when something
        came early, and weights that know the outcome reward whoever does not say what he thinks.
        """
        return days_between(self.opened, self.closes)

    @property
    def ended(self) -> date:
        """Day from which answers count no more."""
        return min(self.closes, self.resolved)


def days_stood(asked: Asked, who: str) -> np.ndarray:
    """Days that each answer of a forecaster stood, shape (answers,)."""
    return standing_days([answer.day for answer in asked.answers[who]], opened=asked.opened, ended=asked.ended)


def daily(asked: Asked, who: str) -> np.ndarray:
    """What a forecaster said on each day that the question was open, shape (days, options); NaN before the first."""
    said = np.array([answer.probabilities for answer in asked.answers[who]])
    stood = np.repeat(said, days_stood(asked, who), axis=0)
    silent = np.full((_open_days(asked) - len(stood), len(asked.options)), np.nan)
    return np.concatenate([silent, stood])


def _open_days(asked: Asked) -> int:
    return int(standing_days([asked.opened], opened=asked.opened, ended=asked.ended)[0])
