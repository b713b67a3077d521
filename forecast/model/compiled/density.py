"""The log posterior density and its gradient at one point of the sampler's space, as one kernel.

Equal to the PyMC model's density, with the Jacobian of the transformations in :mod:`forecast.model.compiled.vector`.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from functools import cache
from typing import Any

import numba
import numpy as np

from forecast.model.compiled.coordinates import to_free_point, to_point, to_position
from forecast.model.compiled.drivers import (
    driver_paths,
    driver_paths_bar,
    elicited,
    shock_factor,
    shock_factor_bar,
    stable,
)
from forecast.model.compiled.grades import grade_table, grade_table_bar, mean_weight, mean_weight_bar, mixes, mixes_bar
from forecast.model.compiled.kernel import cached, kernel
from forecast.model.compiled.layout import Field, integer, integers, reals, table
from forecast.model.compiled.measurements import judgements, series
from forecast.model.compiled.reports import marks, rates, rates_bar, ratios, ratios_bar, silence
from forecast.model.compiled.states import log_hazards, log_hazards_bar, states

__all__ = ["density_at_position", "log_density_and_gradient", "sampler_functions"]

_FAILED = 3  # what the sampler takes as: no density here


@kernel
def log_density_and_gradient(point, words, gradient):
    """Log density at a point; its gradient is written.

    Parameters
    ----------
    point, gradient : ndarray, shape (n,)
        In the order of :class:`forecast.model.compiled.vector.Vector`.
    words : ndarray of int64
        Scenario and evidence, see :mod:`forecast.model.compiled.tables`.

    Returns
    -------
    float
        Minus infinity where the drivers are unstable.
    """
    free = np.zeros((0, integer(words, Field.N_DRIVERS)))
    return _density_and_gradient(point.copy(), words, free, free, gradient)


@kernel
def _density_and_gradient(point, words, gain, aim, gradient):
    """With a gain, innovations are first moved by it in the point; the gradient is that by the point before."""
    n_steps, n_drivers = integer(words, Field.N_STEPS), integer(words, Field.N_DRIVERS)
    n_events, n_mixed = integer(words, Field.N_EVENTS), len(integers(words, Field.MIX_TYPE))
    learned = integer(words, Field.LEARN_GRADES)
    gradient[:] = 0.0
    # The parts of the point and of the gradient.
    at = n_steps * n_drivers
    e, e_bar = point[:at].reshape((n_steps, n_drivers)), gradient[:at].reshape((n_steps, n_drivers))
    end = at + len(reals(words, Field.PRIOR_LOC))
    z, z_bar = point[at:end], gradient[at:end]
    at, end = end, end + len(reals(words, Field.HAZARD_LOC))
    u, u_bar = point[at:end], gradient[at:end]
    at, end = end, end + len(reals(words, Field.PARTIAL_SHAPE))
    r, r_bar = point[at:end], gradient[at:end]
    at, end = end, end + 6 * learned
    letter_z, letter_z_bar = point[at:end], gradient[at:end]
    at, end = end, end + 5 * learned
    digit_z, digit_z_bar = point[at:end], gradient[at:end]
    at, end = end, end + 6 * n_mixed
    letter_mix, letter_mix_bar = point[at:end].reshape((n_mixed, 6)), gradient[at:end].reshape((n_mixed, 6))
    at, end = end, end + 6 * n_mixed
    digit_mix, digit_mix_bar = point[at:end].reshape((n_mixed, 6)), gradient[at:end].reshape((n_mixed, 6))
    # Forward.
    linear, values = elicited(words, z)
    if not stable(words, values):
        return -np.inf
    log_mean_hazard = reals(words, Field.HAZARD_LOC) + reals(words, Field.HAZARD_SCALE) * u
    partial = 1 / (1 + np.exp(-r))
    factor = shock_factor(partial, n_drivers)
    level, shock = driver_paths(words, values, e, factor, gain, aim)
    weights = grade_table(words, letter_z, digit_z)
    letter_shape, digit_shape = table(words, Field.LETTER_SHAPE, 6), table(words, Field.DIGIT_SHAPE, 6)
    letters, letters_prior = mixes(letter_mix, letter_shape)
    digits, digits_prior = mixes(digit_mix, digit_shape)
    mean = mean_weight(words, letters[0], digits[0], weights)
    log_rate, rate = rates(words, linear, values, n_steps)
    log_ratio, ratio = ratios(words, values, level)
    gamma = log_hazards(words, values, log_mean_hazard)
    # Terms, each adding its derivatives.
    linear_bar, values_bar = np.zeros(len(z)), np.zeros(len(z))
    level_bar, shock_bar = np.zeros((n_steps, n_drivers)), np.zeros((n_steps, n_drivers))
    log_rate_bar, log_ratio_bar = np.zeros((n_steps, n_events)), np.zeros((n_steps, n_events))
    weights_bar, mean_bar, gamma_bar = np.zeros((6, 6)), np.zeros(n_events), np.zeros(len(gamma))
    letters_bar, digits_bar = np.zeros((n_mixed, 6)), np.zeros((n_mixed, 6))
    log_hazard_bar = np.zeros(len(u))
    total = reals(words, Field.CONSTANT)[0] + letters_prior + digits_prior
    total += silence(words, values, rate, ratio, mean, log_rate_bar, log_ratio_bar, mean_bar, values_bar)
    total += marks(
        words, linear, values, weights, level, shock, log_rate, log_ratio, rate, ratio,
        linear_bar, values_bar, weights_bar, level_bar, shock_bar, log_rate_bar, log_ratio_bar,
    )  # fmt: skip
    total += series(words, linear, values, level, linear_bar, values_bar, level_bar)
    total += judgements(words, level, level_bar)
    total += states(words, values, gamma, level, gamma_bar, values_bar, level_bar)
    total += _prior(words, e, z, log_mean_hazard, partial, letter_z, digit_z)
    # Backward.
    rates_bar(words, log_rate_bar, linear_bar, values_bar)
    ratios_bar(words, values, level, log_ratio_bar, level_bar, values_bar)
    log_hazards_bar(words, values, gamma_bar, values_bar, log_hazard_bar)
    mean_weight_bar(words, letters[0], digits[0], weights, mean_bar, letters_bar, digits_bar, weights_bar)
    mixes_bar(letter_shape, letters, letters_bar, letter_mix_bar)
    mixes_bar(digit_shape, digits, digits_bar, digit_mix_bar)
    grade_table_bar(words, letter_z, digit_z, weights, weights_bar, letter_z_bar, digit_z_bar)
    e_bar -= e
    path_bar, factor_bar = driver_paths_bar(
        words, values, e, factor, gain, level, shock, level_bar, shock_bar, e_bar, values_bar
    )
    e_bar += path_bar
    sign = integers(words, Field.PRIOR_SIGN)
    scale = reals(words, Field.PRIOR_SCALE)
    for i in range(len(z)):
        slope = 1.0 if sign[i] == 0 else values[i]
        z_bar[i] = scale[i] * (linear_bar[i] + values_bar[i] * slope) - z[i]
    shape, hazard_rate = reals(words, Field.HAZARD_SHAPE), reals(words, Field.HAZARD_RATE)
    u_bar[:] = reals(words, Field.HAZARD_SCALE) * (log_hazard_bar + shape - hazard_rate * np.exp(log_mean_hazard))
    if len(r):
        partial_bar = np.zeros(len(r))
        shock_factor_bar(partial, factor_bar, partial_bar)
        r_bar[:] = partial_bar * partial * (1 - partial) + reals(words, Field.PARTIAL_SHAPE) * (1 - 2 * partial)
    letter_z_bar -= letter_z
    digit_z_bar -= digit_z
    return total


@kernel
def _prior(words, e, z, log_mean_hazard, partial, letter_z, digit_z):
    """Log prior density with the Jacobians of hazards and partial correlations, less constants and mixes of grades."""
    total = -0.5 * (np.sum(e**2) + np.sum(z**2) + np.sum(letter_z**2) + np.sum(digit_z**2))
    shape, rate = reals(words, Field.HAZARD_SHAPE), reals(words, Field.HAZARD_RATE)
    total += np.sum(shape * log_mean_hazard - rate * np.exp(log_mean_hazard))
    return total + np.sum(reals(words, Field.PARTIAL_SHAPE) * np.log(partial * (1 - partial)))


@kernel
def density_at_position(position, words, gradient):
    """Log density in the sampler's coordinates, but for the constant of the map; its gradient is written."""
    n_drivers, point = integer(words, Field.N_DRIVERS), np.empty(len(position))
    to_free_point(words, position, point)
    gain, aim = table(words, Field.PATH_GAIN, n_drivers), table(words, Field.PATH_AIM, n_drivers)
    value = _density_and_gradient(point, words, gain, aim, gradient)
    to_position(words, gradient)
    return value


def _density(n, position, gradient, log_density, words):
    """Follow the sampler's calling convention: lengths and pointers in, a status out."""
    words_array = numba.carray(words, (numba.carray(words, (1,), np.int64)[0],), np.int64)
    gradient_array = numba.carray(gradient, (n,))
    value = density_at_position(numba.carray(position, (n,)), words_array, gradient_array)
    numba.carray(log_density, (1,))[0] = value
    return 0 if np.isfinite(value) and np.all(np.isfinite(gradient_array)) else _FAILED


def _expand(n, n_out, position, out, words):
    """What the sampler stores of a position: the point."""
    words_array = numba.carray(words, (numba.carray(words, (1,), np.int64)[0],), np.int64)
    to_point(words_array, numba.carray(position, (n,)), numba.carray(out, (n_out,)))
    return 0


@cache
def sampler_functions() -> tuple[Any, Any]:
    """C functions of density and stored values, for a sampler that is compiled code; read from disk where they are.

    Returns
    -------
    numba.core.ccallback.CFunc, numba.core.ccallback.CFunc
        ``int64 f(uint64 n, double *point, double *gradient, double *log_density, void *words)`` and
        ``int64 f(uint64 n, uint64 n_out, double *point, double *out, void *words)``; 0 where all went well.
    """
    double, size = numba.types.CPointer(numba.types.double), numba.types.uint64
    density = numba.types.int64(size, double, double, double, numba.types.voidptr)
    expand = numba.types.int64(size, size, double, double, numba.types.voidptr)
    return (
        cached(lambda: numba.cfunc(density, cache=True)(_density)),
        cached(lambda: numba.cfunc(expand, cache=True)(_expand)),
    )
