"""Kernels of the grades: what each is worth, how reports of one event add up, and a type's mix of grades."""

# mypy: allow-untyped-defs

from __future__ import annotations

import math

import numpy as np

from forecast.evidence.grades import MAX_WEIGHT
from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, integer, integers, reals, table
from forecast.model.grades import GAP_SD, LEVEL_SD, UNKNOWN_SD

__all__ = [
    "grade_table",
    "grade_table_bar",
    "log_gamma_variates",
    "mark_weight",
    "mark_weight_bar",
    "mean_weight",
    "mean_weight_bar",
    "mixes",
    "mixes_bar",
]


@kernel
def _effects(fixed, z):
    """Effects of five ordered grades and the unknown one; their mean over the five stays as it is."""
    effects, below, sum_below, mean = np.empty(6), 0.0, 0.0, np.mean(fixed)
    for j in range(4):
        below += (fixed[j] - fixed[j + 1]) * np.exp(GAP_SD * z[j])
        effects[j + 1] = -below
        sum_below += below
    effects[0] = 0.0
    effects[:5] += mean + sum_below / 5
    effects[5] = mean + UNKNOWN_SD * z[4]
    return effects


@kernel
def _effects_bar(fixed, z, effects_bar, z_bar):
    z_bar[4] += UNKNOWN_SD * effects_bar[5]
    mean_bar, gap_bar = np.sum(effects_bar[:5]) / 5, 0.0
    for j in range(3, -1, -1):
        gap_bar += mean_bar - effects_bar[j + 1]  # the gap stands in all grades below it
        z_bar[j] += gap_bar * (fixed[j] - fixed[j + 1]) * np.exp(GAP_SD * z[j]) * GAP_SD


@kernel
def grade_table(words, letter_z, digit_z):
    """Weights by letter and digit, shape (6, 6)."""
    if integer(words, Field.LEARN_GRADES) == 0:
        return table(words, Field.GRADE_WEIGHT, 6).copy()
    letters = _effects(reals(words, Field.LETTER_EFFECT), letter_z[1:]) + LEVEL_SD * letter_z[0]
    digits = _effects(reals(words, Field.DIGIT_EFFECT), digit_z)
    weights = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            weights[i, j] = min(1 / (1 + np.exp(-letters[i] - digits[j])), MAX_WEIGHT)
    return weights


@kernel
def grade_table_bar(words, letter_z, digit_z, weights, weights_bar, letter_z_bar, digit_z_bar):
    """Add the derivatives with respect to the unknowns of the grades."""
    if integer(words, Field.LEARN_GRADES) == 0:
        return
    letters_bar, digits_bar = np.zeros(6), np.zeros(6)
    for i in range(6):
        for j in range(6):
            if weights[i, j] < MAX_WEIGHT:
                bar = weights_bar[i, j] * weights[i, j] * (1 - weights[i, j])
                letters_bar[i] += bar
                digits_bar[j] += bar
    letter_z_bar[0] += LEVEL_SD * np.sum(letters_bar)
    _effects_bar(reals(words, Field.LETTER_EFFECT), letter_z[1:], letters_bar, letter_z_bar[1:])
    _effects_bar(reals(words, Field.DIGIT_EFFECT), digit_z, digits_bar, digit_z_bar)


@kernel
def mark_weight(grades, weights):
    """Chance that a mark is genuine: 1 - prod(1 - w) over its origins, at most MAX_WEIGHT where there are several."""
    doubt = 1.0
    for grade in grades:
        doubt *= 1 - weights[grade // 6, grade % 6]
    return min(1 - doubt, MAX_WEIGHT) if len(grades) > 1 else 1 - doubt


@kernel
def mark_weight_bar(grades, weights, bar, weights_bar):
    """Add the derivatives with respect to the table of weights."""
    for i in range(len(grades)):
        others = 1.0
        for j in range(len(grades)):
            if j != i:
                others *= 1 - weights[grades[j] // 6, grades[j] % 6]
        doubt = others * (1 - weights[grades[i] // 6, grades[i] % 6])
        if len(grades) == 1 or 1 - doubt < MAX_WEIGHT:
            weights_bar[grades[i] // 6, grades[i] % 6] += bar * others


@kernel
def _log_gamma_variate(z, shape):
    """The log of a Gamma(shape, 1) variable as a function of a nearly standard normal one, and its first derivatives.

    y = log(a + 1/2) + 0.7 z / sqrt(a + 1) + log Phi(z) / a. A small shape a gives log g a long exponential left tail
    beside a steep wall, which no linear scale fits; log Phi(z) / a is that tail exactly (g^(1/a) nearly uniform).

    Returns
    -------
    float, float, float
        y, dy/dz, and the derivative of log dy/dz.
    """
    below = 0.5 * math.erfc(-z / math.sqrt(2))
    mills = math.exp(-0.5 * z**2) / math.sqrt(2 * math.pi) / below
    linear = 0.7 / math.sqrt(shape + 1)
    slope = linear + mills / shape
    return math.log(shape + 0.5) + linear * z + math.log(below) / shape, slope, -mills * (z + mills) / shape / slope


@kernel
def log_gamma_variates(z, shapes):
    """The function above for tables of numbers, shapes (n, m, 6) and (m, 6): log g and its derivative."""
    log_gamma, slope = np.empty(z.shape), np.empty(z.shape)
    for s in range(len(z)):
        for m in range(len(shapes)):
            for i in range(6):
                log_gamma[s, m, i], slope[s, m, i], _ = _log_gamma_variate(z[s, m, i], shapes[m, i])
    return log_gamma, slope


@kernel
def mixes(z, shapes):
    """Shares of six grades, six Gamma variables over their sum.

    Returns
    -------
    ndarray, shape (4, n, 6)
        The shares; the Gamma variables g; the derivative of log g; the derivative of that one's log.
    float
        Log density of the z.
    """
    mixed, total = np.empty((4, *z.shape)), 0.0
    share, gamma, slope, bend = mixed
    log_gamma = np.empty(6)
    for m in range(len(z)):
        for i in range(6):
            log_gamma[i], slope[m, i], bend[m, i] = _log_gamma_variate(z[m, i], shapes[m, i])
            gamma[m, i] = math.exp(log_gamma[i])
            total += shapes[m, i] * log_gamma[i] - gamma[m, i] + math.log(slope[m, i])
        share[m] = np.exp(log_gamma - np.max(log_gamma))
        share[m] /= np.sum(share[m])
    return mixed, total


@kernel
def mixes_bar(shapes, mixed, log_share_bar, z_bar):
    """Add the derivatives with respect to the z, of the log shares and of their own density."""
    share, gamma, slope, bend = mixed
    for m in range(len(shapes)):
        whole = np.sum(log_share_bar[m])
        for i in range(6):
            bar = log_share_bar[m, i] - whole * share[m, i] + shapes[m, i] - gamma[m, i]
            z_bar[m, i] += bar * slope[m, i] + bend[m, i]


@kernel
def mean_weight(words, letters, digits, weights):
    """Weight of each type averaged over its unknown mix of grades, shape (E,); 0 for types without a mix.

    Parameters
    ----------
    letters, digits : ndarray, shape (n, 6)
        Shares.
    """
    mixed = integers(words, Field.MIX_TYPE)
    mean = np.zeros(integer(words, Field.N_EVENTS))
    for m in range(len(mixed)):
        for i in range(6):
            for j in range(6):
                mean[mixed[m]] += letters[m, i] * weights[i, j] * digits[m, j]
    return mean


@kernel
def mean_weight_bar(words, letters, digits, weights, mean_bar, log_letters_bar, log_digits_bar, weights_bar):
    """Add the derivatives with respect to the log shares and the table of weights."""
    mixed = integers(words, Field.MIX_TYPE)
    for m in range(len(mixed)):
        bar = mean_bar[mixed[m]]
        for i in range(6):
            for j in range(6):
                part = bar * letters[m, i] * digits[m, j]
                log_letters_bar[m, i] += part * weights[i, j]
                log_digits_bar[m, j] += part * weights[i, j]
                weights_bar[i, j] += part
