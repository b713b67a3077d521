"""Findings of an analysis of sensitivity: one sentence each, with the numbers of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecast.inference.posterior import Selection
from forecast.projection.chances import Chances
from forecast.projection.power_scaling import Scaled
from forecast.projection.prior_share import PriorShare
from forecast.projection.sensitivity import Halved
from forecast.report.findings import findings, largest

NONE: Any = None
OUTCOMES = (("deal", "A deal is signed"), ("rest", "Nothing changes"))
WORDS = {"states.war": "War", "states.truce": "Truce", "drivers.aid": "Aid"}


def row(parameter: str, low: float, high: float, *, mcse: float = 0.002, **changes: Any) -> Halved:
    made: dict[str, Any] = {
        "parameter": parameter,
        "kind": "driver" if parameter.endswith(".now") else "prior",
        "unit": "per year" if "base_rate" in parameter else "",
        "middle": 0.166,
        "share_low": 0.5,
        "low": np.array([low, 1 - low]),
        "high": np.array([high, 1 - high]),
        "difference": np.array([high - low, low - high]),
        "mcse": np.array([mcse, mcse]),
        "effective": (2000.0, 2000.0),
        "pareto_k": -np.inf,
        "trusted": True,
    }
    return Halved(**made | changes)


def scaled(component: str, *, trusted: bool = True) -> Scaled:
    two = np.full(2, 0.01)
    ends = np.array([0.091, 0.9]), np.array([0.086, 0.9])
    return Scaled(component, (0.8, 1.25), *ends, two, two, two, two, two, two, 0.3 if trusted else 0.9, trusted)


@pytest.fixture
def told():
    chance = np.array([[0.08, 0.92], [0.1, 0.9]] * 8)
    present = Chances({}, NONE, Selection(np.arange(16), None, 2, 16), chance, np.zeros_like(chance))
    values = {name: np.array([0.05, 0.95]) for name in ("prior_low80", "prior_high80", "low80", "high80")}
    prior = PriorShare(
        prior=np.array([0.08, 0.92]),
        share=np.array([0.62, np.nan]),
        share_mcse=np.array([0.05, np.nan]),
        moved=np.array([0.4, np.nan]),
        moved_mcse=np.array([0.1, np.nan]),
        **values,
    )
    rows = (
        row("transitions.war->truce.base_rate", 0.06, 0.12),
        row("drivers.aid.now", 0.1, 0.07),
        row("drivers.aid.long_run", 0.089, 0.091),  # within three errors
        row("drivers.aid.half_life", 0.2, 0.01, trusted=False, effective=(12.0, 3900.0)),
    )
    both = (scaled("prior"), scaled("likelihood", trusted=False))
    return findings(OUTCOMES, WORDS, present, prior, both, ("prior-dominated", "not resolved"), rows)


def texts(told, kind: str, outcome: str = "deal") -> list[str]:
    return [item.text for item in told if item.kind == kind and item.outcome == outcome]


def test_a_half_is_told_with_both_ends_and_its_error(told):
    assert texts(told, "prior") == [
        "Halving the prior of “War → Truce: base rate” at 0.166 per year would move “A deal is signed” from 9.0% to"
        " 6.0% (lower half) or 12.0% (upper half): +6.0 points, Monte Carlo error 0.2."
    ]
    (driver,) = texts(told, "driver")
    assert driver.startswith("Knowing on which side of 0.166 “Aid: now” lies would move")


def test_what_is_left_of_the_prior_is_told(told):
    (text,) = texts(told, "prior_share")
    assert "about 62% of it is prior (error 5 points), and evidence moved it up by 0.4" in text
    assert "cannot be told" in texts(told, "prior_share", "rest")[0]


def test_scaling_is_told_only_where_it_can_be_trusted(told):
    (text,) = texts(told, "power_scaling")
    assert "prior-dominated" in text
    assert "with the prior to the power 0.8 or 1.25 it would be 9.1% or 8.6%" in text
    assert "with the evidence to the power" not in text


def test_what_cannot_be_told_is_said_once_and_not_ranked(told):
    (text,) = texts(told, "unreliable", "")
    assert "12 effective draws in the lower half of the prior of “Aid: half life”" in text
    assert not any("half life" in item.text for item in told if item.kind == "prior")


def test_the_largest_comes_first():
    rows = [row("drivers.a.long_run", 0.1, 0.12), row("drivers.b.long_run", 0.2, 0.1)]
    assert [item.parameter for item in largest(rows, 0)] == ["drivers.b.long_run", "drivers.a.long_run"]
