"""A fit without a sampler: prior draws resampled by the likelihood of all that a snapshot holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

import numpy as np

from forecast.evaluation import origins
from forecast.evaluation.origins import OriginForecast, Question
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.model.density import log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario


def resampled_fit(scenario: Scenario, snapshot: Snapshot, *, seed: int, sampling: Sampling, cores: int) -> Posterior:
    """Stands in for `forecast.inference.fit.fit`; every row of the snapshot moves it."""
    assert cores == 1
    spec, n, rng = compile_spec(scenario), sampling.chains * sampling.draws, np.random.default_rng(seed)
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=rng)
    draws = Draws.of(spec, unknowns)
    log_weight = log_likelihood(spec, snapshot, draws)
    weight = np.exp((log_weight - log_weight.max()) / 4)  # flattened: some hundred draws are to remain
    chosen = rng.choice(n, size=n, p=weight / weight.sum())
    stats = {"diverging": np.zeros(n, dtype=bool), "energy": rng.normal(size=n), "n_steps": np.ones(n, dtype=np.uint64)}
    return Posterior(
        {name: values[chosen] for name, values in unknowns.items()}, sampling.chains, stats, {"sample": 0.0}
    )


def block_with_resampled_fits(question: Question, known: Sequence[tuple[date, Evidence]]) -> tuple[OriginForecast, ...]:
    """As `forecast_block`, also in a worker process."""
    sampler, origins.fit = origins.fit, resampled_fit
    try:
        return origins.forecast_block(question, known)
    finally:
        origins.fit = sampler


def bits(value: Any) -> Any:
    """Everything in a result but wall times, in a form that is equal where all numbers are the same to the last bit."""
    if is_dataclass(value):
        return bits({name: item for name, item in asdict(value).items() if name != "seconds"})
    if isinstance(value, dict):
        return {name: bits(item) for name, item in value.items() if name != "seconds"}
    if isinstance(value, list | tuple):
        return [bits(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return value.hex() if isinstance(value, float) else value
