"""Rows and sentences about a race, for the page and the terminal alike; headings with ``>`` stand over numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from forecast.evaluation.race.asked import Asked
from forecast.evaluation.race.losses import BASELINES
from forecast.evaluation.scoring.bootstrap import FEWEST_GROUPS
from forecast.ledger.gathered import Left, Unscored
from forecast.report.score_view import RaceView, ScoreView
from forecast.report.tables import Table

__all__ = [
    "comparison_table",
    "decomposition_table",
    "left_lines",
    "question_table",
    "reading_lines",
    "score_name",
    "score_table",
    "unscored_table",
]

_NAMES = {"brier": "Brier", "log": "Log", "ranked": "Ranked", "baseline": "Baseline", "peer": "Peer"}


def score_name(score: str, convention: str) -> str:
    """Short name of a score, with the range where one name has two."""
    return f"{_NAMES[score]} {convention[:6]}" if score == "brier" else _NAMES[score]


def score_table(view: RaceView) -> Table:
    """Everybody's mean scores, each over all its own questions."""
    race = view.race
    kinds = list(dict.fromkeys((row.score, row.convention) for row in race.scores))
    found = {(row.who, row.score, row.convention): row for row in race.scores}
    rows = []
    for who in dict.fromkeys(row.who for row in race.scores):
        cells = [found.get((who, *kind)) for kind in kinds]
        n = max(cell.n for cell in cells if cell)
        shown = ("" if cell is None else _with_range(cell.value, cell.low, cell.high, cell.score) for cell in cells)
        rows.append((who, str(n), *shown, f"{race.coverage[who]:.0%}"))
    header = ("Who", ">Questions", *(f">{score_name(*kind)}" for kind in kinds), ">Days stood")
    return Table(f"{view.title}: mean scores, each forecaster on its own questions and days", header, tuple(rows))


def comparison_table(view: RaceView) -> Table:
    """Differences on questions and days in common."""
    rows = tuple(
        (
            row.who,
            row.beside,
            score_name(row.score, row.convention),
            _number(row.gain, row.score, signed=True),
            _range(row.low, row.high, row.score, signed=True),
            "" if math.isnan(row.skill) else f"{row.skill:+.0%}",
            str(row.n),
            str(row.days),
        )
        for row in view.race.comparisons
    )
    header = ("Who", "Beside", "Score", ">Gain", ">90%", ">Skill", ">Questions", ">Days")
    return Table(
        f"{view.title}: how much less Who lost than Beside, on the questions and days that both answered", header, rows
    )


def question_table(view: RaceView) -> Table:
    """Every scored question: what came, and what was last said of it."""
    rows = tuple(
        (asked.name, asked.options[asked.came], f"{asked.opened} to {asked.ended}", _last_said(asked))
        for asked in view.questions
    )
    return Table("Questions that count", ("Question", "Came", "Open", "Last probability of what came"), rows)


def unscored_table(view: ScoreView) -> Table:
    """Questions without a score."""

    def row(one: Unscored, why: str) -> tuple[str, ...]:
        return (f"{one.scenario} by {one.horizon}", why, ", ".join(one.who), str(one.n))

    gathered = view.gathered
    rows = (
        *(row(one, f"void: {one.note or 'no reason given'}") for one in gathered.void),
        *(row(one, "pending: not resolved") for one in gathered.pending),
    )
    return Table("Questions without a score", ("Question", "Why", "Answered by", ">Answers"), rows)


def decomposition_table(view: RaceView) -> Table:
    """Parts of the Brier score of all statements."""
    rows = tuple(
        (
            one.who,
            *(f"{value:.3f}" for value in (
                one.parts.brier, one.parts.reliability, one.parts.resolution, one.parts.uncertainty, one.parts.within
            )),
            "" if one.pit is None else f"{one.pit.chance:.2f}",
        )
        for one in view.calibration
    )  # fmt: skip
    header = ("Who", ">Brier of statements", ">Reliability", ">Resolution", ">Uncertainty", ">Within bins", ">PIT")
    return Table(
        "Brier = reliability - resolution + uncertainty + within bins; PIT: chance to be as far from uniform",
        header,
        rows,
    )


def reading_lines(view: RaceView, *, ordered: bool) -> list[str]:
    """Conventions of the scores, and whether there are enough questions for intervals and calibration."""
    names = {(row.score, row.convention) for row in view.race.scores}
    order = list(_NAMES)
    lines = [
        f"{score_name(*kind)}: {kind[1]}." for kind in sorted(names, key=lambda kind: (order.index(kind[0]), kind))
    ]
    lines.append(
        "A loss is averaged over the days on which an answer stood, from its day until the next one's; a day weighs one"
        " over the days for which its question was scheduled, however early it was settled. A question opens with the"
        " first answer of anybody. Days stood: share of the open days. Gain above 0, skill above 0%: Who was"
        " better. uniform: the same probability for every option; prior: the model without evidence."
    )
    if not ordered and view.kind == "outcomes":
        lines.append("No ranked probability score: it needs outcomes with an order (--ordered).")
    return [*lines, *_early(view), _enough(view)]


def left_lines(left: Left) -> list[str]:
    """What does not count, and what counts with a reservation."""
    said = {
        "late": "not scored: made public after the question had been resolved, or given for that day or later",
        "other_outcomes": "not scored: of other outcomes than the last forecast's",
        "superseded": "not scored: given again for the same day",
        "drafts": "not scored: a draft; `forecast publish ID` makes it public",
        "hindsight": "scored in hindsight: made public after the day on which the question was settled",
        "failed": "scored although its diagnostics had failed",
    }
    return [f"{getattr(left, name)} {what}" for name, what in said.items() if getattr(left, name)]


def _early(view: RaceView) -> Iterator[str]:
    if view.early:
        were = "1 question was" if view.early == 1 else f"{view.early} questions were"
        yield (
            f"{were} resolved although the horizon lies ahead: in no interval, diagram, decomposition or PIT, nor in a"
            " mean that has an interval. One outcome may be settled early and another only at the horizon, so what is"
            " settled early is no fair sample; means without an interval hold it."
        )


def _enough(view: RaceView) -> str:
    groups = view.groups
    if groups >= FEWEST_GROUPS:
        return f"Intervals: 90%, from up to {groups} scenarios whose horizon has passed, drawn again as wholes; none"\
               f" where a forecaster has fewer than {FEWEST_GROUPS}, or the same score in all."  # fmt: skip
    scenarios = "1 scenario is" if groups == 1 else f"{groups} scenarios are"
    return (
        f"No intervals, reliability diagram or decomposition: questions of one scenario share its fate, and"
        f" {scenarios} too few to tell luck from skill ({FEWEST_GROUPS} are the least)."
    )


def _last_said(asked: Asked) -> str:
    return ", ".join(_said(asked))


def _said(asked: Asked) -> Iterator[str]:
    for who, answers in asked.answers.items():
        if who not in BASELINES:
            yield f"{who} {answers[-1].probabilities[asked.came]:.1%} ({answers[-1].day})"


def _with_range(value: float, low: float | None, high: float | None, score: str) -> str:
    ends = _range(low, high, score).replace("to ", "to\n")  # narrow: there are up to seven such columns
    return f"{_number(value, score)}\n{ends}".strip()


def _range(low: float | None, high: float | None, score: str, *, signed: bool = False) -> str:
    if low is None or high is None:
        return ""
    return f"{_number(low, score, signed=signed)} to {_number(high, score, signed=signed)}"


def _number(value: float, score: str, *, signed: bool = False) -> str:
    decimals = 1 if score in ("baseline", "peer") else 3
    return f"{round(value, decimals) + 0.0:{'+' if signed else ''}.{decimals}f}"
