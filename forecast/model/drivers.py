"""Block 1 of the PyMC model: the drivers, a vector autoregression written without a scan.

    x[0] = at_start,   x[t] = (I - Phi) mu + M x[t-1] + S e[t],   M = Phi + (I - Phi) A,   S = sqrt(I - Phi^2)

A season s[t] adds s[t] - Phi s[t-1], so that deviations from it decay as all others do.

The unknowns are the standard normal innovations e (the start level's own standardised deviation in step 0), so the
prior is isotropic; the path follows from them by doubling in ceil(log2 T) matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.model.draws import partial_shape
from forecast.model.spec import ModelSpec
from forecast.scenario.priors import PriorVector

__all__ = ["Drivers", "add_drivers", "elicited", "linear_recursion"]

STABILITY_SQUARINGS = 16  # M^65536: a spectral radius of 1 or more cannot shrink


@dataclass(frozen=True)
class Drivers:
    """Tensors of shape (T, K): levels and the standardised shocks that led to them."""

    level: Any
    shock: Any
    n_steps: int


def elicited(name: str, prior: PriorVector, dim: str) -> Any:
    """Add elicited quantities to the model, as a transformation of standard normals called ``<name>_z``."""
    z = pm.Normal(f"{name}_z", dims=dim)
    linear = prior.loc + prior.scale * z
    if np.all(prior.sign == 0):
        value = linear
    elif np.all(prior.sign != 0):
        value = prior.sign * pt.exp(linear)
    else:
        value = pt.where(prior.sign == 0, linear, prior.sign * pt.exp(pt.where(prior.sign == 0, 0.0, linear)))
    return pm.Deterministic(name, value, dims=dim)


def linear_recursion(impulse: Any, matrix: Any, n_steps: int) -> Any:
    """x[t] = matrix x[t-1] + impulse[t] with x[-1] = 0, by doubling.

    After i rounds x[t] holds the last 2^i impulses; one more round adds matrix^(2^i) times the value 2^i earlier.

    Parameters
    ----------
    impulse : tensor, shape (T, K)
    matrix : tensor, shape (K, K)
    n_steps : int
        T.
    """
    path, power, reach = impulse, matrix, 1
    while reach < n_steps:
        path = pt.concatenate([path[:reach], path[reach:] + path[:-reach] @ power.T], axis=0)
        power, reach = power @ power, 2 * reach
    return path


def add_drivers(spec: ModelSpec, n_steps: int) -> Drivers:
    """Add the drivers to the model on the stack."""
    shock = _shocks(spec)
    long_run = elicited("long_run", spec.long_run, "driver")
    persistence = pt.exp2(-1 / elicited("half_life", spec.half_life, "driver"))
    matrix = pt.diag(persistence)
    if len(spec.influence):
        effect = elicited("influence", spec.influence, "effect")
        flat = spec.influence_to * len(spec.drivers) + spec.influence_from
        place = np.zeros((len(spec.influence), len(spec.drivers) ** 2))
        place[np.arange(len(flat)), flat] = 1
        effects = (effect @ place).reshape((len(spec.drivers), len(spec.drivers)))
        matrix = matrix + (1 - persistence)[:, None] * effects
    if spec.cyclic:
        pm.Potential("stable", _stability(matrix))
    pull = (1 - persistence) * long_run + pt.sqrt(1 - persistence**2) * shock[1:]
    if len(spec.driver_season):
        swing = elicited("driver_season", spec.driver_season, "seasonal_driver") * spec.driver_wave(n_steps)
        season = swing @ np.eye(len(spec.drivers))[spec.driver_season_driver]
        pull = pull + season[1:] - persistence * season[:-1]
    impulse = pt.concatenate([(spec.start.loc + spec.start.scale * shock[0])[None, :], pull], axis=0)
    level = pm.Deterministic("level", linear_recursion(impulse, matrix, n_steps), dims=("step", "driver"))
    return Drivers(level, shock, n_steps)


def _shocks(spec: ModelSpec) -> Any:
    """Unit-variance shocks of every step, shape (T, K); those after the start are correlated when asked.

    The LKJ correlation matrix is made of independent canonical partial correlations, see ``partial_shape``.
    """
    independent = pm.Normal("innovation", dims=("step", "driver"))
    if spec.shock_shape is None:
        return independent
    row, column = np.tril_indices(len(spec.drivers), -1)
    shape = partial_shape(spec)
    partial = 2 * pm.Beta("partial", shape, shape, dims="driver_pair") - 1
    below = pt.zeros((len(spec.drivers), len(spec.drivers)))[row, column].set(partial)
    left = pt.cumprod(pt.sqrt(1 - below**2), axis=1)  # what the columns so far leave of each row's unit length
    left = pt.concatenate([pt.ones((len(spec.drivers), 1)), left[:, :-1]], axis=1)
    factor = (below + np.eye(len(spec.drivers))) * left
    shocks = pt.concatenate([independent[:1], independent[1:] @ factor.T], axis=0)
    return pm.Deterministic("shock", shocks, dims=("step", "driver"))


def _stability(matrix: Any) -> Any:
    """Zero where powers of the matrix die out, minus infinity where its spectral radius is 1 or more."""
    power = matrix
    for _ in range(STABILITY_SQUARINGS):
        power = pt.clip(power @ power, -1e30, 1e30)
    return pt.switch(pt.lt(pt.sum(power**2), 1.0), 0.0, -np.inf)
