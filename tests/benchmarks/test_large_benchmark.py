"""The benchmark of large cases, at a size that a test can wait for; what its evidence shows of the coordinates."""

from __future__ import annotations

import dataclasses
import json

import large
import numpy as np
import pytest
from shared.synthetic import simulated_evidence, synthetic_scenario

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.settings import Sampling
from forecast.inference.whitening import whitened
from forecast.model.compiled.layout import Field, reals
from forecast.model.compiled.vector import Vector
from forecast.model.spec import compile_spec
from forecast.timegrid import shift

YEAR = large.Size(steps=365, drivers=3, types=12, selected=400)


def test_a_year_of_days_is_sampled_well(monkeypatch, capsys):
    # With the joint mode as centre two chains came to R-hat 1.20 and an effective sample of 8, in 219 leapfrogs a draw.
    monkeypatch.setattr(large, "COUNTS", Sampling(draws=150, tune=200, chains=2))
    large.fit_once(YEAR)
    found = json.loads(capsys.readouterr().out)
    assert found["rhat"] < 1.1
    assert found["ess"] > 50
    assert found["leapfrogs"] < 64


def test_the_centre_is_where_the_prior_and_the_truth_are():
    # The joint mode has a loading 6 prior standard deviations out, though the evidence was simulated from the prior.
    scenario = synthetic_scenario(drivers=3, types=12, states=2, days=425)
    until = shift(scenario.start, 364)
    snapshot = take_snapshot(scenario, simulated_evidence(scenario, 400, until=until, seed=5), until)
    spec = compile_spec(scenario)
    vector = Vector.of(spec, snapshot)
    centre = reals(whitened(spec, snapshot, vector), Field.CENTRE)
    assert np.abs(centre[vector.places("loading_z", "half_life_z")]).max() < 2.5


@pytest.mark.parametrize(("rhat", "ess", "met"), [(1.01, 400, 4), (1.2, 90, 2)])
def test_a_row_says_which_bars_are_met(monkeypatch, rhat, ess, met):
    found = {
        "reports": 10, "unknowns": 20, "prepare": 1, "sample": 2, "rhat": rhat, "ess": ess, "tail": 300,
        "divergences": 0, "leapfrogs": 15,
    }  # fmt: skip
    monkeypatch.setattr(large, "run_once", lambda command, folder: (100, 150, 900, json.dumps(found).encode()))
    row = large.row(YEAR)
    assert row.count("|") == 14
    assert (row.count(", met"), row.count(", **not met**")) == (met, 4 - met)


def test_the_largest_case_is_that_of_the_bar():
    assert dataclasses.astuple(large.SIZES[-1])[:3] == (3650, 20, 60)
