"""What ``score`` prints: the JSON document, the tables and the lines below them."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import header, table
from forecast.report.score_rows import (
    comparison_table,
    decomposition_table,
    left_lines,
    question_table,
    reading_lines,
    score_table,
    unscored_table,
)

if TYPE_CHECKING:
    from forecast.evaluation.race.asked import Asked
    from forecast.evaluation.race.calibrated import Calibrated
    from forecast.ledger.gathered import Unscored
    from forecast.report.score_view import RaceView
    from forecast.workflow import ScoreResult

__all__ = ["asked_fields", "score_document", "score_lines", "score_tables"]

_WIDTH = 108


def score_document(result: ScoreResult) -> dict[str, Any]:
    """Of ``score``."""
    view, gathered = result.view, result.view.gathered
    return header(
        status=result.status,
        scenario=view.scenario,
        seed=result.seed,
        scores=[
            {"questions": race.kind, **asdict(row), "coverage": race.race.coverage[row.who]}
            for race in view.races
            for row in race.race.scores
        ],
        comparisons=[{"questions": race.kind, **asdict(row)} for race in view.races for row in race.race.comparisons],
        resolved=[{"questions": race.kind, **asked_fields(asked)} for race in view.races for asked in race.questions],
        void=[_unscored(one) for one in gathered.void],
        pending=[_unscored(one) for one in gathered.pending],
        left=asdict(gathered.left),
        early=sum(race.early for race in view.races),
        calibration=[_calibration(race, one) for race in view.races for one in race.calibration],
        files={} if result.page is None else {"html": str(result.page)},
    )


def asked_fields(asked: Asked) -> dict[str, Any]:
    """A resolved question with everybody's answers."""
    return {
        "name": asked.name,
        "options": asked.options,
        "came": asked.options[asked.came],
        "opened": asked.opened,
        "closes": asked.closes,
        "resolved": asked.resolved,
        "answers": {
            who: [{"date": answer.day, "probabilities": answer.probabilities} for answer in answers]
            for who, answers in asked.answers.items()
        },
    }


def _unscored(one: Unscored) -> dict[str, Any]:
    return {"scenario": one.scenario, "horizon": one.horizon, "who": one.who, "n": one.n, "reason": one.note or None}


def _calibration(race: RaceView, one: Calibrated) -> dict[str, Any]:
    found, pit = one.reliability, one.pit
    return {
        "questions": race.kind,
        "who": one.who,
        "n": one.n,
        "groups": one.groups,
        "parts": asdict(one.parts),
        "reliability": {name: values.tolist() for name, values in asdict(found).items()},
        "pit": None
        if pit is None
        else {
            "chance": pit.chance,
            **{name: getattr(pit, name).tolist() for name in ("at", "ecdf", "low", "high")},
        },
    }


def score_tables(result: ScoreResult) -> list[Any]:
    """Scores, comparisons, questions, calibration of each kind; then what has no score."""
    made = []
    for race in result.view.races:
        made += [score_table(race), comparison_table(race), question_table(race)]
        if race.calibration:
            made.append(decomposition_table(race))
    unscored = unscored_table(result.view)
    if unscored.rows:
        made.append(unscored)
    return [table(one.caption, one.header, one.rows) for one in made]


def score_lines(result: ScoreResult) -> list[str]:
    """How to read it, what was left out, and where the page is."""
    view, gathered = result.view, result.view.gathered
    said = list(dict.fromkeys(line for race in view.races for line in reading_lines(race, ordered=result.ordered)))
    if not view.races:
        said.append(
            "Nothing to score: a question needs a published forecast (`forecast publish ID`) or recorded probabilities"
            " (`forecast record`), and then its resolution (`forecast resolve`)."
        )
    resolved = sum(len(race.questions) for race in view.races)
    counts = f"{resolved} scored, {len(gathered.void)} void, {len(gathered.pending)} pending"
    return [
        *_block("Scores", said),
        *_block("Count", [counts, *left_lines(gathered.left)]),
        f"Status   {result.status}",
        *([] if result.page is None else [f"HTML     {result.page}"]),
    ]


def _block(name: str, lines: list[str]) -> list[str]:
    """Lines under a name, wrapped."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, _WIDTH, subsequent_indent="  ")]
    return [f"{name if not i else '':<9}{line}" for i, line in enumerate(wrapped)]
