"""Kernels of block 2, numbers: series values and judgements, each with its derivatives."""

# mypy: allow-untyped-defs

from __future__ import annotations

import math

import numpy as np

from forecast.model.compiled.kernel import kernel
from forecast.model.compiled.layout import Field, Group, integers, reals, table
from forecast.model.marks import SERIES_TAIL_DF

__all__ = ["judgements", "series"]

_T_NORM = (
    math.lgamma((SERIES_TAIL_DF + 1) / 2) - math.lgamma(SERIES_TAIL_DF / 2) - math.log(SERIES_TAIL_DF * math.pi) / 2
)
_LOG_2PI = np.log(2 * np.pi)


@kernel
def series(words, linear, values, level, linear_bar, values_bar, level_bar):
    """Log density of the series, y ~ StudentT(a + b mean(x over the period), sigma); derivatives are added."""
    first = integers(words, Field.GROUP_FIRST)
    index, driver = integers(words, Field.SERIES_INDEX), integers(words, Field.SERIES_DRIVER)
    begin, end = integers(words, Field.SERIES_BEGIN), integers(words, Field.SERIES_END)
    weights, observed = table(words, Field.SERIES_WEIGHTS, 3), reals(words, Field.SERIES_OBSERVED)
    length = reals(words, Field.STEP_LENGTH)
    total = 0.0
    for i in range(len(index)):
        at, slope_at = first[Group.SERIES_LEVEL] + index[i], first[Group.SERIES_SLOPE] + index[i]
        noise_at = first[Group.SERIES_NOISE] + index[i]
        k, a, z = driver[i], begin[i], end[i]
        mean = weights[i, 0] * level[a, k] + weights[i, 2] * level[z, k]
        for t in range(a + 1, z):
            mean += weights[i, 1] * length[t] * level[t, k]
        noise, slope = np.exp(linear[noise_at]), values[slope_at]
        scaled = (observed[i] - values[at] - slope * mean) / noise
        total += _T_NORM - linear[noise_at] - (SERIES_TAIL_DF + 1) / 2 * np.log1p(scaled**2 / SERIES_TAIL_DF)
        pull = (SERIES_TAIL_DF + 1) * scaled / (SERIES_TAIL_DF + scaled**2)
        linear_bar[noise_at] += pull * scaled - 1
        values_bar[at] += pull / noise
        values_bar[slope_at] += pull / noise * mean
        mean_bar = pull / noise * slope
        level_bar[a, k] += mean_bar * weights[i, 0]
        level_bar[z, k] += mean_bar * weights[i, 2]
        for t in range(a + 1, z):
            level_bar[t, k] += mean_bar * weights[i, 1] * length[t]
    return total


@kernel
def judgements(words, level, level_bar):
    """Log density of the experts' ranges, Normal observations of the level; derivatives are added."""
    step, driver = integers(words, Field.JUDGEMENT_STEP), integers(words, Field.JUDGEMENT_DRIVER)
    mean, sd = reals(words, Field.JUDGEMENT_MEAN), reals(words, Field.JUDGEMENT_SD)
    total = 0.0
    for i in range(len(step)):
        scaled = (mean[i] - level[step[i], driver[i]]) / sd[i]
        total -= 0.5 * scaled**2 + np.log(sd[i]) + _LOG_2PI / 2
        level_bar[step[i], driver[i]] += scaled / sd[i]
    return total
