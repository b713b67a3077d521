"""The parts that a page weighs draws with: the model's own density of a report, and what an update makes of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import report_log_likelihood
from forecast.model.marks import SPURIOUS_DIRECTION_SD
from forecast.projection.alternatives import Alternative, ObserveReport
from forecast.projection.future_reports import hypothetical
from forecast.projection.present import Present
from forecast.projection.supposed import Supposed, SupposedType, suppose
from forecast.projection.what_if import assimilated, what_if
from forecast.workflow.outlook import outlook_of

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from present_of import ONGOING, scenario, unweighted, updated

FITTED, AS_OF = date(2024, 1, 21), date(2024, 2, 14)
CASE = scenario(
    events={
        "speech": {
            "coverage": ONGOING, "signs": "both", "per_month": [0.5, 2], "rate_ratio": {"mood": [1.3, 2.5]},
            "signal": {"mood": {"per_unit": [0.4, 1.2], "measures": "level"}},
        },
        "deal_talk": {
            "coverage": ONGOING, "signs": "both", "per_month": [0.5, 2], "signal": {"mood": {"per_unit": [0.4, 1.2]}},
        },
        "march": {"coverage": ONGOING, "signs": "positive", "per_month": [0.5, 2], "dispersion": [1.5, 3],
                  "rate_ratio": {"mood": [1.2, 2]}},
        "old": {"coverage": {"complete": ["2024-01-01", "2024-02-01"]}, "signs": "positive", "per_month": [0.5, 2],
                "rate_ratio": {"mood": [1.2, 2]}},
        "mere": {"coverage": ONGOING, "signs": "positive", "per_month": [0.5, 2]},
        "praise": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"mood": [1.5, 3]}},
        "blame": {"coverage": {"selected": "press"}, "signs": "negative", "rate_ratio": {"mood": [0.3, 0.7]}},
        "alone": {"coverage": "selected", "signs": "positive"},
    }
)  # fmt: skip
GRADES = ("A1", "B2", "C5", "F6")


def row(name: str, kind: str, day: date, **directions: float) -> Report:
    return Report(name, day, day, day, kind, directions, "", "", "", "C", "3", "", "", "", "", None, 2)


KNOWN = Evidence(reports=(row("r1", "speech", date(2024, 1, 25), mood=1.0), row("r2", "march", AS_OF)))


@pytest.fixture(scope="module")
def present() -> Present:
    return replace(updated(CASE, KNOWN, FITTED, AS_OF), paths=4)


@pytest.fixture(scope="module")
def supposed(present) -> Supposed:
    return suppose(present, present.project().on_path)


def log_likelihood(supposed: Supposed, kind: SupposedType, direction: float | None, grade: str) -> np.ndarray:
    """The formula of the module, as the page's script writes it."""
    w = supposed.grades[:, LETTERS.index(grade[0]), DIGITS.index(grade[1])]
    genuine, spurious = np.exp(kind.log_ratio), 1.0
    if direction is not None:
        sd, s0 = kind.sd[:, 0], SPURIOUS_DIRECTION_SD
        genuine = genuine * np.exp(-0.5 * ((direction - kind.mean[:, 0]) / sd) ** 2) / sd
        spurious = np.exp(-0.5 * (direction / s0) ** 2) / s0
    value = kind.log_rate + np.log(w * genuine + (1 - w) * spurious)
    if kind.group >= 0:
        value -= np.log(
            w * np.exp(supposed.log_genuine[:, kind.group]) + (1 - w) * np.exp(supposed.log_all[:, kind.group])
        )
    return value


def test_offered_is_what_is_covered_that_day_and_tells_draws_apart(supposed):
    assert [kind.name for kind in supposed.types] == ["speech", "deal_talk", "march", "praise", "blame"]
    assert [kind.group for kind in supposed.types] == [-1, -1, -1, 0, 0]
    assert supposed.types[1].drivers == ("mood",)


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize(
    ("kind", "direction"),
    [("speech", 2.0), ("speech", None), ("deal_talk", -1.0), ("praise", None), ("blame", None)],
)
def test_the_likelihood_is_the_models(present, supposed, kind, direction, grade):
    directions = {} if direction is None else {"mood": direction}
    report = hypothetical([ObserveReport(kind, directions, grade, AS_OF)])
    seen = take_snapshot(CASE, Evidence(reports=report), AS_OF)
    wanted = report_log_likelihood(present.spec, seen, present.draws)[:, 0]
    found = log_likelihood(supposed, next(item for item in supposed.types if item.name == kind), direction, grade)
    np.testing.assert_allclose(found - found.mean(), wanted - wanted.mean(), atol=1e-10)


@pytest.mark.parametrize(("kind", "direction"), [("speech", 2.0), ("march", None), ("blame", None)])
def test_weighing_by_it_is_what_an_update_does(present, supposed, kind, direction):
    """But for the mixes of grades, which an update draws anew, and for smoothing."""
    report = ObserveReport(kind, {} if direction is None else {"mood": direction}, "B2", AS_OF)
    told = next(item for item in supposed.types if item.name == kind)
    ours = supposed.weight * np.exp(log_likelihood(supposed, told, direction, "B2"))
    ours /= ours.sum()
    update = assimilated(present, [report]).log_weight - present.update.log_weight
    theirs = supposed.weight * np.exp(update - update.max())[present.selection.index]
    theirs /= theirs.sum()
    assert np.corrcoef(ours / supposed.weight, theirs / supposed.weight)[0, 1] > 0.97
    answer = what_if(present, [Alternative("", (), (report,))]).alternatives[0]
    change = ours @ supposed.chance - supposed.weight @ supposed.chance
    for o, outcome in enumerate(answer.outcomes):
        assert change[o] == pytest.approx(outcome.difference, abs=4 * outcome.difference_mcse + 1e-3)


def test_inefficiency_is_that_of_the_chains(present, supposed):
    error = present.error(present.mean(present.project().on_path, present.weight)[1])
    alone = (
        len(supposed.weight) * supposed.weight[:, None] * (supposed.chance - supposed.weight @ supposed.chance)
    ).std(axis=0, ddof=1) / np.sqrt(len(supposed.weight))
    np.testing.assert_allclose(alone * np.sqrt(supposed.inefficiency), np.maximum(error, alone), rtol=1e-6)


def test_a_scenario_without_event_types_has_nothing_to_suppose():
    present = unweighted(scenario(), AS_OF)
    assert suppose(present, present.project().on_path).types == ()


def test_halves_of_carried_draws_can_be_trusted_where_their_weights_can(present):
    """A selection of fewer draws shows weights as multiples, in which no tail can be found."""
    view = outlook_of(replace(present, paths=2), FITTED, Evidence())
    assert present.update.pareto_k < 0.5
    assert present.selection.weight is not None
    assert sum(row.trusted for row in view.sensitivity) > len(view.sensitivity) / 2
