"""One simulated history, fitted: which 80% intervals hold the truth that it was simulated from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evidence.grades import fixed_weights
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

AS_OF = date(2023, 4, 20)
SAMPLING = Sampling(draws=600, tune=600, chains=2)


@dataclass(frozen=True)
class History:
    """Share of intervals that hold the truth, and how much narrower drivers are known than before the evidence."""

    levels: float
    parameters: float
    level_sd_ratio: float
    reports: int
    status: str


def covered(draws: np.ndarray, truth: np.ndarray) -> np.ndarray:
    low, high = np.quantile(draws, (0.1, 0.9), axis=0)
    return (low < truth) & (truth < high)


def recover(scenario: Scenario, template: Evidence, seed: int) -> History:
    """Simulate a history from a truth and count which of its intervals hold the truth."""
    spec, n_steps = compile_spec(scenario), scenario.grid.count(AS_OF)
    rng = np.random.default_rng([2023, seed])
    truth = prior_unknowns(spec, 1, n_steps, rng=rng)
    world = Draws.of(spec, truth)
    evidence = simulate_evidence(
        scenario, spec, world, 0, until=AS_OF, template=template, weights=fixed_weights(), rng=rng
    )
    snapshot = take_snapshot(scenario, evidence, AS_OF)
    posterior = fit(scenario, snapshot, seed=seed, sampling=SAMPLING, cores=1)
    draws = Draws.of(spec, posterior.unknowns)
    before = Draws.of(spec, prior_unknowns(spec, 2000, n_steps, rng=rng)).level.std(axis=0)
    parameters = [
        covered(values, truth[name][0]).ravel()
        for name, values in posterior.unknowns.items()
        if name != "innovation" and values.size
    ]
    steps = np.linspace(0, n_steps - 1, 6).astype(int)
    return History(
        levels=float(covered(draws.level[:, steps], world.level[0, steps]).mean()),
        parameters=float(np.concatenate(parameters).mean()),
        level_sd_ratio=float((draws.level.std(axis=0) / before).mean()),
        reports=len(snapshot.reports),
        status=diagnose(posterior, draws).status,
    )
