"""Fit a scenario to what was known on a day: NUTS through nutpie on the PyMC model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.settings import STANDARD_SAMPLING, TARGET_ACCEPT, Sampling
from forecast.model.data import model_data
from forecast.model.draws import prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario

__all__ = ["CompiledModel", "compile_model", "fit", "sample"]


@dataclass(frozen=True)
class CompiledModel:
    """The compiled posterior of a scenario for histories of one length; the evidence is swapped in as data.

    Attributes
    ----------
    n_steps : int
        Steps from the scenario's start to the as-of date.
    seconds : float
        Wall time of building and compiling.
    """

    spec: ModelSpec
    n_steps: int
    unknowns: tuple[str, ...]
    data: tuple[str, ...]
    program: Any
    seconds: float


def fit(
    scenario: Scenario,
    snapshot: Snapshot,
    *,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    weights: np.ndarray | None = None,
    spec: ModelSpec | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Posterior:
    """Compile the model of a scenario and sample the posterior of its unknowns.

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
    spec : ModelSpec, optional
        In place of the scenario's own: the same with other priors.
    progress : callable
        Told in words what is going on; may be called from another thread.
    """
    compiled = compile_model(scenario, snapshot, weights=weights, spec=spec, progress=progress)
    return sample(compiled, snapshot, seed=seed, sampling=sampling, progress=progress)


def compile_model(
    scenario: Scenario,
    snapshot: Snapshot,
    *,
    weights: np.ndarray | None = None,
    spec: ModelSpec | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> CompiledModel:
    """Compile the posterior for all histories as long as that of ``snapshot``."""
    progress("loading the sampler")
    import nutpie
    from threadpoolctl import threadpool_limits

    from forecast.model.build import build_model

    spec = spec or compile_spec(scenario)
    began = time.perf_counter()
    with threadpool_limits(1):
        model = build_model(spec, snapshot, weights)
        unknowns = tuple(variable.name for variable in model.free_RVs)
        progress("compiling the model (the first time on a machine takes minutes, later half a minute)")
        program = nutpie.compile_pymc_model(model, var_names=unknowns)
    data = tuple(variable.name for variable in model.data_vars)
    return CompiledModel(spec, snapshot.n_steps, unknowns, data, program, time.perf_counter() - began)


def sample(
    compiled: CompiledModel,
    snapshot: Snapshot,
    *,
    seed: int,
    sampling: Sampling = STANDARD_SAMPLING,
    progress: Callable[[str], None] = lambda message: None,
) -> Posterior:
    """Sample the posterior given what was known, see :func:`fit`.

    Raises
    ------
    ValueError
        When the history has another length than the compiled model.
    """
    if snapshot.n_steps != compiled.n_steps:
        raise ValueError(f"the model is compiled for {compiled.n_steps} steps, not {snapshot.n_steps}")
    import nutpie
    from threadpoolctl import threadpool_limits

    began = time.perf_counter()
    arrays = model_data(compiled.spec, snapshot)
    with threadpool_limits(1):
        tree = nutpie.sample(
            compiled.program.with_data(**{name: arrays[name] for name in compiled.data}),
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            seed=seed,
            target_accept=TARGET_ACCEPT,
            save_warmup=False,
            progress_bar=False,
            progress_callback=_Reporter(progress, sampling.tune + sampling.draws),
        )
    posterior, stats = tree["posterior"].dataset, tree["sample_stats"].dataset
    energy = stats["energy"].values
    if energy.shape != (sampling.chains, sampling.draws) or np.isnan(energy).any():
        raise KeyboardInterrupt  # the sampler answers one with the draws it has: chains cut short or filled with NaN
    return Posterior(
        unknowns={
            **_absent(compiled.spec, sampling.chains * sampling.draws),
            **{name: _flat(posterior[name].values) for name in compiled.unknowns},
        },
        chains=sampling.chains,
        stats={name: _flat(stats[name].values) for name in ("diverging", "energy", "n_steps")},
        seconds={"compile": compiled.seconds, "sample": time.perf_counter() - began},
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


def _absent(spec: ModelSpec, n: int) -> dict[str, np.ndarray]:
    """Empty arrays for unknowns that the model leaves out because the scenario has none of their kind."""
    template = prior_unknowns(spec, 1, 1, rng=np.random.default_rng(0))
    return {name: np.empty((n, *values.shape[1:])) for name, values in template.items() if values.size == 0}


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *values.shape[2:])
