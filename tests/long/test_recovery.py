"""Truths drawn from the prior lie within their 80% intervals in eight of ten cases, over simulated histories.

Intervals of one history share its evidence, so the history is the unit: each gives the share of its intervals that
cover, and a t interval around their mean must hold 0.8. `make test-long` takes 10 histories, `make evidence` 50, whose
figures go to docs/evidence.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import evidence_record
import numpy as np
import pytest
from scipy import stats

from forecast.evidence.grades import fixed_weights
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario

CASES = "tests/cases"
NAME = "harbour-strike"
AS_OF = date(2023, 4, 20)
SAMPLING = Sampling(draws=600, tune=600, chains=2)
FALSE_ALARM = 0.002  # of the whole test, were every interval right: two t intervals of 99.9%


@dataclass(frozen=True)
class History:
    """Share of intervals that hold the truth, and how much narrower drivers are known than before the evidence."""

    levels: float
    parameters: float
    level_sd_ratio: float
    reports: int
    status: str


@pytest.fixture(scope="module")
def case(project_root: Path) -> tuple[Scenario, Evidence]:
    scenario = load_scenario(project_root / CASES / "priors" / f"{NAME}.yaml").scenario
    return scenario, read_evidence(project_root / CASES / "data" / NAME, scenario)


def covered(draws: np.ndarray, truth: np.ndarray) -> np.ndarray:
    low, high = np.quantile(draws, (0.1, 0.9), axis=0)
    return (low < truth) & (truth < high)


def recover(scenario: Scenario, template: Evidence, seed: int) -> History:
    spec, n_steps = compile_spec(scenario), scenario.grid.count(AS_OF)
    rng = np.random.default_rng([2023, seed])
    truth = prior_unknowns(spec, 1, n_steps, rng=rng)
    world = Draws.of(spec, truth)
    evidence = simulate_evidence(
        scenario, spec, world, 0, until=AS_OF, template=template, weights=fixed_weights(), rng=rng
    )
    snapshot = take_snapshot(scenario, evidence, AS_OF)
    posterior = fit(scenario, snapshot, seed=seed, sampling=SAMPLING)
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


@pytest.mark.parametrize("n", [pytest.param(10, marks=pytest.mark.long), pytest.param(50, marks=pytest.mark.evidence)])
def test_80_percent_intervals_hold_eight_of_ten_truths(case, n):
    began = time.perf_counter()
    scenario, template = case
    histories = [recover(scenario, template, seed) for seed in range(n)]
    figures: dict[str, evidence_record.Figure] = {
        "histories": n,
        "failed_fits": sum(history.status == "FAIL" for history in histories),
        "mean_reports": float(np.mean([history.reports for history in histories])),
        "level_sd_ratio": float(np.mean([history.level_sd_ratio for history in histories])),
        "seconds": time.perf_counter() - began,
    }
    inside = {}
    for kind in ("levels", "parameters"):
        shares = np.array([getattr(history, kind) for history in histories])
        error = shares.std(ddof=1) / np.sqrt(n)
        figures[f"{kind}_coverage"] = float(shares.mean())
        figures[f"{kind}_coverage_se"] = float(error)
        inside[kind] = abs(shares.mean() - 0.8) < stats.t.ppf(1 - FALSE_ALARM / 4, n - 1) * error
    if n == 50:
        evidence_record.record("recovery", f"{CASES}/priors/{NAME}.yaml", figures)
    assert all(inside.values()), figures
    assert figures["level_sd_ratio"] < 0.95, figures  # the evidence says something: else the prior would pass too
    assert figures["failed_fits"] <= n / 10, figures
