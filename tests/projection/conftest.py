"""Small scenarios and hand-made posteriors: exact draws by NumPy, no compiled graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.evidence.records import Evidence, TransitionRecord
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.posterior import Posterior
from forecast.model.draws import elicited_priors, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.scenario.types import Scenario

DRIVER = {
    "meaning": "what moves",
    "low": "low",
    "high": "high",
    "at_start": [-1.0, 1.0],
    "long_run": [-0.5, 0.5],
    "half_life": ["3w", "12w"],
}

type Edge = tuple[str, str, Mapping[str, Any]]


def _scenario(
    states: Sequence[str] | Mapping[str, Mapping[str, Any]],
    edges: Sequence[Edge],
    outcomes: Mapping[str, Mapping[str, Any]],
    *,
    drivers: Mapping[str, Mapping[str, Any]] | None = None,
    influences: Sequence[Mapping[str, Any]] = (),
    step: str = "week",
    start: date = date(2024, 1, 1),
    horizon: date = date(2024, 12, 31),
) -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "made-up",
            "title": "Made up",
            "start": start,
            "horizon": horizon,
            "step": step,
            "drivers": {name: {**DRIVER, **given} for name, given in (drivers or {"mood": {}}).items()},
            "influences": list(influences),
            "states": {
                name: {"initial": i == 0, **(states[name] if isinstance(states, Mapping) else {})}
                for i, name in enumerate(states)
            },
            "transitions": [{"from": origin, "to": to, **given} for origin, to, given in edges],
            "outcomes": [
                *({"name": name, "when": when} for name, when in outcomes.items()),
                {"name": "nothing", "otherwise": True},
            ],
        }
    )


def _snapshot(scenario: Scenario, as_of: date, changes: Sequence[tuple[date, str, str]] = ()) -> Snapshot:
    rows = tuple(TransitionRecord(day, origin, to, day, day, "test", 0) for day, origin, to in changes)
    return take_snapshot(scenario, Evidence(transitions=rows), as_of)


def _unknowns_at(spec: ModelSpec, n: int, n_steps: int, **values: Any) -> dict[str, np.ndarray]:
    """Prior draws, but with the named quantities (or ``mean_hazard``, ``innovation``) at given values."""
    unknowns = prior_unknowns(spec, n, n_steps, rng=np.random.default_rng(0))
    priors = elicited_priors(spec)
    for name, value in values.items():
        key = f"{name}_z" if name in priors else name
        given = priors[name].deviate(np.asarray(value)) if name in priors else np.asarray(value)
        unknowns[key] = np.broadcast_to(given, unknowns[key].shape).copy()
    return unknowns


def _posterior(unknowns: Mapping[str, np.ndarray], chains: int = 4) -> Posterior:
    n = len(unknowns["innovation"])
    energy = np.random.default_rng(5).normal(size=n)
    stats = {"diverging": np.zeros(n, dtype=bool), "energy": energy, "n_steps": np.full(n, 7, dtype=np.uint64)}
    return Posterior(dict(unknowns), chains, stats, {"compile": 0.0, "sample": 0.0})


def _forecast(
    scenario: Scenario, snapshot: Snapshot, posterior: Posterior, *, horizon: date | None = None, seed: int = 1
) -> Forecast:
    return make_forecast(
        scenario,
        snapshot,
        posterior,
        horizon=horizon or scenario.horizon,
        seed=seed,
        scenario_hash="none",
        code_version="none",
    )


@pytest.fixture(scope="session")
def scenario_of() -> Callable[..., Scenario]:
    """``scenario_of(states, edges, outcomes, ...)``: the first state is the initial one, `nothing` is added."""
    return _scenario


@pytest.fixture(scope="session")
def snapshot_of() -> Callable[..., Snapshot]:
    """``snapshot_of(scenario, as_of, changes)``: no evidence but dated transitions."""
    return _snapshot


@pytest.fixture(scope="session")
def unknowns_at() -> Callable[..., dict[str, np.ndarray]]:
    """``unknowns_at(spec, n, n_steps, **values)``."""
    return _unknowns_at


@pytest.fixture(scope="session")
def posterior_of() -> Callable[..., Posterior]:
    """``posterior_of(unknowns)``: four chains without complaints."""
    return _posterior


@pytest.fixture(scope="session")
def forecast_of() -> Callable[..., Forecast]:
    """``forecast_of(scenario, snapshot, posterior, horizon=..., seed=...)``."""
    return _forecast


@pytest.fixture(scope="session")
def spec_of() -> Callable[[Scenario], ModelSpec]:
    """``spec_of(scenario)``."""
    return compile_spec
