"""Project draws forward: driver paths, hazards and the probabilities of states and outcomes by date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.inference.montecarlo import weighted_mean, weighted_quantile
from forecast.model.draws import Draws, season_course
from forecast.model.spec import compile_spec
from forecast.projection.chains import start_chain
from forecast.projection.occupancy import StateSpace
from forecast.projection.steering import Setting, Watch, imposed, stretches
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between, shift

__all__ = ["PATHS_PER_DRAW", "Projection", "project"]

PATHS_PER_DRAW = 16  # J: enough that path noise can be told from the spread between draws


@dataclass(frozen=True)
class Projection:
    """Probabilities along simulated futures. S draws, J paths each, D dates, O outcomes, N states, K drivers.

    Attributes
    ----------
    dates : tuple of date
        End of each remaining step; the last is the horizon.
    paths : int
        J.
    outcome : ndarray, shape (S, D, O)
        Mean over each draw's paths of the probability of each outcome, if that date were the horizon.
    outcome_variance : ndarray, shape (S, O)
        Variance over each draw's paths at the horizon (divisor J - 1).
    on_path : ndarray, shape (S, J, O)
        Probability of each outcome at the horizon along each path.
    state : ndarray, shape (S, D, N)
        Mean over each draw's paths of the probability of each state.
    steps : tuple of int
        Index of each step after the first, whose driver levels were simulated.
    driver_mean, driver_low80, driver_high80 : ndarray, shape (steps, K)
        Over all draws and paths.
    """

    dates: tuple[date, ...]
    paths: int
    outcome: np.ndarray
    outcome_variance: np.ndarray
    on_path: np.ndarray
    state: np.ndarray
    steps: tuple[int, ...]
    driver_mean: np.ndarray
    driver_low80: np.ndarray
    driver_high80: np.ndarray


def project(
    scenario: Scenario,
    space: StateSpace,
    draws: Draws,
    level: np.ndarray,
    *,
    begin: date,
    step: int,
    horizon: date,
    rng: np.random.Generator,
    paths: int = PATHS_PER_DRAW,
    weight: np.ndarray | None = None,
    known: np.ndarray | None = None,
    state_age: int = 0,
    spell_age: int = 0,
    settings: Sequence[Setting] = (),
    watch: Watch | None = None,
    shared_shocks: bool = False,
) -> Projection:
    """Simulate driver paths and carry the probability of every augmented state along them.

    Parameters
    ----------
    space : StateSpace
        Its start is where the history stands at the beginning of ``begin``.
    draws : Draws
        S draws of the dynamics and hazards.
    level : ndarray, shape (S, K)
        Drivers in step ``step``, which is the step of ``begin`` or the one before it.
    begin, horizon : date
        First and last day projected.
    rng : numpy.random.Generator
        Source of the shocks; the same state gives the same futures.
    paths : int
        J, futures of each draw.
    weight : ndarray, shape (S,), optional
        Of the draws, in the summaries of the drivers; all alike unless given.
    known : ndarray, shape (S, m, K), optional
        Drivers in the m steps after ``step``, drawn already; only later ones are simulated.
    state_age, spell_age : int
        Days at the beginning of ``begin`` since the state was entered, and since the open spell began.
    settings : sequence of Setting
        Drivers set to a level for some time, not before ``begin``. The shocks are the same as without them.
    watch : Watch, optional
        Told of every stretch of days with constant drivers.
    shared_shocks : bool
        Whether the paths of a draw have the same random numbers, so that they differ in nothing but what is set.
    """
    n_draws, n_drivers = level.shape
    current = np.repeat(level[:, None, :], paths, axis=1)
    chain = start_chain(space, draws, paths, state_age=state_age, spell_age=spell_age, shared=shared_shocks, rng=rng)
    in_state = np.zeros((len(space), len(scenario.states)))
    in_state[np.arange(len(space)), space.state] = 1
    grid, end = scenario.grid, scenario.grid.index(horizon)
    n_dates = end + 1 - max(step, grid.index(begin))
    outcome = np.empty((n_draws, n_dates, space.outcome.shape[1]))
    state = np.empty((n_draws, n_dates, len(scenario.states)))
    of_paths = None if weight is None else np.repeat(weight / paths, paths)
    known = np.empty((n_draws, 0, n_drivers)) if known is None else known
    n_known = known.shape[1]
    wave = season_course(compile_spec(scenario), end + 1)
    push = np.broadcast_to(draws.innovation[:, -1:], current.shape)  # of the step that has begun
    dates: list[date] = []
    steps, summaries = [], []
    for t in range(step, end + 1):
        if t > step:
            drawn, before = t - step <= n_known, current
            if drawn:
                current = known[:, None, t - step - 1]
            else:
                shocks = rng.normal(size=(n_draws, 1 if shared_shocks else paths, n_drivers))
                current = _moved(draws, current, wave[t - 1 : t + 1], shocks)
            current = np.broadcast_to(current, (n_draws, paths, n_drivers))
            if watch is not None:
                push = _push(draws, before, current, wave[t - 1 : t + 1])
        first, last = max(begin, grid.first_day(t)), min(horizon, grid.last_day(t))
        if last < first:
            continue
        for since, until in stretches(first, last, settings):
            current = imposed(current, since, settings)
            log_hazard = draws.log_hazard[:, None, :] + np.matmul(current, draws.hazard_loading.transpose(0, 2, 1))
            log_hazard = np.ascontiguousarray(log_hazard.reshape(n_draws * paths, -1).T)
            chain.advance(log_hazard, days_between(since, shift(until, 1)))
            if watch is not None:
                watch(since, until, current, push)
        if t > step:
            steps.append(t)
            flat = current.reshape(-1, n_drivers)
            summaries.append([weighted_mean(flat, of_paths), *weighted_quantile(flat, (0.1, 0.9), of_paths)])
        probability = chain.probability.reshape(-1, n_draws, paths).mean(axis=2).T
        outcome[:, len(dates)] = probability @ space.outcome
        state[:, len(dates)] = probability @ in_state
        dates.append(last)
    final = (chain.probability.T @ space.outcome).reshape(n_draws, paths, -1)
    drivers = np.array(summaries).reshape(len(steps), 3, n_drivers)
    return Projection(
        dates=tuple(dates),
        paths=paths,
        outcome=outcome,
        outcome_variance=final.var(axis=1, ddof=1),
        on_path=final,
        state=state,
        steps=tuple(steps),
        driver_mean=drivers[:, 0],
        driver_low80=drivers[:, 1],
        driver_high80=drivers[:, 2],
    )


def _moved(draws: Draws, level: np.ndarray, wave: np.ndarray, shocks: np.ndarray) -> np.ndarray:
    """Drivers one step on, shape (S, J, K), given the course of their seasons in both steps."""
    return _expected(draws, level, wave) + np.matmul(shocks, draws.shock.transpose(0, 2, 1))


def _expected(draws: Draws, level: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Drivers one step on if nothing pushed them, shape (S, J, K)."""
    swing = draws.season * (wave[1] - draws.persistence * wave[0])
    return (draws.offset + swing)[:, None, :] + np.matmul(level, draws.matrix.transpose(0, 2, 1))


def _push(draws: Draws, before: np.ndarray, after: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """The step's standardised innovation, shape (S, J, K), read off the move from one step to the next."""
    spread = np.sqrt(1 - draws.persistence**2)[:, None, :]
    moved: np.ndarray = (after - _expected(draws, before, wave)) / spread
    return moved
