"""Kernels of the sampler's coordinates: a map of constant volume from positions, nearly standard normal, to points.

    point = path(centre + scale (position + sum of shrink (b . position) b))

``path`` moves the innovations alone, each by what is known before it: e[t] = d[t] - gain[t] (m[t] - aim[t]), m[t] the
level that the path so far, long-run level, persistence and influences lead to expect and aim[t] that of the centre.
Where the evidence says much about levels the gain is near its largest and d[t] stands for the level itself, so that
other unknowns are free to move without it (as centring does); where it says nothing the innovation stays what it is.
Gain and scale come from an information filter run backward.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.drivers import driver_paths, driver_paths_bar, elicited, shock_factor, shock_factor_bar
from forecast.model.compiled.kernel import kernel, vector_kernel
from forecast.model.compiled.layout import Field, integer, integers, reals, table

__all__ = ["to_point", "to_position"]


@vector_kernel
def _squeeze(vector, basis, shrink):
    """Apply the symmetric matrix I + sum of shrink b b', b the rows of an orthonormal basis, in place."""
    along = np.zeros(len(shrink))
    for i in range(len(shrink)):
        total = 0.0
        for j in range(len(vector)):
            total += basis[i, j] * vector[j]
        along[i] = shrink[i] * total
    for i in range(len(shrink)):
        for j in range(len(vector)):
            vector[j] += along[i] * basis[i, j]


@kernel
def _parts(words, point):
    """Innovations, elicited quantities, log odds of partial correlations: views of a point or of a gradient."""
    n_drivers = integer(words, Field.N_DRIVERS)
    at = integer(words, Field.N_STEPS) * n_drivers
    end = at + len(reals(words, Field.PRIOR_LOC))
    odds = end + len(reals(words, Field.HAZARD_LOC))
    return (
        point[:at].reshape((at // n_drivers, n_drivers)),
        point[at:end],
        point[odds : odds + len(reals(words, Field.PARTIAL_SHAPE))],
    )


@kernel
def to_point(words, position, point):
    """Write the point at a position."""
    point[:] = position
    _squeeze(point, table(words, Field.BASIS, len(point)), reals(words, Field.SHRINK))
    point *= reals(words, Field.SCALE)
    point += reals(words, Field.CENTRE)
    n_drivers = integer(words, Field.N_DRIVERS)
    innovation, z, odds = _parts(words, point)
    factor = shock_factor(1 / (1 + np.exp(-odds)), n_drivers)
    gain, aim = table(words, Field.PATH_GAIN, n_drivers), table(words, Field.PATH_AIM, n_drivers)
    driver_paths(words, elicited(words, z)[1], innovation, factor, gain, aim)


@kernel
def to_position(words, point, gradient):
    """Turn the gradient at a point into one in the position, in place: the transposed derivative of the map."""
    n_drivers = integer(words, Field.N_DRIVERS)
    innovation, z, odds = _parts(words, point)
    innovation_bar, z_bar, odds_bar = _parts(words, gradient)
    values = elicited(words, z)[1]
    partial = 1 / (1 + np.exp(-odds))
    factor, free = shock_factor(partial, n_drivers), np.zeros((0, n_drivers))
    level, shock = driver_paths(words, values, innovation, factor, free, free)
    values_bar, gain = np.zeros(len(z)), table(words, Field.PATH_GAIN, n_drivers)
    moved_bar, factor_bar = driver_paths_bar(
        words, values, innovation, factor, gain, level, shock,
        np.zeros(level.shape), np.zeros(level.shape), innovation_bar, values_bar,
    )  # fmt: skip
    innovation_bar += moved_bar
    sign, scale = integers(words, Field.PRIOR_SIGN), reals(words, Field.PRIOR_SCALE)
    for i in range(len(z)):
        z_bar[i] += scale[i] * values_bar[i] * (1.0 if sign[i] == 0 else values[i])
    if len(odds):
        partial_bar = np.zeros(len(odds))
        shock_factor_bar(partial, factor_bar, partial_bar)
        odds_bar += partial_bar * partial * (1 - partial)
    gradient *= reals(words, Field.SCALE)
    _squeeze(gradient, table(words, Field.BASIS, len(gradient)), reals(words, Field.SHRINK))
