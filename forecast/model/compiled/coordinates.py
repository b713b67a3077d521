"""Kernels of the sampler's coordinates: a map of constant volume from positions, nearly standard normal, to points.

    others = position + sum of shrink (b . position) b
    path   = scale (position - sum of others[j] pull[j])
    point  = path map(centre + (path, others))

First the unknowns besides the innovations are squeezed along some directions b; then each pulls the innovations of
the drivers that it tells about, by as much as their mean moves when it moves. The path map moves the innovations alone,
each by what is known before it: e[t] = d[t] - gain[t] (m[t] - aim[t]), m[t] the level that the path so far, long-run
level, persistence and influences lead to expect and aim[t] that of the centre. Where the evidence says much about
levels the gain is near its largest and d[t] stands for the level itself, so that other unknowns are free to move
without it (as centring does); where it says nothing the innovation stays what it is. Gain and scale come from an
information filter run backward.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.drivers import driver_paths, elicited, shock_factor
from forecast.model.compiled.kernel import kernel, vector_kernel
from forecast.model.compiled.layout import Field, integer, integers, reals, table

__all__ = ["to_free_point", "to_point", "to_position"]


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


@vector_kernel
def _pull(path, others, pull, driver, by):
    """Take from the path of each driver what the other unknowns pull, in place; pulls stand in the drivers' order."""
    n_steps, i = len(path), 0
    moved = np.empty(n_steps)
    while i < len(driver):
        k = driver[i]
        moved[:] = 0.0
        while i < len(driver) and driver[i] == k:
            for t in range(n_steps):
                moved[t] += pull[i, t] * others[by[i]]
            i += 1
        for t in range(n_steps):
            path[t, k] -= moved[t]


@vector_kernel
def _pull_bar(path_bar, others_bar, pull, driver, by):
    """Add the derivatives with respect to the other unknowns."""
    n_steps, k = len(path_bar), -1
    along = np.empty(n_steps)
    for i in range(len(driver)):
        if driver[i] != k:
            k = driver[i]
            for t in range(n_steps):
                along[t] = path_bar[t, k]
        total = 0.0
        for t in range(n_steps):
            total += pull[i, t] * along[t]
        others_bar[by[i]] -= total


@kernel
def _path_and_others(words, point):
    """Innovations, shape (T, K), and all other unknowns: views of a point or of a gradient."""
    n_steps, n_drivers = integer(words, Field.N_STEPS), integer(words, Field.N_DRIVERS)
    at = n_steps * n_drivers
    return point[:at].reshape((n_steps, n_drivers)), point[at:]


@kernel
def _pulls(words, n_steps):
    return table(words, Field.PULL, n_steps), integers(words, Field.PULL_DRIVER), integers(words, Field.PULL_BY)


@kernel
def to_free_point(words, position, point):
    """Write the point at a position but for the path map: innovations are still to be moved by their gain."""
    point[:] = position
    path, others = _path_and_others(words, point)
    _squeeze(others, table(words, Field.BASIS, len(others)), reals(words, Field.SHRINK))
    _pull(path, others, *_pulls(words, len(path)))
    path *= table(words, Field.PATH_SCALE, integer(words, Field.N_DRIVERS))
    point += reals(words, Field.CENTRE)


@kernel
def to_point(words, position, point):
    """Write the point at a position."""
    to_free_point(words, position, point)
    n_drivers = integer(words, Field.N_DRIVERS)
    at = integer(words, Field.N_STEPS) * n_drivers
    end = at + len(reals(words, Field.PRIOR_LOC))
    odds = end + len(reals(words, Field.HAZARD_LOC))
    partial = 1 / (1 + np.exp(-point[odds : odds + len(reals(words, Field.PARTIAL_SHAPE))]))
    innovation = point[:at].reshape((at // n_drivers, n_drivers))
    gain, aim = table(words, Field.PATH_GAIN, n_drivers), table(words, Field.PATH_AIM, n_drivers)
    values = elicited(words, point[at:end])[1]
    driver_paths(words, values, innovation, shock_factor(partial, n_drivers), gain, aim)


@kernel
def to_position(words, gradient):
    """Turn the gradient by what :func:`to_free_point` writes into one by the position, in place: the transposed map."""
    path_bar, others_bar = _path_and_others(words, gradient)
    path_bar *= table(words, Field.PATH_SCALE, integer(words, Field.N_DRIVERS))
    _pull_bar(path_bar, others_bar, *_pulls(words, len(path_bar)))
    _squeeze(others_bar, table(words, Field.BASIS, len(others_bar)), reals(words, Field.SHRINK))
