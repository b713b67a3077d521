"""NUTS against posteriors known in closed form: constant hazards, and drivers with Gaussian observations.

Nothing in this case links hazards and drivers, so that one fit serves both. Every draw is compared through batch
means; the bounds hold a family of m comparisons together (Bonferroni).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import integrate, stats

from forecast.evidence.records import Evidence, Judgement, TransitionRecord
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

pytestmark = pytest.mark.long

FALSE_ALARM = 1e-3  # of each test, were the sampler exact
BATCHES = 80

START, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 6, 13)  # a Monday and a Thursday: the last step is cut short
DRIVERS = ("a", "b", "c")
PHI = 2.0 ** (-1 / np.array([3.0, 6.0, 10.0]))  # half-lives in weeks
MU = np.array([0.4, -0.3, 0.1])
AT_START, AT_START_SD = np.array([0.5, 0.0, -1.0]), np.array([0.6, 0.9, 0.3])
EFFECT = np.array([[0.0, 0.0, -0.3], [0.5, 0.0, 0.0], [0.0, 0.6, 0.0]])  # row: the driver affected
JUDGEMENTS = (  # driver, day after the start, mean, standard deviation
    (0, 3, 1.2, 0.3), (0, 40, -0.5, 0.5), (0, 41, -0.1, 0.9), (0, 150, 1.0, 0.2), (1, 16, 0.8, 0.4),
    (1, 100, -1.4, 0.25), (1, 164, 0.3, 0.6), (2, 0, -1.3, 0.4), (2, 77, 1.1, 0.3), (2, 120, 0.2, 0.7),
)  # fmt: skip
CHANGES = ((20, "calm", "strike"), (131, "strike", "calm"), (140, "calm", "strike"))
BASE_RATES = {("calm", "strike"): (3, 2.0), ("strike", "calm"): (5, 1.5), ("calm", "deal"): (1, 4.0)}
WITHIN = (0.3, 0.97)  # strike -> deal within 12 months: so likely that not having happened says something
Z95 = stats.norm.ppf(0.95)


def days(n: int) -> dt.date:
    return START + dt.timedelta(days=n)


def around(value: float) -> list[float]:
    """A range so narrow that the quantity is known."""
    return [value - 1e-6, value + 1e-6]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    half_lives = [3, 6, 10]
    edges = [
        *(
            {"from": a, "to": b, "base_rate": {"events": n, "exposure_years": y}}
            for (a, b), (n, y) in BASE_RATES.items()
        ),
        {"from": "strike", "to": "deal", "within_12_months": WITHIN},
    ]
    return Scenario.model_validate(
        {
            "scenario": "exact",
            "title": "Exact",
            "start": START,
            "horizon": dt.date(2024, 12, 29),
            "drivers": {
                name: {
                    "meaning": name,
                    "low": "low",
                    "high": "high",
                    "at_start": [AT_START[k] - Z95 * AT_START_SD[k], AT_START[k] + Z95 * AT_START_SD[k]],
                    "long_run": around(MU[k]),
                    "half_life": [f"{half_lives[k] - 1e-5:.6f}w", f"{half_lives[k] + 1e-5:.6f}w"],
                }
                for k, name in enumerate(DRIVERS)
            },
            "influences": [
                {"from": DRIVERS[j], "to": DRIVERS[i], "effect": around(EFFECT[i, j])}
                for i, j in np.argwhere(EFFECT != 0)
            ],
            "states": {"calm": {"initial": True}, "strike": {}, "deal": {}},
            "transitions": edges,
            "outcomes": [{"name": "deal", "when": {"at_horizon": "deal"}}, {"name": "none", "otherwise": True}],
        }
    )


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(
        judgements=tuple(
            Judgement(
                f"j{i}", DRIVERS[k], days(n), mean - Z95 * sd, mean + Z95 * sd, "desk", days(n), days(n), "test", i
            )
            for i, (k, n, mean, sd) in enumerate(JUDGEMENTS)
        ),
        transitions=tuple(TransitionRecord(days(n), a, b, days(n), days(n), "test", 0) for n, a, b in CHANGES),
    )


@pytest.fixture(scope="module")
def posterior(scenario: Scenario, evidence: Evidence) -> Posterior:
    return fit(scenario, take_snapshot(scenario, evidence, AS_OF), seed=7)


def scores(posterior: Posterior, values: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(mean - expected) / Monte Carlo error of each column of per-draw values, the error from batch means."""
    batches = values.reshape(BATCHES, -1, *values.shape[1:]).mean(axis=1)  # no batch spans two chains
    assert BATCHES % posterior.chains == 0
    return (batches.mean(axis=0) - expected) / (batches.std(axis=0, ddof=1) / np.sqrt(BATCHES))


def bound(comparisons: int) -> float:
    return float(stats.t.ppf(1 - FALSE_ALARM / (2 * comparisons), BATCHES - 1))


def years_in(state: str) -> float:
    """Years in a state by the as-of date: a state is left as the day of its transition begins."""
    entered = [(0, "calm"), *((n, to) for n, _, to in CHANGES)]
    left = [*(n for n, *_ in CHANGES), (AS_OF - START).days + 1]
    return sum(end - begin for (begin, name), end in zip(entered, left, strict=True) if name == state) / 365.25


def test_constant_hazards_have_their_conjugate_gamma_posterior(posterior):
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    for i, ((origin, to), (n, y)) in enumerate(BASE_RATES.items()):
        happened = sum((a, b) == (origin, to) for _, a, b in CHANGES)
        exact = stats.gamma(n + 0.5 + happened, scale=1 / (y + years_in(origin)))
        draws = posterior.unknowns["mean_hazard"][:, i]
        below = (draws[:, None] < exact.ppf(levels)).astype(float)
        assert np.all(np.abs(scores(posterior, below, levels)) < bound(3 * 7))
        moments = np.stack([draws, (draws - exact.mean()) ** 2], axis=1)
        assert np.all(np.abs(scores(posterior, moments, np.array([exact.mean(), exact.var()]))) < bound(3 * 7))


def test_a_net_hazard_has_the_posterior_of_quadrature(posterior, scenario):
    low, high = np.log(-np.log1p(-np.array(WITHIN)))
    loc, scale = (low + high) / 2, (high - low) / (2 * Z95)
    exposure = years_in("strike")

    def moment(power: int) -> float:
        def weighted(z: float) -> float:
            return z**power * np.exp(-0.5 * z**2 - exposure * np.exp(loc + scale * z))

        return integrate.quad(weighted, -10, 10)[0]

    mean, square = moment(1) / moment(0), moment(2) / moment(0)
    z = posterior.unknowns["net_z"]
    assert mean < -0.2  # survival has moved it far more than the Monte Carlo error
    assert np.all(np.abs(scores(posterior, np.hstack([z, z**2]), np.array([mean, square]))) < bound(2))


@dataclass(frozen=True)
class Gaussian:
    mean: np.ndarray
    cov: np.ndarray


def kalman_smoother() -> list[Gaussian]:
    """Kalman filter and Rauch-Tung-Striebel smoother of x' = mu + A x + Phi (x - mu - A x) + S e."""
    identity = np.eye(3)
    phi, drift = np.diag(PHI), (identity - np.diag(PHI)) @ MU
    step = phi + (identity - phi) @ EFFECT
    shocks = identity - phi @ phi
    filtered, predicted = [], [Gaussian(AT_START, np.diag(AT_START_SD**2))]
    for t in range((AS_OF - START).days // 7 + 1):
        now = predicted[-1]
        for k, n, value, sd in JUDGEMENTS:
            if n // 7 == t:
                gain = now.cov[:, k] / (now.cov[k, k] + sd**2)
                now = Gaussian(now.mean + gain * (value - now.mean[k]), now.cov - np.outer(gain, now.cov[k]))
        filtered.append(now)
        predicted.append(Gaussian(drift + step @ now.mean, step @ now.cov @ step.T + shocks))
    smoothed = [filtered[-1]]
    for now, following in zip(filtered[-2::-1], predicted[-2:0:-1], strict=True):
        back = now.cov @ step.T @ np.linalg.inv(following.cov)
        after = smoothed[-1]
        smoothed.append(
            Gaussian(
                now.mean + back @ (after.mean - following.mean), now.cov + back @ (after.cov - following.cov) @ back.T
            )
        )
    return smoothed[::-1]


def test_drivers_with_gaussian_observations_match_the_kalman_smoother(posterior, scenario):
    exact = kalman_smoother()
    mean = np.array([row.mean for row in exact])
    variance = np.array([np.diag(row.cov) for row in exact])
    level = Draws.of(compile_spec(scenario), posterior.unknowns).level
    assert level.shape[1:] == mean.shape == (24, 3)
    cross = np.array([row.cov[np.triu_indices(3, 1)] for row in exact])
    product = np.stack([(level - mean)[:, :, i] * (level - mean)[:, :, j] for i, j in ((0, 1), (0, 2), (1, 2))], axis=2)
    for values, expected in ((level, mean), ((level - mean) ** 2, variance), (product, cross)):
        score = scores(posterior, values, expected)
        assert np.abs(score).max() < bound(3 * mean.size)
        assert np.mean(np.abs(score) < 3) > 0.95


def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores(posterior, scenario, evidence):
    again = fit(scenario, take_snapshot(scenario, evidence, AS_OF), seed=7, cores=1)
    assert again.unknowns.keys() == posterior.unknowns.keys()
    for name, values in posterior.unknowns.items():
        np.testing.assert_array_equal(again.unknowns[name], values)
    for name, values in posterior.stats.items():
        np.testing.assert_array_equal(again.stats[name], values)
