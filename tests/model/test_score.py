"""Likelihood and simulation are one model: at the truth the expected slope of the log likelihood is zero everywhere.

For every unknown this holds together the marks, what their absence says, the cut of late reports, the normalisation
of groups, series, judgements and the history of states; leaving out or doubling any of them moves some slope.
"""

from __future__ import annotations

import numpy as np
import pytest
from made_case import AS_OF, full_evidence, median_unknowns

from forecast.evidence.grades import fixed_weights
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import log_density, log_prior
from forecast.model.draws import Draws
from forecast.model.simulate import simulate_evidence

N_HISTORIES = 200
STEP = 1e-4  # a central difference errs by STEP^2 times a third derivative, far below the Monte Carlo error


@pytest.fixture(scope="module")
def truth(full) -> dict[str, np.ndarray]:
    """One draw with the drivers on the move and everything else at its median."""
    unknowns = median_unknowns(full.spec, full.snapshot.n_steps)
    unknowns["innovation"] = 0.7 * np.random.default_rng(21).normal(size=unknowns["innovation"].shape)
    return unknowns


def moved_by_one(truth: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Draws with one unknown moved up and then down, for each unknown outside the mixes of grades; their names."""
    some = {"innovation": [(t, k) for t in (0, 3, 7, 12, 18) for k in range(4)]}
    places = [
        (name, index)
        for name, value in truth.items()
        if not name.endswith("_mix")
        for index in some.get(name, np.ndindex(value.shape[1:]))
    ]
    moved = {name: np.repeat(value, 2 * len(places), axis=0) for name, value in truth.items()}
    for i, (name, index) in enumerate(places):
        moved[name][(2 * i, *index)] += STEP
        moved[name][(2 * i + 1, *index)] -= STEP
    return moved, [f"{name}{index}" for name, index in places]


def test_the_expected_score_is_zero_at_the_truth(full, truth) -> None:
    rng, weights = np.random.default_rng(22), fixed_weights()
    moved, names = moved_by_one(truth)
    prior = log_prior(full.spec, moved)
    draws, template = Draws.of(full.spec, truth), full_evidence()
    scores = np.empty((N_HISTORIES, len(names)))
    for i in range(N_HISTORIES):
        evidence = simulate_evidence(
            full.scenario, full.spec, draws, 0, until=AS_OF, template=template, weights=weights, rng=rng
        )
        snapshot = take_snapshot(full.scenario, evidence, AS_OF)
        log_likelihood = log_density(full.spec, snapshot, moved, weights) - prior
        scores[i] = (log_likelihood[0::2] - log_likelihood[1::2]) / (2 * STEP)
    error = scores.std(axis=0, ddof=1) / np.sqrt(N_HISTORIES)
    informed = error > 1e-9  # the last push of a driver that nothing measured that day says nothing
    assert informed.mean() > 0.9
    off = {
        name: z for name, z in zip(names, np.abs(scores.mean(axis=0)) / np.maximum(error, 1e-9), strict=True) if z > 4
    }
    # One of some eighty slopes beyond four standard errors has a chance of half a percent; the seed is fixed.
    assert not off
