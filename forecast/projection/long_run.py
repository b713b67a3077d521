"""Where drivers settle under the prior: stationary means, spreads and correlations, and how likely they are stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, stationary_covariance

__all__ = ["LongRun", "Loop", "Spread", "Stability", "long_run", "stability"]

STABILITY_DRAWS = 20_000  # tells a share of 0.1% from one of 0.2%


@dataclass(frozen=True)
class Spread:
    """A quantity at prior medians, and its 5% point, median and 95% point over prior draws."""

    at_medians: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class LongRun:
    """The law that drivers settle into, influences working and seasons left out. K drivers.

    Attributes
    ----------
    mean, sd : mapping of str to Spread
        Stationary mean (I - A)^-1 mu and standard deviation of each driver.
    correlation : mapping of (str, str) to Spread
        Of each pair of drivers, in the scenario's order.
    covariance : ndarray, shape (K, K)
        V = M V M' + S Omega S at prior medians.
    """

    mean: dict[str, Spread]
    sd: dict[str, Spread]
    correlation: dict[tuple[str, str], Spread]
    covariance: np.ndarray


@dataclass(frozen=True)
class Loop:
    """Influences that feed back on each other.

    Attributes
    ----------
    drivers : tuple of str
    influences : tuple of int
        Positions in ``scenario.influences``.
    unstable : float
        Share of prior draws in which this loop alone makes the drivers unstable.
    """

    drivers: tuple[str, ...]
    influences: tuple[int, ...]
    unstable: float


@dataclass(frozen=True)
class Stability:
    """How often the prior makes the drivers unstable (spectral radius of M at least 1).

    Attributes
    ----------
    unstable, mcse : float
        Share of prior draws and its Monte Carlo standard error; exactly 0 without a loop.
    loops : tuple of Loop
    """

    unstable: float
    mcse: float
    loops: tuple[Loop, ...]


def long_run(spec: ModelSpec, draws: Draws) -> LongRun:
    """Solve for the stationary law at prior medians and in every prior draw.

    Parameters
    ----------
    draws : Draws
        Stable prior draws.
    """
    names, n_drivers = spec.drivers, len(spec.drivers)
    effects = np.zeros((n_drivers, n_drivers))
    effects[spec.influence_to, spec.influence_from] = spec.influence.median
    mean = np.linalg.solve(np.eye(n_drivers) - effects, spec.long_run.median)
    # (I - M) mean = (I - Phi) mu, and M - Phi = (I - Phi) A
    means = np.linalg.solve(np.eye(n_drivers) - draws.matrix, draws.offset[..., None])[..., 0]
    phi = draws.persistence
    each_effects = (draws.matrix - phi[..., None] * np.eye(n_drivers)) / (1 - phi)[..., None]
    shocks = draws.shock @ np.swapaxes(draws.shock, 1, 2)
    spread = np.sqrt(1 - phi**2)
    covariances = stationary_covariance(phi, each_effects, shocks / (spread[:, :, None] * spread[:, None, :]))
    sd, sds = np.sqrt(np.diag(spec.covariance)), np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    pairs = list(zip(*np.triu_indices(n_drivers, 1), strict=True))
    return LongRun(
        mean={name: _spread(mean[k], means[:, k]) for k, name in enumerate(names)},
        sd={name: _spread(sd[k], sds[:, k]) for k, name in enumerate(names)},
        correlation={
            (names[a], names[b]): _spread(
                spec.covariance[a, b] / (sd[a] * sd[b]), covariances[:, a, b] / (sds[:, a] * sds[:, b])
            )
            for a, b in pairs
        },
        covariance=spec.covariance,
    )


def _spread(at_medians: float, values: np.ndarray) -> Spread:
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return Spread(float(at_medians), float(low), float(median), float(high))


def stability(spec: ModelSpec, *, rng: np.random.Generator) -> Stability:
    """Estimate how often prior draws of half-lives and influences make the drivers unstable.

    Only drivers on a loop of influences can be: M is block triangular, and outside loops its eigenvalues are the
    persistences.
    """
    loops = []
    stable = np.ones(STABILITY_DRAWS, dtype=bool)
    phi = np.exp2(-1 / spec.half_life.value(rng.normal(size=(STABILITY_DRAWS, len(spec.half_life)))))
    effect = spec.influence.value(rng.normal(size=(STABILITY_DRAWS, len(spec.influence))))
    for members in _loops(spec):
        inside = np.isin(spec.influence_to, members) & np.isin(spec.influence_from, members)
        rows = np.searchsorted(members, spec.influence_to[inside])
        columns = np.searchsorted(members, spec.influence_from[inside])
        effects = np.zeros((STABILITY_DRAWS, len(members), len(members)))
        effects[:, rows, columns] = effect[:, inside]
        unstable = _unstable(phi[:, members], effects)
        stable &= ~unstable
        on_loop = tuple(int(i) for i in np.flatnonzero(inside))
        loops.append(Loop(tuple(spec.drivers[k] for k in members), on_loop, float(unstable.mean())))
    share = float(1 - stable.mean())
    return Stability(share, float(np.sqrt(share * (1 - share) / STABILITY_DRAWS)), tuple(loops))


def _loops(spec: ModelSpec) -> Sequence[np.ndarray]:
    """Sets of drivers each of which influences all others of its set, directly or through them."""
    n_drivers = len(spec.drivers)
    reached = np.eye(n_drivers, dtype=bool)
    reached[spec.influence_to, spec.influence_from] = True
    for _ in range(n_drivers):
        reached = reached | (reached.astype(int) @ reached.astype(int) > 0)
    both = reached & reached.T
    return [np.flatnonzero(row) for k, row in enumerate(both) if row.sum() > 1 and np.flatnonzero(row)[0] == k]


def _unstable(phi: np.ndarray, effects: np.ndarray) -> np.ndarray:
    # A row or column sum of |A| below 1 bounds its spectral radius, which suffices for all half-lives.
    size = np.abs(effects)
    doubtful = np.flatnonzero(np.minimum(size.sum(axis=1).max(axis=1), size.sum(axis=2).max(axis=1)) >= 1)
    matrix = (1 - phi[doubtful])[..., None] * effects[doubtful]
    matrix += phi[doubtful][..., None] * np.eye(phi.shape[1])
    out = np.zeros(len(phi), dtype=bool)
    out[doubtful] = np.abs(np.linalg.eigvals(matrix)).max(axis=1) >= 1
    return out
