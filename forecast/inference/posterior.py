"""Posterior draws: kept in memory by name, on disk as netCDF-4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from forecast.inference.montecarlo import error_of_some, monte_carlo_error, weighted_mean

__all__ = ["Posterior", "Selection", "load_posterior", "save_posterior"]

_STATS = ("diverging", "energy", "n_steps")


@dataclass(frozen=True)
class Posterior:
    """Draws of the model's unknowns, chain after chain.

    Attributes
    ----------
    unknowns : mapping of str to ndarray
        Free variables of the model by name, shape (chains * draws, ...).
    chains : int
    stats : mapping of str to ndarray
        ``diverging``, ``energy`` and ``n_steps`` of each draw, shape (chains * draws,).
    seconds : mapping of str to float
        Wall time of ``compile`` and ``sample``.
    weight : ndarray, shape (chains * draws,), optional
        Importance weights that sum to 1, of draws that were carried on to later evidence; all alike where ``None``.
    """

    unknowns: Mapping[str, np.ndarray]
    chains: int
    stats: Mapping[str, np.ndarray]
    seconds: Mapping[str, float]
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        """Count the draws of all chains."""
        return len(self.stats["diverging"])

    def by_chain(self, values: np.ndarray) -> np.ndarray:
        """Reshape per-draw values (chains * draws, ...) to (chains, draws, ...)."""
        return values.reshape(self.chains, len(self) // self.chains, *values.shape[1:])

    def selected(self, n: int) -> Selection:
        """Pick about n draws to work on: evenly spaced, as many from each chain, or by weight where they have one."""
        if self.weight is None:
            per_chain = len(self) // self.chains
            keep = np.linspace(0, per_chain - 1, min(per_chain, max(1, n // self.chains))).round().astype(int)
            index = (np.arange(self.chains)[:, None] * per_chain + keep[None, :]).ravel()
            return Selection(index, None, self.chains, len(self))
        # Systematic: the number of times that a draw is met differs from n times its weight by less than 1.
        met = np.floor(n * np.cumsum(self.weight) + 0.5).astype(int)
        counts = np.diff(met, prepend=0)
        index = np.flatnonzero(counts)
        return Selection(index, counts[index] / counts.sum(), self.chains, len(self))


@dataclass(frozen=True)
class Selection:
    """Some draws of a posterior, n of them, and how to summarise what was computed for each.

    Attributes
    ----------
    index : ndarray of int, shape (n,)
        In the posterior.
    weight : ndarray, shape (n,), or None
        Sums to 1; ``None``: all alike.
    chains, total : int
        Number of chains, and of all their draws.
    """

    index: np.ndarray
    weight: np.ndarray | None
    chains: int
    total: int

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the first axis."""
        return weighted_mean(values, self.weight)

    def error(self, values: np.ndarray) -> np.ndarray:
        """Monte Carlo standard error of the mean over the first axis."""
        if self.weight is None:
            return self.error_of(values)
        weight = self.weight.reshape(-1, *(1,) * (values.ndim - 1))
        return self.error_of(len(values) * weight * (values - self.mean(values)))

    def error_of(self, contributions: np.ndarray) -> np.ndarray:
        """Monte Carlo standard error of the plain mean of what each draw contributes, whatever its weight in it."""
        if self.weight is not None:
            return error_of_some(contributions, self.chain)
        return monte_carlo_error(
            contributions.reshape(self.chains, len(contributions) // self.chains, *contributions.shape[1:])
        )

    @property
    def chain(self) -> np.ndarray:
        """Chain of each draw, shape (n,)."""
        return self.index * self.chains // self.total


def save_posterior(posterior: Posterior, path: Path) -> None:
    """Write the draws as netCDF-4 (compressed, without time stamps)."""
    import xarray as xr

    variables = {}
    for group in (posterior.unknowns, posterior.stats):
        for name, values in group.items():
            dims = ("chain", "draw", *(f"{name}_dim_{i}" for i in range(values.ndim - 1)))
            variables[name] = (dims, posterior.by_chain(values))
    attrs = {f"seconds_{name}": value for name, value in posterior.seconds.items()}
    data = xr.Dataset(variables, attrs=attrs)
    compression = {name: {"zlib": True, "complevel": 4} for name, values in data.items() if values.size}
    data.to_netcdf(path, engine="h5netcdf", encoding=compression)


def load_posterior(path: Path) -> Posterior:
    """Read draws written by :func:`save_posterior`."""
    with h5py.File(path) as file:
        arrays = {name: item[()] for name, item in file.items() if item.ndim >= 2}
        seconds = {
            name[8:]: float(np.squeeze(value)) for name, value in file.attrs.items() if name.startswith("seconds_")
        }
    chains, draws = arrays["diverging"].shape
    flat = {name: values.reshape(chains * draws, *values.shape[2:]) for name, values in arrays.items()}
    stats = {name: flat.pop(name) for name in _STATS}
    return Posterior(flat, chains, stats, seconds)
