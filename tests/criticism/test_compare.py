"""Chances among replicates: beyond those that are counted they are as small as they should be, or a little larger."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.evaluation.criticism.compare import among

R, REPEATS = 20_000, 60


@pytest.mark.parametrize("law", [stats.norm(), stats.gamma(2), stats.t(5), stats.lognorm(1)])
@pytest.mark.parametrize("tail", [1e-3, 1e-6])
def test_chances_in_a_tail_that_few_replicates_reach(law, tail: float) -> None:
    """On average at least the true one, and far less than counting could tell."""
    at = float(law.isf(tail))
    found = [among("x", at, law.rvs(R, random_state=np.random.default_rng(i))).p for i in range(REPEATS)]
    error = np.std(found, ddof=1) / np.sqrt(REPEATS)
    assert np.mean(found) > 2 * tail - 3 * error
    assert np.mean(found) < 2 * tail + 1 / R + 3 * error


def test_counts_far_beyond_all_replicates() -> None:
    rng = np.random.default_rng(1)
    assert among("x", 40.0, rng.poisson(3, size=R)).p < 2 / R
    assert among("x", 40.0, np.zeros(R)).p == 2 / (R + 1)  # nothing to read a tail off
    assert among("x", 3.0, rng.poisson(3, size=R)).p > 0.5
