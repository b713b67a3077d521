"""What reports and their absence say of the drivers, against closed forms written from the design's equations."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from made_case import AS_OF, ONGOING, START, at_level, driver, report, scenario
from scipy import integrate, stats

from forecast.evidence.grades import fixed_weights
from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.density import (
    expected_reports,
    grade_log_likelihood,
    report_log_likelihood,
    silence_log_likelihood,
)
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario
from forecast.timegrid import days_between

DAYS_PER_MONTH = 365.25 / 12
SUMS = {"rtol": 1e-12, "atol": 1e-11}  # sums of at most some hundred terms near 1 in double precision
UNSURE = math.sqrt(2)  # the standard deviation of a code drawn evenly from -2, -1, 0, 1, 2

STORM = {
    "coverage": ONGOING, "signs": "both", "per_month": [1, 9], "rate_ratio": {"wind": [1.25, 4]},
    "signal": {"rain": {"per_unit": [0.5, 2], "measures": "level", "noise": [0.25, 1]}},
}  # fmt: skip
RATE, SLOPE, NOISE = 3.0, 1.0, 0.5  # medians of the ranges above
TWO = {"drivers": {"wind": driver(), "rain": driver()}}


def log_ratio_median(low: float, high: float) -> float:
    """Median of a log ratio whose range lies above 1: log-normal, hence the geometric mean of the logs."""
    return math.sqrt(math.log(low) * math.log(high))


class World:
    """A scenario cut at a date, with driver paths of one's own choice."""

    def __init__(self, reports: tuple[Report, ...] = (), as_of: date = AS_OF, **sections: Any) -> None:
        self.scenario: Scenario = scenario(**sections)
        self.spec: ModelSpec = compile_spec(self.scenario)
        self.snapshot: Snapshot = take_snapshot(self.scenario, Evidence(reports), as_of)

    def paths(self, n: int = 4, seed: int = 1) -> Draws:
        """Draws on random paths; innovations are random too, and not those that led to the paths."""
        rng = np.random.default_rng(seed)
        shape = (n, self.snapshot.n_steps, len(self.spec.drivers))
        return replace(at_level(self.spec, rng.normal(size=shape)), innovation=rng.normal(size=shape))

    def constant(self, levels: np.ndarray, driver: int = 0) -> Draws:
        """Draws that keep one driver at a level each and the others at neutral."""
        level = np.zeros((len(levels), self.snapshot.n_steps, len(self.spec.drivers)))
        level[:, :, driver] = levels[:, None]
        return at_level(self.spec, level)

    def log_likelihood(self, draws: Draws, weights: np.ndarray) -> np.ndarray:
        marks = report_log_likelihood(self.spec, self.snapshot, draws, weights).sum(axis=1)
        return marks + silence_log_likelihood(self.spec, self.snapshot, draws, weights)

    def step(self, day: date) -> int:
        return days_between(START, day) // 7


def normal(x: np.ndarray | float, mean: np.ndarray | float, sd: np.ndarray | float) -> Any:
    return stats.norm.pdf(x, mean, sd)


def test_sure_marks_are_an_inhomogeneous_poisson_process() -> None:
    # With w = 1: sum_i log{rho r(x(t_i)) N(d_i; b y(t_i), s)} - sum over days of rho r(x) / 30.4375.
    marks = (
        report("2030-01-09", "storm", "A1", rain=1.0),
        report("2030-01-10", "storm", "C5"),
        report("2030-05-15", "storm", "D3", rain=-2.0),
    )
    world = World(marks, **TWO, events={"storm": STORM})
    draws = world.paths()
    loading = log_ratio_median(1.25, 4)
    for i in range(len(draws)):
        wind, rain = draws.level[i, :, 0], draws.level[i, :, 1]
        expected = 0.0
        for mark in marks:
            t = world.step(mark.date)
            expected += math.log(RATE) + loading * wind[t]
            for code in mark.directions.values():
                expected += stats.norm.logpdf(code, SLOPE * rain[t], NOISE)
        for day in range(days_between(START, AS_OF) + 1):
            expected -= RATE * math.exp(loading * wind[day // 7]) / DAYS_PER_MONTH
        actual = world.log_likelihood(draws, np.ones((6, 6)))[i]
        np.testing.assert_allclose(actual, expected, **SUMS)


def test_worthless_marks_say_nothing_of_the_drivers() -> None:
    marks = (report("2030-01-09", "storm", "A1", rain=1.0), report("2030-03-10", "storm", "E5", rain=-2.0))
    world = World(marks, **TWO, events={"storm": STORM})
    months = (days_between(START, AS_OF) + 1) / DAYS_PER_MONTH
    expected = 2 * math.log(RATE) + sum(stats.norm.logpdf(code, 0, UNSURE) for code in (1, -2)) - RATE * months
    np.testing.assert_allclose(world.log_likelihood(world.paths(), np.zeros((6, 6))), expected, **SUMS)


def test_a_report_is_genuine_in_rate_and_direction_or_in_neither() -> None:
    marks = (report("2030-01-09", "storm", "C2", rain=1.5), report("2030-02-20", "storm", "F6"))
    world = World(marks, **TWO, events={"storm": STORM})
    draws, weights = world.paths(), fixed_weights()
    ratio = np.exp(log_ratio_median(1.25, 4) * draws.level[:, :, 0])
    coded, plain = weights[2, 1], weights[5, 5]
    genuine = coded * ratio[:, 0] * normal(1.5, SLOPE * draws.level[:, 0, 1], NOISE)
    expected = np.column_stack(
        [
            np.log(RATE * (genuine + (1 - coded) * normal(1.5, 0, UNSURE))),
            np.log(RATE * (plain * ratio[:, 6] + 1 - plain)),
        ]
    )
    np.testing.assert_allclose(report_log_likelihood(world.spec, world.snapshot, draws, weights), expected, **SUMS)


def test_a_push_is_measured_by_the_innovation_and_a_level_by_the_level() -> None:
    noise = {"noise": [0.25, 1]}
    signal = {"wind": {"per_unit": [0.5, 2], **noise}, "rain": {"per_unit": [-2, -0.5], "measures": "level", **noise}}
    events = {"vote": {"coverage": "selected", "signs": "both", "signal": signal}}
    world = World((report("2030-02-20", "vote", "A1", wind=1.0, rain=-0.5),), **TWO, events=events)
    draws = world.paths()
    pushed, level = draws.innovation[:, 6, 0], draws.level[:, 6, 1]
    expected = stats.norm.logpdf(1.0, pushed, 0.5) + stats.norm.logpdf(-0.5, -level, 0.5)
    actual = report_log_likelihood(world.spec, world.snapshot, draws, np.ones((6, 6)))[:, 0]
    np.testing.assert_allclose(actual, expected, **SUMS)


def test_a_direction_without_a_signal_is_unused() -> None:
    events = {"storm": {key: STORM[key] for key in ("coverage", "signs", "per_month")}}
    with_code, without = (
        World((report("2030-02-20", "storm", "B2", **directions),), events=events) for directions in ({"wind": 2.0}, {})
    )
    for world in (with_code, without):
        np.testing.assert_allclose(
            report_log_likelihood(world.spec, world.snapshot, world.paths(), fixed_weights()), math.log(RATE), **SUMS
        )


def test_grades_of_complete_types_follow_their_mix() -> None:
    marks = (report("2030-01-09", "storm", "A1"), report("2030-02-10", "storm", "A3"), report("2030-02-11", "x", "B2"))
    events = {"storm": STORM, "x": {"coverage": ONGOING, "signs": "both", "per_month": [1, 4]}}
    world = World(marks, **TWO, events=events)
    letters, digits = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1]), np.array([0.3, 0.1, 0.25, 0.15, 0.1, 0.1])
    draws = replace(world.paths(1), letter_mix=letters[None, None], digit_mix=digits[None, None])
    expected = 2 * math.log(0.4) + math.log(0.3) + math.log(0.25)
    np.testing.assert_allclose(grade_log_likelihood(world.spec, world.snapshot, draws), expected, **SUMS)


def test_expected_reports_average_the_weights_over_the_grades() -> None:
    # rho sum_t a(t) [w r + 1 - w] with w = sum over grades of kappa w
    world = World(**TWO, events={"storm": STORM})
    letters, digits = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1]), np.array([0.3, 0.1, 0.25, 0.15, 0.1, 0.1])
    draws = replace(world.paths(1), letter_mix=letters[None, None], digit_mix=digits[None, None])
    weights = fixed_weights() / 2  # not those of the draws
    share = sum(letters[a] * digits[b] * weights[a, b] for a in range(6) for b in range(6))
    days = np.array([7] * 18 + [3])  # the as-of date is a Wednesday
    ratio = np.exp(log_ratio_median(1.25, 4) * draws.level[0, :, 0])
    expected = RATE * (days / DAYS_PER_MONTH * (share * ratio + 1 - share)).sum()
    np.testing.assert_allclose(expected_reports(world.spec, world.snapshot, draws, weights), [[expected]], **SUMS)


@pytest.mark.parametrize(("ratio", "sign"), [([1.25, 4], 1), ([0.25, 0.8], -1)])
def test_silence_under_complete_coverage_speaks_against_the_rate(ratio: list[float], sign: int) -> None:
    world = World(events={"storm": {**STORM, "signal": {}, "rate_ratio": {"wind": ratio}}})
    levels = np.linspace(-6, 6, 1201)
    log_likelihood = world.log_likelihood(world.constant(levels), fixed_weights())
    assert np.all(sign * np.diff(log_likelihood) < 0)
    posterior = np.exp(log_likelihood - 0.5 * levels**2)
    assert sign * (posterior * levels).sum() / posterior.sum() < -0.5


def test_silence_where_nothing_is_covered_yet_says_nothing() -> None:
    covered = {"complete": ["2030-05-16", "ongoing"]}
    world = World(events={"storm": {**STORM, "signal": {}, "coverage": covered}})
    assert np.all(world.log_likelihood(world.constant(np.linspace(-3, 3, 7)), fixed_weights()) == 0)


def press(*factors: float, coverage: object = None) -> dict[str, Any]:
    """Three types of one group, or of their own coverage, with their rates multiplied."""
    ratios = ([1.25, 4], [0.25, 0.8], None)
    return {
        name: {
            "coverage": coverage or {"selected": "press"},
            "signs": "positive",
            "per_month": [factor * low, factor * high],
            "rate_ratio": {"wind": ratio} if ratio else {},
        }
        for name, low, high, ratio, factor in zip("abc", (1, 0.5, 2), (4, 8, 3), ratios, factors, strict=True)
    }


def press_shares(wind: np.ndarray, weight: float) -> np.ndarray:
    """P(e | report) of the types of :func:`press` at medians, shape (n, 3)."""
    rate = np.array([2.0, 2.0, math.sqrt(6)])
    loading = np.array([log_ratio_median(1.25, 4), -log_ratio_median(1.25, 4), 0.0])
    intensity = rate * (weight * np.exp(wind[:, None] * loading) + 1 - weight)
    return intensity / intensity.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("grade", ["A1", "C3", "F6"])
def test_of_a_selected_report_only_its_type_counts(grade: str) -> None:
    levels = np.linspace(-2, 2, 5)
    weights = fixed_weights()
    weight = weights["ABCDEF".index(grade[0]), "123456".index(grade[1])]
    for e, kind in enumerate("abc"):
        world = World((report("2030-02-20", kind, grade),), events=press(1, 1, 1))
        actual = world.log_likelihood(world.constant(levels), weights)
        np.testing.assert_allclose(actual, np.log(press_shares(levels, weight)[:, e]), **SUMS)


def test_selected_silence_says_nothing() -> None:
    world = World(events=press(1, 1, 1))
    assert np.all(world.log_likelihood(world.paths(), fixed_weights()) == 0)


def test_the_coverage_of_a_group_cancels_and_that_of_complete_types_does_not() -> None:
    marks = tuple(report(f"2030-02-{day}", kind) for day, kind in ((10, "a"), (17, "c"), (20, "b"), (27, "a")))
    levels = np.linspace(-2, 2, 5)

    def shape(coverage: object, *factors: float) -> np.ndarray:
        world = World(marks, events=press(*factors, coverage=coverage))
        out = world.log_likelihood(world.constant(levels), fixed_weights())
        return out - out[0]

    np.testing.assert_allclose(shape(None, 2, 2, 2), shape(None, 1, 1, 1), **SUMS)
    assert np.abs(shape(None, 2, 1, 1) - shape(None, 1, 1, 1)).max() > 0.1
    assert np.abs(shape(ONGOING, 2, 2, 2) - shape(ONGOING, 1, 1, 1)).max() > 0.1


def test_the_group_likelihood_is_the_poisson_one_with_unknown_coverage_integrated_out() -> None:
    # Let the group's reports of one week and grade be Poisson with rates c rho_e [w r_e + 1 - w] and c anything: the
    # scale-free prior dc / c. Integrated over c this is the conditional likelihood times a constant.
    marks = tuple(report(f"2030-02-{day}", kind) for day, kind in ((18, "a"), (19, "c"), (20, "a"), (24, "b")))
    world = World(marks, events=press(1, 1, 1))
    levels = np.array([-1.5, 0.0, 1.0])
    weight = fixed_weights()[1, 1]
    rate, loading = np.array([2.0, 2.0, math.sqrt(6)]), log_ratio_median(1.25, 4) * np.array([1, -1, 0])
    counts = np.array([2, 1, 1])
    integrated = []
    for level in levels:
        mean = rate * (weight * np.exp(loading * level) + 1 - weight)

        def poisson(coverage: float, mean: np.ndarray = mean) -> float:
            return float(np.prod(stats.poisson.pmf(counts, coverage * mean))) / coverage

        integrated.append(math.log(integrate.quad(poisson, 0, np.inf, epsabs=0, epsrel=1e-10)[0]))
    actual = world.log_likelihood(world.constant(levels), fixed_weights())
    # The quadrature is good to 1e-10 of each integral.
    np.testing.assert_allclose(actual - actual[0], np.array(integrated) - integrated[0], rtol=0, atol=1e-9)


def test_direction_densities_of_a_mark_integrate_to_its_type_alone() -> None:
    events = press(1, 1, 1)
    events["a"] = {**events["a"], "signs": "both", "signal": STORM["signal"]}
    codes = np.linspace(-14, 14, 4001)  # beyond 9 standard deviations of either part
    marks = tuple(replace(report("2030-02-20", "a", "C3", rain=float(code)), id=str(code)) for code in codes)
    coded = World(marks, **TWO, events=events)
    plain = World((report("2030-02-20", "a", "C3"),), **TWO, events=events)
    draws = coded.paths(2)
    densities = np.exp(report_log_likelihood(coded.spec, coded.snapshot, draws, fixed_weights()))
    total = np.exp(report_log_likelihood(plain.spec, plain.snapshot, draws, fixed_weights()))[:, 0]
    # The trapezium rule on a smooth density that vanishes at both ends is exact to rounding.
    np.testing.assert_allclose(np.trapezoid(densities, codes, axis=1), total, rtol=1e-10)
