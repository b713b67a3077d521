"""The NumPy twin, part 2: the log density of the model, term by term and vectorised over draws.

Tests hold it equal to the PyMC model; it needs no compilation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.draws import Draws, Unknowns, elicited_priors, partial_shape
from forecast.model.grades import mark_weights
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, SERIES_TAIL_DF, SPURIOUS_DIRECTION_SD, coded_directions
from forecast.model.spec import ModelSpec
from forecast.model.spells import aged_days, log_ages
from forecast.timegrid import DAYS_PER_YEAR

__all__ = [
    "expected_reports",
    "expected_reports_by_step",
    "grade_log_likelihood",
    "judgement_log_likelihood",
    "log_density",
    "log_likelihood",
    "log_likelihood_but_marks",
    "log_prior",
    "log_rates",
    "report_log_likelihood",
    "series_log_likelihood",
    "silence_log_likelihood",
    "state_log_likelihood",
]


def log_density(
    spec: ModelSpec, snapshot: Snapshot, unknowns: Unknowns, weights: np.ndarray | None = None
) -> np.ndarray:
    """Log prior plus log likelihood, shape (n,), without the Jacobians of unconstrained sampling.

    Parameters
    ----------
    weights : ndarray, shape (6, 6), optional
        Share of genuine reports by letter and digit, in place of the fixed or learned ones; so in all functions here.
    """
    return log_prior(spec, unknowns) + log_likelihood(spec, snapshot, Draws.of(spec, unknowns), weights)


def log_likelihood(spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None) -> np.ndarray:
    """Log likelihood of everything known, shape (n,); the driver paths must be as long as the history."""
    marks = report_log_likelihood(spec, snapshot, draws, weights).sum(axis=1)
    marks += grade_log_likelihood(spec, snapshot, draws)
    return marks + log_likelihood_but_marks(spec, snapshot, draws, weights)


def log_likelihood_but_marks(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None
) -> np.ndarray:
    """Log likelihood of all but what reports and their grades say, shape (n,): silence, series, states and so on."""
    return (
        silence_log_likelihood(spec, snapshot, draws, weights)
        + series_log_likelihood(spec, snapshot, draws).sum(axis=1)
        + judgement_log_likelihood(snapshot, draws).sum(axis=1)
        + state_log_likelihood(spec, snapshot, draws)
    )


def log_prior(spec: ModelSpec, unknowns: Unknowns) -> np.ndarray:
    """Log prior density of the unknowns, shape (n,); minus infinity where the drivers are unstable."""
    total = _normal(unknowns["innovation"]).sum(axis=(1, 2))
    total = total + _normal(unknowns["letter_z"]).sum(axis=1) + _normal(unknowns["digit_z"]).sum(axis=1)
    for shape, partial in zip(partial_shape(spec), unknowns["partial"].T, strict=True):
        norm = math.lgamma(2 * shape) - 2 * math.lgamma(shape)
        total = total + norm + (shape - 1) * np.log(partial * (1 - partial))
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


def report_log_likelihood(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None
) -> np.ndarray:
    """Log likelihood of each event's type, weight and directions, shape (n, events reported)."""
    out = np.empty((len(draws), len(snapshot.report_type)))
    coded = coded_directions(spec, snapshot)
    log_rate = log_rates_at(spec, draws, snapshot.n_steps)
    all_weights = mark_weights(
        snapshot.origin_letter,
        snapshot.origin_digit,
        snapshot.origin_known,
        draws.weights if weights is None else weights,
    )
    for i, (kind, t) in enumerate(zip(snapshot.report_type, snapshot.report_step, strict=True)):
        weight, step = all_weights[..., i], slice(t, t + 1)
        ratio = np.exp(np.einsum("nek,nk->ne", draws.loading, draws.level[:, t]))
        genuine, spurious = np.ones(len(draws)), np.ones(len(draws))
        for j in np.flatnonzero(coded.report == i):
            g, code = coded.signal[j], coded.value[j]
            measured = (draws.innovation if spec.signal_push[g] else draws.level)[:, t, spec.signal_driver[g]]
            noise = draws.signal_noise[:, g]
            genuine = (
                genuine
                * np.exp(_normal((code - draws.signal_level[:, g] - draws.signal[:, g] * measured) / noise))
                / noise
            )
            spurious = spurious * np.exp(_normal(code / SPURIOUS_DIRECTION_SD)) / SPURIOUS_DIRECTION_SD
        mixture = weight * ratio[:, kind] * genuine + (1 - weight) * spurious
        out[:, i] = log_rate(kind, step)[:, 0] + np.log(mixture)
        if not spec.complete[kind]:
            members = np.flatnonzero(spec.group == spec.group[kind])
            intensity = [np.exp(log_rate(e, step)[:, 0]) * (weight * ratio[:, e] + 1 - weight) for e in members]
            out[:, i] -= np.log(np.sum(intensity, axis=0))
    return out


def log_rates(spec: ModelSpec, draws: Draws, n_steps: int) -> Callable[[int | np.integer], np.ndarray]:
    """Log reports per month (or relative weight) of a type at neutral drivers in every step, shape (n, T)."""
    at = log_rates_at(spec, draws, n_steps)
    return lambda kind: at(kind, slice(None))


def log_rates_at(spec: ModelSpec, draws: Draws, n_steps: int) -> Callable[[int | np.integer, slice], np.ndarray]:
    """Log rates as :func:`log_rates` gives them, in some of the steps."""
    wave = spec.rate_wave(n_steps)

    def of(kind: int | np.integer, steps: slice) -> np.ndarray:
        seasons = np.flatnonzero(spec.rate_season_type == kind)
        return draws.log_rate[:, int(kind), None] + draws.rate_season[:, seasons] @ wave[steps, seasons].T

    return of


def silence_log_likelihood(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None
) -> np.ndarray:
    """Log likelihood of the counts of complete types less the marks' rates, shape (n,).

    Poisson: minus the expected number. Negative binomial of mean m and variance D m for n reports in a step:
    log[G(n + s) / (G(s) n!) (1/D)^s (1 - 1/D)^n] with s = m / (D - 1), plus log n! - n log m, since the reports' own
    terms carry m and their times have no order. With a share p of the reports in, D - 1 is p times as large.
    """
    expected = expected_reports_by_step(spec, snapshot, draws, weights)
    total = np.zeros(len(draws))
    for e in np.flatnonzero(spec.complete):
        if e not in spec.dispersion_type:
            total -= expected(e).sum(axis=1)
            continue
        extra = draws.dispersion[:, np.flatnonzero(spec.dispersion_type == e)[0]]
        for t in np.flatnonzero(snapshot.exposure[:, e]):
            seen = int(np.sum((snapshot.report_type == e) & (snapshot.report_step == t)))
            mean = expected(e)[:, t]
            thinned = extra * snapshot.reported_share[t, e]
            size = mean / thinned
            rising = np.sum([np.log(size + i) for i in range(seen)], axis=0)  # log G(n + s) - log G(s)
            total += rising - size * np.log1p(thinned) + seen * np.log(thinned / (1 + thinned)) - seen * np.log(mean)
    return total


def expected_reports(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None
) -> np.ndarray:
    """Expected number of reports of each complete type by the as-of date, shape (n, E); 0 for selected types."""
    by_step = expected_reports_by_step(spec, snapshot, draws, weights)
    expected = np.zeros((len(draws), len(spec.events)))
    for e in np.flatnonzero(spec.complete):
        expected[:, e] = by_step(e).sum(axis=1)
    return expected


def expected_reports_by_step(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, weights: np.ndarray | None = None
) -> Callable[[int | np.integer], np.ndarray]:
    """Expected number of reports of a complete type in each step, shape (n, T)."""
    table = draws.weights if weights is None else np.broadcast_to(weights, draws.weights.shape)
    log_rate = log_rates(spec, draws, snapshot.n_steps)

    def of(kind: int | np.integer) -> np.ndarray:
        mean = np.exp(log_rate(kind)) * snapshot.exposure[:, kind]
        for m in np.flatnonzero(spec.mix_type == kind):
            weight = np.einsum("nl,nld,nd->n", draws.letter_mix[:, m], table, draws.digit_mix[:, m])[:, None]
            ratio = np.exp(np.einsum("nk,ntk->nt", draws.loading[:, kind], draws.level))
            mean = mean * (weight * ratio + 1 - weight)
        return mean

    return of


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
