"""Questions to a scenario with every feature of the model: spells, ageing, seasons, correlated shocks."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
sys.path.insert(0, str(Path(__file__).parent.parent / "model"))
from made_case import AS_OF, full_evidence, full_scenario
from present_of import updated

from forecast.errors import InputError
from forecast.projection.alternatives import Alternative
from forecast.projection.outlook import signposts_of
from forecast.projection.present import Present
from forecast.projection.reach import reach
from forecast.projection.signposts import signposts
from forecast.projection.what_if import what_if
from forecast.workflow.alternatives import read_alternatives
from forecast.workflow.case import Dates

CASE = full_scenario()
DATES = Dates(AS_OF, date(2030, 7, 10), as_of_defaulted=False, as_recorded=False)
SHORT = CASE.model_copy(update={"horizon": DATES.horizon})


@pytest.fixture(scope="module")
def present() -> Present:
    return updated(SHORT, full_evidence(), date(2030, 5, 1), AS_OF, n=400)


def read(*, do: tuple[str, ...] = (), observe: tuple[str, ...] = ()) -> Alternative:
    (item,), _ = read_alternatives(CASE, DATES, do=do, observe=observe, file=None)
    return item


def test_directions_on_several_drivers_are_named():
    item = read(observe=("storm:wind=1,rain=-0.5:A1@2030-06-03",)).observe[0]
    assert dict(item.directions) == {"wind": 1, "rain": -0.5}
    with pytest.raises(InputError, match=r"as in wind=1,rain=1"):
        read(observe=("storm:1@2030-06-03",))


def test_every_question_has_an_answer(present):
    items = [
        read(do=("idle=2",)),
        read(do=("rain=2@2030-05-20:2030-06-15", "wind=-1"), observe=("storm:wind=1,rain=0@2030-06-03",)),
        read(observe=("gale@2030-05-01", "drought@2030-06-30", "storm@2030-05-17")),
    ]
    idle, *others = what_if(present, items).alternatives
    assert all(outcome.difference == pytest.approx(0, abs=1e-12) for outcome in idle.outcomes)
    for told in others:
        assert sum(outcome.difference for outcome in told.outcomes) == pytest.approx(0, abs=1e-12)
        assert any(outcome.difference_mcse > 0 for outcome in told.outcomes)
    now, found = signposts(present, date(2030, 6, 14))
    assert {item.signpost for item in found} == set(signposts_of(present.spec))
    for item in found:
        if item.p_seen > 0:
            np.testing.assert_allclose(item.p_seen * item.if_seen + (1 - item.p_seen) * item.if_not, now, atol=1e-12)
    assert {item.signpost.type for item in found if item.p_seen == 0} == {"visit"}  # its coverage has ended
    assert reach(present, 0, 0.999, date(2030, 6, 14)).found is None
