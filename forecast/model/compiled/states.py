"""Kernels of block 3: hazards, survival, changes of state, spells and ageing, each with its derivatives.

log q[a->b](t) = gamma_ab + beta_ab . x[t]     per year, constant within a step
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np

from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, Group, integer, integers, reals, table
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["log_hazards", "log_hazards_bar", "states"]


@kernel
def _softplus(x):
    return max(x, 0.0) + np.log1p(np.exp(-abs(x)))


@kernel
def log_hazards(words, values, log_mean_hazard):
    """Log hazards per year at neutral drivers, of spells' beginning where a state must last; shape (Q,).

    Of a base rate: log mean hazard - beta' V0 beta / 2.
    """
    first = integers(words, Field.GROUP_FIRST)
    net, base, breaks = (
        integers(words, Field.NET_EDGE),
        integers(words, Field.BASE_EDGE),
        integers(words, Field.BREAKS_OF),
    )
    ratio_first, driver = integers(words, Field.RATIO_FIRST), integers(words, Field.RATIO_DRIVER)
    ratio = values[first[Group.RATIO] : first[Group.RATIO + 1]]
    covariance = table(words, Field.COVARIANCE, integer(words, Field.N_DRIVERS))
    gamma = np.zeros(len(breaks))
    for i in range(len(net)):
        gamma[net[i]] += values[first[Group.NET] + i]
    for i in range(len(base)):
        spread = 0.0
        for a in range(ratio_first[base[i]], ratio_first[base[i] + 1]):
            for b in range(ratio_first[base[i]], ratio_first[base[i] + 1]):
                spread += ratio[a] * covariance[driver[a], driver[b]] * ratio[b]
        gamma[base[i]] += log_mean_hazard[i] - spread / 2
    for q in range(len(breaks)):
        if breaks[q] >= 0:
            gamma[q] += _softplus(values[first[Group.BREAKS] + breaks[q]])
    return gamma


@kernel
def log_hazards_bar(words, values, gamma_bar, values_bar, log_mean_hazard_bar):
    """Add the derivatives with respect to what :func:`log_hazards` takes."""
    first = integers(words, Field.GROUP_FIRST)
    net, base, breaks = (
        integers(words, Field.NET_EDGE),
        integers(words, Field.BASE_EDGE),
        integers(words, Field.BREAKS_OF),
    )
    ratio_first, driver = integers(words, Field.RATIO_FIRST), integers(words, Field.RATIO_DRIVER)
    ratio = values[first[Group.RATIO] : first[Group.RATIO + 1]]
    ratio_bar = values_bar[first[Group.RATIO] : first[Group.RATIO + 1]]
    covariance = table(words, Field.COVARIANCE, integer(words, Field.N_DRIVERS))
    for i in range(len(net)):
        values_bar[first[Group.NET] + i] += gamma_bar[net[i]]
    for i in range(len(base)):
        log_mean_hazard_bar[i] += gamma_bar[base[i]]
        for a in range(ratio_first[base[i]], ratio_first[base[i] + 1]):
            for b in range(ratio_first[base[i]], ratio_first[base[i] + 1]):
                ratio_bar[a] -= gamma_bar[base[i]] * covariance[driver[a], driver[b]] * ratio[b]
    for q in range(len(breaks)):
        if breaks[q] >= 0:
            row = first[Group.BREAKS] + breaks[q]
            values_bar[row] += gamma_bar[q] / (1 + np.exp(-values[row]))


@kernel
def states(words, values, gamma, level, gamma_bar, values_bar, level_bar):
    """Log likelihood of the history of states; derivatives are added."""
    n_edges, n_steps = len(gamma), len(level)
    first = integers(words, Field.GROUP_FIRST)
    at_risk, ageing = table(words, Field.AT_RISK, n_edges), integers(words, Field.AGEING_OF)
    ratio_first, driver = integers(words, Field.RATIO_FIRST), integers(words, Field.RATIO_DRIVER)
    ratio, ratio_bar = values[first[Group.RATIO] :], values_bar[first[Group.RATIO] :]
    total = _spells(words, values, values_bar)
    for q in range(n_edges):
        for t in range(n_steps):
            if at_risk[t, q] > 0:
                expected = at_risk[t, q] * np.exp(_log_hazard(ratio_first, driver, ratio, gamma, level, t, q))
                total -= expected
                _log_hazard_bar(ratio_first, driver, ratio, level, t, q, -expected, gamma_bar, ratio_bar, level_bar)
    step, edge = integers(words, Field.TRANSITION_STEP), integers(words, Field.TRANSITION_EDGE)
    log_age = reals(words, Field.TRANSITION_LOG_AGE)
    for i in range(len(step)):
        total += _log_hazard(ratio_first, driver, ratio, gamma, level, step[i], edge[i])
        _log_hazard_bar(ratio_first, driver, ratio, level, step[i], edge[i], 1.0, gamma_bar, ratio_bar, level_bar)
        if ageing[edge[i]] >= 0:
            row = first[Group.AGEING] + ageing[edge[i]]
            total += values[row] * log_age[i]
            values_bar[row] += log_age[i]
    step, edge = integers(words, Field.AGED_STEP), integers(words, Field.AGED_EDGE)
    log_age = reals(words, Field.AGED_LOG_AGE)
    for i in range(len(step)):
        row = first[Group.AGEING] + ageing[edge[i]]
        log_hazard = _log_hazard(ratio_first, driver, ratio, gamma, level, step[i], edge[i]) + values[row] * log_age[i]
        expected = np.exp(log_hazard) / DAYS_PER_YEAR
        total -= expected
        values_bar[row] -= expected * log_age[i]
        _log_hazard_bar(ratio_first, driver, ratio, level, step[i], edge[i], -expected, gamma_bar, ratio_bar, level_bar)
    return total


@kernel
def _log_hazard(ratio_first, driver, ratio, gamma, level, t, q):
    log_hazard = gamma[q]
    for i in range(ratio_first[q], ratio_first[q + 1]):
        log_hazard += ratio[i] * level[t, driver[i]]
    return log_hazard


@kernel
def _log_hazard_bar(ratio_first, driver, ratio, level, t, q, bar, gamma_bar, ratio_bar, level_bar):
    gamma_bar[q] += bar
    for i in range(ratio_first[q], ratio_first[q + 1]):
        ratio_bar[i] += bar * level[t, driver[i]]
        level_bar[t, driver[i]] += bar * ratio[i]


@kernel
def _spells(words, values, values_bar):
    """What spells say about the chance that they break: hazard -log(1 - p) / d while they lasted."""
    at = integers(words, Field.GROUP_FIRST)[Group.BREAKS]
    years, broken = reals(words, Field.BREAKS_YEARS), reals(words, Field.SPELL_BREAKS)
    lasted = reals(words, Field.SPELL_YEARS)
    total = 0.0
    for i in range(len(years)):
        minus_log_hold = _softplus(values[at + i])
        total += broken[i] * np.log(minus_log_hold / years[i]) - lasted[i] * minus_log_hold / years[i]
        bar = broken[i] / minus_log_hold - lasted[i] / years[i]
        values_bar[at + i] += bar / (1 + np.exp(-values[at + i]))
    return total
