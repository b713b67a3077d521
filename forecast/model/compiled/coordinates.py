"""Kernels of the sampler's coordinates: an affine map from positions, nearly standard normal, to points of the model.

    point = centre + path(scale (position + sum of shrink (b . position) b))

``path`` acts on the innovations alone. Given rough information on each driver's level in each step, the innovations'
conditional law given the path so far is d[t] = -gain[t] x[t-1] + scale[t] y[t], with d and x the deviations of
innovation and level from the centre and y standard normal: a Kalman smoother run backward gives gain and scale.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.kernel import kernel, vector_kernel
from forecast.model.compiled.layout import Field, integer, reals, table

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
def to_point(words, position, point):
    """Write the point at a position."""
    point[:] = position
    _squeeze(point, table(words, Field.BASIS, len(point)), reals(words, Field.SHRINK))
    point *= reals(words, Field.SCALE)
    persistence, n_drivers = reals(words, Field.PATH_PERSISTENCE), integer(words, Field.N_DRIVERS)
    gain, reach = table(words, Field.PATH_GAIN, n_drivers), table(words, Field.PATH_REACH, n_drivers)
    n_steps = len(gain)
    moved = point[: n_steps * n_drivers].reshape((n_steps, n_drivers))
    deviation = np.zeros(n_drivers)
    for t in range(n_steps):
        for k in range(n_drivers):
            moved[t, k] -= gain[t, k] * deviation[k]
            deviation[k] = persistence[k] * deviation[k] + reach[t, k] * moved[t, k]
    point += reals(words, Field.CENTRE)


@kernel
def to_position(words, gradient):
    """Turn a gradient in the point into one in the position, in place: the transposed map."""
    persistence, n_drivers = reals(words, Field.PATH_PERSISTENCE), integer(words, Field.N_DRIVERS)
    gain, reach = table(words, Field.PATH_GAIN, n_drivers), table(words, Field.PATH_REACH, n_drivers)
    n_steps = len(gain)
    moved_bar = gradient[: n_steps * n_drivers].reshape((n_steps, n_drivers))
    deviation_bar = np.zeros(n_drivers)
    for t in range(n_steps - 1, -1, -1):
        for k in range(n_drivers):
            bar = moved_bar[t, k] + reach[t, k] * deviation_bar[k]
            deviation_bar[k] = persistence[k] * deviation_bar[k] - gain[t, k] * bar
            moved_bar[t, k] = bar
    gradient *= reals(words, Field.SCALE)
    _squeeze(gradient, table(words, Field.BASIS, len(gradient)), reals(words, Field.SHRINK))
