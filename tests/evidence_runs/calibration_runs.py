"""One run of simulation-based calibration: a truth from the prior, evidence simulated from it, a fit, ranks."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecast.evaluation.ranks import rank_among
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

AS_OF = date(2023, 4, 20)
RANKS = 99  # posterior draws that each truth is ranked among
SAMPLING = Sampling(draws=600, tune=600, chains=2)


def ranks_of_one_truth(scenario: Scenario, template: Evidence, run: int) -> dict[str, np.ndarray]:
    """Rank of every quantity, by what it is."""
    spec, n_steps = compile_spec(scenario), scenario.grid.count(AS_OF)
    rng = np.random.default_rng([2024, run])
    truth = Draws.of(spec, prior_unknowns(spec, 1, n_steps, rng=rng))
    evidence = simulate_evidence(
        scenario, spec, truth, 0, until=AS_OF, template=template, weights=truth.weights[0], rng=rng
    )
    snapshot = take_snapshot(scenario, evidence, AS_OF)
    posterior = fit(scenario, snapshot, seed=run, sampling=SAMPLING, cores=1)
    keep = np.linspace(0, len(posterior) - 1, RANKS).round().astype(int)
    draws = Draws.of(spec, {name: values[keep] for name, values in posterior.unknowns.items()})
    true = quantities(spec, truth, outcome_probabilities(scenario, snapshot, truth, rng))
    drawn = quantities(spec, draws, outcome_probabilities(scenario, snapshot, draws, rng))
    return {name: rank_among(true[name][0], values, rng=rng) for name, values in drawn.items()}


def quantities(spec: ModelSpec, draws: Draws, outcome: np.ndarray) -> dict[str, np.ndarray]:
    """What is ranked, one column each, by what it is; shape (n, ...)."""
    steps = [0, draws.level.shape[1] // 2, draws.level.shape[1] - 1]
    return {
        "drivers": draws.level[:, steps].reshape(len(draws), -1),
        "half-lives": draws.persistence,
        "loadings": draws.loading[:, spec.loading_type, spec.loading_driver],
        "signals": draws.signal,
        "series": np.concatenate([draws.series_slope, draws.series_noise], axis=1),
        "hazards": draws.log_hazard,
        "hazard ratios": draws.hazard_loading[:, spec.ratio_edge, spec.ratio_driver],
        "grade weights": draws.weights[:, [1, 2, 5], [1, 2, 5]],
        "outcomes": outcome[:, :-1],
    }


def outcome_probabilities(scenario: Scenario, snapshot, draws: Draws, rng: np.random.Generator) -> np.ndarray:
    """Of each draw, over the same number of futures: truth and draws are treated alike; shape (n, outcomes)."""
    return project(
        scenario,
        build_state_space(scenario, snapshot.state, snapshot.visited, snapshot.spell),
        draws,
        draws.level[:, -1],
        begin=shift(AS_OF, 1),
        step=snapshot.n_steps - 1,
        horizon=scenario.horizon,
        rng=rng,
        state_age=snapshot.state_age,
        spell_age=snapshot.spell_age,
    ).outcome[:, -1]
