"""The page of a race as one HTML file, in the style of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from forecast.evaluation.race.asked import Asked
from forecast.evaluation.race.calibrated import Calibrated
from forecast.report.drawings import Drawing
from forecast.report.files import replace_file
from forecast.report.html import figure_pair
from forecast.report.score_drawings import draw_question, draw_reliability
from forecast.report.score_rows import (
    comparison_table,
    decomposition_table,
    left_lines,
    question_table,
    reading_lines,
    score_table,
    unscored_table,
)
from forecast.report.score_view import RaceView, ScoreView
from forecast.report.sheet import environment, styled
from forecast.report.tables import FigureText, Table

__all__ = ["write_scores"]

_MOST_DRAWN = 12  # questions with a figure, those that were settled last; the tables hold all


@dataclass(frozen=True)
class _Figure:
    text: FigureText
    svg: tuple[Markup, Markup] | None
    note: str


@dataclass(frozen=True)
class _Race:
    title: str
    tables: tuple[Table, ...]
    reading: tuple[str, ...]
    figures: tuple[_Figure, ...]


def write_scores(view: ScoreView, path: Path, *, ordered: bool) -> None:
    """Render a race and write it in one step; the same race gives the same bytes."""
    style, policy = styled()
    unscored = unscored_table(view)
    text = environment().get_template("score.html.j2").render(
        title=f"Scores of {view.scenario}" if view.scenario else "Scores of all scenarios",
        races=[_race(race, f"race-{i}", ordered) for i, race in enumerate(view.races)],
        unscored=unscored if unscored.rows else None,
        left=left_lines(view.gathered.left),
        style=style,
        policy=policy,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())


def _race(view: RaceView, prefix: str, ordered: bool) -> _Race:
    drawn = sorted(view.questions, key=lambda asked: asked.ended)[-_MOST_DRAWN:]
    figures = [
        *(_question_figure(asked, f"{prefix}-question-{i}") for i, asked in enumerate(drawn)),
        *(_reliability_figure(one, f"{prefix}-reliability-{i}") for i, one in enumerate(view.calibration)),
    ]
    tables = [score_table(view), comparison_table(view), question_table(view)]
    if view.calibration:
        tables.append(decomposition_table(view))
    return _Race(view.title, tuple(tables), tuple(reading_lines(view, ordered=ordered)), tuple(figures))


def _question_figure(asked: Asked, prefix: str) -> _Figure:
    came = asked.options[asked.came]
    rows = tuple(
        (who, answer.day.isoformat(), f"{answer.probabilities[asked.came]:.3f}")
        for who, answers in asked.answers.items()
        for answer in answers
    )
    table = Table(f"Probability of {came}", ("Who", "From", "Probability"), rows)
    description = f"Probability that each forecaster gave to {came}, which came, from {asked.opened} to {asked.ended}."
    text = FigureText(asked.name, description, table)
    return _figure(text, draw_question(asked), prefix, f"What came: {came}. The higher a line, the better.")


def _reliability_figure(one: Calibrated, prefix: str) -> _Figure:
    found = one.reliability
    columns = zip(found.forecast, found.observed, found.low, found.high, found.weight, strict=True)
    rows = tuple(tuple(f"{value:.3f}" for value in row) for row in columns)
    table = Table("Reliability by bin", ("Said", "Happened", "Band from", "Band to", "Weight"), rows)
    note = "Dots within their bands are what right probabilities would give nine times in ten."
    text = FigureText(f"Reliability of {one.who}", f"{one.n} questions of {one.groups} scenarios. {note}", table)
    return _figure(text, draw_reliability(one), prefix, note)


def _figure(text: FigureText, drawing: Drawing, prefix: str, note: str) -> _Figure:
    return _Figure(text, figure_pair(drawing, prefix, text), note)
