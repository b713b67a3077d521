"""The share of a forecast that is prior: the normal case, its error, and what noise of futures leaves of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from forecast.inference.posterior import Selection
from forecast.projection.chances import Chances
from forecast.projection.prior import PriorForecast
from forecast.projection.prior_share import PriorShare, prior_share


def compared(m: float, sd: float, prior_sd: float, *, n: int = 4000, seed: int = 1, paths: int = 0) -> PriorShare:
    """Log odds that are Normal(-1, prior_sd) before and Normal(m, sd) after, with the noise of Bernoulli futures."""
    rng = np.random.default_rng(seed)
    none: Any = None

    def drawn(mean: float, sd: float, n: int) -> tuple[np.ndarray, np.ndarray]:
        chance = expit(rng.normal(mean, sd, size=(n, 1)))
        if not paths:
            return chance, np.zeros_like(chance)
        seen = rng.beta(20 * chance, 20 * (1 - chance), size=(paths, *chance.shape))
        return seen.mean(axis=0), seen.var(axis=0, ddof=1) / paths

    after, before = drawn(m, sd, n), drawn(-1, prior_sd, n // 4)
    weight = np.full(n // 4, 4 / n)
    prior = PriorForecast(none, none, weight, none, none, none, *before)
    return prior_share(Chances({}, none, Selection(np.arange(n), None, 4, n), *after), prior)


@pytest.mark.parametrize(("m", "sd"), [(-1.0, 0.5), (-0.8, 0.25), (-1.4, 0.1)])
def test_the_normal_case(m, sd):
    got = compared(m, sd, 0.5)
    assert abs(got.share[0] - (sd / 0.5) ** 2) < 4 * got.share_mcse[0]
    low, high = logit(got.low80[0]), logit(got.high80[0])
    assert (low, high) == pytest.approx((m - 1.2816 * sd, m + 1.2816 * sd), abs=0.03)
    assert got.moved[0] == pytest.approx((m + 1) / 0.5, abs=4 * got.moved_mcse[0] + 0.1)
    assert got.prior[0] == pytest.approx(expit(-1), abs=0.02)


def test_the_noise_of_few_futures_cancels():
    got = compared(-1.0, 0.4, 0.4, paths=4)
    assert abs(got.share[0] - 1) < 4 * got.share_mcse[0]
    assert compared(-1.0, 0.4, 0.5, paths=4).share[0] == pytest.approx(0.64, abs=0.12)


def test_evidence_that_widens_leaves_all_of_the_prior():
    assert compared(-1.0, 0.8, 0.4).share[0] == 1


def test_errors_are_the_spread_over_independent_sets():
    sets = 80
    told = [compared(-1.0, 0.3, 0.5, n=1600, seed=seed) for seed in range(sets)]
    for value, error in (("share", "share_mcse"), ("moved", "moved_mcse")):
        found = np.std([getattr(one, value)[0] for one in told], ddof=1)
        stated = np.sqrt(np.mean([getattr(one, error)[0] ** 2 for one in told]))
        # A jackknife over 20 blocks is itself rough: a factor of 1.4 either way.
        low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], sets - 1) / (sets - 1))
        assert low / 1.4 < found / stated < high * 1.4, value


def test_an_outcome_that_cannot_happen_has_no_share():
    got = compared(-1.0, 0.4, 0.4)
    none: Any = None
    zero = np.zeros((400, 1))
    prior = PriorForecast(none, none, np.full(400, 1 / 400), none, none, none, zero, zero)
    present = Chances({}, none, Selection(np.arange(400), None, 4, 400), zero, zero)
    assert np.isnan(prior_share(present, prior).share[0])
    assert replace(got, share=got.share).share[0] > 0
