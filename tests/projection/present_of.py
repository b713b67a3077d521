"""Presents made of prior draws: an exact posterior of no evidence, as if fitted and carried on to a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.inference.posterior import Posterior
from forecast.inference.updating import Update, reweight
from forecast.model.draws import prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.present import Present
from forecast.scenario.types import Scenario

CHAINS = 4
DRIVER = {
    "meaning": "m",
    "low": "l",
    "high": "h",
    "at_start": [-1, 1],
    "long_run": [-0.5, 0.5],
    "half_life": ["3w", "12w"],
}
ONGOING = {"complete": ["2024-01-01", "ongoing"]}


def near(value: float, width: float = 1e-6) -> list[float]:
    """A range that leaves no doubt."""
    return [value - width, value + width]


def scenario(**changes: Any) -> Scenario:
    """One driver and one transition that depends on it, with some sections replaced."""
    base = {
        "scenario": "made-up",
        "title": "Made up",
        "start": "2024-01-01",  # a Monday
        "horizon": "2024-06-30",
        "drivers": {"mood": DRIVER},
        "states": {"talks": {"initial": True}, "deal": {}},
        "transitions": [
            {"from": "talks", "to": "deal", "within_12_months": [0.4, 0.7], "hazard_ratio": {"mood": [2.5, 4]}}
        ],
        "outcomes": [{"name": "deal", "when": {"at_horizon": "deal"}}, {"name": "talks", "otherwise": True}],
    }
    return Scenario.model_validate(base | changes)


def prior_fit(scenario: Scenario, n: int, n_steps: int, seed: int) -> Posterior:
    """Draws of the prior as four chains of independent ones."""
    unknowns = prior_unknowns(compile_spec(scenario), n, n_steps, rng=np.random.default_rng([seed, 99]))
    return Posterior(unknowns, CHAINS, {"diverging": np.zeros(n, dtype=bool)}, {})


def unweighted(scenario: Scenario, as_of: date, *, n: int = 1000, seed: int = 1) -> Present:
    """The prior on a day, nothing assimilated: not even that nothing has happened by then."""
    snapshot = take_snapshot(scenario, Evidence(), as_of)
    fit = prior_fit(scenario, n, snapshot.n_steps, seed)
    update = Update(fit, snapshot, fit, np.zeros(n), -np.inf, float(n))
    return Present(scenario, Evidence(), snapshot, update, scenario.horizon, seed)


def updated(
    scenario: Scenario, evidence: Evidence, fitted: date, as_of: date, *, n: int = 4000, seed: int = 1
) -> Present:
    """A fit that knew nothing but that nothing had happened, carried on to a later day with evidence."""
    then = take_snapshot(scenario, Evidence(), fitted)
    known = visible_evidence(scenario, evidence, as_of)
    now = take_snapshot(scenario, known, as_of)
    update = reweight(compile_spec(scenario), prior_fit(scenario, n, then.n_steps, 1), then, now, seed=1)
    return Present(scenario, known, now, update, scenario.horizon, 1)
