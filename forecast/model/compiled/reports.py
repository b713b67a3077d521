"""Kernels of block 2: silence, marks, groups and coded directions, each with its derivatives.

What depends on step and type stands in tables of shape (T, E): log rates at neutral drivers and log rate ratios.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.grades import mark_weight, mark_weight_bar
from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, Group, integer, integers, reals, table

__all__ = ["marks", "rates", "rates_bar", "ratios", "ratios_bar", "silence"]

_LOG_2PI = np.log(2 * np.pi)


@kernel
def rates(words, linear, values, n_steps):
    """Log reports per month (or relative weight) at neutral drivers, 0 where none is given; and their exp; (T, E)."""
    first = integers(words, Field.GROUP_FIRST)
    rated, seasonal = integers(words, Field.RATE_TYPE), integers(words, Field.RATE_SEASON_TYPE)
    wave = table(words, Field.RATE_WAVE, len(seasonal))
    log_rate = np.zeros((n_steps, integer(words, Field.N_EVENTS)))
    rate = np.ones(log_rate.shape)
    for i in range(len(rated)):
        log_rate[:, rated[i]] = linear[first[Group.RATE] + i]
        rate[:, rated[i]] = np.exp(linear[first[Group.RATE] + i])
    for i in range(len(seasonal)):
        for t in range(n_steps):
            swing = values[first[Group.RATE_SEASON] + i] * wave[t, i]
            log_rate[t, seasonal[i]] += swing
            rate[t, seasonal[i]] *= np.exp(swing)
    return log_rate, rate


@kernel
def rates_bar(words, log_rate_bar, linear_bar, values_bar):
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
def ratios(words, values, level):
    """Log rate ratios, loadings times levels, shape (T, E), 0 where no evidence depends on them; and their exp."""
    step, kind, first = (
        integers(words, Field.MOVED_STEP),
        integers(words, Field.MOVED_TYPE),
        integers(words, Field.LOADING_FIRST),
    )
    driver = integers(words, Field.LOADING_DRIVER)
    log_ratio = np.zeros((len(level), integer(words, Field.N_EVENTS)))
    ratio = np.ones(log_ratio.shape)
    at = integers(words, Field.GROUP_FIRST)[Group.LOADING]
    for i in range(len(step)):
        t, e, total = step[i], kind[i], 0.0
        for j in range(first[e], first[e + 1]):
            total += values[at + j] * level[t, driver[j]]
        log_ratio[t, e] = total
        ratio[t, e] = np.exp(total)
    return log_ratio, ratio


@kernel
def ratios_bar(words, values, level, log_ratio_bar, level_bar, values_bar):
    """Add the derivatives with respect to loadings and levels."""
    step, kind, first = (
        integers(words, Field.MOVED_STEP),
        integers(words, Field.MOVED_TYPE),
        integers(words, Field.LOADING_FIRST),
    )
    driver = integers(words, Field.LOADING_DRIVER)
    at = integers(words, Field.GROUP_FIRST)[Group.LOADING]
    for i in range(len(step)):
        t, bar = step[i], log_ratio_bar[step[i], kind[i]]
        for j in range(first[kind[i]], first[kind[i] + 1]):
            values_bar[at + j] += bar * level[t, driver[j]]
            level_bar[t, driver[j]] += bar * values[at + j]


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

    log{ rho [w r N(d) + (1 - w) N0(d)] }, less log sum over the group of rho' [w r' + 1 - w] for selected types. That
    sum is w times the sum of rho' r' and 1 - w times that of rho', which all reports of a step share.
    """
    kind, step = integers(words, Field.MARK_TYPE), integers(words, Field.MARK_STEP)
    count, spurious = reals(words, Field.MARK_COUNT), reals(words, Field.MARK_SPURIOUS)
    origin_first, origin = integers(words, Field.ORIGIN_FIRST), integers(words, Field.ORIGIN_GRADE)
    coded_first, group_of = integers(words, Field.CODED_FIRST), integers(words, Field.GROUP_OF)
    driven, base = _group_sums(words, rate, ratio)
    driven_bar, base_bar = np.zeros(driven.shape), np.zeros(base.shape)
    direction, scaled, measured = _directions(words, linear, values, level, shock)
    direction_bar = np.zeros(len(direction))
    total = 0.0
    for i in range(len(kind)):
        t, e, n, g = step[i], kind[i], count[i], group_of[kind[i]]
        grades = origin[origin_first[i] : origin_first[i + 1]]
        weight = mark_weight(grades, weights)
        coded = range(coded_first[i], coded_first[i + 1])
        if len(coded) == 0:
            seen, top, genuine, other = 1 + weight * (ratio[t, e] - 1), 0.0, ratio[t, e], 1.0
        else:
            log_genuine = log_ratio[t, e]
            for c in coded:
                log_genuine += direction[c]
            top = max(log_genuine, spurious[i])
            genuine, other = np.exp(log_genuine - top), np.exp(spurious[i] - top)
            seen = weight * genuine + (1 - weight) * other
        share = weight * genuine / seen  # chance that the mark is genuine, given all
        weight_bar = n * (genuine - other) / seen
        total += n * (log_rate[t, e] + top + np.log(seen))
        log_rate_bar[t, e] += n
        log_ratio_bar[t, e] += n * share
        for c in coded:
            direction_bar[c] = n * share
        if g >= 0:
            intensity = weight * driven[t, g] + (1 - weight) * base[t, g]
            total -= n * np.log(intensity)
            driven_bar[t, g] -= n * weight / intensity
            base_bar[t, g] -= n * (1 - weight) / intensity
            weight_bar -= n * (driven[t, g] - base[t, g]) / intensity
        mark_weight_bar(grades, weights, weight_bar, weights_bar)
    _directions_bar(words, values, scaled, measured, direction_bar, linear_bar, values_bar, level_bar, shock_bar)
    for t in range(len(rate)):
        for e in range(len(group_of)):
            g = group_of[e]
            if g >= 0:
                moved = driven_bar[t, g] * rate[t, e] * ratio[t, e]
                log_ratio_bar[t, e] += moved
                log_rate_bar[t, e] += moved + base_bar[t, g] * rate[t, e]
    return total


@kernel
def _group_sums(words, rate, ratio):
    """Sums over the types of each group of rate times ratio and of the rate, shape (T, groups)."""
    group_of = integers(words, Field.GROUP_OF)
    driven = np.zeros((len(rate), integer(words, Field.N_GROUPS)))
    base = np.zeros(driven.shape)
    for t in range(len(rate)):
        for e in range(len(group_of)):
            if group_of[e] >= 0:
                driven[t, group_of[e]] += rate[t, e] * ratio[t, e]
                base[t, group_of[e]] += rate[t, e]
    return driven, base


@kernel
def _directions(words, linear, values, level, shock):
    """Normal log density of each coded direction if its report is genuine; its standardised deviation; the measured.

    All of shape (coded directions,). A direction measures the driver's level, or its shock in the report's step.
    """
    first = integers(words, Field.GROUP_FIRST)
    step, signal = integers(words, Field.CODED_STEP), integers(words, Field.CODED_SIGNAL)
    driver, push = integers(words, Field.SIGNAL_DRIVER), integers(words, Field.SIGNAL_PUSH)
    levelled, code = integers(words, Field.SIGNAL_LEVEL_OF), reals(words, Field.CODED_VALUE)
    log_density, scaled, measured = np.empty(len(code)), np.empty(len(code)), np.empty(len(code))
    for c in range(len(code)):
        s = signal[c]
        measured[c] = shock[step[c], driver[s]] if push[s] else level[step[c], driver[s]]
        mean = values[first[Group.SIGNAL] + s] * measured[c]
        if levelled[s] >= 0:
            mean += values[first[Group.SIGNAL_LEVEL] + levelled[s]]
        scaled[c] = (code[c] - mean) / values[first[Group.SIGNAL_NOISE] + s]
        log_density[c] = -0.5 * scaled[c] ** 2 - linear[first[Group.SIGNAL_NOISE] + s] - _LOG_2PI / 2
    return log_density, scaled, measured


@kernel
def _directions_bar(words, values, scaled, measured, bar, linear_bar, values_bar, level_bar, shock_bar):
    """Add the derivatives with respect to what :func:`_directions` takes."""
    first = integers(words, Field.GROUP_FIRST)
    step, signal = integers(words, Field.CODED_STEP), integers(words, Field.CODED_SIGNAL)
    driver, push = integers(words, Field.SIGNAL_DRIVER), integers(words, Field.SIGNAL_PUSH)
    levelled = integers(words, Field.SIGNAL_LEVEL_OF)
    for c in range(len(bar)):
        s = signal[c]
        mean_bar = bar[c] * scaled[c] / values[first[Group.SIGNAL_NOISE] + s]
        linear_bar[first[Group.SIGNAL_NOISE] + s] += bar[c] * (scaled[c] ** 2 - 1)
        values_bar[first[Group.SIGNAL] + s] += mean_bar * measured[c]
        if levelled[s] >= 0:
            values_bar[first[Group.SIGNAL_LEVEL] + levelled[s]] += mean_bar
        if push[s]:
            shock_bar[step[c], driver[s]] += mean_bar * values[first[Group.SIGNAL] + s]
        else:
            level_bar[step[c], driver[s]] += mean_bar * values[first[Group.SIGNAL] + s]
