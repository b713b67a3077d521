"""Scores in Python are those of the command, from the ledger alone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

import forecast
from forecast.errors import NotFoundError
from forecast.evaluation.race.asked import Answer, Asked
from forecast.ledger.gathered import Gathered, Left
from forecast.report.score_rows import reading_lines

PEOPLE = {"A. Roe": "0.6", "B. Poe": "0.2"}


@pytest.fixture(scope="module")
def workspace(project_root, tmp_path_factory):
    """A ledger with two people's answers to one question that is resolved."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(project_root / "tests" / "cases" / "priors", root / "priors")
    shutil.copytree(project_root / "tests" / "cases" / "data", root / "data")
    outcomes = [outcome.name for outcome in forecast.load_scenario(root / "priors" / "harbour-strike.yaml").outcomes]
    for who, first in PEOPLE.items():
        rest = (1 - float(first)) / (len(outcomes) - 1)
        said = [f"{outcomes[0]}={first}", *(f"{name}={rest}" for name in outcomes[1:])]
        command(root, "record", "harbour-strike", "--by", who, "--date", "2023-04-10", *said)
    command(root, "resolve", "harbour-strike", outcomes[0], "--date", "2023-05-31")
    return root


def command(root, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "forecast", *arguments, "--workspace", str(root)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_scores_are_those_of_the_command(workspace):
    race = forecast.score(workspace, "harbour-strike", seed=1)
    told = json.loads(command(workspace, "score", "harbour-strike", "--seed", "1", "--json"))
    for row in told["scores"]:
        mine = race.data.sel(forecaster=row["who"], convention=row["convention"])
        assert mine["value"].item() == pytest.approx(row["value"], abs=1e-12)
        assert mine["n"].item() == row["n"] == 1
        assert np.isnan(mine["low"].item())  # one scenario says nothing of others
    assert len(race.comparisons["pair"]) == len(told["comparisons"])
    better = race.comparisons.sel(pair=race.comparisons["who"] == "A. Roe")
    assert (better["gain"].sel(pair=better["beside"] == "B. Poe") > 0).all()
    assert "<table>" in race._repr_html_()
    assert not race.yes_no.sizes["forecaster"]


def test_what_is_resolved_before_its_horizon_is_told_and_in_no_calibration(workspace, monkeypatch):
    """Twenty scenarios whose horizon has passed, and thirty that were resolved early."""
    early = forecast.score(workspace, "harbour-strike", seed=1, today=dt.date(2023, 5, 30)).result.races[0]
    assert (early.early, early.groups) == (1, 0)
    assert any("1 question was resolved although the horizon lies ahead" in one for one in told_of(early))
    late = forecast.score(workspace, "harbour-strike", seed=1).result.races[0]
    assert (late.early, late.groups) == (0, 1)
    assert not any("although" in one for one in told_of(late))

    today, month = dt.date(2023, 5, 1), dt.timedelta(days=30)
    questions = tuple(
        Asked(f"q{i}", f"g{i}", ("no", "yes"), today + (month if i >= 20 else -month), today - month,
              int(i >= 20 or i % 2 == 0), {"model": (Answer(today - 2 * month, (0.5, 0.5)),)})
        for i in range(50)
    )  # fmt: skip
    monkeypatch.setattr("forecast.ledger.gathered.gather", lambda _: Gathered(questions, (), (), (), Left()))
    (race,) = forecast.score(workspace, seed=1, today=today).result.races
    assert (race.early, [(one.n, one.groups) for one in race.calibration]) == (30, [(20, 20)])
    assert race.calibration[0].parts.uncertainty == pytest.approx(0.25)  # with the others: 0.8 x 0.2
    assert {row.n for row in race.race.scores} == {20}


def told_of(race) -> list[str]:
    return reading_lines(race, ordered=False)


def test_an_empty_ledger_and_an_unknown_scenario(project_root, tmp_path):
    for name in ("priors", "data"):
        (tmp_path / name).mkdir()
    assert forecast.score(tmp_path, seed=1)._repr_html_().startswith("<table>")
    with pytest.raises(NotFoundError, match="harbour"):
        forecast.score(tmp_path, "harbour", seed=1)
