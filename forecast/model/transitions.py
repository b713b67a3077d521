"""Block 3 of the PyMC model: hazards between states, survival so far and dated transitions.

log q[a->b](t) = gamma_ab + beta_ab . x[t]     per year, constant within a step

A state with ``min_duration`` d is entered by a spell that holds: spells begin with the hazard q / P(hold) and break
with the constant hazard -log P(hold) / d. ``ageing`` multiplies a transition's hazard by (1 + age / age0)^delta, taken
at the middle of each day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.model.data import Data
from forecast.model.drivers import Drivers, elicited
from forecast.model.spec import ModelSpec
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["add_transitions"]


def add_transitions(spec: ModelSpec, data: Data, drivers: Drivers) -> None:
    """Add the hazards and the history of states to the model on the stack."""
    n_edges, n_drivers = len(spec.edges), len(spec.drivers)
    beta: Any = pt.zeros((n_edges, n_drivers))
    if len(spec.ratio):
        ratio = elicited("ratio", spec.ratio, "ratio_pair")
        columns = (spec.ratio_driver[:, None] == np.arange(n_drivers)).astype(float)
        beta = _rows(spec.ratio_edge, n_edges).T @ (ratio[:, None] * columns)
    gamma: Any = pt.zeros(n_edges)
    if len(spec.net):
        gamma = gamma + elicited("net", spec.net, "net_edge") @ _rows(spec.net_edge, n_edges)
    if len(spec.base_shape):
        mean_hazard = pm.Gamma("mean_hazard", alpha=spec.base_shape, beta=spec.base_rate, dims="base_edge")
        correction = pt.sum((beta @ spec.covariance) * beta, axis=1)[spec.base_edge] / 2
        gamma = gamma + (pt.log(mean_hazard) - correction) @ _rows(spec.base_edge, n_edges)
    if len(spec.breaks):
        gamma = gamma + _add_breaks(spec, data) @ _rows(spec.breaks_state, len(spec.states))[:, spec.edge_to]
    gamma = pm.Deterministic("log_hazard", gamma, dims="edge")
    log_hazard = gamma + drivers.level @ beta.T
    pm.Potential("survival", -pt.sum(data("at_risk") * pt.exp(log_hazard)))
    pm.Potential("transitions", pt.sum(log_hazard[data("transition_step"), data("transition_index")]))
    if len(spec.ageing):
        _add_ageing(spec, data, log_hazard)


def _add_breaks(spec: ModelSpec, data: Data) -> Any:
    """Add what spells say about their breaking; returns minus the log chance that one holds, by state."""
    minus_log_hold = pt.softplus(elicited("breaks", spec.breaks, "held_state"))
    hazard = minus_log_hold * DAYS_PER_YEAR / spec.held_after[spec.breaks_state]
    pm.Potential("spells", pt.sum(data("spell_breaks") * pt.log(hazard) - data("spell_years") * hazard))
    return minus_log_hold


def _add_ageing(spec: ModelSpec, data: Data, log_hazard: Any) -> None:
    exponent = elicited("ageing", spec.ageing, "aged_edge") @ _rows(spec.ageing_edge, len(spec.edges))
    edge = data("aged_day_edge")
    hazard = pt.exp(log_hazard[data("aged_day_step"), edge] + exponent[edge] * data("aged_day_log_age"))
    at_change = exponent[data("transition_index")] * data("transition_log_age")
    pm.Potential("aged_days", pt.sum(at_change) - pt.sum(hazard) / DAYS_PER_YEAR)


def _rows(index: np.ndarray, n: int) -> np.ndarray:
    """Matrix that puts entries in their places: row i has a 1 in column index[i]."""
    return (index[:, None] == np.arange(n)).astype(float)
