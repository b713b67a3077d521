"""Simulation-based calibration of the whole model on a reduced case: ranks of truths from the prior are uniform."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import evidence_record
import numpy as np
import pytest

from forecast.evaluation.ranks import ecdf_band, ecdf_excess, rank_among
from forecast.evidence.readers import read_evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

CASE, AS_OF = "tests/cases/priors/harbour-strike.yaml", date(2023, 4, 20)
RUNS, RANKS = 200, 99  # truths; posterior draws that each is ranked among
SAMPLING = Sampling(draws=600, tune=600, chains=2)


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


@pytest.mark.evidence
def test_ranks_are_uniform(project_root: Path) -> None:
    began = time.perf_counter()
    loaded = load_scenario(project_root / CASE).scenario
    scenario = loaded.model_copy(update={"learn_grades": True})
    template = read_evidence(project_root / "tests" / "cases" / "data" / loaded.scenario, scenario)
    spec, n_steps = compile_spec(scenario), scenario.grid.count(AS_OF)
    ranks: dict[str, list[np.ndarray]] = {}
    for run in range(RUNS):
        rng = np.random.default_rng([2024, run])
        truth = Draws.of(spec, prior_unknowns(spec, 1, n_steps, rng=rng))
        evidence = simulate_evidence(
            scenario, spec, truth, 0, until=AS_OF, template=template, weights=truth.weights[0], rng=rng
        )
        snapshot = take_snapshot(scenario, evidence, AS_OF)
        posterior = fit(scenario, snapshot, seed=run, sampling=SAMPLING)
        keep = np.linspace(0, len(posterior) - 1, RANKS).round().astype(int)
        draws = Draws.of(spec, {name: values[keep] for name, values in posterior.unknowns.items()})
        true = quantities(spec, truth, outcome_probabilities(scenario, snapshot, truth, rng))
        drawn = quantities(spec, draws, outcome_probabilities(scenario, snapshot, draws, rng))
        for name, values in drawn.items():
            ranks.setdefault(name, []).append(rank_among(true[name][0], values, rng=rng))
    n_columns = sum(rows[0].size for rows in ranks.values())
    # Simultaneous over ranks and over all quantities: each band is widened so that 95% of right models stay inside all.
    rng = np.random.default_rng(1)
    single = ecdf_band(RUNS, RANKS, rng=rng)
    joint = ecdf_band(RUNS, RANKS, probability=0.95 ** (1 / n_columns), simulations=100_000, rng=rng)
    figures: dict[str, evidence_record.Figure] = {"runs": RUNS, "ranks": RANKS, "quantities": n_columns}
    worst = 0.0
    for name, rows in ranks.items():
        columns = np.stack(rows)
        excess = [ecdf_excess(columns[:, i], RANKS, single) for i in range(columns.shape[1])]
        figures[name] = {
            "quantities": len(excess),
            "outside_their_own_95_band": int(np.sum(np.array(excess) > 1)),
            "largest_excess": max(excess),
        }
        worst = max(worst, *(ecdf_excess(columns[:, i], RANKS, joint) for i in range(columns.shape[1])))
    figures["largest_excess_of_the_joint_band"] = worst
    figures["seconds"] = time.perf_counter() - began
    evidence_record.record("calibration", CASE, figures)
    assert worst < 1, figures
