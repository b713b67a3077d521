"""Posterior draws: kept in memory by name, on disk as netCDF-4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

__all__ = ["Posterior", "load_posterior", "save_posterior"]

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
    """

    unknowns: Mapping[str, np.ndarray]
    chains: int
    stats: Mapping[str, np.ndarray]
    seconds: Mapping[str, float]

    def __len__(self) -> int:
        """Count the draws of all chains."""
        return len(self.stats["diverging"])

    def by_chain(self, values: np.ndarray) -> np.ndarray:
        """Reshape per-draw values (chains * draws, ...) to (chains, draws, ...)."""
        return values.reshape(self.chains, len(self) // self.chains, *values.shape[1:])

    def thinned(self, n: int) -> np.ndarray:
        """Indices of about n draws, evenly spaced and as many from each chain, shape (chains, n / chains)."""
        per_chain = len(self) // self.chains
        keep = np.linspace(0, per_chain - 1, min(per_chain, max(1, n // self.chains))).round().astype(int)
        starts = np.arange(self.chains) * per_chain
        return starts[:, None] + keep[None, :]


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
