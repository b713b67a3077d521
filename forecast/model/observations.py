"""Block 2 of the PyMC model: what reports, series and judgements say of the drivers.

A report is a marked point. One mixture covers its rate and its directions: with weight w it is genuine in both, else
in neither. Complete types carry their rate, and silence counts; selected types say only which type of their group
occurred, so that the group's unknown coverage cancels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.model.data import Data
from forecast.model.drivers import Drivers, elicited
from forecast.model.grades import mark_weights
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, SERIES_TAIL_DF
from forecast.model.spec import ModelSpec

__all__ = ["add_judgements", "add_reports", "add_series"]

LOG_2PI = float(np.log(2 * np.pi))


def add_reports(spec: ModelSpec, data: Data, drivers: Drivers, weights: Any) -> None:
    """Add the likelihood of the reports to the model on the stack.

    Parameters
    ----------
    weights : tensor, shape (6, 6)
        Share of genuine reports by letter and digit.
    """
    if not spec.events:
        return
    log_rate = _log_rate(spec, drivers.n_steps)
    log_ratio = _log_ratio(spec, drivers)
    if np.any(spec.complete):
        mean = data("exposure") * pt.exp(log_rate) * (1 + _mean_weight(spec, data, weights) * pt.expm1(log_ratio))
        pm.Potential("silence", _counts(spec, data, mean))
    kind, step = data("report_type"), data("report_step")
    weight = mark_weights(data("origin_letter"), data("origin_digit"), data("origin_known"), weights)
    genuine = pt.log(weight) + log_ratio[step, kind] + _directions(spec, data, drivers)
    mark = pt.logaddexp(genuine, pt.log1p(-weight) + data("spurious"))
    pm.Potential("reports", pt.sum(log_rate[step, kind] + mark))
    if not np.all(spec.complete):
        selected = data("selected")
        share, ratio = weight[selected][:, None], pt.exp(log_ratio[step[selected]])
        intensity = pt.exp(log_rate[step[selected]]) * (share * ratio + 1 - share)
        pm.Potential("groups", -pt.sum(pt.log(pt.sum(data("group_members") * intensity, axis=1))))


def _log_rate(spec: ModelSpec, n_steps: int) -> Any:
    """Log reports per month (or relative weight) at neutral drivers, shape (T, E); 0 where none is given."""
    log_rate = pt.zeros((n_steps, len(spec.events)))
    if len(spec.rate):
        log_rate += pt.log(elicited("rate", spec.rate, "rated")) @ _one_hot(spec.rate_type, len(spec.events))
    if len(spec.rate_season):
        swing = elicited("rate_season", spec.rate_season, "seasonal_event") * spec.rate_wave(n_steps)
        log_rate += swing @ _one_hot(spec.rate_season_type, len(spec.events))
    return log_rate


def _log_ratio(spec: ModelSpec, drivers: Drivers) -> Any:
    """Log rate ratio, loadings times levels, for every step and type, shape (T, E)."""
    if not len(spec.loading):
        return pt.zeros((drivers.level.shape[0], len(spec.events)))
    loading = elicited("loading", spec.loading, "loading_pair")
    place = _one_hot(spec.loading_type, len(spec.events))
    return drivers.level @ ((loading[:, None] * _one_hot(spec.loading_driver, len(spec.drivers))).T @ place)


def _mean_weight(spec: ModelSpec, data: Data, weights: Any) -> Any:
    """Weight of each type averaged over its unknown mix of grades, shape (E,); 0 for types that have no loading.

    The marks' own likelihood of that mix is added here.
    """
    if not len(spec.mix_type):
        return np.zeros(len(spec.events))
    letters = pm.Dirichlet("letter_mix", np.tile(LETTER_MIX, (len(spec.mix_type), 1)), dims=("mixed", "letter"))
    digits = pm.Dirichlet("digit_mix", np.tile(DIGIT_MIX, (len(spec.mix_type), 1)), dims=("mixed", "digit"))
    log_likelihood = data("letter_count") * pt.log(letters) + data("digit_count") * pt.log(digits)
    pm.Potential("grades", pt.sum(log_likelihood))
    return pt.sum((letters @ weights) * digits, axis=1) @ _one_hot(spec.mix_type, len(spec.events))


def _counts(spec: ModelSpec, data: Data, mean: Any) -> Any:
    """Log likelihood of the counts of complete types, less the marks' rates, which the reports carry.

    Poisson: minus the mean. Over-dispersed with variance D times the mean: negative binomial of size s = m / (D - 1),
    log G(n + s) - log G(s) - s log D - n log(s D), which tends to -m as D tends to 1 (m**n stands in the marks).
    Reports still to come thin the counts: with a share p of them in, the excess D - 1 is p times as large.
    """
    poisson = np.setdiff1d(np.flatnonzero(spec.complete), spec.dispersion_type)
    total = -pt.sum(mean[:, poisson])
    if not len(spec.dispersion):
        return total
    extra = elicited("dispersion", spec.dispersion, "dispersed_kind")[data("dispersed")] * data("dispersed_share")
    seen, size = data("dispersed_count"), mean[data("dispersed_step"), data("dispersed_type")] / extra
    rising = pt.gammaln(seen + size) - pt.gammaln(size)
    return total + pt.sum(rising - size * pt.log1p(extra) - seen * pt.log(size * (1 + extra)))


def _directions(spec: ModelSpec, data: Data, drivers: Drivers) -> Any:
    """Log density of each report's coded directions if it is genuine, shape (n,)."""
    none = pt.zeros_like(data("spurious"))
    if not len(spec.signal):
        return none
    slope = elicited("signal", spec.signal, "signal_pair")[data("coded_signal")]
    noise = elicited("signal_noise", spec.signal_noise, "signal_pair")[data("coded_signal")]
    step, driver, push = data("coded_step"), data("coded_driver"), data("coded_push")
    measured = push * drivers.shock[step, driver] + (1 - push) * drivers.level[step, driver]
    mean = slope * measured
    if len(spec.signal_level):
        level = elicited("signal_level", spec.signal_level, "levelled_signal")
        mean += (level @ _one_hot(spec.signal_level_of, len(spec.signal)))[data("coded_signal")]
    log_density = -0.5 * ((data("coded_value") - mean) / noise) ** 2 - pt.log(noise) - LOG_2PI / 2
    return pt.inc_subtensor(none[data("coded_report")], log_density)


def add_series(spec: ModelSpec, data: Data, drivers: Drivers) -> None:
    """Add the numeric series: transform(y) ~ StudentT(a + b mean(x over the period), sigma)."""
    if not spec.series:
        return
    level = elicited("series_level", spec.series_level, "series")
    slope = elicited("series_slope", spec.series_slope, "series")
    noise = elicited("series_noise", spec.series_noise, "series")
    index, driver = data("series_index"), data("series_driver")
    first, last, weights = data("series_first"), data("series_last"), data("series_weights")
    daily = drivers.level * data("step_length")[:, None]
    summed = pt.concatenate([pt.zeros((1, len(spec.drivers))), pt.cumsum(daily, axis=0)], axis=0)
    middle = summed[last, driver] - summed[pt.minimum(first + 1, last), driver]
    ends = weights[:, 0] * drivers.level[first, driver] + weights[:, 2] * drivers.level[last, driver]
    mean = ends + weights[:, 1] * middle
    value = pm.StudentT.dist(
        nu=np.float64(SERIES_TAIL_DF),  # a Python float would be rounded to float32 inside lgamma
        mu=level[index] + slope[index] * mean,
        sigma=noise[index],
    )
    pm.Potential("series_value", pt.sum(pm.logp(value, data("series_observed"))))


def add_judgements(data: Data, drivers: Drivers) -> None:
    """Add the experts' ranges as pseudo-observations of the level."""
    level = drivers.level[data("judgement_step"), data("judgement_driver")]
    pm.Potential("judgement", pt.sum(pm.logp(pm.Normal.dist(level, data("judgement_sd")), data("judgement_mean"))))


def _one_hot(index: np.ndarray, size: int) -> np.ndarray:
    return (index[:, None] == np.arange(size)).astype(float)
