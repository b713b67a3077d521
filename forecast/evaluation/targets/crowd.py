"""What crowds said of the questions of platforms, read from a file, and the race of the model beside them.

A file holds one probability a row, ``date, platform, question, probability, resolution, source, note``. It is scoring
material: no forecast sees it. Which row answers which target of the model stands in the case's questions.csv; a
question written ``A or else B`` is answered by p(A) + (1 - p(A)) p(B), where B was asked given that A is not so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import InputError
from forecast.evaluation.race.asked import Answer, Asked
from forecast.evaluation.race.losses import MODEL, name_of
from forecast.evaluation.race.scored import Race, race
from forecast.evaluation.targets.observed import History
from forecast.evaluation.targets.questions import asked_states, question_name
from forecast.evidence.records import Question
from forecast.evidence.tables import Row, Table
from forecast.scenario.types import Scenario

if TYPE_CHECKING:
    from forecast.evaluation.origins import OriginForecast

__all__ = ["COLUMNS", "Crowd", "CrowdQuestion", "CrowdRace", "crowd_race", "read_crowd"]

COLUMNS = ("date", "platform", "question", "probability", "resolution", "source", "note")
OR_ELSE = " or else "


@dataclass(frozen=True)
class Crowd:
    """Probabilities of a file by platform and question, and by day.

    Attributes
    ----------
    said : mapping
        Of (platform, question): probability that it is so, by day.
    """

    said: Mapping[tuple[str, str], Mapping[date, float]]

    def of(self, question: Question) -> dict[date, float]:
        """Probability of yes on each day on which every part of a question was answered."""
        parts = [self.said.get((question.platform, part.strip()), {}) for part in question.question.split(OR_ELSE)]
        answers = {}
        for day in sorted(set(parts[0]).intersection(*parts[1:])):
            no = 1.0
            for part in parts:
                no *= 1 - part[day]
            answers[day] = 1 - no
        return answers

    def days(self, scenario: Scenario, questions: Sequence[Question], until: date) -> tuple[date, ...]:
        """Days before the horizon on which a crowd answered an open question that the model can answer."""
        return tuple(
            sorted(
                {
                    day
                    for question in questions
                    if asked_states(scenario, question) is not None
                    for day in self.of(question)
                    if scenario.start <= day < min(question.by, until)
                }
            )
        )

    def unmapped(self, questions: Sequence[Question]) -> int:
        """Count the questions of the file that are no part of those given."""
        mapped = {
            (question.platform, part.strip()) for question in questions for part in question.question.split(OR_ELSE)
        }
        return len(set(self.said) - mapped)


@dataclass(frozen=True)
class CrowdQuestion:
    """What is asked of the model and of one or more crowds.

    Attributes
    ----------
    questions : tuple of Question
        Those of platforms that ask for the same target by the same day.
    asked : Asked or None
        With everybody's answers; ``None`` where it is not settled yet.
    """

    questions: tuple[Question, ...]
    asked: Asked | None

    @property
    def name(self) -> str:
        """The target and its day, as questions.csv writes them."""
        first = self.questions[0]
        held = f", held {first.min_duration_days} days" if first.min_duration_days else ""
        return f"{first.target} by {first.by}{held}"


@dataclass(frozen=True)
class CrowdRace:
    """The model beside crowds.

    Attributes
    ----------
    questions : tuple of CrowdQuestion
    races : tuple of Race or None
        Of each question by itself, in the same order; ``None`` where it is not settled.
    together : Race or None
        Of all that are settled; ``None`` where none is.
    unmapped : int
        Questions of the file that questions.csv does not name.
    """

    questions: tuple[CrowdQuestion, ...]
    races: tuple[Race | None, ...]
    together: Race | None
    unmapped: int


def read_crowd(path: Path) -> Crowd:
    """Read a file of crowd forecasts.

    Raises
    ------
    InputError
        With every problem, each with its line and column.
    """
    table = Table(path, COLUMNS)
    said: dict[tuple[str, str], dict[date, float]] = {}
    for row in table.rows():
        platform, question, day = row.required("platform"), row.required("question"), row.day("date")
        probability = _probability(row)
        if row.faulty or day is None or probability is None:
            continue
        answers = said.setdefault((platform, question), {})
        if day in answers:
            row.problem("date", f"{platform} has a probability of this question on {day} already")
        answers[day] = probability
    if table.problems:
        raise InputError(table.problems)
    return Crowd(said)


def _probability(row: Row) -> float | None:
    value = row.number("probability")
    if value is not None and not 0 <= value <= 1:
        row.problem("probability", f"{value:g} is no probability, from 0 to 1")
    return value


def crowd_race(
    scenario: Scenario,
    history: History,
    questions: Sequence[Question],
    crowd: Crowd,
    origins: Sequence[OriginForecast],
    *,
    seed: int,
) -> CrowdRace:
    """Score the model beside crowds, on every question that both answered.

    Every answer of a crowd counts, the model's on days on which a crowd answered: what is newer replaces what is older
    whether or not the other has an answer of that day.

    Parameters
    ----------
    history : History
        What came, as known on the day up to which scores look.
    origins : sequence of OriginForecast
        Of the days of :meth:`Crowd.days`.
    seed : int
        Of intervals.
    """
    said = {
        (prediction.target.name, origin.forecast.as_of): (
            float(prediction.distribution[0]),
            float(prediction.distribution[1]),
        )
        for origin in origins
        for prediction in origin.predictions
        if prediction.target.kind == "question"
    }
    together: dict[tuple[str, date, int], list[Question]] = {}
    for question in questions:
        if crowd.of(question):
            key = question.target, question.by, question.min_duration_days
            together.setdefault(key, []).append(question)
    made = tuple(
        CrowdQuestion(tuple(group), _asked(scenario, history, group, crowd, said))
        for group in together.values()
        if any((question_name(question), day) in said for question in group for day in crowd.of(question))
    )
    settled = [one.asked for one in made if one.asked is not None]
    return CrowdRace(
        made,
        tuple(None if one.asked is None else race([one.asked], seed=seed, today=history.known_by) for one in made),
        race(settled, seed=seed, today=history.known_by) if settled else None,
        crowd.unmapped(questions),
    )


def _asked(
    scenario: Scenario,
    history: History,
    questions: Sequence[Question],
    crowd: Crowd,
    said: Mapping[tuple[str, date], tuple[float, float]],
) -> Asked | None:
    first = questions[0]
    settled = history.answered(first)
    if settled is None:
        return None
    came, resolved = settled
    answers: dict[str, dict[date, Answer]] = {}
    platforms = [question.platform for question in questions]
    for question in questions:
        who = name_of(question.platform) if platforms.count(question.platform) == 1 else question_name(question)
        for day, yes in crowd.of(question).items():
            if day < min(resolved, first.by):
                model = said.get((question_name(question), day))
                if model is not None:
                    answers.setdefault(MODEL, {})[day] = Answer(day, model)
                answers.setdefault(who, {})[day] = Answer(day, (1 - yes, yes))
    if MODEL not in answers:  # nothing to set beside the crowds before it was settled
        return None
    rows = {who: tuple(of[day] for day in sorted(of)) for who, of in answers.items()}
    return Asked(question_name(first), scenario.scenario, ("no", "yes"), first.by, resolved, int(came), rows)
