"""The tables of docs/evaluation.md that set the model beside crowds, from what ``forecast backtest --crowd`` prints."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from forecast.evaluation.race.losses import BRIER_1, LOG, MODEL, name_of

__all__ = ["crowd_sections", "crowd_summary"]


def crowd_summary(document: dict[str, Any]) -> dict[str, Any]:
    """What the page needs of a backtest's JSON document: the Brier score from 0 to 1 and the log score."""
    kept, crowd = ("scenario_hash", "horizon", "seed", "known_by", "status"), document["crowd"]
    questions = [
        {
            **{name: value for name, value in question.items() if name != "comparisons"},
            "scores": [row for row in question["scores"] if row["convention"] in (BRIER_1, LOG)],
        }
        for question in crowd["questions"]
    ]
    gains = [row for row in crowd["comparisons"] if row["who"] == MODEL]
    return {**{name: document[name] for name in kept}, "questions": questions, "comparisons": gains}


def crowd_sections(run: dict[str, Any]) -> dict[str, list[str]]:
    """Lines by section: questions that several platforms asked alike, the others, and the gains over all."""
    settled = [question for question in run["questions"] if question["answer"]]
    shared = [question for question in settled if len(question["platforms"]) > 1]
    sections = {
        f"{'held' if question['min_duration_days'] else 'begun'}": list(_shared(question)) for question in shared
    }
    others = [line for question in settled if len(question["platforms"]) == 1 for line in _other(question)]
    head = ["| question | as of | crowd | Brier / log | model | Brier / log |", "|---|---|--:|---|--:|---|"]
    return {**sections, "others": [*head, *others], "gains": list(_gains(run, len(settled)))}


def _shared(question: dict[str, Any]) -> Iterator[str]:
    """One row for each forecaster: probability of the event on each day, and scores."""
    answers = question["answer"]["answers"]
    days = sorted({answer["date"] for said in answers.values() for answer in said})
    yield "| who | " + " | ".join(f"{day} | Brier / log" for day in days) + " | time-averaged |"
    yield "|---|" + "--:|---|" * len(days) + "---|"
    for who, said in answers.items():
        on = {answer["date"]: f"{_event(question, answer):.0%} | {_scores(question, answer)}" for answer in said}
        cells = [on.get(day, " | ") for day in days]
        yield f"| {who} | {' | '.join(cells)} | {_averaged(question, who)} |"


def _other(question: dict[str, Any]) -> Iterator[str]:
    """One row for each day; below several a row of their time average."""
    answers, (asked,) = question["answer"]["answers"], question["platforms"]
    name, crowd = f"{asked['platform']}: {asked['question']}", name_of(asked["platform"])
    model = {answer["date"]: answer for answer in answers[MODEL]}
    for said in answers[crowd]:
        pair = (said, model.get(said["date"]))
        cells = (" | " if one is None else f"{_event(question, one):.0%} | {_scores(question, one)}" for one in pair)
        yield f"| {name} | {said['date']} | {' | '.join(cells)} |"
    if len(answers[crowd]) > 1:
        yield f"| | time-averaged | | {_averaged(question, crowd)} | | {_averaged(question, MODEL)} |"


def _gains(run: dict[str, Any], settled: int) -> Iterator[str]:
    """By how much the model lost less than each, over all questions in common."""
    rows = [row for row in run["comparisons"] if row["who"] == MODEL]
    yield f"Over all {settled} questions, on the days that both answered, time-averaged; above 0 the model lost less:"
    yield ""
    yield "| beside | questions | days | gain in Brier | gain in log score | 90% |"
    yield "|---|--:|--:|--:|--:|---|"
    for beside in dict.fromkeys(row["beside"] for row in rows):
        of = {row["score"]: row for row in rows if row["beside"] == beside}
        ends = of["brier"]["low"], of["brier"]["high"]
        interval = "none: one fate" if None in ends else f"{ends[0]:+.3f} to {ends[1]:+.3f}"
        gains = " | ".join(f"{of[score]['gain']:+.3f}" for score in ("brier", "log"))
        yield f"| {beside} | {of['brier']['n']} | {of['brier']['days']} | {gains} | {interval} |"


def _event(question: dict[str, Any], answer: dict[str, Any]) -> float:
    """Probability that the states asked about are entered."""
    no, yes = answer["probabilities"]
    return float(no if question["target"].startswith("never") else yes)


def _scores(question: dict[str, Any], answer: dict[str, Any]) -> str:
    p = answer["probabilities"][question["answer"]["options"].index(question["answer"]["came"])]
    return f"{(1 - p) ** 2:.3f} / {-math.log(p) + 0.0:.3f}"


def _averaged(question: dict[str, Any], who: str) -> str:
    rows = [row for row in question["scores"] if row["who"] == who]
    brier = next(row["value"] for row in rows if row["convention"] == BRIER_1)
    log = next(row["value"] for row in rows if row["score"] == "log")
    return f"{brier:.3f} / {log:.3f}"
