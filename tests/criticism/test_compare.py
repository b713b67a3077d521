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


@pytest.mark.parametrize("mean", [0.0005, 0.002, 0.02, 0.1, 0.5, 3.0])
@pytest.mark.parametrize("level", [8e-6, 1e-4])
def test_counts_of_a_right_model_are_flagged_at_most_at_the_stated_rate(mean: float, level: float) -> None:
    """Summed up over what is found, by its chance; 8e-6 is the share of one of 438 numbers of one of 14 tests."""
    law, rate = stats.poisson(mean), 0.0
    for found in range(30):
        made = [law.rvs(R, random_state=np.random.default_rng([found, i])) for i in range(6)]
        rate += law.pmf(found) * np.mean([among("x", float(found), values).p <= level for values in made])
    assert rate <= level


def test_a_rare_count_is_not_called_impossible_and_a_wild_one_is() -> None:
    """Of mean 0.02 the two-sided chance of 2 is 3.9e-4; 8 would flag one of 438 numbers."""
    made = np.random.default_rng(3).poisson(0.02, size=R)
    true = 2 * stats.poisson(0.02).sf(1)
    assert true / 3 < among("x", 2.0, made).p < 3 * true
    assert among("x", 8.0, made).p < 8e-6
    assert among("x", 7.0, np.random.default_rng(4).poisson(0.1, size=R)).p < 8e-6


def test_counts_far_beyond_all_replicates() -> None:
    rng = np.random.default_rng(1)
    assert among("x", 40.0, rng.poisson(3, size=R)).p < 2 / R
    assert among("x", 40.0, np.zeros(R)).p == 2 / (R + 1)  # nothing to read a tail off
    assert among("x", 3.0, rng.poisson(3, size=R)).p > 0.5
