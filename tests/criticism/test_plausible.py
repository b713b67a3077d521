"""Ranges that a scenario calls plausible: their rules, and the prior beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import made_fits
import numpy as np
import pytest

from forecast.evaluation.criticism.plausible import plausible_check
from forecast.model.spec import compile_spec
from forecast.projection.prior import prior_forecast
from forecast.scenario import rules
from forecast.scenario.types import Scenario

HORIZON = date(2022, 12, 31)


def with_ranges(*, reports: Any = None, values: Any = None, outcome: Any = None, kind: str = "payment") -> Scenario:
    case = made_fits.case()
    events, series, outcomes = dict(case.events), dict(case.series), list(case.outcomes)
    events[kind] = events[kind].model_copy(update={"plausible": reports})
    series["passengers"] = series["passengers"].model_copy(update={"plausible": values})
    outcomes[0] = outcomes[0].model_copy(update={"plausible": outcome})
    return case.model_copy(update={"events": events, "series": series, "outcomes": tuple(outcomes)})


def judged(scenario: Scenario):
    spec = compile_spec(scenario)
    prior = prior_forecast(scenario, spec, horizon=HORIZON, seed=1)
    return plausible_check(scenario, spec, prior, horizon=HORIZON, seed=1), prior


def test_without_ranges_nothing_is_compared() -> None:
    check, _ = judged(made_fits.case())
    assert (check.status, check.rows, check.picture) == ("PASS", (), None)


@pytest.mark.parametrize(("reports", "status"), [([0, 400], "PASS"), ([0, 40], "REVIEW"), ([200, 400], "FAIL")])
def test_reports_by_the_horizon(reports, status: str) -> None:
    """2 to 5 payments a month are 18 to 65 in a year: 33 in the middle."""
    check, _ = judged(with_ranges(reports=reports))
    assert check.status == status
    (row,) = check.rows
    assert row[0] == f"payment: reports by {HORIZON}"
    assert row[4] == status


@pytest.mark.parametrize(("values", "status"), [([5_000, 400_000], "PASS"), ([60_000, 90_000], "FAIL")])
def test_single_values(values, status: str) -> None:
    check, _ = judged(with_ranges(values=values))
    assert check.status == status


def test_a_probability_is_compared_by_its_odds() -> None:
    p = judged(made_fits.case())[1].outcome[0]
    odds = p / (1 - p)

    def below(factor: float) -> list[float]:  # the range ends so many times the odds under the probability
        return [0.001, float(odds / factor / (1 + odds / factor))]

    found = [judged(with_ranges(outcome=below(factor)))[0].status for factor in (0.8, 2.0, 4.5)]
    assert found == ["PASS", "REVIEW", "FAIL"]
    assert np.isfinite(judged(with_ranges(outcome=below(2.0)))[0].picture.at).all()


def test_ranges_that_cannot_be() -> None:
    assert any("cannot be -3" in message for _, message in rules.problems(with_ranges(reports=[-3, 5])))
    found = [message for _, message in rules.problems(with_ranges(reports=[0, 5], kind="rally"))]
    assert found == ["only the number of reports of a type with complete coverage can be foreseen"]
