"""The family-wise rule and the chances that go into it, against closed forms and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among, linear_in_prior, normal
from forecast.evaluation.criticism.family import RATE, Test, holm, judge_family
from forecast.report.criticism_page import criticism_headline


def with_p(p: float, *, found: float = 2.0) -> Comparison:
    return Comparison("it", found, -1.0, 0.0, 1.0, p)


def test_holm_is_the_published_step_down_rule() -> None:
    """Of four chances the k-th smallest counts 5 - k times, and none less than one before it."""
    assert holm(np.array([0.03, 0.01, 0.04, 0.005])) == pytest.approx([0.06, 0.03, 0.06, 0.02])


def test_right_models_are_flagged_at_most_at_the_stated_rate() -> None:
    """Independent uniform chances: 1 - prod over tests of (1 - rate / tests), a little under the rate."""
    rng, sizes, n = np.random.default_rng(1), (1, 5, 30), 1500
    flagged = 0
    for _ in range(n):
        tests = [Test("t", "T", "it", tuple(map(with_p, rng.random(size)))) for size in sizes]
        flagged += judge_family(tests).status != "PASS"
    expected = 1 - math.prod(1 - (1 - (1 - RATE / len(sizes) / size) ** size) for size in sizes)
    assert abs(flagged / n - expected) < 4 * math.sqrt(expected * (1 - expected) / n)
    assert expected < RATE


def test_a_test_without_data_takes_no_share() -> None:
    alone = judge_family([Test("a", "A", "it", (with_p(0.04),)), Test("b", "B", "it", ())])
    assert [check.status for check in alone.checks] == ["REVIEW", "PASS"]
    told = criticism_headline(alone)
    assert told == "0 of 1 checks pass; to be looked at: A (REVIEW). 1 more had nothing to compare."
    assert judge_family([Test("a", "A", "it", (with_p(0.04),))] * 2).status == "PASS"


def test_far_out_fails_and_near_asks_for_review() -> None:
    near, far = (judge_family([Test("a", "A", "it", (with_p(1e-4, found=found),))]) for found in (2.9, 3.1))
    assert (near.status, far.status) == ("REVIEW", "FAIL")
    assert far.checks[0].sentence.startswith("The model disagrees with it: it is 3.1, above the -1 to 1 it expects")
    assert far.summary().flagged == (("A", "FAIL", far.checks[0].sentence),)


def test_chances_among_replicates_are_uniform_for_a_right_model() -> None:
    rng = np.random.default_rng(2)
    p = np.array([among("x", float(rng.normal()), rng.normal(size=400)).p for _ in range(2000)])
    for rate in (0.01, 0.05, 0.2):
        assert abs(np.mean(p <= rate) - rate) < 4 * math.sqrt(rate * (1 - rate) / len(p))


def test_ties_count_on_either_side() -> None:
    assert among("x", 0.0, np.zeros(99)).p == 1.0
    assert among("x", 5.0, np.zeros(99)).p == pytest.approx(2 / 100)


def test_posterior_means_of_a_conjugate_model_have_the_stated_distribution() -> None:
    """theta ~ N(0, 1), y ~ N(theta, s): the posterior mean y / (1 + s^2) over y from the prior predictive."""
    rng, s = np.random.default_rng(3), 0.8
    variance = s**2 / (1 + s**2)
    y = rng.normal(scale=math.sqrt(1 + s**2), size=4000)
    p = np.array([linear_in_prior("theta", value / (1 + s**2), variance, 0.0, 0.0).p for value in y])
    for rate in (0.01, 0.05, 0.2):
        assert abs(np.mean(p <= rate) - rate) < 4 * math.sqrt(rate * (1 - rate) / len(p))
    assert linear_in_prior("theta", 0.5, 1.0, 0.0, 0.0).p > 0.1  # where nothing was learned, nothing conflicts


def test_a_normal_comparison_knows_its_tails() -> None:
    assert normal("x", 1.959963984540054, 0.0, 1.0).p == pytest.approx(0.05)
    assert normal("x", 3.0, 1.0, 2.0).position == pytest.approx(1 / 1.6448536269514722)
