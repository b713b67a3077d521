"""Fit a scenario to what was known on a day: NUTS through nutpie on the PyMC model."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.settings import STANDARD_SAMPLING, TARGET_ACCEPT, Sampling
from forecast.model.draws import prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario

__all__ = ["fit"]


def fit(
    scenario: Scenario,
    snapshot: Snapshot,
    *,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    weights: np.ndarray | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Posterior:
    """Sample the posterior of the model's unknowns.

    Parameters
    ----------
    scenario, snapshot : Scenario, Snapshot
        The scenario and what was known.
    seed : int
        Seed of the sampler; the same seed gives the same draws on the same machine.
    sampling : Sampling
        How much to sample.
    weights : ndarray, shape (6, 6), optional
        Share of genuine reports by grade, as in :func:`forecast.model.build.build_model`.
    progress : callable
        Told in words what is going on; may be called from another thread.
    """
    progress("loading the sampler")
    import nutpie
    from threadpoolctl import threadpool_limits

    from forecast.model.build import build_model

    spec = compile_spec(scenario)
    with threadpool_limits(1):
        began = time.perf_counter()
        model = build_model(spec, snapshot, weights)
        unknowns = [variable.name for variable in model.free_RVs]
        progress("compiling the model (the first time on a machine takes minutes, later half a minute)")
        compiled = nutpie.compile_pymc_model(model, var_names=unknowns)
        compiled_at = time.perf_counter()
        tree = nutpie.sample(
            compiled,
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            seed=seed,
            target_accept=TARGET_ACCEPT,
            save_warmup=False,
            progress_bar=False,
            progress_callback=_Reporter(progress, sampling.tune + sampling.draws),
        )
    finished = time.perf_counter()
    posterior, stats = tree["posterior"].dataset, tree["sample_stats"].dataset
    energy = stats["energy"].values
    if energy.shape != (sampling.chains, sampling.draws) or np.isnan(energy).any():
        raise KeyboardInterrupt  # the sampler answers one with the draws it has: chains cut short or filled with NaN
    return Posterior(
        unknowns={
            **_absent(spec, sampling.chains * sampling.draws),
            **{name: _flat(posterior[name].values) for name in unknowns},
        },
        chains=sampling.chains,
        stats={name: _flat(stats[name].values) for name in ("diverging", "energy", "n_steps")},
        seconds={"compile": compiled_at - began, "sample": finished - compiled_at},
    )


class _Reporter:
    """Turn the sampler's frequent calls into one message for every tenth of the work."""

    def __init__(self, progress: Callable[[str], None], total: int) -> None:
        self._progress, self._total, self._told = progress, total, -1

    def __call__(self, chains: list[object]) -> None:
        done = sum(chain.finished_draws for chain in chains) / (self._total * len(chains))  # type: ignore[attr-defined]
        if int(10 * done) > self._told:
            self._told = int(10 * done)
            self._progress(f"sampling: {self._told * 10}%")


def _absent(spec: ModelSpec, n: int) -> dict[str, np.ndarray]:
    """Empty arrays for unknowns that the model leaves out because the scenario has none of their kind."""
    template = prior_unknowns(spec, 1, 1, rng=np.random.default_rng(0))
    return {name: np.empty((n, *values.shape[1:])) for name, values in template.items() if values.size == 0}


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:])
