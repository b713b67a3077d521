"""Scores of grades, codes and shares are derivatives of the model's own density, and see what they are meant to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import made_fits
import numpy as np
import pytest
import yaml

from forecast.evaluation.criticism import standing
from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.codes import _agreement, _Law, directions_and_grades
from forecast.evaluation.criticism.shares import shares
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.grades import grade_effects
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import report_log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import coded_directions
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

STEP = 1e-5  # of numerical derivatives


def model(run: int, *, swap: bool = False) -> FittedModel:
    """One draw from the prior, judged by a history that it made; grades may be taken for their opposites."""
    words = yaml.safe_load((made_fits.ROOT / made_fits.CASE).read_text(encoding="utf-8"))
    words["events"]["complaint"]["per_month"] = [8.0, 12.0]
    scenario = Scenario.model_validate(words)
    spec, rng = compile_spec(scenario), np.random.default_rng([5, run])
    unknowns = prior_unknowns(spec, 1, scenario.grid.count(made_fits.AS_OF), rng=rng)
    draws = Draws.of(spec, unknowns)
    evidence = simulate_evidence(
        scenario, spec, draws, 0, until=made_fits.AS_OF, template=made_fits.template(scenario),
        weights=draws.weights[0], rng=rng,
    )  # fmt: skip
    if swap:
        letter, digit = str.maketrans("ABCDE", "EDCBA"), str.maketrans("12345", "54321")
        evidence = replace(
            evidence,
            reports=tuple(
                replace(
                    row, reliability=row.reliability.translate(letter), credibility=row.credibility.translate(digit)
                )
                for row in evidence.reports
            ),
        )
    return made_fits.standing(scenario, take_snapshot(scenario, evidence, made_fits.AS_OF), unknowns)


def log_codes(made: FittedModel, draws: Draws, logit: np.ndarray) -> float:
    """Log density of all codes given that their reports came."""
    weights = (1 / (1 + np.exp(-logit)))[None]
    blank = replace(made.snapshot, report_direction=np.full_like(made.snapshot.report_direction, np.nan))
    seen, bare = (report_log_likelihood(made.spec, each, draws, weights) for each in (made.snapshot, blank))
    return float((seen - bare).sum())


def named(comparisons: Iterable[Comparison], part: str) -> Comparison:
    return next(item for item in comparisons if part in item.name)


def test_scores_of_grades_and_codes_are_derivatives_of_the_density() -> None:
    made = model(1)
    directions, grades = directions_and_grades(made, rng=np.random.default_rng(1))
    coded = made.snapshot.report_type == made.spec.signal_type[0]
    says = grade_effects()[made.snapshot.report_letter[coded], made.snapshot.report_digit[coded]].mean()
    weight = made.draws.weights[0]
    logit = np.log(weight / (1 - weight))
    for name, course in (("all grades", np.ones((6, 6))), ("better grades", grade_effects() - says)):
        up, down = (log_codes(made, made.draws, logit + sign * STEP * course) for sign in (1, -1))
        found = named(grades.comparisons, name).found * coded.sum()
        assert found == pytest.approx((up - down) / (2 * STEP), rel=1e-5, abs=1e-5)
    up, down = (log_codes(made, replace(made.draws, signal=made.draws.signal + sign * STEP), logit) for sign in (1, -1))
    along = named(directions.comparisons, "codes along the driver").found
    assert along == pytest.approx((up - down) / (2 * STEP), rel=1e-5, abs=1e-5)


def test_the_score_of_a_group_is_the_derivative_by_a_factor_on_its_loadings() -> None:
    made = model(2)
    names = ["rally", "goodwill"]
    rows = np.isin(made.snapshot.report_type, [made.spec.events.index(name) for name in names])

    def log_types(factor: float) -> float:
        draws = replace(made.draws, loading=factor * made.draws.loading)
        return float(report_log_likelihood(made.spec, made.snapshot, draws)[0, rows].sum())

    found = named(shares(made, rng=np.random.default_rng(1)).comparisons, ", ".join(names)).found
    assert found == pytest.approx((log_types(1 + STEP) - log_types(1 - STEP)) / (2 * STEP), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(("swap", "least", "most"), [(False, 0, 1), (True, 5, 6)])
def test_swapped_grades_are_seen_where_right_ones_are_not(
    monkeypatch: pytest.MonkeyPatch, swap: bool, least: int, most: int
) -> None:
    """Of six truths that made their history: two chances below 0.01 would be met once in 700 repetitions."""
    monkeypatch.setattr(standing, "REPLICATES", 2000)
    judged = [
        directions_and_grades(model(run, swap=swap), rng=np.random.default_rng(run))[1].comparisons for run in range(6)
    ]
    for name in ("better grades", "agreement"):
        chances = [named(comparisons, name).p for comparisons in judged]
        assert least <= sum(p < 0.01 for p in chances) <= most, (name, chances)


def test_agreement_of_codes_is_the_sum_over_pairs() -> None:
    made = model(3)
    coded = coded_directions(made.spec, made.snapshot)
    law = _Law.of(made, coded)
    law = _Law(*(part[:1] for part in (law.measured, law.mean, law.noise, law.prior)))
    doubted = ((1 - law.prior) * (coded.value - law.prior * law.mean))[0]
    at = made.snapshot.report_step[coded.report]
    rho = made.draws.persistence[0, made.spec.signal_driver[0]]
    kernel = np.where(np.eye(len(at), dtype=bool), 0, rho ** np.abs(np.subtract.outer(at, at)))
    expected = doubted @ kernel @ doubted / (doubted @ doubted)
    assert _agreement(made, coded, law, coded.value)[0] == pytest.approx(expected)
