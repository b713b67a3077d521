"""What the hazards come to in the first 12 months: net and crude probabilities of transitions, from each state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec
from forecast.projection.occupancy import StateSpace, build_state_space
from forecast.projection.paths import Projection, project
from forecast.scenario.types import Scenario
from forecast.timegrid import DAYS_PER_YEAR, days_between, shift

__all__ = ["YEAR_DAYS", "StateYear", "TransitionYear", "first_year"]

YEAR_DAYS = round(DAYS_PER_YEAR)
PATHS = 2  # futures of each draw: the error is between draws, and is printed


@dataclass(frozen=True)
class TransitionYear:
    """One transition within 12 months.

    Attributes
    ----------
    given : (float, float)
        90% range of the net chance: the analyst's at neutral drivers, or the base rate's on average over drivers.
    from_base_rate : bool
    net : (float, float, float)
        Net chance with drivers moving and no other exit: 5% point, median and 95% point.
    mean_factor, spread_factor : float
        How many times the hazard behind ``given`` at median ratios: because drivers on average are not neutral, and
        because they vary (a convex function of them).
    crude, mcse : float
        Probability that it is the first exit, all exits competing and drivers moving, and its Monte Carlo error.
    """

    given: tuple[float, float]
    from_base_rate: bool
    net: tuple[float, float, float]
    mean_factor: float
    spread_factor: float
    crude: float
    mcse: float


@dataclass(frozen=True)
class StateYear:
    """12 months from one state, in which the history stands on the scenario's first day.

    Attributes
    ----------
    transitions : mapping of int to TransitionYear
        By position in ``scenario.transitions``.
    states : mapping of str to (float, float)
        Probability of each state at the end and its Monte Carlo error.
    """

    transitions: Mapping[int, TransitionYear]
    states: Mapping[str, tuple[float, float]]


def first_year(
    scenario: Scenario, spec: ModelSpec, draws: Draws, projected: Draws, *, seed: int
) -> dict[str, StateYear]:
    """Follow every state that can be left through the 12 months from the scenario's start.

    Parameters
    ----------
    draws : Draws
        Prior draws whose driver paths cover these months, for the net chances.
    projected : Draws
        Some of them, projected for the crude ones.
    seed : int
        All states see the same futures of the drivers.
    """
    net, mean_factor, spread_factor = _net(scenario, spec, draws)
    years = {}
    for s, origin in enumerate(spec.states):
        edges = [int(q) for q in np.flatnonzero(spec.edge_from == s)]
        if not edges:
            continue
        space = build_state_space(scenario, origin, frozenset({origin}))
        until = _project(scenario, space, projected, seed)
        # Only the first exit counts: nothing moves on from another state.
        stay = np.isin(space.source, np.flatnonzero(space.state == s))
        first = replace(space, source=space.source[stay], target=space.target[stay], edge=space.edge[stay])
        exits = _project(scenario, first, projected, seed)
        crude = dict(zip(spec.states, _mean_and_error(exits), strict=True))
        years[origin] = StateYear(
            transitions={
                q: TransitionYear(
                    given=_given(scenario, spec, draws, q),
                    from_base_rate=q in spec.base_edge,
                    net=(float(net[0, q]), float(net[1, q]), float(net[2, q])),
                    mean_factor=float(mean_factor[q]),
                    spread_factor=float(spread_factor[q]),
                    crude=crude[scenario.transitions[q].to][0],
                    mcse=crude[scenario.transitions[q].to][1],
                )
                for q in edges
            },
            states=dict(zip(spec.states, _mean_and_error(until), strict=True)),
        )
    return years


def _project(scenario: Scenario, space: StateSpace, draws: Draws, seed: int) -> Projection:
    return project(
        scenario,
        space,
        draws,
        draws.level[:, 0],
        begin=scenario.start,
        step=0,
        horizon=shift(scenario.start, YEAR_DAYS - 1),
        rng=np.random.default_rng([seed, 4]),
        paths=PATHS,
    )


def _mean_and_error(projection: Projection) -> list[tuple[float, float]]:
    final = projection.state[:, -1]
    error = final.std(axis=0, ddof=1) / np.sqrt(len(final))
    return [(float(p), float(e)) for p, e in zip(final.mean(axis=0), error, strict=True)]


def _net(scenario: Scenario, spec: ModelSpec, draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Net chances, shape (3, Q), and what the drivers' mean and their spread do to each hazard, shape (Q,) each."""
    grid, end = scenario.grid, shift(scenario.start, YEAR_DAYS)
    n_steps = grid.count(shift(end, -1))
    days = [days_between(grid.first_day(t), min(end, grid.first_day(t + 1))) for t in range(n_steps)]
    level = draws.level[:, :n_steps]
    share = np.array(days) / sum(days)
    hazard = np.exp(
        draws.log_hazard[:, None, :] + np.matmul(level, draws.hazard_loading.transpose(0, 2, 1))
    )  # shape (n, T, Q), per year
    total = np.einsum("ntq,t->nq", hazard, np.array(days) / DAYS_PER_YEAR)
    net = np.quantile(-np.expm1(-total), (0.05, 0.5, 0.95), axis=0)
    # At median ratios: over draws of a ratio as well, the mean of exp(beta x) need not exist.
    beta = np.median(draws.hazard_loading, axis=0)
    mean_factor = np.exp(beta @ np.einsum("ntk,t->k", level, share) / len(level))
    overall = np.einsum("ntq,t->q", np.exp(level @ beta.T), share) / len(level)
    for q in spec.base_edge:  # the neutral hazard is lower than the base rate by the spread allowed for
        overall[q] *= np.exp(-beta[q] @ spec.covariance @ beta[q] / 2)
    return net, mean_factor, overall / mean_factor


def _given(scenario: Scenario, spec: ModelSpec, draws: Draws, q: int) -> tuple[float, float]:
    within = scenario.transitions[q].within_12_months
    if within:
        return within
    beta = draws.hazard_loading[:, q]
    allowed = np.einsum("nk,kl,nl->n", beta, spec.covariance, beta) / 2
    low, high = np.quantile(-np.expm1(-np.exp(draws.log_hazard[:, q] + allowed)), (0.05, 0.95))
    return float(low), float(high)
