"""Verdicts on made-up chains whose faults are known, and the Monte Carlo error of series with known variance."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.diagnostics import diagnose
from forecast.inference.montecarlo import monte_carlo_error
from forecast.inference.posterior import Posterior


def autoregression(shape: tuple[int, int], rho: float, rng: np.random.Generator) -> np.ndarray:
    """Stationary AR(1) series with variance 1, shape (chains, draws)."""
    series = rng.normal(size=shape)
    for t in range(1, shape[1]):
        series[:, t] = rho * series[:, t - 1] + np.sqrt(1 - rho**2) * series[:, t]
    return series


@pytest.fixture
def verdict(chains_of, draws_of):
    """``verdict(draws=1000, diverging=0, energy_rho=0, **unknowns)``: four chains, some unknowns replaced."""

    def give(
        draws: int = 1000, *, chains: int = 4, diverging: int = 0, energy_rho: float = 0.0, **replaced: np.ndarray
    ):
        unknowns = chains_of(chains, draws) | replaced
        stats = {
            "diverging": np.arange(chains * draws) < diverging,
            "energy": autoregression((chains, draws), energy_rho, np.random.default_rng(2)).ravel(),
            "n_steps": np.ones(chains * draws, dtype=np.int64),
        }
        return diagnose(Posterior(unknowns, chains, stats, {}), draws_of(unknowns))

    return give


def shifted(size: float) -> np.ndarray:
    """The first of four chains of 1,000 stands apart by so many standard deviations."""
    series = np.random.default_rng(3).normal(size=(4, 1000))
    series[0] += size
    return series.reshape(-1, 1)


def test_independent_draws_pass(verdict):
    got = verdict()
    assert (got.status, got.reasons) == ("PASS", ())
    assert got.max_rhat < 1.01
    assert 3000 < got.min_ess_bulk < 4000 * 1.2  # the least of some eight estimates of 4,000
    assert 2500 < got.min_ess_tail < 4000 * 1.2
    assert got.min_bfmi == pytest.approx(2, abs=0.2)  # successive independent energies differ by twice the variance
    assert (got.divergences, got.draws, got.pareto_k) == (0, 4000, None)


@pytest.mark.parametrize("name", ["long_run_z", "half_life_z", "net_z", "ratio_z", "mean_hazard"])
def test_a_chain_that_stands_apart_fails(verdict, name):
    """One of four chains, two of eight halves, off by d: the halves' means vary by 12/64 d^2 8/7 = 3/14 d^2."""
    series = shifted(1.0)
    got = verdict(**{name: np.exp(series) if name == "mean_hazard" else series})
    assert got.status == "FAIL"
    assert got.max_rhat == pytest.approx(np.sqrt(1 + 3 / 14), abs=0.03)
    assert any(reason.startswith("R-hat 1.") for reason in got.reasons)


def test_a_fault_in_the_last_step_counts_and_one_that_enters_no_outcome_does_not(verdict, chains_of):
    innovation = chains_of(4, 1000)["innovation"].copy()
    innovation[:1000, -1] += 1.5
    assert verdict(innovation=innovation).status == "FAIL"
    assert verdict(series_noise_z=shifted(2.0), signal_z=shifted(2.0), rate_z=shifted(2.0)).status == "PASS"


def test_too_few_draws_fail_however_good(verdict):
    got = verdict(40)
    assert got.status == "FAIL"
    assert got.min_ess_bulk < 160 * 1.1
    assert any(reason.startswith("effective sample size") for reason in got.reasons)


@pytest.mark.parametrize(("rho", "status"), [(0.5, "PASS"), (0.87, "REVIEW"), (0.97, "FAIL")])
def test_slow_chains_are_judged_by_what_they_are_worth(verdict, rho, status):
    """4,000 draws of AR(1) are worth 4000 (1 - rho) / (1 + rho): 1,333, 278 and 61."""
    series = autoregression((4, 1000), rho, np.random.default_rng(6)).reshape(-1, 1)
    got = verdict(net_z=series)
    assert got.min_ess_bulk == pytest.approx(4000 * (1 - rho) / (1 + rho), rel=0.4)
    assert got.status == status
    assert any("effective sample size" in reason for reason in got.reasons) == (status != "PASS")


@pytest.mark.parametrize(("diverging", "status"), [(1, "REVIEW"), (40, "REVIEW"), (41, "FAIL")])
def test_any_divergence_is_for_review_and_more_than_one_in_a_hundred_fails(verdict, diverging, status):
    got = verdict(diverging=diverging)
    assert (got.status, got.divergences) == (status, diverging)
    assert f"{diverging} of 4000 draws diverged" in got.reasons[0]


@pytest.mark.parametrize(("rho", "status"), [(0.8, "PASS"), (0.9, "REVIEW")])
def test_energy_that_moves_slowly_is_for_review(verdict, rho, status):
    """E-BFMI of an AR(1) energy is 2 (1 - rho): 0.4 and 0.2 against a limit of 0.3."""
    got = verdict(energy_rho=rho)
    assert got.min_bfmi == pytest.approx(2 * (1 - rho), abs=0.06)
    assert got.status == status


def test_one_bad_chain_is_enough_for_bfmi(verdict, chains_of, draws_of):
    rng = np.random.default_rng(4)
    energy = rng.normal(size=(4, 1000))
    energy[2] = autoregression((1, 1000), 0.95, rng)
    unknowns = chains_of(4, 1000)
    stats = {"diverging": np.zeros(4000, dtype=bool), "energy": energy.ravel(), "n_steps": np.ones(4000)}
    assert diagnose(Posterior(unknowns, 4, stats, {}), draws_of(unknowns)).min_bfmi < 0.2


def test_chains_stuck_in_places_of_their_own_fail(verdict):
    got = verdict(net_z=np.repeat(np.arange(4.0), 1000)[:, None])
    assert (got.status, got.max_rhat) == ("FAIL", np.inf)


def test_a_single_chain_cannot_pass(verdict):
    """Nothing says whether it would agree with another."""
    assert verdict(chains=1).status == "FAIL"
    assert verdict(chains=2).status == "PASS"


def test_draws_that_are_no_numbers_fail(verdict):
    broken = np.random.default_rng(1).normal(size=(4000, 1))
    broken[17] = np.nan
    assert verdict(net_z=broken).status == "FAIL"


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_monte_carlo_error_of_an_autoregression(rho):
    """Var of the mean of n values: (1 + 2 sum over k of (1 - k / n) rho^k) / n."""
    chains, draws, series = 4, 500, 40
    lags = np.arange(1, draws)
    exact = np.sqrt((1 + 2 * np.sum((1 - lags / draws) * rho**lags)) / draws / chains)
    rng = np.random.default_rng(7)
    values = np.stack([autoregression((chains, draws), rho, rng) for _ in range(series)], axis=2)
    got = monte_carlo_error(values.reshape(chains, draws, 2, 20))
    assert got.shape == (2, 20)
    assert got.mean() == pytest.approx(exact, rel=0.06)
    assert got.ravel() == pytest.approx(np.full(series, exact), rel=0.6)
    assert np.std(values.mean(axis=(0, 1))) == pytest.approx(exact, rel=4 / np.sqrt(2 * series))  # what it promises


def test_a_constant_series_has_no_monte_carlo_error():
    values = np.random.default_rng(1).normal(size=(4, 100, 3))
    values[:, :, 1] = 0.3
    got = monte_carlo_error(values)
    assert got[1] == 0
    assert np.all(got[[0, 2]] > 0.03)
