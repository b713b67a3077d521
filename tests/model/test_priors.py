"""Priors have the analyst's 90% ranges; a reference class gives the mean hazard over drivers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from made_case import driver, median_unknowns, scenario
from scipy import stats
from scipy.linalg import solve_discrete_lyapunov

from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.priors import Elicited, PriorVector, log_hazard, log_ratio, positive, real, signed

ENDS = stats.norm.ppf([0.05, 0.95])
ROUNDING = {"rtol": 1e-12, "atol": 1e-14}


def ends(elicited: Elicited) -> np.ndarray:
    """The 5% and 95% points: values are monotone in the deviate."""
    return np.sort(PriorVector.of([elicited]).value(ENDS[:, None])[:, 0])


@pytest.mark.parametrize("low_high", [(-1.0, 0.5), (2.0, 3.0), (-3.0, -2.5)])
def test_real_quantities(low_high: tuple[float, float]) -> None:
    np.testing.assert_allclose(ends(real(*low_high)), low_high, **ROUNDING)
    assert PriorVector.of([real(*low_high)]).median[0] == pytest.approx(sum(low_high) / 2)


def test_positive_quantities_are_log_normal() -> None:
    np.testing.assert_allclose(ends(positive(0.1, 6.0)), (0.1, 6.0), **ROUNDING)
    assert PriorVector.of([positive(0.1, 6.0)]).median[0] == pytest.approx(math.sqrt(0.6))


@pytest.mark.parametrize(
    ("low_high", "median"),
    [((0.1, 0.4), 0.2), ((-0.4, -0.1), -0.2), ((-0.2, 0.6), 0.2), ((0.0, 0.6), 0.3), ((-0.6, 0.0), -0.3)],
)
def test_signed_quantities_keep_their_sign_or_are_normal(low_high: tuple[float, float], median: float) -> None:
    prior = PriorVector.of([signed(*low_high)])
    np.testing.assert_allclose(ends(signed(*low_high)), low_high, **ROUNDING)
    assert prior.median[0] == pytest.approx(median)
    far = prior.value(np.array([[-6.0], [6.0]]))[:, 0]
    one_sign = low_high[0] * low_high[1] > 0
    assert (far[0] * far[1] > 0) == one_sign


@pytest.mark.parametrize("low_high", [(1.5, 4.0), (0.3, 0.9), (0.5, 2.0), (0.5, 3.0), (1.0, 2.0)])
def test_ratios_have_their_range_and_keep_their_side_of_one(low_high: tuple[float, float]) -> None:
    prior = PriorVector.of([log_ratio(*low_high)])
    np.testing.assert_allclose(np.exp(ends(log_ratio(*low_high))), low_high, **ROUNDING)
    far = prior.value(np.array([[-6.0], [6.0]]))[:, 0]
    assert (far[0] * far[1] > 0) == ((low_high[0] - 1) * (low_high[1] - 1) > 0)


def test_the_chance_within_a_year_has_its_range() -> None:
    rate = np.exp(ends(log_hazard(0.08, 0.35)))  # per year: the chance within a year is 1 - exp(-rate)
    np.testing.assert_allclose(1 - np.exp(-rate), (0.08, 0.35), **ROUNDING)


def test_deviates_are_the_inverse_of_values() -> None:
    prior = PriorVector.of([real(-1, 2), positive(0.1, 3), signed(-3, -1), signed(-1, 0)])
    deviates = np.random.default_rng(1).normal(size=(5, 4))
    np.testing.assert_allclose(prior.deviate(prior.value(deviates)), deviates, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    "signs", [(0, 0), (1, 1), (-1, -1), (1, -1), (0, 1), (0, -1), (-1, 0, 1)], ids=lambda signs: str(signs)
)
def test_the_model_gives_every_mix_of_signs_the_values_of_its_prior(signs: tuple[int, ...]) -> None:
    import pymc as pm
    import pytensor

    from forecast.model.drivers import elicited

    ranges = {-1: (-3.0, -1.0), 0: (-0.5, 2.0), 1: (0.2, 0.9)}
    prior = PriorVector.of(signed(*ranges[sign]) for sign in signs)
    assert tuple(prior.sign) == signs
    with pm.Model(coords={"effect": range(len(signs))}) as model:
        value = elicited("size", prior, "effect")
    deviates = np.linspace(-1.5, 2, len(signs))
    got = pytensor.function([model["size_z"]], value, mode="FAST_COMPILE")(deviates)
    np.testing.assert_allclose(got, prior.value(deviates), rtol=1e-14)


def at_ends(spec: ModelSpec) -> Draws:
    """Two draws with every elicited quantity at its 5% and 95% deviate; signs below zero turn them round."""
    unknowns = median_unknowns(spec, 1, n=2)
    for name in unknowns:
        if name.endswith("_z"):
            unknowns[name] = np.repeat(ENDS[:, None], unknowns[name].shape[1], axis=1)
    unknowns["innovation"] = np.repeat(ENDS[:, None, None], unknowns["innovation"].shape[2], axis=2)
    return Draws.of(spec, unknowns)


def between(values: np.ndarray, low: float, high: float) -> None:
    np.testing.assert_allclose(np.sort(values), (low, high), rtol=1e-11, atol=1e-13)


def test_every_range_of_a_scenario_arrives_where_it_belongs(full) -> None:
    draws = at_ends(full.spec)
    half_life = np.log(0.5) / np.log(draws.persistence)
    between(half_life[:, 0], 4, 16)
    between(half_life[:, 1], 2, 9)
    between(draws.level[:, 0, 2], -2, 0)
    between((draws.offset / (1 - draws.persistence))[:, 2], 0.1, 1.2)
    effects = (draws.matrix - draws.persistence[:, :, None] * np.eye(4)) / (1 - draws.persistence)[:, :, None]
    between(effects[:, 1, 0], 0.1, 0.6)  # wind on rain
    between(effects[:, 0, 2], -0.4, 0.4)
    between(effects[:, 2, 0], -0.6, -0.1)
    assert np.count_nonzero(effects) == 2 * 4
    between(np.exp(draws.log_rate[:, 1]), 0.5, 3)  # visit
    assert np.all(draws.log_rate[:, 6:] == 0)  # no rate given: weight 1
    between(np.exp(draws.loading[:, 0, 2]), 0.5, 0.9)  # storm, heat
    between(np.exp(draws.loading[:, 4, 1]), 0.4, 0.8)  # drought, rain
    assert np.count_nonzero(draws.loading) == 2 * 7
    storm_rain = 1
    between(draws.signal[:, storm_rain], -1.2, -0.4)
    between(draws.signal_noise[:, storm_rain], 0.3, 0.9)
    between(2.0 * draws.series_level[:, 0], 3, 9)
    between(10.0 * np.exp(draws.series_level[:, 1]), 20, 80)
    between(100.0 * np.sinh(draws.series_level[:, 2]), -50, 200)
    between(draws.series_slope[:, 1], -0.6, -0.1)
    between(draws.series_noise[:, 2], 0.2, 0.8)
    between(1 - np.exp(-np.exp(draws.log_hazard[:, 0])), 0.2, 0.6)
    between(1 - np.exp(-np.exp(draws.log_hazard[:, 3])), 0.6, 0.98)
    between(np.exp(draws.hazard_loading[:, 1, 0]), 0.4, 0.9)
    between(np.exp(draws.hazard_loading[:, 0, 1]), 1.5, 3)
    assert np.count_nonzero(draws.hazard_loading) == 2 * 4
    hold = np.exp(-draws.break_hazard[:, 3] * 10 / 365.25)  # of ten days
    between(1 - hold, 0.2, 0.7)
    between(1 - np.exp(-np.exp(draws.log_hazard[:, 4]) * hold), 0.2, 0.7)  # a spell's beginning times its holding
    between(draws.ageing[:, 0], 0.1, 0.9)
    between(draws.ageing[:, 5], -1.4, -0.3)
    assert np.count_nonzero(draws.ageing) == 2 * 2
    assert np.count_nonzero(draws.break_hazard) == 2


def test_prior_draws_have_their_laws() -> None:
    base = {"from": "dry", "to": "wet", "base_rate": {"events": 3, "exposure_years": 8.0}}
    storm = {"coverage": {"complete": ["2030-01-07", "ongoing"]}, "signs": "positive", "per_month": [0.5, 4]}
    spec = compile_spec(scenario(events={"storm": {**storm, "rate_ratio": {"wind": [1.2, 2]}}}, transitions=[base]))
    n = 40_000
    unknowns = prior_unknowns(spec, n, 2, rng=np.random.default_rng(3))
    for value in (unknowns["rate_z"][:, 0], unknowns["half_life_z"][:, 0], *unknowns["innovation"][:, :, 0].T):
        assert stats.kstest(value, "norm").pvalue > 1e-4
    assert stats.kstest(unknowns["mean_hazard"][:, 0], stats.gamma(3.5, scale=1 / 8).cdf).pvalue > 1e-4
    for name, alpha in (("letter_mix", LETTER_MIX), ("digit_mix", DIGIT_MIX)):
        total = alpha.sum()
        for i, a in enumerate(alpha):
            assert stats.kstest(unknowns[name][:, 0, i], stats.beta(a, total - a).cdf).pvalue > 1e-4


def test_mixes_of_grades_are_worth_five_reports() -> None:
    assert [LETTER_MIX.sum(), DIGIT_MIX.sum()] == pytest.approx([5, 5], rel=1e-14)


def test_a_base_rate_is_the_mean_hazard_over_the_drivers_that_a_reference_class_saw() -> None:
    # Joint prior of gamma, beta and drivers at their stationary law around neutral: E exp(gamma + beta x) is the mean
    # of Gamma(n + 1/2, y). The drivers' law is built here from the medians of the ranges.
    ratio = {"hazard_ratio": {"wind": [1.3, 2.5], "rain": [0.4, 0.9]}}
    edge = {"from": "dry", "to": "wet", "base_rate": {"events": 4, "exposure_years": 12.5}, **ratio}
    drivers = {"wind": driver(), "rain": driver(half_life=["2w", "18w"])}
    push = {"from": "wind", "to": "rain", "effect": [0.2, 0.8]}
    spec = compile_spec(scenario(drivers=drivers, influences=[push], transitions=[edge]))
    phi = 2 ** (-1 / np.array([8.0, 6.0]))
    matrix = np.diag(phi) + (1 - phi)[:, None] * np.array([[0, 0], [0.4, 0]])
    covariance = solve_discrete_lyapunov(matrix, np.diag(1 - phi**2))
    rng = np.random.default_rng(13)
    n = 400_000
    draws = Draws.of(spec, prior_unknowns(spec, n, 1, rng=rng))
    level = rng.multivariate_normal(np.zeros(2), covariance, size=n)
    hazard = np.exp(draws.log_hazard[:, 0] + (draws.hazard_loading[:, 0] * level).sum(axis=1))
    error = hazard.std() / math.sqrt(n)
    assert error < 0.01 * 4.5 / 12.5  # else the test says nothing
    assert abs(hazard.mean() - 4.5 / 12.5) < 3 * error
    # At neutral drivers the hazard is lower than on average.
    assert np.exp(draws.log_hazard[:, 0]).mean() < 4.5 / 12.5 - 10 * error


def test_a_base_rate_without_ratios_is_the_hazard() -> None:
    edge = {"from": "dry", "to": "wet", "base_rate": {"events": 0, "exposure_years": 4.0}}
    spec = compile_spec(scenario(transitions=[edge]))
    unknowns = prior_unknowns(spec, 10, 1, rng=np.random.default_rng(5))
    hazards = np.exp(Draws.of(spec, unknowns).log_hazard)
    np.testing.assert_allclose(hazards, unknowns["mean_hazard"], rtol=1e-14)
    assert (spec.base_shape[0], spec.base_rate[0]) == (0.5, 4.0)
