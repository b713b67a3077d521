"""What ``backtest --crowd`` says of the model beside crowds: fields of the JSON document, tables and lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import table
from forecast.cli.score_output import asked_fields
from forecast.evaluation.race.losses import BRIER_1, LOG, MODEL, UNIFORM
from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS

if TYPE_CHECKING:
    from forecast.evaluation.race.asked import Asked
    from forecast.evaluation.race.scored import Race
    from forecast.evaluation.targets.crowd import CrowdQuestion, CrowdRace

__all__ = ["crowd_fields", "crowd_lines", "crowd_tables"]


def crowd_fields(crowd: CrowdRace | None) -> dict[str, Any] | None:
    """Of ``crowd``: every question with its answers and scores, and comparisons over all; nothing without a file."""
    if crowd is None:
        return None
    together = crowd.together
    return {
        "questions": [
            {
                "target": question.questions[0].target,
                "by": question.questions[0].by,
                "min_duration_days": question.questions[0].min_duration_days,
                "platforms": [{"platform": one.platform, "question": one.question} for one in question.questions],
                "answer": None if question.asked is None else asked_fields(question.asked),
                "scores": [] if race is None else [asdict(row) for row in race.scores],
                "comparisons": [] if race is None else [asdict(row) for row in race.comparisons],
            }
            for question, race in zip(crowd.questions, crowd.races, strict=True)
        ],
        "scores": [] if together is None else [asdict(row) for row in together.scores],
        "comparisons": [] if together is None else [asdict(row) for row in together.comparisons],
        "unmapped": crowd.unmapped,
    }


def crowd_tables(crowd: CrowdRace | None) -> tuple[Any, ...]:
    """One row for each forecaster on each question, and the gains of the model over all."""
    if crowd is None or crowd.together is None:
        return ()
    rows = [
        row
        for question, race in zip(crowd.questions, crowd.races, strict=True)
        if question.asked is not None and race is not None
        for row in _rows(question, question.asked, race)
    ]
    each = table(
        "Beside the crowds: each answer weighs the days on which it stood",
        ("Question", "Who", ">Answers", ">First", ">Last", ">Brier 0 to 1", ">Log"),
        rows,
    )
    gains = [
        (
            row.beside,
            row.score,
            f"{row.gain:+.3f}",
            "" if row.low is None or row.high is None else f"{row.low:+.3f} to {row.high:+.3f}",
            str(row.n),
            str(row.days),
        )
        for row in crowd.together.comparisons
        if row.who == MODEL
    ]
    title = "By how much the model lost less, on the questions and days that both answered"
    return each, table(title, ("Beside", "Score", ">Gain", ">90%", ">Questions", ">Days"), gains)


def _rows(question: CrowdQuestion, asked: Asked, race: Race) -> list[tuple[str, ...]]:
    made: list[tuple[str, ...]] = []
    for who in (*asked.answers, UNIFORM):
        said = [answer.probabilities[1] for answer in asked.answers.get(who, ())]
        ends = (f"{said[0]:.0%}", f"{said[-1]:.0%}") if said else ("50%", "50%")
        scores = (f"{race.value(who, convention):.3f}" for convention in (BRIER_1, LOG))
        label = f"{question.name}\nwas {asked.options[asked.came]}" if not made else ""
        made.append((label, who, str(len(said) or ""), *ends, *scores))
    return made


def crowd_lines(crowd: CrowdRace | None) -> list[str]:
    """Conventions, what was left out, and whether the questions are enough for an interval."""
    if crowd is None:
        return []
    settled = sum(question.asked is not None for question in crowd.questions)
    pending = len(crowd.questions) - settled
    lines = [f"Crowd    {settled} settled questions that both answered, {pending} not settled yet; {crowd.unmapped}"
             " questions of the file are not in questions.csv"]  # fmt: skip
    if settled:
        lines += [
            "         First, Last: probability of yes; both scores are losses, Brier (p - o)^2, log in nats",
            "         All questions of one scenario share its fate, so there is no interval:"
            f" {FEWEST_GROUPS} independent ones are the least",
        ]
    return lines
