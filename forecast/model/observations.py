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

from forecast.evidence.snapshot import Snapshot
from forecast.model.drivers import Drivers, elicited
from forecast.model.grades import mark_weights
from forecast.model.marks import (
    DIGIT_MIX,
    LETTER_MIX,
    SERIES_TAIL_DF,
    SPURIOUS_DIRECTION_SD,
    coded_directions,
    group_members,
)
from forecast.model.spec import ModelSpec

__all__ = ["add_judgements", "add_reports", "add_series"]

LOG_2PI = float(np.log(2 * np.pi))


def add_reports(spec: ModelSpec, snapshot: Snapshot, drivers: Drivers, weights: Any) -> None:
    """Add the likelihood of the reports to the model on the stack.

    Parameters
    ----------
    weights : array or tensor, shape (6, 6)
        Share of genuine reports by letter and digit.
    """
    if not spec.events:
        return
    log_rate = _log_rate(spec, snapshot.n_steps)
    log_ratio = _log_ratio(spec, drivers)
    if np.any(spec.complete):
        mean = snapshot.exposure * pt.exp(log_rate) * (1 + _mean_weight(spec, snapshot, weights) * pt.expm1(log_ratio))
        pm.Potential("silence", _counts(spec, snapshot, mean))
    genuine, spurious = _directions(spec, snapshot, drivers)
    if not len(snapshot.report_type):
        return
    kind, step = snapshot.report_type, snapshot.report_step
    weight = mark_weights(snapshot, weights)
    mark = pt.logaddexp(pt.log(weight) + log_ratio[step, kind] + genuine, pt.log1p(-weight) + spurious)
    pm.Potential("reports", pt.sum(log_rate[step, kind] + mark))
    selected = np.flatnonzero(~spec.complete[kind])
    if len(selected):
        ratio = pt.exp(log_ratio[step[selected]])
        share = weight[selected, None]
        intensity = pt.exp(log_rate[step[selected]]) * (share * ratio + 1 - share)
        members = group_members(spec)[kind[selected]]
        pm.Potential("groups", -pt.sum(pt.log(pt.sum(members * intensity, axis=1))))


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


def _mean_weight(spec: ModelSpec, snapshot: Snapshot, weights: Any) -> Any:
    """Weight of each type averaged over its unknown mix of grades, shape (E,); 0 for types that have no loading.

    The marks' own likelihood of that mix is added here.
    """
    if not len(spec.mix_type):
        return np.zeros(len(spec.events))
    letters = pm.Dirichlet("letter_mix", np.tile(LETTER_MIX, (len(spec.mix_type), 1)), dims=("mixed", "letter"))
    digits = pm.Dirichlet("digit_mix", np.tile(DIGIT_MIX, (len(spec.mix_type), 1)), dims=("mixed", "digit"))
    letter_counts, digit_counts = _grade_counts(spec, snapshot)
    pm.Potential("grades", pt.sum(letter_counts * pt.log(letters)) + pt.sum(digit_counts * pt.log(digits)))
    return pt.sum((letters @ weights) * digits, axis=1) @ _one_hot(spec.mix_type, len(spec.events))


def _counts(spec: ModelSpec, snapshot: Snapshot, mean: Any) -> Any:
    """Log likelihood of the counts of complete types, less the marks' rates, which the reports carry.

    Poisson: minus the mean. Over-dispersed with variance D times the mean: negative binomial of size s = m / (D - 1),
    log G(n + s) - log G(s) - s log D - n log(s D), which tends to -m as D tends to 1 (m**n stands in the marks).
    Reports still to come thin the counts: with a share p of them in, the excess D - 1 is p times as large.
    """
    poisson = np.setdiff1d(np.flatnonzero(spec.complete), spec.dispersion_type)
    total = -pt.sum(mean[:, poisson])
    if not len(spec.dispersion):
        return total
    step, which = np.nonzero(snapshot.exposure[:, spec.dispersion_type])
    kind = spec.dispersion_type[which]
    extra = elicited("dispersion", spec.dispersion, "dispersed")[which] * snapshot.reported_share[step, kind]
    counts = np.zeros_like(snapshot.exposure)
    np.add.at(counts, (snapshot.report_step, snapshot.report_type), 1)
    seen, size = counts[step, kind], mean[step, kind] / extra
    rising = pt.gammaln(seen + size) - pt.gammaln(size)
    return total + pt.sum(rising - size * pt.log1p(extra) - seen * pt.log(size * (1 + extra)))


def _grade_counts(spec: ModelSpec, snapshot: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """Reports by letter and by digit of each type in ``mix_type``, two arrays of shape (n, 6)."""
    letters, digits = np.zeros((2, len(spec.events), 6))
    np.add.at(letters, (snapshot.report_type, snapshot.report_letter), 1)
    np.add.at(digits, (snapshot.report_type, snapshot.report_digit), 1)
    return letters[spec.mix_type], digits[spec.mix_type]


def _directions(spec: ModelSpec, snapshot: Snapshot, drivers: Drivers) -> tuple[Any, np.ndarray]:
    """Log density of each report's coded directions if genuine and if not, two vectors of shape (n,)."""
    coded = coded_directions(spec, snapshot)
    spurious = coded.sums(
        -0.5 * (coded.value / SPURIOUS_DIRECTION_SD) ** 2 - np.log(SPURIOUS_DIRECTION_SD) - LOG_2PI / 2
    )
    if not len(spec.signal):
        return spurious, spurious
    slope = elicited("signal", spec.signal, "signal_pair")[coded.signal]
    noise = elicited("signal_noise", spec.signal_noise, "signal_pair")[coded.signal]
    if not len(coded.value):
        return spurious, spurious
    step, driver = snapshot.report_step[coded.report], spec.signal_driver[coded.signal]
    measured = pt.where(spec.signal_push[coded.signal], drivers.innovation[step, driver], drivers.level[step, driver])
    log_density = -0.5 * ((coded.value - slope * measured) / noise) ** 2 - pt.log(noise) - LOG_2PI / 2
    return pt.inc_subtensor(pt.zeros(len(snapshot.report_type))[coded.report], log_density), spurious


def add_series(spec: ModelSpec, snapshot: Snapshot, drivers: Drivers) -> None:
    """Add the numeric series: transform(y) ~ StudentT(a + b mean(x over the period), sigma)."""
    if not spec.series:
        return
    level = elicited("series_level", spec.series_level, "series")
    slope = elicited("series_slope", spec.series_slope, "series")
    noise = elicited("series_noise", spec.series_noise, "series")
    if not len(snapshot.series_value):
        return
    index, first, last = snapshot.series_index, snapshot.series_first, snapshot.series_last
    driver = spec.series_driver[index]
    in_first, per_day, in_last = snapshot.series_weights.T
    daily = drivers.level * snapshot.step_length[:, None]
    summed = pt.concatenate([pt.zeros((1, len(spec.drivers))), pt.cumsum(daily, axis=0)], axis=0)
    middle = summed[last, driver] - summed[np.minimum(first + 1, last), driver]
    mean = in_first * drivers.level[first, driver] + per_day * middle + in_last * drivers.level[last, driver]
    pm.StudentT(
        "series_value",
        nu=np.float64(SERIES_TAIL_DF),  # a Python float would be rounded to float32 inside lgamma
        mu=level[index] + slope[index] * mean,
        sigma=noise[index],
        observed=spec.transformed(index, snapshot.series_value),
    )


def add_judgements(snapshot: Snapshot, drivers: Drivers) -> None:
    """Add the experts' ranges as pseudo-observations of the level."""
    if not len(snapshot.judgement_mean):
        return
    level = drivers.level[snapshot.judgement_step, snapshot.judgement_driver]
    pm.Normal("judgement", level, snapshot.judgement_sd, observed=snapshot.judgement_mean)


def _one_hot(index: np.ndarray, size: int) -> np.ndarray:
    return (index[:, None] == np.arange(size)).astype(float)
