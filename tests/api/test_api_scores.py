"""Scores in Python are those of the command, from the ledger alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

import forecast
from forecast.errors import NotFoundError

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


def test_an_empty_ledger_and_an_unknown_scenario(project_root, tmp_path):
    for name in ("priors", "data"):
        (tmp_path / name).mkdir()
    assert forecast.score(tmp_path, seed=1)._repr_html_().startswith("<table>")
    with pytest.raises(NotFoundError, match="harbour"):
        forecast.score(tmp_path, "harbour", seed=1)
