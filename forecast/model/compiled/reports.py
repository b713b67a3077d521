"""Kernels of block 2: silence, marks, groups and coded directions, each with its derivatives.

What depends on step and type stands in tables of shape (T, E): log rates at neutral drivers and log rate ratios.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.grades import mark_weight, mark_weight_bar
from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, Group, integer, integers, reals, table

__all__ = ["log_rates", "log_rates_bar", "log_ratios", "log_ratios_bar", "marks", "silence"]

_LOG_2PI = np.log(2 * np.pi)


@kernel
def log_rates(words, linear, values, n_steps):
    """Log reports per month (or relative weight) at neutral drivers, shape (T, E); 0 where none is given."""
    first = integers(words, Field.GROUP_FIRST)
    rated, seasonal = integers(words, Field.RATE_TYPE), integers(words, Field.RATE_SEASON_TYPE)
    wave = table(words, Field.RATE_WAVE, len(seasonal))
    log_rate = np.zeros((n_steps, integer(words, Field.N_EVENTS)))
    for i in range(len(rated)):
        log_rate[:, rated[i]] = linear[first[Group.RATE] + i]
    for i in range(len(seasonal)):
        log_rate[:, seasonal[i]] += values[first[Group.RATE_SEASON] + i] * wave[:, i]
    return log_rate


@kernel
def log_rates_bar(words, log_rate_bar, linear_bar, values_bar):
    """Add the derivatives with respect to rates and their seasons."""
    first = integers(words, Field.GROUP_FIRST)
    rated, seasonal = integers(words, Field.RATE_TYPE), integers(words, Field.RATE_SEASON_TYPE)
    wave = table(words, Field.RATE_WAVE, len(seasonal))
    for t in range(len(log_rate_bar)):
        for i in range(len(rated)):
            linear_bar[first[Group.RATE] + i] += log_rate_bar[t, rated[i]]
        for i in range(len(seasonal)):
            values_bar[first[Group.RATE_SEASON] + i] += log_rate_bar[t, seasonal[i]] * wave[t, i]


@kernel
def log_ratios(words, values, level):
    """Log rate ratios, loadings times levels, shape (T, E)."""
    first = integers(words, Field.GROUP_FIRST)
    kind, driver = integers(words, Field.LOADING_TYPE), integers(words, Field.LOADING_DRIVER)
    loading = values[first[Group.LOADING] : first[Group.LOADING + 1]]
    log_ratio = np.zeros((len(level), integer(words, Field.N_EVENTS)))
    for t in range(len(level)):
        for i in range(len(loading)):
            log_ratio[t, kind[i]] += loading[i] * level[t, driver[i]]
    return log_ratio


@kernel
def log_ratios_bar(words, values, level, log_ratio_bar, level_bar, values_bar):
    """Add the derivatives with respect to loadings and levels."""
    first = integers(words, Field.GROUP_FIRST)
    kind, driver = integers(words, Field.LOADING_TYPE), integers(words, Field.LOADING_DRIVER)
    loading = values[first[Group.LOADING] : first[Group.LOADING + 1]]
    loading_bar = values_bar[first[Group.LOADING] : first[Group.LOADING + 1]]
    for t in range(len(level)):
        for i in range(len(loading)):
            loading_bar[i] += log_ratio_bar[t, kind[i]] * level[t, driver[i]]
            level_bar[t, driver[i]] += log_ratio_bar[t, kind[i]] * loading[i]


@kernel
def silence(words, values, rate, ratio, mean_weight, log_rate_bar, log_ratio_bar, mean_weight_bar, values_bar):
    """Log likelihood of the counts of complete types, less the marks' rates; derivatives are added.

    With mean m: -m (Poisson), or negative binomial of size s = m / (D - 1), which is
    log G(n + s) - log G(s) - s log D - n log(s D). With a share p of the reports in, D - 1 is p times as large.

    Parameters
    ----------
    rate, ratio : ndarray, shape (T, E)
        Reports per month at neutral drivers, and how many times as many there are.
    mean_weight : ndarray, shape (E,)
    """
    n_steps, n_events = rate.shape
    exposure = table(words, Field.EXPOSURE, n_events)
    dispersed = integers(words, Field.DISPERSION_OF)
    first = integers(words, Field.GROUP_FIRST)
    n_dispersed = first[Group.DISPERSION + 1] - first[Group.DISPERSION]
    counts = table(words, Field.DISPERSED_COUNT, n_dispersed)
    shares = table(words, Field.DISPERSED_SHARE, n_dispersed)
    total = 0.0
    for t in range(n_steps):
        for e in integers(words, Field.COMPLETE):
            if exposure[t, e] == 0:
                continue
            weight, base, d = mean_weight[e], exposure[t, e] * rate[t, e], dispersed[e]
            mean = base * (1 + weight * (ratio[t, e] - 1))
            if d < 0:
                total -= mean
                mean_bar = -1.0
            else:
                row = first[Group.DISPERSION] + d
                extra = values[row] * shares[t, d]
                term, mean_bar, extra_bar = _negative_binomial(counts[t, d], mean, extra)
                total += term
                values_bar[row] += extra_bar * shares[t, d]
            log_rate_bar[t, e] += mean_bar * mean
            log_ratio_bar[t, e] += mean_bar * base * weight * ratio[t, e]
            mean_weight_bar[e] += mean_bar * base * (ratio[t, e] - 1)
    return total


@kernel
def _negative_binomial(count, mean, extra):
    """Return the term of one step, and its derivatives with respect to mean and D - 1."""
    size, rising, size_bar = mean / extra, 0.0, 0.0
    for i in range(int(count)):
        rising += np.log(size + i)
        size_bar += 1 / (size + i)
    size_bar -= np.log1p(extra) + count / size
    term = rising - size * np.log1p(extra) - count * np.log(size * (1 + extra))
    return term, size_bar / extra, -size_bar * size / extra - (size + count) / (1 + extra)


@kernel
def marks(
    words, linear, values, weights, level, shock, log_rate, log_ratio, rate, ratio,
    linear_bar, values_bar, weights_bar, level_bar, shock_bar, log_rate_bar, log_ratio_bar,
):  # fmt: skip
    """Log likelihood of the reports' types, weights and directions; derivatives are added.

    log{ rho [w r N(d) + (1 - w) N0(d)] }, less log sum over the group of rho' [w r' + 1 - w] for selected types.
    """
    kind, step = integers(words, Field.MARK_TYPE), integers(words, Field.MARK_STEP)
    count, spurious = reals(words, Field.MARK_COUNT), reals(words, Field.MARK_SPURIOUS)
    origin_first, origin = integers(words, Field.ORIGIN_FIRST), integers(words, Field.ORIGIN_GRADE)
    coded_first = integers(words, Field.CODED_FIRST)
    member_first, members = integers(words, Field.GROUP_MEMBER_FIRST), integers(words, Field.GROUP_MEMBER)
    total = 0.0
    for i in range(len(kind)):
        t, e, n = step[i], kind[i], count[i]
        grades = origin[origin_first[i] : origin_first[i + 1]]
        weight, weight_bar = mark_weight(grades, weights), 0.0
        coded = range(coded_first[i], coded_first[i + 1])
        direction = 0.0
        for c in coded:
            direction += _direction(words, linear, values, level, shock, t, c)
        genuine, other = log_ratio[t, e] + direction, spurious[i]
        top = max(genuine, other)
        seen = weight * np.exp(genuine - top) + (1 - weight) * np.exp(other - top)
        share = weight * np.exp(genuine - top) / seen  # chance that the mark is genuine, given all
        total += n * (log_rate[t, e] + top + np.log(seen))
        log_rate_bar[t, e] += n
        log_ratio_bar[t, e] += n * share
        weight_bar += n * (np.exp(genuine - top) - np.exp(other - top)) / seen
        for c in coded:
            _direction_bar(
                words, linear, values, level, shock, t, c, n * share, linear_bar, values_bar, level_bar, shock_bar
            )
        group = members[member_first[e] : member_first[e + 1]]
        if len(group):
            intensity = 0.0
            for j in group:
                intensity += rate[t, j] * (1 + weight * (ratio[t, j] - 1))
            total -= n * np.log(intensity)
            for j in group:
                log_rate_bar[t, j] -= n * rate[t, j] * (1 + weight * (ratio[t, j] - 1)) / intensity
                log_ratio_bar[t, j] -= n * rate[t, j] * weight * ratio[t, j] / intensity
                weight_bar -= n * rate[t, j] * (ratio[t, j] - 1) / intensity
        mark_weight_bar(grades, weights, weight_bar, weights_bar)
    return total


@kernel
def _measured(words, values, level, shock, t, c):
    """What a coded direction measures: the signal, its driver, the driver's level or shock, and the mean code."""
    first, signal = integers(words, Field.GROUP_FIRST), integers(words, Field.CODED_SIGNAL)[c]
    driver, levelled = integers(words, Field.SIGNAL_DRIVER)[signal], integers(words, Field.SIGNAL_LEVEL_OF)[signal]
    measured = shock[t, driver] if integers(words, Field.SIGNAL_PUSH)[signal] else level[t, driver]
    mean = values[first[Group.SIGNAL] + signal] * measured
    if levelled >= 0:
        mean += values[first[Group.SIGNAL_LEVEL] + levelled]
    return signal, driver, measured, mean


@kernel
def _direction(words, linear, values, level, shock, t, c):
    """Log density of one coded direction if the report is genuine."""
    signal, _, _, mean = _measured(words, values, level, shock, t, c)
    log_noise = linear[integers(words, Field.GROUP_FIRST)[Group.SIGNAL_NOISE] + signal]
    scaled = (reals(words, Field.CODED_VALUE)[c] - mean) * np.exp(-log_noise)
    return -0.5 * scaled**2 - log_noise - _LOG_2PI / 2


@kernel
def _direction_bar(words, linear, values, level, shock, t, c, bar, linear_bar, values_bar, level_bar, shock_bar):
    signal, driver, measured, mean = _measured(words, values, level, shock, t, c)
    first, levelled = integers(words, Field.GROUP_FIRST), integers(words, Field.SIGNAL_LEVEL_OF)[signal]
    log_noise = linear[first[Group.SIGNAL_NOISE] + signal]
    scaled = (reals(words, Field.CODED_VALUE)[c] - mean) * np.exp(-log_noise)
    mean_bar = bar * scaled * np.exp(-log_noise)
    linear_bar[first[Group.SIGNAL_NOISE] + signal] += bar * (scaled**2 - 1)
    values_bar[first[Group.SIGNAL] + signal] += mean_bar * measured
    if levelled >= 0:
        values_bar[first[Group.SIGNAL_LEVEL] + levelled] += mean_bar
    measured_bar = shock_bar if integers(words, Field.SIGNAL_PUSH)[signal] else level_bar
    measured_bar[t, driver] += mean_bar * values[first[Group.SIGNAL] + signal]
