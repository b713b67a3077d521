"""The battery on one fit: a right model passes, and data that it did not make are flagged by the test that should."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import made_fits
import numpy as np
import pytest

from forecast.evaluation.criticism import battery
from forecast.evaluation.criticism.codes import directions_and_grades
from forecast.evaluation.criticism.family import Test, judge_family
from forecast.evaluation.criticism.reports import counts_and_timing
from forecast.evaluation.criticism.series import series
from forecast.evaluation.criticism.shares import shares
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Posterior

RUN = 1


@pytest.fixture(scope="module")
def right() -> tuple[made_fits.Made, Posterior]:
    made = made_fits.make(made_fits.case(), RUN)
    return made, made_fits.fitted(made.scenario, made.evidence, RUN)[1]


def test_a_right_model_passes(right: tuple[made_fits.Made, Posterior]) -> None:
    made, posterior = right
    snapshot = take_snapshot(made.scenario, made.evidence, made_fits.AS_OF)
    found = battery.run(made.scenario, made.evidence, snapshot, posterior, seed=RUN)
    assert found.status == "PASS", found.flagged
    assert [check.key for check in found.checks] == [
        "loo", "prior", "conflict", "counts", "timing", "lags", "shares", "directions", "grades", "series",
        "states", "structure", "pit", "future",
    ]  # fmt: skip
    for check in found.checks:
        assert np.isfinite([check.statistic, check.threshold]).all()
        assert check.sentence.endswith(".")
        assert all(len(row) == len(check.columns) for row in check.rows)


def wild_value(evidence: Evidence) -> Evidence:
    rows = [replace(row, value=row.value * (100 if i == 10 else 1)) for i, row in enumerate(evidence.series)]
    return replace(evidence, series=tuple(rows))


def crowded_days(evidence: Evidence) -> Evidence:
    grid = made_fits.case().grid
    rows = [
        replace(row, date=grid.first_day(grid.index(row.date))) if row.event_type == "inspection" else row
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(rows))


def turned_codes(evidence: Evidence) -> Evidence:
    rows = [
        replace(row, directions={driver: -value for driver, value in row.directions.items()})
        for row in evidence.reports
    ]
    return replace(evidence, reports=tuple(rows))


def swapped_types(evidence: Evidence) -> Evidence:
    other = {"rally": "goodwill", "goodwill": "rally"}
    rows = [replace(row, event_type=other.get(row.event_type, row.event_type)) for row in evidence.reports]
    return replace(evidence, reports=tuple(rows))


@pytest.mark.parametrize(
    ("change", "tests", "flagged"),
    [
        (wild_value, lambda model, rng: [series(model, rng=rng)], "series"),
        (crowded_days, lambda model, rng: counts_and_timing(model, rng=rng), "timing"),
        (turned_codes, lambda model, rng: directions_and_grades(model, rng=rng), "directions"),
        (swapped_types, lambda model, rng: [shares(model, rng=rng)], "shares"),
    ],
)
def test_what_the_model_did_not_make_is_flagged(
    right: tuple[made_fits.Made, Posterior],
    change: Callable[[Evidence], Evidence],
    tests: Callable[[FittedModel, np.random.Generator], Iterable[Test]],
    flagged: str,
) -> None:
    made, posterior = right
    snapshot = take_snapshot(made.scenario, change(made.evidence), made_fits.AS_OF)
    model = FittedModel.of(made.scenario, snapshot, posterior)
    found = judge_family(list(tests(model, np.random.default_rng(RUN))))
    assert flagged in [check.key for check in found.flagged]
