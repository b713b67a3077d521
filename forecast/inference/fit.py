"""Fit a scenario to what was known on a day: NUTS through nutpie on the compiled density."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.settings import STANDARD_SAMPLING, Sampling
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario

__all__ = ["fit"]


def fit(
    scenario: Scenario,
    snapshot: Snapshot,
    *,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    cores: int | None = None,
    weights: np.ndarray | None = None,
    spec: ModelSpec | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Posterior:
    """Sample the posterior of a scenario's unknowns.

    The code of the density is the same for all scenarios; it is compiled once on a machine and then read from disk.

    Parameters
    ----------
    scenario, snapshot : Scenario, Snapshot
        The scenario and what was known.
    seed : int
        Seed of the sampler; the same seed gives the same draws on the same machine.
    sampling : Sampling
        How much to sample.
    cores : int, optional
        How many chains to sample at a time; as many as there are processors unless given. The draws are the same.
    weights : ndarray, shape (6, 6), optional
        Share of genuine reports by grade, as in :func:`forecast.model.build.build_model`.
    spec : ModelSpec, optional
        In place of the scenario's own: the same with other priors.
    progress : callable
        Told in words what is going on; may be called from another thread.

    Raises
    ------
    KeyboardInterrupt
        When interrupted; draws made so far are lost.
    """
    progress("loading the sampler")
    from threadpoolctl import threadpool_limits

    from forecast.inference.sampler import sample
    from forecast.inference.whitening import whitened
    from forecast.model.compiled.vector import Vector

    began = time.perf_counter()
    spec = spec or compile_spec(scenario)
    vector = Vector.of(spec, snapshot)
    progress("preparing the model (the first time on a machine its code is compiled: half a minute)")
    with threadpool_limits(1):
        words = whitened(spec, snapshot, vector, weights)
        prepared = time.perf_counter()
        points, stats = sample(
            words, len(vector), sampling=sampling, seed=seed, cores=cores, progress=_Reporter(progress)
        )
    return Posterior(
        unknowns=vector.unknowns(_flat(points)),
        chains=sampling.chains,
        stats={name: _flat(values) for name, values in stats.items()},
        seconds={"compile": prepared - began, "sample": time.perf_counter() - prepared},
    )


class _Reporter:
    """Turn the sampler's frequent calls into one message for every tenth of the work."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress, self._told = progress, -1

    def __call__(self, share: float) -> None:
        if int(10 * share) > self._told:
            self._told = int(10 * share)
            self._progress(f"sampling: {self._told * 10}%")


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:])
