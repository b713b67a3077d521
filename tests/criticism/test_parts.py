"""Parts of the checks against SciPy and closed forms: left-out predictions, ranks, recovery, guides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from forecast.evaluation.criticism.calibration import calibration_test
from forecast.evaluation.criticism.conflict import _standard_size
from forecast.evaluation.criticism.family import judge_family
from forecast.evaluation.criticism.guides import influence_check, sampler_check
from forecast.evaluation.criticism.held_out import _count_chances, _predicted, _student_cdf
from forecast.evaluation.criticism.recovery import recovery_check
from forecast.evaluation.criticism.simulated import RANKS, History
from forecast.evaluation.criticism.structure import _joint
from forecast.inference.status import judge
from forecast.model.marks import SERIES_TAIL_DF
from forecast.projection.explanation import LeftOut


def test_student_distribution_function() -> None:
    at = np.linspace(-8, 8, 101)
    assert _student_cdf(at) == pytest.approx(stats.t(SERIES_TAIL_DF).cdf(at), abs=1e-12)


@pytest.mark.parametrize("seen", [0, 1, 7, 100, 300, 1050])
def test_count_probabilities(seen: int) -> None:
    """Also of counts of which most terms of the sum are far from the last, and of a mass below the least float."""
    mean, extra = np.array([0.3, 4.0, 20.0, 70.0, 1000.0]), np.array([0.5, 1.5, 2.0, 0.1, 0.01])
    for law, excess in ((stats.poisson(mean), None), (stats.nbinom(mean / extra, 1 / (1 + extra)), extra)):
        log_mass, below = _count_chances(mean, excess, seen)
        assert log_mass == pytest.approx(law.logpmf(seen), rel=1e-9, abs=1e-8)
        assert below == pytest.approx(law.cdf(seen - 1), rel=1e-9, abs=1e-300)


def test_a_count_that_no_draw_expects_has_a_score() -> None:
    rng = np.random.default_rng(1)
    log_mass, below = _count_chances(rng.uniform(0.9, 1.1, size=1000), None, 300)
    score, pit, k = _predicted(log_mass, below, np.exp(log_mass), rng)
    assert log_mass.min() < score < log_mass.max() < -1000
    assert pit == pytest.approx(1)
    assert np.isfinite(k)


@pytest.mark.parametrize("n", [5, 10, 100])
@pytest.mark.parametrize("tail", [1e-4, 1e-2])
def test_sizes_of_shocks_that_are_fully_learned_have_the_stated_chances(n: int, tail: float) -> None:
    """Their sum of squares is chi-square; Wilson and Hilferty's numbers are no farther out than a normal one's."""
    z = stats.norm.isf(tail / 2)
    low, high = (
        optimize.brentq(lambda q, at=at: float(_standard_size(q, n)) - at, 0, 50 * n)
        if _standard_size(0.0, n) < at
        else 0.0
        for at in (-z, z)
    )
    law = stats.chi2(n)
    assert 0.3 * tail < law.cdf(low) + law.sf(high) < 1.05 * tail


def test_joint_movement_of_shocks_that_are_fully_learned_has_the_stated_chances() -> None:
    one, other = np.random.default_rng(2).normal(size=(2, 200_000, 10))
    flagged = np.sum(np.abs(_joint(one, other)) > stats.norm.isf(5e-5))
    assert abs(flagged - 20) < 4 * np.sqrt(20)  # over the square root of the number of steps it would be 160


def histories(rank, *, noise: float = 1.0, n: int = 40) -> list[History]:
    """Two drivers over 30 steps; a fit sees the truth with noise as large as the truth, and is right about that."""
    rng = np.random.default_rng(5)
    made = []
    for _ in range(n):
        truth = rng.normal(size=(30, 2))
        mean = (truth + rng.normal(size=truth.shape)) / 2
        half = noise * stats.norm.ppf(0.9) * math.sqrt(0.5)
        ranks = {name: int(rank(rng)) for name in ("one", "two")}
        made.append(History(ranks, truth, mean, mean - half, mean + half, "PASS"))
    return made


@pytest.mark.parametrize(
    ("rank", "status"),
    [
        (lambda rng: rng.integers(RANKS + 1), "PASS"),
        (lambda rng: rng.integers(RANKS // 2), "FAIL"),  # truths always in the lower half: biased draws
        (lambda rng: rng.choice([0, RANKS]), "FAIL"),  # truths always outside: draws too narrow
    ],
)
def test_ranks_that_are_not_uniform_are_flagged(rank, status: str) -> None:
    found = judge_family([calibration_test("calibration", "Ranks", histories(rank))])
    assert found.status == status
    assert "40 simulated histories" in found.checks[0].sentence
    assert found.checks[0].picture.curves.shape == (2, RANKS)


class TwoDrivers:
    drivers = dict.fromkeys(("tide", "wind"))


def test_recovery_finds_the_share_that_the_noise_leaves() -> None:
    """With noise as large as the truth the best estimate removes half of the squared error."""
    check = recovery_check(TwoDrivers, histories(lambda rng: 0))
    assert check.status == "PASS"
    for _, found, error, covered, covered_error in check.rows:
        assert abs(found - 0.5) < 4 * error
        assert abs(covered - 0.8) < 4 * covered_error


def test_ranges_that_cover_too_little_ask_for_review() -> None:
    assert recovery_check(TwoDrivers, histories(lambda rng: 0, noise=0.5)).status == "REVIEW"


def left_out(change: float, k: float = 0.2) -> LeftOut:
    return LeftOut("r1", "text", np.array([change, -change]), np.array([0.01, 0.01]), k, 0.7)


def test_single_reports() -> None:
    outcomes = ("open", "shut")
    assert influence_check([left_out(0.05)] * 11, outcomes).status == "PASS"
    assert influence_check([left_out(0.05)] * 11 + [left_out(-0.12)], outcomes).status == "REVIEW"
    assert influence_check([left_out(0.05)] * 4 + [left_out(0.0, k=0.9)], outcomes).status == "REVIEW"
    assert influence_check([], outcomes).status == "PASS"


def test_the_sampler_is_judged_as_every_forecast_is() -> None:
    good = judge(max_rhat=1.001, min_ess_bulk=2000, min_ess_tail=1500, divergences=0, draws=4000, min_bfmi=0.9)
    bad = judge(max_rhat=1.05, min_ess_bulk=2000, min_ess_tail=1500, divergences=0, draws=4000, min_bfmi=0.9)
    assert (sampler_check(good).status, sampler_check(bad).status) == ("PASS", "FAIL")
