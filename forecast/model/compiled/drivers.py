"""Kernels of block 1: the drivers' paths forward in time, and the gradient backward.

    x[0] = at_start,   x[t] = (I - Phi) (mu + A x[t-1]) + Phi x[t-1] + S u[t] + s[t] - Phi s[t-1]

with shocks u[0] = e[0] and u[t] = L e[t]. Names ending in ``_bar`` are derivatives of the log density.
"""

# Kernels are compiled by type and stay without annotations.
# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, Group, integer, integers, reals, table

__all__ = ["driver_paths", "driver_paths_bar", "elicited", "shock_factor", "shock_factor_bar", "stable"]

_SQUARINGS = 16  # M^65536: a spectral radius of 1 or more cannot shrink
_LN2 = np.log(2.0)


@kernel
def elicited(words, z):
    """Elicited quantities on the scale on which they are normal, and themselves."""
    linear = reals(words, Field.PRIOR_LOC) + reals(words, Field.PRIOR_SCALE) * z
    sign = integers(words, Field.PRIOR_SIGN)
    values = linear.copy()
    for i in range(len(z)):
        if sign[i] != 0:
            values[i] = sign[i] * np.exp(linear[i])
    return linear, values


@kernel
def shock_factor(partial, n_drivers):
    """Cholesky factor of the shocks' correlations from partial correlations on (0, 1); the identity without any."""
    factor = np.eye(n_drivers)
    if len(partial) == 0:
        return factor
    i = 0
    for row in range(n_drivers):
        left = 1.0  # what the columns so far leave of the row's unit length
        for column in range(row):
            rho = 2 * partial[i] - 1
            factor[row, column] = rho * left
            left *= np.sqrt(1 - rho**2)
            i += 1
        factor[row, row] = left
    return factor


@kernel
def shock_factor_bar(partial, factor_bar, partial_bar):
    """Add the derivatives with respect to the partial correlations."""
    n_drivers, last = len(factor_bar), 0
    for row in range(1, n_drivers):
        first, last = last, last + row
        left = np.ones(row + 1)
        for column in range(row):
            left[column + 1] = left[column] * np.sqrt(1 - (2 * partial[first + column] - 1) ** 2)
        left_bar = factor_bar[row, row]
        for column in range(row - 1, -1, -1):
            rho = 2 * partial[first + column] - 1
            root = np.sqrt(1 - rho**2)
            rho_bar = left[column] * (factor_bar[row, column] - left_bar * rho / root)
            left_bar = left_bar * root + factor_bar[row, column] * rho
            partial_bar[first + column] += 2 * rho_bar


@kernel
def stable(words, values):
    """Whether the drivers' dynamics die out: spectral radius of M below 1."""
    first = integers(words, Field.GROUP_FIRST)
    effect = values[first[Group.INFLUENCE] : first[Group.INFLUENCE + 1]]
    half_life = values[first[Group.HALF_LIFE] : first[Group.HALF_LIFE + 1]]
    to, from_ = integers(words, Field.INFLUENCE_TO), integers(words, Field.INFLUENCE_FROM)
    if integer(words, Field.CYCLIC) == 0:
        return True
    row_sum = np.zeros(len(half_life))
    for i in range(len(effect)):
        row_sum[to[i]] += abs(effect[i])
    if np.max(row_sum) < 1:  # bounds the spectral radius of |A|, and that below 1 suffices
        return True
    power = np.zeros((len(half_life), len(half_life)))
    for k in range(len(half_life)):
        power[k, k] = 2.0 ** (-1 / half_life[k])
    for i in range(len(effect)):
        power[to[i], from_[i]] += (1 - power[to[i], to[i]]) * effect[i]
    return _dies_out(power)


@kernel
def _dies_out(power):
    n = len(power)
    for _ in range(_SQUARINGS):
        squared = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                if power[i, j] != 0:
                    for k in range(n):
                        squared[i, k] += power[i, j] * power[j, k]
        power = np.minimum(np.maximum(squared, -1e30), 1e30)
    return np.sum(power**2) < 1


@kernel
def driver_paths(words, values, innovation, factor, gain, aim):
    """Levels and unit-variance shocks of every step.

    With a gain, innovations are first moved by -gain (level expected from the step before - aim), in place.

    Parameters
    ----------
    words : ndarray of int64
        The buffer of :mod:`forecast.model.compiled.layout`.
    values : ndarray
        All elicited quantities.
    innovation : ndarray, shape (T, K)
    factor : ndarray, shape (K, K)
    gain, aim : ndarray, shape (T, K) or (0, K)

    Returns
    -------
    ndarray, ndarray, shape (T, K)
    """
    n_steps, n_drivers = innovation.shape
    first = integers(words, Field.GROUP_FIRST)
    long_run = values[first[Group.LONG_RUN] : first[Group.LONG_RUN + 1]]
    half_life = values[first[Group.HALF_LIFE] : first[Group.HALF_LIFE + 1]]
    effect = values[first[Group.INFLUENCE] : first[Group.INFLUENCE + 1]]
    swing = values[first[Group.DRIVER_SEASON] : first[Group.DRIVER_SEASON + 1]]
    start, spread = reals(words, Field.START_LOC), reals(words, Field.START_SCALE)
    to, from_ = integers(words, Field.INFLUENCE_TO), integers(words, Field.INFLUENCE_FROM)
    seasonal = integers(words, Field.DRIVER_SEASON_DRIVER)
    wave = table(words, Field.DRIVER_WAVE, len(seasonal))
    correlated = len(reals(words, Field.PARTIAL_SHAPE)) > 0
    persistence = 2.0 ** (-1 / half_life)
    scale = np.sqrt(1 - persistence**2)
    level, shock = np.empty((n_steps, n_drivers)), innovation.copy()
    for k in range(n_drivers):
        level[0, k] = start[k] + spread[k] * innovation[0, k]
    for t in range(1, n_steps):
        for k in range(n_drivers):
            level[t, k] = (1 - persistence[k]) * long_run[k] + persistence[k] * level[t - 1, k]
        for i in range(len(effect)):
            level[t, to[i]] += (1 - persistence[to[i]]) * effect[i] * level[t - 1, from_[i]]
        for i in range(len(seasonal)):
            k = seasonal[i]
            level[t, k] += swing[i] * (wave[t, i] - persistence[k] * wave[t - 1, i])
        if len(gain):
            for k in range(n_drivers):
                innovation[t, k] -= gain[t, k] * (level[t, k] - aim[t, k])
        for k in range(n_drivers):
            shock[t, k] = _correlated(factor, innovation, t, k) if correlated else innovation[t, k]
            level[t, k] += scale[k] * shock[t, k]
    return level, shock


@kernel
def _correlated(factor, innovation, t, k):
    total = 0.0
    for j in range(k + 1):
        total += factor[k, j] * innovation[t, j]
    return total


@kernel
def driver_paths_bar(
    words, values, innovation, factor, gain, level, shock, level_bar, shock_bar, moved_bar, values_bar
):
    """Derivatives with respect to the innovations and the factor; those of elicited quantities are added.

    Parameters
    ----------
    level_bar, shock_bar : ndarray, shape (T, K)
        Derivatives with respect to what :func:`driver_paths` returns; used up.
    moved_bar : ndarray, shape (T, K) or (0, K)
        With a gain: derivatives with respect to the innovations moved by it.
    values_bar : ndarray
        Added to.

    Returns
    -------
    ndarray, shape (T, K); ndarray, shape (K, K)
    """
    n_steps, n_drivers = innovation.shape
    first = integers(words, Field.GROUP_FIRST)
    long_run = values[first[Group.LONG_RUN] : first[Group.LONG_RUN + 1]]
    half_life = values[first[Group.HALF_LIFE] : first[Group.HALF_LIFE + 1]]
    effect = values[first[Group.INFLUENCE] : first[Group.INFLUENCE + 1]]
    swing = values[first[Group.DRIVER_SEASON] : first[Group.DRIVER_SEASON + 1]]
    long_run_bar = values_bar[first[Group.LONG_RUN] : first[Group.LONG_RUN + 1]]
    half_life_bar = values_bar[first[Group.HALF_LIFE] : first[Group.HALF_LIFE + 1]]
    effect_bar = values_bar[first[Group.INFLUENCE] : first[Group.INFLUENCE + 1]]
    swing_bar = values_bar[first[Group.DRIVER_SEASON] : first[Group.DRIVER_SEASON + 1]]
    spread = reals(words, Field.START_SCALE)
    to, from_ = integers(words, Field.INFLUENCE_TO), integers(words, Field.INFLUENCE_FROM)
    seasonal = integers(words, Field.DRIVER_SEASON_DRIVER)
    wave = table(words, Field.DRIVER_WAVE, len(seasonal))
    persistence = 2.0 ** (-1 / half_life)
    scale = np.sqrt(1 - persistence**2)
    persistence_bar = np.zeros(n_drivers)
    expected_bar = np.empty(n_drivers)  # of the level expected from the step before
    for t in range(n_steps - 1, 0, -1):
        for k in range(n_drivers):
            expected_bar[k] = level_bar[t, k]
            shock_bar[t, k] += level_bar[t, k] * scale[k]
            persistence_bar[k] -= level_bar[t, k] * persistence[k] / scale[k] * shock[t, k]
        if len(gain):
            for j in range(n_drivers):
                bar = moved_bar[t, j]
                for k in range(j, n_drivers):
                    bar += factor[k, j] * shock_bar[t, k]
                expected_bar[j] -= gain[t, j] * bar
        for i in range(len(seasonal)):
            k = seasonal[i]
            swing_bar[i] += expected_bar[k] * (wave[t, i] - persistence[k] * wave[t - 1, i])
            persistence_bar[k] -= expected_bar[k] * swing[i] * wave[t - 1, i]
        for i in range(len(effect)):
            k, j = to[i], from_[i]
            effect_bar[i] += expected_bar[k] * (1 - persistence[k]) * level[t - 1, j]
            level_bar[t - 1, j] += expected_bar[k] * (1 - persistence[k]) * effect[i]
            persistence_bar[k] -= expected_bar[k] * effect[i] * level[t - 1, j]
        for k in range(n_drivers):
            long_run_bar[k] += expected_bar[k] * (1 - persistence[k])
            persistence_bar[k] += expected_bar[k] * (level[t - 1, k] - long_run[k])
            level_bar[t - 1, k] += expected_bar[k] * persistence[k]
    for k in range(n_drivers):
        half_life_bar[k] += persistence_bar[k] * persistence[k] * _LN2 / half_life[k] ** 2
        shock_bar[0, k] += level_bar[0, k] * spread[k]
    return _innovation_bar(words, innovation, factor, shock_bar)


@kernel
def _innovation_bar(words, innovation, factor, shock_bar):
    n_steps, n_drivers = innovation.shape
    factor_bar = np.zeros((n_drivers, n_drivers))
    if len(reals(words, Field.PARTIAL_SHAPE)) == 0:
        return shock_bar, factor_bar
    bar = np.zeros((n_steps, n_drivers))
    bar[0] = shock_bar[0]
    for t in range(1, n_steps):
        for k in range(n_drivers):
            for j in range(k + 1):
                bar[t, j] += shock_bar[t, k] * factor[k, j]
                factor_bar[k, j] += shock_bar[t, k] * innovation[t, j]
    return bar, factor_bar
