"""What the scenario says before any evidence: outcome probabilities, drivers, report counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evidence.grades import fixed_weights
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import expected_reports
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.types import Scenario
from forecast.timegrid import DAYS_PER_YEAR, shift

__all__ = ["PRIOR_DRAWS", "PriorForecast", "PriorSummary", "prior_forecast", "prior_summary"]

PRIOR_DRAWS = 1000


@dataclass(frozen=True)
class PriorForecast:
    """The forecast from the scenario's start without evidence. n draws, T steps to the horizon.

    Attributes
    ----------
    unknowns : mapping of str to ndarray
        The prior draws.
    level : ndarray, shape (n, T, K)
        Driver paths.
    outcome, outcome_mcse : ndarray, shape (outcomes,)
        Probability at the horizon and its Monte Carlo standard error.
    state : ndarray, shape (states,)
        Probability of each state at the horizon.
    """

    unknowns: Unknowns
    level: np.ndarray
    outcome: np.ndarray
    outcome_mcse: np.ndarray
    state: np.ndarray


def prior_forecast(scenario: Scenario, spec: ModelSpec, *, horizon: date, seed: int) -> PriorForecast:
    """Draw from the prior and project from the scenario's first day to the horizon."""
    rng = np.random.default_rng([seed, 2])
    unknowns = prior_unknowns(spec, PRIOR_DRAWS, scenario.grid.count(horizon), rng=rng)
    draws = Draws.of(spec, unknowns)
    initial = scenario.initial_state
    projection = project(
        scenario,
        build_state_space(scenario, initial, frozenset({initial})),
        draws,
        draws.level[:, 0],
        begin=scenario.start,
        step=0,
        horizon=horizon,
        rng=rng,
    )
    final = projection.outcome[:, -1]
    return PriorForecast(
        unknowns=unknowns,
        level=draws.level,
        outcome=final.mean(axis=0),
        outcome_mcse=final.std(axis=0, ddof=1) / np.sqrt(len(final)),
        state=projection.state[:, -1].mean(axis=0),
    )


@dataclass(frozen=True)
class PriorSummary:
    """What ``check`` prints about a scenario.

    Attributes
    ----------
    outcomes : tuple of (str, float, float)
        Name, probability at the horizon and its Monte Carlo standard error.
    states : mapping of str to float
        Probability of each state at the horizon.
    crude_12_months : mapping of str to float
        Probability of each state a year after the start, all exits competing and drivers moving.
    stationary_mean, stationary_sd : mapping of str to float
        Of each driver at prior medians.
    event_counts : mapping of str to (float, float, float)
        Reports of each complete type from start to horizon: 5% point, mean and 95% point.
    n_nodes, n_cells : int
        Size of the state space: states with the flags that outcomes need and pending spells; and the cells of those,
        one for each day.
    """

    outcomes: tuple[tuple[str, float, float], ...]
    states: dict[str, float]
    crude_12_months: dict[str, float]
    stationary_mean: dict[str, float]
    stationary_sd: dict[str, float]
    event_counts: dict[str, tuple[float, float, float]]
    n_nodes: int
    n_cells: int


def prior_summary(scenario: Scenario, *, horizon: date, seed: int) -> PriorSummary:
    """Summarise the prior: a year ahead, at the horizon, and in long-run terms."""
    spec = compile_spec(scenario)
    forecast = prior_forecast(scenario, spec, horizon=horizon, seed=seed)
    year = prior_forecast(scenario, spec, horizon=shift(scenario.start, round(DAYS_PER_YEAR) - 1), seed=seed)
    effects = np.zeros_like(spec.covariance)
    effects[spec.influence_to, spec.influence_from] = spec.influence.median
    space = build_state_space(scenario, scenario.initial_state, frozenset({scenario.initial_state}))
    mean = np.linalg.solve(np.eye(len(effects)) - effects, spec.long_run.median)
    return PriorSummary(
        outcomes=tuple(
            (outcome.name, float(forecast.outcome[i]), float(forecast.outcome_mcse[i]))
            for i, outcome in enumerate(scenario.outcomes)
        ),
        states=dict(zip(spec.states, forecast.state.tolist(), strict=True)),
        crude_12_months=dict(zip(spec.states, year.state.tolist(), strict=True)),
        stationary_mean=dict(zip(spec.drivers, mean.tolist(), strict=True)),
        stationary_sd=dict(zip(spec.drivers, np.sqrt(np.diag(spec.covariance)).tolist(), strict=True)),
        event_counts=_event_counts(scenario, spec, forecast.unknowns, horizon, np.random.default_rng([seed, 3])),
        n_nodes=len(space),
        n_cells=space.n_cells,
    )


def _event_counts(
    scenario: Scenario, spec: ModelSpec, unknowns: Unknowns, horizon: date, rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    snapshot = take_snapshot(scenario, Evidence(), horizon)
    counts = rng.poisson(np.minimum(expected_reports(spec, snapshot, Draws.of(spec, unknowns), fixed_weights()), 1e9))
    low, high = np.quantile(counts, (0.05, 0.95), axis=0)
    return {
        spec.events[e]: (float(low[e]), float(counts[:, e].mean()), float(high[e]))
        for e in np.flatnonzero(spec.complete)
    }
