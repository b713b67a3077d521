"""A small scenario with one of everything that matters here, and chains made up by NumPy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

N_STEPS = 4


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "made-up",
            "title": "Made up",
            "start": date(2024, 1, 1),
            "horizon": date(2024, 12, 31),
            "drivers": {
                "mood": {
                    "meaning": "mood",
                    "low": "low",
                    "high": "high",
                    "at_start": [-1.0, 1.0],
                    "long_run": [-0.5, 0.5],
                    "half_life": ["2w", "12w"],
                }
            },
            "events": {
                "speech": {
                    "coverage": {"complete": [date(2024, 1, 1), "ongoing"]},
                    "signs": "both",
                    "per_month": [0.5, 2.0],
                    "signal": {"mood": {"per_unit": [0.3, 1.0]}},
                    "rate_ratio": {"mood": [1.1, 2.0]},
                }
            },
            "series": {
                "poll": {"driver": "mood", "at_neutral": [40.0, 60.0], "per_unit": [1.0, 5.0], "noise": [1.0, 3.0]}
            },
            "states": {"on": {"initial": True}, "off": {}},
            "transitions": [
                {"from": "on", "to": "off", "within_12_months": [0.2, 0.8], "hazard_ratio": {"mood": [1.5, 3.0]}},
                {"from": "off", "to": "on", "base_rate": {"events": 2, "exposure_years": 3.0}},
            ],
            "outcomes": [{"name": "off", "when": {"at_horizon": "off"}}, {"name": "on", "otherwise": True}],
        }
    )


@pytest.fixture(scope="session")
def spec(scenario):
    return compile_spec(scenario)


@pytest.fixture
def chains_of(spec):
    """``chains_of(chains, draws)``: independent draws from the prior, as the model's unknowns."""

    def make(chains: int, draws: int) -> dict[str, np.ndarray]:
        return prior_unknowns(spec, chains * draws, N_STEPS, rng=np.random.default_rng(8))

    return make


@pytest.fixture
def draws_of(spec):
    return lambda unknowns: Draws.of(spec, unknowns)
