"""How much the evidence says about each driver in each step: expected information, one driver and step at a time.

Only a scale for the sampler's coordinates, so couplings between steps and drivers are left out.
"""

from __future__ import annotations

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.density import log_rates
from forecast.model.draws import Draws
from forecast.model.grades import mark_weights
from forecast.model.marks import SERIES_TAIL_DF, coded_directions
from forecast.model.spec import ModelSpec

__all__ = ["driver_information"]


def driver_information(spec: ModelSpec, snapshot: Snapshot, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Information on levels and on standardised shocks at one draw, each of shape (T, K).

    The prior's own information on a shock is 1.
    """
    level, shock = np.zeros((2, snapshot.n_steps, len(spec.drivers)))
    _counts(spec, snapshot, draws, level)
    _choices(spec, snapshot, draws, level)
    _directions(spec, snapshot, draws, level, shock)
    _series(spec, snapshot, draws, level)
    np.add.at(level, (snapshot.judgement_step, snapshot.judgement_driver), snapshot.judgement_sd**-2.0)
    hazard = np.exp(draws.log_hazard[0] + draws.level[0] @ draws.hazard_loading[0].T)
    level += (snapshot.state_years[:, spec.edge_from] * hazard) @ draws.hazard_loading[0] ** 2
    return level, shock


def _counts(spec: ModelSpec, snapshot: Snapshot, draws: Draws, level: np.ndarray) -> None:
    """Poisson counts of mean m: (dm/dx)^2 / m, over the dispersion where there is one."""
    log_rate = log_rates(spec, draws, snapshot.n_steps)
    for m, e in enumerate(spec.mix_type):
        weight = draws.letter_mix[0, m] @ draws.weights[0] @ draws.digit_mix[0, m]
        ratio = np.exp(draws.level[0] @ draws.loading[0, e])
        base = snapshot.exposure[:, e] * np.exp(log_rate(e)[0])
        dispersion = 1 + draws.dispersion[0, spec.dispersion_type == e].sum()
        information = base * (weight * ratio) ** 2 / (1 + weight * (ratio - 1)) / dispersion
        level += information[:, None] * draws.loading[0, e] ** 2


def _choices(spec: ModelSpec, snapshot: Snapshot, draws: Draws, level: np.ndarray) -> None:
    """Which type of its group a selected report is: the variance over types of d log[rho (w r + 1 - w)] / dx."""
    log_rate, weight = log_rates(spec, draws, snapshot.n_steps), _weights(snapshot, draws)
    for group in range(spec.group.max(initial=-1) + 1):
        types = np.flatnonzero(spec.group == group)
        rows = np.flatnonzero(spec.group[snapshot.report_type] == group)
        step, share = snapshot.report_step[rows], weight[rows, None]
        loading = draws.loading[0, types]
        genuine = share * np.exp(draws.level[0, step] @ loading.T)
        odds = np.exp(np.stack([log_rate(int(e))[0, step] for e in types], axis=1)) * (genuine + 1 - share)
        chance = odds / odds.sum(axis=1, keepdims=True)
        slope = genuine / (genuine + 1 - share)
        variance = (chance * slope**2) @ loading**2 - ((chance * slope) @ loading) ** 2
        np.add.at(level, step, variance)


def _weights(snapshot: Snapshot, draws: Draws) -> np.ndarray:
    return mark_weights(snapshot.origin_letter, snapshot.origin_digit, snapshot.origin_known, draws.weights[0])


def _directions(spec: ModelSpec, snapshot: Snapshot, draws: Draws, level: np.ndarray, shock: np.ndarray) -> None:
    """Coded directions, Normal, as far as their reports are genuine."""
    coded = coded_directions(spec, snapshot)
    weight = _weights(snapshot, draws)
    precision = (draws.signal[0] / draws.signal_noise[0])[coded.signal] ** 2 * weight[coded.report]
    push = spec.signal_push[coded.signal]
    place = (snapshot.report_step[coded.report], spec.signal_driver[coded.signal])
    np.add.at(level, place, np.where(push, 0, precision))
    np.add.at(shock, place, np.where(push, precision, 0))


def _series(spec: ModelSpec, snapshot: Snapshot, draws: Draws, level: np.ndarray) -> None:
    """Student-t values of the mean level over a period, shared out over its steps."""
    precision = (draws.series_slope[0] / draws.series_noise[0]) ** 2 * (SERIES_TAIL_DF + 1) / (SERIES_TAIL_DF + 3)
    for i, m in enumerate(snapshot.series_index):
        first, last, driver = snapshot.series_first[i], snapshot.series_last[i], spec.series_driver[m]
        in_first, per_day, in_last = snapshot.series_weights[i]
        level[first, driver] += precision[m] * in_first
        level[first + 1 : last, driver] += precision[m] * per_day * snapshot.step_length[first + 1 : last]
        level[last, driver] += precision[m] * in_last
