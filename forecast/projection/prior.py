"""What the scenario says before any evidence: the prior forecast, and all that ``check`` shows of the prior."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.density import state_log_likelihood
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.first_year import YEAR_DAYS, StateYear, first_year
from forecast.projection.long_run import LongRun, long_run
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.predictive import (
    CountCheck,
    JudgementCheck,
    SeriesCheck,
    ShareCheck,
    check_counts,
    check_judgements,
    check_series,
    check_shares,
)
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["PRIOR_DRAWS", "PriorForecast", "PriorSummary", "prior_forecast", "prior_summary"]

PRIOR_DRAWS = 1000
PRIOR_PATHS = 2  # futures of each draw: without evidence the error lies between draws
CHECK_DRAWS = 4000  # a tail probability of 1% has a Monte Carlo error of 0.16%
YEAR_DRAWS = 500  # projected twice from each state


@dataclass(frozen=True)
class PriorForecast:
    """The forecast without evidence, but for the states entered so far. n draws, T steps to the horizon.

    Attributes
    ----------
    unknowns : mapping of str to ndarray
        The prior draws.
    level : ndarray, shape (n, T, K)
        Driver paths.
    weight : ndarray, shape (n,)
        Of each draw; equal without a history.
    outcome, outcome_mcse : ndarray, shape (outcomes,)
        Probability at the horizon and its Monte Carlo standard error.
    state : ndarray, shape (states,)
        Probability of each state at the horizon.
    chance, noise : ndarray, shape (n, outcomes)
        What each draw says of the outcomes, and the variance of that mean over its few futures.
    """

    unknowns: Unknowns
    level: np.ndarray
    weight: np.ndarray
    outcome: np.ndarray
    outcome_mcse: np.ndarray
    state: np.ndarray
    chance: np.ndarray
    noise: np.ndarray


def prior_forecast(
    scenario: Scenario,
    spec: ModelSpec,
    *,
    horizon: date,
    seed: int,
    history: Snapshot | None = None,
    paths: int = PRIOR_PATHS,
) -> PriorForecast:
    """Draw from the prior and project to the horizon, from the scenario's first day or from where a history stands.

    Parameters
    ----------
    history : Snapshot, optional
        Its states, and nothing else of it, weight the prior draws: what the scenario says of someone who only knows
        what has happened so far. Comparing it with the posterior shows what reports, series and judgements did.
    """
    rng = np.random.default_rng([seed, 2])
    unknowns = prior_unknowns(spec, PRIOR_DRAWS, scenario.grid.count(horizon), rng=rng)
    draws = Draws.of(spec, unknowns)
    initial = scenario.initial_state
    step = 0 if history is None else history.n_steps - 1
    projection = project(
        scenario,
        build_state_space(scenario, history.state, history.visited, history.spell)
        if history
        else build_state_space(scenario, initial, frozenset({initial})),
        draws,
        draws.level[:, step],
        begin=shift(history.as_of, 1) if history else scenario.start,
        step=step,
        horizon=horizon,
        rng=rng,
        paths=paths,
        state_age=history.state_age if history else 0,
        spell_age=history.spell_age if history else 0,
    )
    log_weight = state_log_likelihood(spec, history, draws) if history else np.zeros(len(draws))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    final = projection.outcome[:, -1]
    outcome = weight @ final
    return PriorForecast(
        unknowns=unknowns,
        level=draws.level,
        weight=weight,
        outcome=outcome,
        outcome_mcse=np.sqrt(weight**2 @ (final - outcome) ** 2),
        state=weight @ projection.state[:, -1],
        chance=final,
        noise=projection.outcome_variance / paths,
    )


@dataclass(frozen=True)
class PriorSummary:
    """What ``check`` shows of a scenario, and of its evidence beside it.

    Attributes
    ----------
    outcomes : tuple of (str, float, float)
        Name, probability at the horizon and its Monte Carlo standard error.
    states : mapping of str to float
        Probability of each state at the horizon.
    first_year : mapping of str to StateYear
        12 months from each state that can be left.
    long_run : LongRun
        Where drivers settle.
    counts : mapping of str to CountCheck
        Of each complete type.
    shares : tuple of ShareCheck
        Of each type of a group with reports.
    series : mapping of str to SeriesCheck
    judgements : tuple of JudgementCheck
    state_space : (int, int, int)
        Nodes and moves of the states augmented with what the outcomes ask about the past, and the cells of pending
        spells, one a day.
    """

    outcomes: tuple[tuple[str, float, float], ...]
    states: dict[str, float]
    first_year: dict[str, StateYear]
    long_run: LongRun
    counts: dict[str, CountCheck]
    shares: tuple[ShareCheck, ...]
    series: dict[str, SeriesCheck]
    judgements: tuple[JudgementCheck, ...]
    state_space: tuple[int, int, int]


def prior_summary(scenario: Scenario, seen: Snapshot | None, *, horizon: date, seed: int) -> PriorSummary:
    """Summarise the prior, and compare it with the evidence.

    Parameters
    ----------
    seen : Snapshot or None
        The evidence as of a day before the horizon; ``None`` compares nothing.
    horizon : date
    seed : int
    """
    spec = compile_spec(scenario)
    forecast = prior_forecast(scenario, spec, horizon=horizon, seed=seed)
    rng = np.random.default_rng([seed, 3])
    until_year = scenario.grid.count(shift(scenario.start, YEAR_DAYS - 1))
    n_steps = scenario.grid.count(horizon)
    unknowns = prior_unknowns(spec, CHECK_DRAWS, max(until_year, n_steps), rng=rng)
    draws = Draws.of(spec, unknowns)
    some = Draws.of(spec, {name: values[:YEAR_DRAWS] for name, values in unknowns.items()})
    space = build_state_space(scenario, scenario.initial_state, frozenset({scenario.initial_state}))
    return PriorSummary(
        outcomes=tuple(
            (outcome.name, float(forecast.outcome[i]), float(forecast.outcome_mcse[i]))
            for i, outcome in enumerate(scenario.outcomes)
        ),
        states=dict(zip(spec.states, forecast.state.tolist(), strict=True)),
        first_year=first_year(scenario, spec, draws, some, seed=seed),
        long_run=long_run(spec, draws),
        counts=check_counts(spec, draws, take_snapshot(scenario, Evidence(), horizon), seen, rng=rng),
        shares=check_shares(spec, draws, seen, _groups(scenario), rng=rng) if seen else (),
        series=check_series(spec, draws, seen, rng=rng),
        judgements=check_judgements(spec, draws, seen, rng=rng) if seen else (),
        state_space=(len(space), len(space.source), space.n_cells),
    )


def _groups(scenario: Scenario) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, event in scenario.events.items():
        if event.coverage.selected:
            groups.setdefault(event.coverage.selected, []).append(name)
    return groups
