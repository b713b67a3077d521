"""Block 3 of the PyMC model: hazards between states, survival so far and dated transitions.

log q[a->b](t) = gamma_ab + beta_ab . x[t]     per year, constant within a step
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.evidence.snapshot import Snapshot
from forecast.model.drivers import Drivers, elicited
from forecast.model.spec import ModelSpec

__all__ = ["add_transitions"]


def add_transitions(spec: ModelSpec, snapshot: Snapshot, drivers: Drivers) -> None:
    """Add the hazards and the history of states to the model on the stack."""
    n_edges, n_drivers = len(spec.edges), len(spec.drivers)
    beta: Any = pt.zeros((n_edges, n_drivers))
    if len(spec.ratio):
        ratio = elicited("ratio", spec.ratio, "ratio_pair")
        rows = (spec.ratio_edge[:, None] == np.arange(n_edges)).astype(float)
        columns = (spec.ratio_driver[:, None] == np.arange(n_drivers)).astype(float)
        beta = rows.T @ (ratio[:, None] * columns)
    gamma: Any = pt.zeros(n_edges)
    if len(spec.net):
        net = elicited("net", spec.net, "net_edge")
        gamma = gamma + net @ (spec.net_edge[:, None] == np.arange(n_edges)).astype(float)
    if len(spec.base_shape):
        mean_hazard = pm.Gamma("mean_hazard", alpha=spec.base_shape, beta=spec.base_rate, dims="base_edge")
        correction = pt.sum((beta @ spec.covariance) * beta, axis=1)[spec.base_edge] / 2
        place = (spec.base_edge[:, None] == np.arange(n_edges)).astype(float)
        gamma = gamma + (pt.log(mean_hazard) - correction) @ place
    gamma = pm.Deterministic("log_hazard", gamma, dims="edge")
    log_hazard = gamma + drivers.level @ beta.T
    at_risk = snapshot.state_years[:, spec.edge_from]
    pm.Potential("survival", -pt.sum(at_risk * pt.exp(log_hazard)))
    if len(snapshot.transition_index):
        pm.Potential("transitions", pt.sum(log_hazard[snapshot.transition_step, snapshot.transition_index]))
