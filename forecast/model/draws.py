"""The NumPy twin, part 1: unknowns of the model as named arrays, and the quantities and driver paths they imply.

The same equations as the PyMC blocks, written step by step and vectorised over draws instead of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.grades import DIGIT_UNKNOWNS, LETTER_UNKNOWNS, grade_weights
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import ModelSpec
from forecast.scenario.priors import PriorVector
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["Draws", "Unknowns", "elicited_priors", "partial_shape", "prior_unknowns", "season_course", "shock_factor"]

Unknowns = Mapping[str, np.ndarray]
"""Free variables of the model by name; the first axis runs over draws."""


def elicited_priors(spec: ModelSpec) -> dict[str, PriorVector]:
    """Priors of the elicited quantities by name; the unknown ``<name>_z`` is standard normal."""
    return {
        "long_run": spec.long_run,
        "half_life": spec.half_life,
        "influence": spec.influence,
        "driver_season": spec.driver_season,
        "rate": spec.rate,
        "rate_season": spec.rate_season,
        "dispersion": spec.dispersion,
        "loading": spec.loading,
        "signal": spec.signal,
        "signal_noise": spec.signal_noise,
        "signal_level": spec.signal_level,
        "series_level": spec.series_level,
        "series_slope": spec.series_slope,
        "series_noise": spec.series_noise,
        "net": spec.net,
        "ratio": spec.ratio,
        "breaks": spec.breaks,
        "ageing": spec.ageing,
    }


def prior_unknowns(spec: ModelSpec, n: int, n_steps: int, *, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw unknowns from the prior, leaving out draws whose drivers are unstable.

    Parameters
    ----------
    n : int
        Number of draws.
    n_steps : int
        T, the length of the driver path.
    rng : numpy.random.Generator
        Source of randomness.
    """
    kept: list[dict[str, np.ndarray]] = []
    missing = n
    while missing > 0:
        batch = _prior_batch(spec, n, n_steps, rng)
        radius = np.abs(np.linalg.eigvals(Draws.of(spec, batch).matrix)).max(axis=-1)
        stable = np.flatnonzero(radius < 1)[:missing]
        kept.append({name: values[stable] for name, values in batch.items()})
        missing -= len(stable)
    return {name: np.concatenate([part[name] for part in kept]) for name in kept[0]}


def _prior_batch(spec: ModelSpec, n: int, n_steps: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    unknowns = {f"{name}_z": rng.normal(size=(n, len(prior))) for name, prior in elicited_priors(spec).items()}
    unknowns["innovation"] = rng.normal(size=(n, n_steps, len(spec.drivers)))
    unknowns["mean_hazard"] = rng.gamma(spec.base_shape, 1 / spec.base_rate, size=(n, len(spec.base_shape)))
    shape = partial_shape(spec)
    unknowns["partial"] = rng.beta(shape, shape, size=(n, len(shape)))
    unknowns["letter_z"] = rng.normal(size=(n, LETTER_UNKNOWNS * spec.learn_grades))
    unknowns["digit_z"] = rng.normal(size=(n, DIGIT_UNKNOWNS * spec.learn_grades))
    unknowns["letter_mix"] = rng.dirichlet(LETTER_MIX, size=(n, len(spec.mix_type)))
    unknowns["digit_mix"] = rng.dirichlet(DIGIT_MIX, size=(n, len(spec.mix_type)))
    return unknowns


@dataclass(frozen=True)
class Draws:
    """Quantities of the model on their natural scale, n draws of each.

    Attributes
    ----------
    innovation, level : ndarray, shape (n, T, K)
        Standardised shocks of the drivers and the levels they lead to.
    persistence, offset : ndarray, shape (n, K)
        Diagonal of Phi, and (I - Phi) mu.
    season : ndarray, shape (n, K)
        Amplitude of each driver's year, 0 where it has none.
    matrix, shock : ndarray, shape (n, K, K)
        M, and S times the Cholesky factor of Omega.
    weights : ndarray, shape (n, 6, 6)
        Share of genuine reports by letter and digit.
    log_rate : ndarray, shape (n, E)
        Log reports per month (complete types) or log relative weight (selected types) at neutral drivers.
    rate_season : ndarray, shape (n, seasonal types)
    dispersion : ndarray, shape (n, dispersed types)
        Variance over mean of the counts, less 1.
    loading : ndarray, shape (n, E, K)
        Log rate ratios, 0 where none is declared.
    letter_mix, digit_mix : ndarray, shape (n, mixed, 6)
    signal, signal_noise, signal_level : ndarray, shape (n, signals)
    series_level, series_slope, series_noise : ndarray, shape (n, M)
    log_hazard : ndarray, shape (n, Q)
        gamma, log hazards per year at neutral drivers; into a state with ``min_duration``, of a spell's beginning.
    hazard_loading : ndarray, shape (n, Q, K)
        beta, log hazard ratios, 0 where none is declared.
    break_hazard : ndarray, shape (n, S)
        Hazard per year of a spell's breaking before its ``min_duration``; 0 for states without one.
    ageing : ndarray, shape (n, Q)
        Exponents, 0 where none is declared.
    """

    innovation: np.ndarray
    level: np.ndarray
    persistence: np.ndarray
    offset: np.ndarray
    season: np.ndarray
    matrix: np.ndarray
    shock: np.ndarray
    weights: np.ndarray
    log_rate: np.ndarray
    rate_season: np.ndarray
    dispersion: np.ndarray
    loading: np.ndarray
    letter_mix: np.ndarray
    digit_mix: np.ndarray
    signal: np.ndarray
    signal_noise: np.ndarray
    signal_level: np.ndarray
    series_level: np.ndarray
    series_slope: np.ndarray
    series_noise: np.ndarray
    log_hazard: np.ndarray
    hazard_loading: np.ndarray
    break_hazard: np.ndarray
    ageing: np.ndarray

    @classmethod
    def of(cls, spec: ModelSpec, unknowns: Unknowns) -> Draws:
        """Compute everything that the unknowns imply."""
        value = {name: prior.value(unknowns[f"{name}_z"]) for name, prior in elicited_priors(spec).items()}
        n, n_drivers = len(unknowns["innovation"]), len(spec.drivers)
        persistence = np.exp2(-1 / value["half_life"])
        shock = np.sqrt(1 - persistence**2)[:, :, None] * shock_factor(spec, unknowns["partial"])
        season = np.zeros((n, n_drivers))
        season[:, spec.driver_season_driver] = value["driver_season"]
        offset = (1 - persistence) * value["long_run"]
        effects = np.zeros((n, n_drivers, n_drivers))
        effects[:, spec.influence_to, spec.influence_from] = value["influence"]
        matrix = (1 - persistence)[:, :, None] * effects
        matrix[:, np.arange(n_drivers), np.arange(n_drivers)] += persistence
        signal_level = np.zeros((n, len(spec.signal)))
        signal_level[:, spec.signal_level_of] = value["signal_level"]
        log_rate = np.zeros((n, len(spec.events)))
        log_rate[:, spec.rate_type] = np.log(value["rate"])
        loading = np.zeros((n, len(spec.events), n_drivers))
        loading[:, spec.loading_type, spec.loading_driver] = value["loading"]
        beta = np.zeros((n, len(spec.edges), n_drivers))
        beta[:, spec.ratio_edge, spec.ratio_driver] = value["ratio"]
        gamma = np.zeros((n, len(spec.edges)))
        gamma[:, spec.net_edge] = value["net"]
        spread = np.einsum("nqk,kl,nql->nq", beta, spec.covariance, beta)  # of the log hazard, at the stationary law
        gamma[:, spec.base_edge] = np.log(unknowns["mean_hazard"]) - spread[:, spec.base_edge] / 2
        log_hold = np.zeros((n, len(spec.states)))  # of the chance that a spell lasts long enough
        log_hold[:, spec.breaks_state] = -np.logaddexp(0, value["breaks"])
        ageing = np.zeros((n, len(spec.edges)))
        ageing[:, spec.ageing_edge] = value["ageing"]
        return cls(
            innovation=_innovations(spec, unknowns),
            level=_levels(spec, unknowns["innovation"], offset, matrix, shock, persistence, season),
            persistence=persistence,
            offset=offset,
            season=season,
            matrix=matrix,
            shock=shock,
            weights=grade_weights(spec, unknowns["letter_z"], unknowns["digit_z"]),
            log_rate=log_rate,
            rate_season=value["rate_season"],
            dispersion=value["dispersion"],
            loading=loading,
            letter_mix=unknowns["letter_mix"],
            digit_mix=unknowns["digit_mix"],
            signal=value["signal"],
            signal_noise=value["signal_noise"],
            signal_level=signal_level,
            series_level=value["series_level"],
            series_slope=value["series_slope"],
            series_noise=value["series_noise"],
            log_hazard=gamma - log_hold[:, spec.edge_to],
            hazard_loading=beta,
            break_hazard=-log_hold * DAYS_PER_YEAR / np.maximum(spec.held_after, 1),
            ageing=ageing,
        )

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.innovation)

    def until(self, n_steps: int) -> Draws:
        """Return the same draws with shorter driver paths."""
        return replace(self, innovation=self.innovation[:, :n_steps], level=self.level[:, :n_steps])

    def mean_over(self, snapshot: Snapshot, row: int, driver: int) -> np.ndarray:
        """Mean of a driver over the period of one series value, shape (n,)."""
        first, last = snapshot.series_first[row], snapshot.series_last[row]
        in_first, per_day, in_last = snapshot.series_weights[row]
        path, between = self.level[:, :, driver], slice(first + 1, last)
        middle = path[:, between] @ snapshot.step_length[between]
        return in_first * path[:, first] + per_day * middle + in_last * path[:, last]


def partial_shape(spec: ModelSpec) -> np.ndarray:
    """Beta shape of each canonical partial correlation under the LKJ prior, by rows of the lower triangle.

    Lewandowski, Kurowicka and Joe (2009), Journal of Multivariate Analysis 100(9). Empty for independent shocks.
    """
    if spec.shock_shape is None:
        return np.zeros(0)
    _, column = np.tril_indices(len(spec.drivers), -1)
    shape: np.ndarray = spec.shock_shape + (len(spec.drivers) - 2 - column) / 2
    return shape


def shock_factor(spec: ModelSpec, partial: np.ndarray) -> np.ndarray:
    """Cholesky factor of the shocks' correlations, shape (n, K, K), row by row from partial correlations.

    Parameters
    ----------
    partial : ndarray, shape (n, K (K - 1) / 2)
        Canonical partial correlations mapped to (0, 1); without columns for independent shocks.
    """
    n_drivers = len(spec.drivers)
    factor = np.broadcast_to(np.eye(n_drivers), (len(partial), n_drivers, n_drivers)).copy()
    for i, (row, column) in enumerate(zip(*np.tril_indices(n_drivers, -1), strict=True)):
        if partial.shape[1]:
            rho, left = 2 * partial[:, i] - 1, factor[:, row, row].copy()  # what columns so far leave of the row
            factor[:, row, column] = rho * left
            factor[:, row, row] = left * np.sqrt(1 - rho**2)
    return factor


def _innovations(spec: ModelSpec, unknowns: Unknowns) -> np.ndarray:
    """Correlated unit-variance shocks, shape (n, T, K); those of the first step are independent."""
    independent = unknowns["innovation"]
    mixed = independent[:, 1:] @ shock_factor(spec, unknowns["partial"]).transpose(0, 2, 1)
    return np.concatenate([independent[:, :1], mixed], axis=1)


def _levels(
    spec: ModelSpec,
    innovation: np.ndarray,
    offset: np.ndarray,
    matrix: np.ndarray,
    shock: np.ndarray,
    persistence: np.ndarray,
    season: np.ndarray,
) -> np.ndarray:
    level = np.empty_like(innovation)
    level[:, 0] = spec.start.loc + spec.start.scale * innovation[:, 0]
    wave = season_course(spec, innovation.shape[1])
    for t in range(1, level.shape[1]):
        level[:, t] = offset + np.einsum("nkl,nl->nk", matrix, level[:, t - 1])
        level[:, t] += np.einsum("nkl,nl->nk", shock, innovation[:, t])
        level[:, t] += season * (wave[t] - persistence * wave[t - 1])
    return level


def season_course(spec: ModelSpec, n_steps: int) -> np.ndarray:
    """Course of every driver's year at unit amplitude, shape (n_steps, K); 0 for drivers without a season."""
    course = np.zeros((n_steps, len(spec.drivers)))
    course[:, spec.driver_season_driver] = spec.driver_wave(n_steps)
    return course
