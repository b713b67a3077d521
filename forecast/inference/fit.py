"""Fit a scenario to what was known on a day: NUTS through nutpie on the compiled density."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.settings import STANDARD_SAMPLING, TARGET_ACCEPT, Sampling
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
    import nutpie
    from threadpoolctl import threadpool_limits

    from forecast.inference.sampler import CompiledDensity
    from forecast.inference.whitening import whitened
    from forecast.model.compiled.vector import Vector

    began = time.perf_counter()
    spec = spec or compile_spec(scenario)
    vector = Vector.of(spec, snapshot)
    progress("preparing the model (the first time on a machine its code is compiled: half a minute)")
    with threadpool_limits(1):
        words = whitened(spec, snapshot, vector, weights)
        prepared = time.perf_counter()
        tree = nutpie.sample(
            CompiledDensity(words=words, size=len(vector)),
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            cores=cores,
            seed=seed,
            target_accept=TARGET_ACCEPT,
            save_warmup=False,
            progress_bar=False,
            progress_callback=_Reporter(progress, sampling.tune + sampling.draws),
        )
    points, stats = tree["posterior"]["point"].values, tree["sample_stats"].dataset
    energy = stats["energy"].values
    if energy.shape != (sampling.chains, sampling.draws) or np.isnan(energy).any():
        raise KeyboardInterrupt  # the sampler answers one with the draws it has: chains cut short or filled with NaN
    return Posterior(
        unknowns=vector.unknowns(_flat(points)),
        chains=sampling.chains,
        stats={name: _flat(stats[name].values) for name in ("diverging", "energy", "n_steps")},
        seconds={"compile": prepared - began, "sample": time.perf_counter() - prepared},
    )


class _Reporter:
    """Turn the sampler's frequent calls into one message for every tenth of the work."""

    def __init__(self, progress: Callable[[str], None], total: int) -> None:
        self._progress, self._total, self._told = progress, total, -1

    def __call__(self, chains: list[Any]) -> None:
        done = sum(chain.finished_draws for chain in chains) / (self._total * len(chains))
        if int(10 * done) > self._told:
            self._told = int(10 * done)
            self._progress(f"sampling: {self._told * 10}%")


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:])
