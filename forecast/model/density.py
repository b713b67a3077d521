"""The NumPy twin, part 2: the log density of the model, term by term and vectorised over draws.

Tests hold it equal to the PyMC model; it needs no compilation.
"""

from __future__ import annotations

import math

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.draws import Draws, Unknowns, elicited_priors
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, SERIES_TAIL_DF, SPURIOUS_DIRECTION_SD, coded_directions
from forecast.model.spec import ModelSpec
from forecast.model.spells import aged_days, log_ages
from forecast.timegrid import DAYS_PER_YEAR

__all__ = [
    "expected_reports",
    "grade_log_likelihood",
    "judgement_log_likelihood",
    "log_density",
    "log_prior",
    "report_log_likelihood",
    "series_log_likelihood",
    "silence_log_likelihood",
    "state_log_likelihood",
]


def log_density(spec: ModelSpec, snapshot: Snapshot, unknowns: Unknowns, weights: np.ndarray) -> np.ndarray:
    """Log prior plus log likelihood, shape (n,), without the Jacobians of unconstrained sampling."""
    draws = Draws.of(spec, unknowns)
    return (
        log_prior(spec, unknowns)
        + report_log_likelihood(spec, snapshot, draws, weights).sum(axis=1)
        + silence_log_likelihood(spec, snapshot, draws, weights)
        + grade_log_likelihood(spec, snapshot, draws)
        + series_log_likelihood(spec, snapshot, draws).sum(axis=1)
        + judgement_log_likelihood(snapshot, draws).sum(axis=1)
        + state_log_likelihood(spec, snapshot, draws)
    )


def log_prior(spec: ModelSpec, unknowns: Unknowns) -> np.ndarray:
    """Log prior density of the unknowns, shape (n,); minus infinity where the drivers are unstable."""
    total = _normal(unknowns["innovation"]).sum(axis=(1, 2))
    for name in elicited_priors(spec):
        total = total + _normal(unknowns[f"{name}_z"]).sum(axis=1)
    shape, rate, hazard = spec.base_shape, spec.base_rate, unknowns["mean_hazard"]
    constants = sum(a * math.log(b) - math.lgamma(a) for a, b in zip(shape, rate, strict=True))
    total = total + constants + ((shape - 1) * np.log(hazard) - rate * hazard).sum(axis=1)
    for name, alpha in (("letter_mix", LETTER_MIX), ("digit_mix", DIGIT_MIX)):
        norm = math.lgamma(alpha.sum()) - sum(math.lgamma(a) for a in alpha)
        mix = unknowns[name]
        total = total + mix.shape[1] * norm + ((alpha - 1) * np.log(mix)).sum(axis=(1, 2))
    radius = np.abs(np.linalg.eigvals(Draws.of(spec, unknowns).matrix)).max(axis=-1)
    return np.where(radius < 1, total, -np.inf)


def report_log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray) -> np.ndarray:
    """Log likelihood of each report's type, grade weight and directions, shape (n, reports)."""
    out = np.empty((len(draws), len(snapshot.reports)))
    coded = coded_directions(spec, snapshot)
    for i, (kind, t) in enumerate(zip(snapshot.report_type, snapshot.report_step, strict=True)):
        weight = weights[snapshot.report_letter[i], snapshot.report_digit[i]]
        ratio = np.exp(np.einsum("nek,nk->ne", draws.loading, draws.level[:, t]))
        genuine, spurious = np.ones(len(draws)), np.ones(len(draws))
        for j in np.flatnonzero(coded.report == i):
            g, code = coded.signal[j], coded.value[j]
            measured = (draws.innovation if spec.signal_push[g] else draws.level)[:, t, spec.signal_driver[g]]
            noise = draws.signal_noise[:, g]
            genuine = genuine * np.exp(_normal((code - draws.signal[:, g] * measured) / noise)) / noise
            spurious = spurious * np.exp(_normal(code / SPURIOUS_DIRECTION_SD)) / SPURIOUS_DIRECTION_SD
        mixture = weight * ratio[:, kind] * genuine + (1 - weight) * spurious
        out[:, i] = draws.log_rate[:, kind] + np.log(mixture)
        if not spec.complete[kind]:
            intensity = np.exp(draws.log_rate) * (weight * ratio + 1 - weight)
            out[:, i] -= np.log(intensity[:, spec.group == spec.group[kind]].sum(axis=1))
    return out


def silence_log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray) -> np.ndarray:
    """Minus the expected number of reports of complete types, shape (n,)."""
    return -expected_reports(spec, snapshot, draws, weights).sum(axis=1)


def expected_reports(spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray) -> np.ndarray:
    """Expected number of reports of each complete type by the as-of date, shape (n, E); 0 for selected types."""
    expected = np.zeros((len(draws), len(spec.events)))
    for e in np.flatnonzero(spec.complete):
        share = np.ones((len(draws), snapshot.n_steps))
        if e in spec.mix_type:
            m = int(np.flatnonzero(spec.mix_type == e)[0])
            weight = np.einsum("nl,ld,nd->n", draws.letter_mix[:, m], weights, draws.digit_mix[:, m])[:, None]
            ratio = np.exp(np.einsum("nk,ntk->nt", draws.loading[:, e], draws.level))
            share = weight * ratio + 1 - weight
        expected[:, e] = np.exp(draws.log_rate[:, e]) * (share @ snapshot.exposure[:, e])
    return expected


def grade_log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws) -> np.ndarray:
    """Log probability of the grades of complete types with a loading, shape (n,)."""
    total = np.zeros(len(draws))
    for i, kind in enumerate(snapshot.report_type):
        for m in np.flatnonzero(spec.mix_type == kind):
            total += np.log(draws.letter_mix[:, m, snapshot.report_letter[i]])
            total += np.log(draws.digit_mix[:, m, snapshot.report_digit[i]])
    return total


def series_log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws) -> np.ndarray:
    """Log density of each transformed series value, shape (n, values)."""
    out = np.empty((len(draws), len(snapshot.series_value)))
    observed = spec.transformed(snapshot.series_index, snapshot.series_value)
    df = SERIES_TAIL_DF
    norm = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    for i, m in enumerate(snapshot.series_index):
        mean = draws.series_level[:, m] + draws.series_slope[:, m] * draws.mean_over(snapshot, i, spec.series_driver[m])
        scaled = (observed[i] - mean) / draws.series_noise[:, m]
        out[:, i] = norm - np.log(draws.series_noise[:, m]) - (df + 1) / 2 * np.log1p(scaled**2 / df)
    return out


def judgement_log_likelihood(snapshot: Snapshot, draws: Draws) -> np.ndarray:
    """Log density of each judgement, shape (n, judgements)."""
    level = draws.level[:, snapshot.judgement_step, snapshot.judgement_driver]
    return _normal((snapshot.judgement_mean - level) / snapshot.judgement_sd) - np.log(snapshot.judgement_sd)


def state_log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws) -> np.ndarray:
    """Log likelihood of the history of states, shape (n,): survival so far and each dated transition."""
    total = np.zeros(len(draws))
    aged = aged_days(spec, snapshot)
    young = log_ages(spec, snapshot.transition_index, snapshot.transition_age)
    for t in range(snapshot.n_steps):
        log_hazard = draws.log_hazard + np.einsum("nqk,nk->nq", draws.hazard_loading, draws.level[:, t])
        at_risk = np.where(np.isinf(spec.age0), snapshot.state_years[t, spec.edge_from], 0.0)
        total -= np.exp(log_hazard) @ at_risk
        for i in np.flatnonzero(aged.step == t):
            edge = aged.edge[i]
            total -= np.exp(log_hazard[:, edge] + draws.ageing[:, edge] * aged.log_age[i]) / DAYS_PER_YEAR
        for i in np.flatnonzero(snapshot.transition_step == t):
            edge = snapshot.transition_index[i]
            total += log_hazard[:, edge] + draws.ageing[:, edge] * young[i]
    for s in spec.breaks_state:
        total += snapshot.breaks[s] * np.log(draws.break_hazard[:, s])
        total -= snapshot.pending_years[s] * draws.break_hazard[:, s]
    return total


def _normal(z: np.ndarray) -> np.ndarray:
    return -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
