"""Another reference class without a new fit, against a new fit with that class."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from forecast.evidence.records import Evidence, Judgement, TransitionRecord
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.scenario.types import Scenario

pytestmark = pytest.mark.long

START, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 7, 10)
USED, OTHER = {"calm->strike": (3, 2.0), "calm->deal": (2, 2.5)}, {"calm->strike": (1, 6.0), "calm->deal": (4, 3.0)}


def days(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


def rate(edge: str, counts: dict[str, tuple[int, float]], *, alternatives: bool) -> dict[str, Any]:
    events, years = counts[edge]
    other = {"name": "other", "events": OTHER[edge][0], "exposure_years": OTHER[edge][1]}
    return {
        "events": events, "exposure_years": years, "name": "used", "alternatives": [other] if alternatives else [],
    }  # fmt: skip


def scenario(counts: dict[str, tuple[int, float]], *, alternatives: bool) -> Scenario:
    ratio = {"hazard_ratio": {"mood": [1.4, 3.5]}}
    return Scenario.model_validate(
        {
            "scenario": "classes",
            "title": "Classes",
            "start": START,
            "horizon": dt.date(2024, 12, 29),
            "drivers": {
                "mood": {
                    "meaning": "mood", "low": "low", "high": "high",
                    "at_start": [-1, 1], "long_run": [-0.8, 0.8], "half_life": ["4w", "16w"],
                }
            },
            "states": {"calm": {"initial": True}, "strike": {}, "deal": {}},
            "transitions": [
                {"from": "calm", "to": "strike", "base_rate": rate("calm->strike", counts, alternatives=alternatives),
                 **ratio},
                {"from": "strike", "to": "calm", "within_12_months": [0.8, 0.99]},
                {"from": "calm", "to": "deal", "base_rate": rate("calm->deal", counts, alternatives=alternatives),
                 **ratio},
            ],
            "outcomes": [
                {"name": "deal", "when": {"at_horizon": "deal"}},
                {"name": "strike", "when": {"at_horizon": "strike"}},
                {"name": "none", "otherwise": True},
            ],
        }
    )  # fmt: skip


def forecast(case: Scenario) -> Forecast:
    changes = ((60, "calm", "strike"), (85, "strike", "calm"))
    evidence = Evidence(
        judgements=(Judgement("j", "mood", days(70), 0.5, 1.5, "desk", days(70), days(70), "test", 1),),
        transitions=tuple(TransitionRecord(days(n), a, b, days(n), days(n), "test", 0) for n, a, b in changes),
    )
    snapshot = take_snapshot(case, evidence, AS_OF)
    posterior = fit(case, snapshot, seed=5, sampling=Sampling(draws=2000, tune=800, chains=4))
    return make_forecast(
        case, snapshot, posterior, horizon=case.horizon, seed=5, scenario_hash="none", code_version="none"
    )


def test_reweighting_agrees_with_refitting():
    (switched,) = forecast(scenario(USED, alternatives=True)).reference_classes
    refitted = forecast(scenario(OTHER, alternatives=False))
    assert switched.trusted
    for shift, outcome in zip(switched.outcomes, refitted.outcomes, strict=True):
        assert shift.name == outcome.name
        used = shift.probability - shift.difference
        # The switched probability carries the error of the draws it was made from, about that of a fit of its own.
        error = np.hypot(np.sqrt(2) * outcome.mcse, shift.difference_mcse)
        assert abs(shift.probability - outcome.probability) < 4 * error
        if outcome.name == "deal":
            assert abs(outcome.probability - used) > 4 * error  # the classes differ by more than the test's slack
