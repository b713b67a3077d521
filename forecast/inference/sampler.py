"""NUTS by nutpie on the compiled density, called from its threads as machine code.

nutpie's own compilers end in the same classes of its extension module; it has no public way in for a function that is
compiled already, so they are used here directly, in this module alone. The extension is loaded without the package
around it, whose imports (ArviZ, pandas, Matplotlib) take longer than all the sampling of a small case.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from typing import Any

import numpy as np

from forecast.inference.settings import TARGET_ACCEPT, Sampling
from forecast.model.compiled.density import sampler_functions

__all__ = ["sample"]

_START = 1.0  # chains start evenly spread over this distance from the mode; the posterior there has spread 1
_EXTENSION = "nutpie._lib"
_STATS = ("diverging", "energy", "n_steps")
_PROGRESS_EVERY = 100  # milliseconds


def sample(
    words: np.ndarray,
    size: int,
    *,
    sampling: Sampling,
    seed: int,
    cores: int | None,
    progress: Callable[[float], None],
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Run the chains.

    Parameters
    ----------
    words : ndarray of int64
        Scenario, evidence and coordinates, see :mod:`forecast.model.compiled.tables`.
    size : int
        Numbers in a point.
    cores : int or None
        How many chains at a time; as many as there are processors when None.
    progress : callable
        Told the share of draws made, from another thread, some times a second.

    Returns
    -------
    ndarray, shape (chains, draws, size)
        Points.
    dict of str to ndarray, shape (chains, draws)
        ``diverging``, ``energy`` and ``n_steps`` of each draw.

    Raises
    ------
    KeyboardInterrupt
        When interrupted; draws made so far are lost.
    """
    lib, total = _extension(), sampling.chains * (sampling.tune + sampling.draws)
    settings = lib.PyNutsSettings.Diag(seed)
    settings.update(
        {
            "num_tune": sampling.tune,
            "num_draws": sampling.draws,
            "num_chains": sampling.chains,
            "target_accept": TARGET_ACCEPT,
        }
    )
    sampler = lib.PySampler.from_pymc(
        settings,
        min(sampling.chains, cores or os.cpu_count() or 1),
        _model(lib, words, size),
        lib.ProgressType.none(),
        lambda chains: progress(sum(chain.finished_draws for chain in chains) / total),
        _PROGRESS_EVERY,
        lib.PyStorage.arrow(),
    )
    try:
        sampler.wait(None)
    except BaseException:
        sampler.abort()
        raise
    draws, stats = sampler.take_results().get_arrow_trace()
    if any(part.num_rows != sampling.tune + sampling.draws for part in draws):
        raise KeyboardInterrupt  # the sampler may answer one with the draws it has
    kept = slice(sampling.tune, None)
    return (
        np.stack([_values(part["point"]).reshape(-1, size)[kept] for part in draws]),
        {name: np.stack([_values(part[name])[kept] for part in stats]) for name in _STATS},
    )


def _extension() -> Any:
    """The extension module of nutpie; it can be loaded once in a process."""
    if found := sys.modules.get(_EXTENSION):
        return found
    package = importlib.util.find_spec("nutpie")
    spec = package and PathFinder.find_spec(_EXTENSION, package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ImportError("nutpie is not installed as a whole: its extension module is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_EXTENSION] = module
    spec.loader.exec_module(module)
    return module


def _model(lib: Any, words: np.ndarray, size: int) -> Any:
    """The density and what is stored of a position, the point, as the sampler takes them."""
    density, expand = sampler_functions()
    data, length = words.ctypes.data, {"unknown": size}
    variables = lib.PyVariable.new_variables(["point"], ["float64"], [(size,)], length, {"point": ("unknown",)})

    def start(seed: int) -> np.ndarray:
        return np.random.default_rng(seed).uniform(-_START, _START, size)

    return lib.PyMcModel(
        lib.LogpFunc(density.address, data, words),
        lib.ExpandFunc(size, size, expand.address, data, words),
        variables,
        size,
        length,
        {},
        start,
        None,
    )


def _values(column: Any) -> np.ndarray:
    """A column of numbers or of equally long lists of them, flat."""
    from arro3.core import list_flatten

    return np.asarray(list_flatten(column) if str(column.type).lower().find("list") >= 0 else column)
