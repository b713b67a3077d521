"""Mixes of grades carried on, against the Dirichlet law that they must have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.grade_mixes import carry_mixes
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, grade_counts
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario

FALSE_ALARM = 1e-3  # of each test, were the code exact; seeds are fixed
N = 40_000
CASES = Path(__file__).resolve().parents[1] / "cases"
SCENARIO = load_scenario(CASES / "priors" / "harbour-strike.yaml").scenario
SPEC = compile_spec(SCENARIO)
LAST = date(2023, 4, 24)
MIXED = SPEC.events[SPEC.mix_type[0]]


def report(identifier: str, grade: str) -> Report:
    return Report(identifier, LAST, LAST, LAST, MIXED, {}, "", "", "", *grade, "", "", "", "", None, 0)


def history(*grades: str) -> Snapshot:
    rows = tuple(report(f"r{i}", grade) for i, grade in enumerate(grades))
    return take_snapshot(SCENARIO, Evidence(reports=rows), LAST)


def dirichlet_draws(snapshot: Snapshot, n: int, seed: int) -> dict[str, np.ndarray]:
    rng, (letters, digits) = np.random.default_rng(seed), grade_counts(SPEC, snapshot)
    return {
        name: np.stack([rng.dirichlet(alpha + row, size=n) for row in counts], axis=1)
        for name, alpha, counts in (("letter_mix", LETTER_MIX, letters), ("digit_mix", DIGIT_MIX, digits))
    }


def largest_score(values: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs((values.mean(axis=0) - expected) / (values.std(axis=0) / np.sqrt(len(values)))).max())


def bound(comparisons: int) -> float:
    return NormalDist().inv_cdf(1 - FALSE_ALARM / (2 * comparisons))


@pytest.mark.parametrize(
    ("before", "after"),
    [((), ("E5",)), (("B2", "E5"), ("B2",)), (("B2", "B2", "A1"), ("C3", "E5", "E4", "B2")), (("E5",) * 4, ())],
    ids=["one comes", "the only one goes", "some come and go", "all go"],
)
def test_the_mix_has_the_dirichlet_law_of_the_counts(before, after):
    then, now = history(*before), history(*after)
    moved = carry_mixes(SPEC, dirichlet_draws(then, N, 1), then, now, seed=7)
    for (name, mix), alpha, counts in zip(moved.items(), (LETTER_MIX, DIGIT_MIX), grade_counts(SPEC, now), strict=True):
        law = stats.dirichlet(alpha + counts[0])
        found = mix[:, 0]
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=1e-12)
        values = np.hstack([found, (found - law.mean()) ** 2])
        assert largest_score(values, np.hstack([law.mean(), law.var()])) < bound(12), name


def test_taking_away_is_the_reverse_of_adding():
    """Both ways the old and the new mix have one joint law, which is what lets the grades cancel from the weights."""
    few, many = history("B2"), history("B2", "D3")
    fewer = dirichlet_draws(few, N, 2)
    more = dirichlet_draws(many, N, 3)
    joint = []
    for old, new in (
        (fewer, carry_mixes(SPEC, fewer, few, many, seed=7)),
        (carry_mixes(SPEC, more, many, few, seed=8), more),
    ):
        joint.append(np.einsum("ni,nj->nij", old["letter_mix"][:, 0], new["letter_mix"][:, 0]).reshape(N, -1))
    difference = joint[0].mean(axis=0) - joint[1].mean(axis=0)
    error = np.hypot(*(values.std(axis=0) / np.sqrt(N) for values in joint))
    assert np.abs(difference / error).max() < bound(36)


def test_the_same_counts_give_the_same_mixes():
    then = history("B2", "C3")
    mixes = dirichlet_draws(then, 50, 4)
    same = carry_mixes(SPEC, mixes, then, history("C3", "B2"), seed=7)
    one, other = (carry_mixes(SPEC, mixes, then, history(*grades), seed=7) for grades in (["D4"], ["D4"]))
    again = carry_mixes(SPEC, mixes, then, history("D4"), seed=8)
    for name, mix in mixes.items():
        np.testing.assert_array_equal(same[name], mix)
        np.testing.assert_array_equal(one[name], other[name])
        np.testing.assert_array_equal(one[name][:, 1:], mix[:, 1:])
        assert not np.any(one[name][:, 0] == again[name][:, 0])
