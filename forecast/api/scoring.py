"""Scores of the model, of people and of crowds on what a ledger has resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast import timegrid
from forecast.api.labels import dataset
from forecast.api.shown import Shown, Table
from forecast.report.score_rows import score_table
from forecast.report.score_view import RaceView, ScoreView
from forecast.workflow.scoring import find_scores
from forecast.workspace import find_workspace

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Scores", "score"]


@dataclass(frozen=True)
class Scores(Shown):
    """The race of everybody who answered a ledger's resolved questions; made by :func:`score`.

    Attributes
    ----------
    result : forecast.report.score_view.ScoreView
        Also the questions with everybody's answers, and what is void, pending or does not count.
    """

    result: ScoreView = field(repr=False)

    @cached_property
    def data(self) -> xr.Dataset:
        """Mean scores on the questions of which outcome it is, NaN where there is none.

        (forecaster, convention)
            ``value`` with its 90% interval ``low`` to ``high`` from whole scenarios drawn again (NaN for fewer than
            twenty whose horizon has passed), ``n`` questions and ``groups`` of them that can be taken for independent.
            A convention names range, unit and direction; its coordinate ``score`` is the score's name.
        """
        return _scores(self.result, "outcomes")

    @cached_property
    def yes_no(self) -> xr.Dataset:
        """The same on the questions of whether it is a certain outcome."""
        return _scores(self.result, "yes/no")

    @cached_property
    def comparisons(self) -> xr.Dataset:
        """Differences on the questions of which outcome, on the days on which both had answered.

        (pair)
            ``gain`` of ``who`` over ``beside`` in the mean loss, above 0 where ``who`` was better, with ``low`` and
            ``high``; ``skill``; ``n`` questions and ``days`` in common.
        """
        race = _race(self.result, "outcomes")
        found = race.race.comparisons if race else ()
        numbers = ("gain", "low", "high", "skill", "n", "days")
        return dataset(
            {name: (("pair",), np.array([getattr(one, name) for one in found], dtype=float)) for name in numbers},
            {
                "pair": np.arange(len(found)),
                **{name: ("pair", [getattr(one, name) for one in found]) for name in ("who", "beside", "convention")},
            },
        )

    def _tables(self) -> Iterator[Table]:
        tables = [score_table(race) for race in self.result.races]
        if not tables:
            yield Table("No question is resolved yet", ("Who",), [])
        for made in tables:
            yield Table(made.caption, made.header, made.rows)


def _race(view: ScoreView, kind: Literal["outcomes", "yes/no"]) -> RaceView | None:
    return next((race for race in view.races if race.kind == kind), None)


def _scores(view: ScoreView, kind: Literal["outcomes", "yes/no"]) -> xr.Dataset:
    race = _race(view, kind)
    rows = race.race.scores if race else ()
    who = list(dict.fromkeys(row.who for row in rows))
    conventions = {row.convention: row.score for row in rows}
    made = {name: np.full((len(who), len(conventions)), np.nan) for name in ("value", "low", "high", "n", "groups")}
    for row in rows:
        place = who.index(row.who), list(conventions).index(row.convention)
        for name, values in made.items():
            values[place] = getattr(row, name)  # None becomes NaN
    return dataset(
        {name: (("forecaster", "convention"), values) for name, values in made.items()},
        {"forecaster": who, "convention": list(conventions), "score": ("convention", list(conventions.values()))},
    )


def score(
    workspace: str | Path, scenario: str | None = None, *, ordered: bool = False, seed: int, today: date | None = None
) -> Scores:
    """Score the model beside people and crowds on the questions of a ledger that are resolved; nothing is written.

    Parameters
    ----------
    workspace : str or Path
        The folder that holds ``priors/`` and ``data/``, with the ledger in ``data/ledger/``.
    scenario : str, optional
        Its name; all scenarios unless given.
    ordered : bool, optional
        Whether the outcomes have the order of the file, for the ranked probability score.
    seed : int
        Of intervals.
    today : date, optional
        Questions whose horizon lies after it are in no interval, though resolved. The day it is unless given.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        When there is no such scenario.

    Examples
    --------
    >>> race = score(".", seed=1)
    >>> race.data["value"].dims
    ('forecaster', 'convention')
    """
    day = timegrid.today() if today is None else today
    return Scores(find_scores(find_workspace(Path(workspace)), scenario, ordered=ordered, seed=seed, today=day))
