"""What would bring an outcome to a probability, against a search through all sets by direct formulas."""

from __future__ import annotations

import itertools
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.projection.outlook import Outlook, signposts_of
from forecast.projection.present import Present
from forecast.projection.reach import LEAST_CHANCE, MOST_CONDITIONS, reach

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from present_of import ONGOING, scenario, unweighted

AS_OF, LAST = date(2024, 1, 1), date(2024, 3, 14)
EVENTS = {
    "march": {"coverage": ONGOING, "signs": "positive", "per_month": [0.2, 0.4], "rate_ratio": {"mood": [3, 5]}},
    "speech": {
        "coverage": ONGOING, "signs": "both", "per_month": [0.3, 0.6], "dispersion": [1.5, 3],
        "rate_ratio": {"mood": [1.5, 3]},
        "signal": {"mood": {"per_unit": [0.9, 1.5], "measures": "level", "noise": [0.3, 0.6]}},
    },
}  # fmt: skip
IDLE = {"coverage": ONGOING, "signs": "positive", "per_month": [0.2, 0.6]}  # depends on no driver
HARD = [{"from": "talks", "to": "deal", "within_12_months": [0.4, 0.7], "hazard_ratio": {"mood": [3.5, 5]}}]
CASE = scenario(events=EVENTS, transitions=HARD)


@pytest.fixture(scope="module")
def present() -> Present:
    return unweighted(CASE, AS_OF, n=400)


@pytest.fixture(scope="module")
def every_set(present) -> dict[frozenset[tuple[int, bool]], tuple[float, float]]:
    """Chance of each set of up to four conditions, and the deal's probability then.

    Classes of speeches that are seen are counted out of all patterns of classes seen and not seen, not by inclusion
    and exclusion.
    """
    outlook = Outlook(CASE, present.draws, LAST)
    chance = present.project(watch=outlook).on_path[..., 0]
    items = signposts_of(present.spec)
    assert [item.type for item in items] == ["march", "speech", "speech", "speech"]
    no_march = outlook.silent(0, frozenset((0,)))
    none_outside = {  # every report falls into these classes, by Moebius inversion of "none in the others"
        cells: outlook.silent(1, frozenset(range(3)) - frozenset(cells))
        for n in range(4)
        for cells in itertools.combinations(range(3), n)
    }
    exactly = {}  # just these classes are seen
    for n in range(4):
        for cells in itertools.combinations(range(3), n):
            below = [exactly[some] for some in exactly if set(some) < set(cells)]
            exactly[cells] = none_outside[cells] - np.sum(below, axis=0) if below else none_outside[cells]
    np.testing.assert_allclose(np.sum(list(exactly.values()), axis=0), 1.0)
    found = {}
    for pattern in itertools.product((None, True, False), repeat=4):
        chosen = frozenset((i, seen) for i, seen in enumerate(pattern) if seen is not None)
        if len(chosen) > MOST_CONDITIONS:
            continue
        march = 1.0 if pattern[0] is None else 1 - no_march if pattern[0] else no_march
        speech = sum(
            along
            for cells, along in exactly.items()
            if all(want is None or want == (i in cells) for i, want in enumerate(pattern[1:]))
        )
        joint = march * speech * present.weight
        found[chosen] = joint.sum(), (joint * chance).sum() / joint.sum()
    return found


def chosen_in(answer, present) -> frozenset[tuple[int, bool]]:
    items = signposts_of(present.spec)
    return frozenset((items.index(one.signpost), one.seen) for one in answer.conditions)


@pytest.mark.parametrize("shift", [-0.1, -0.05, 0.05, 0.12, 0.2])
def test_the_likeliest_of_all_sets_is_found(present, every_set, shift):
    now = every_set[frozenset()][1]
    target = now + shift
    answer = reach(present, 0, target, LAST)
    there = {
        chosen: value
        for chosen, value in every_set.items()
        if np.sign(shift) * (value[1] - target) >= 0 and value[0] >= LEAST_CHANCE
    }
    best = max(there, key=lambda chosen: there[chosen][0])
    assert answer.found is not None
    assert answer.upwards == (shift > 0)
    assert answer.found.chance == pytest.approx(there[best][0], rel=1e-9)
    assert chosen_in(answer.found, present) == best
    assert answer.found.outcomes[0] == pytest.approx(there[best][1], rel=1e-9)
    assert answer.now[0] == pytest.approx(now)


def test_what_nothing_in_sight_would_reach_is_said(present, every_set):
    answer = reach(present, 0, 0.999, LAST)
    assert answer.found is None
    value = max(one for chance, one in every_set.values() if chance >= LEAST_CHANCE)
    assert answer.nearest.outcomes[0] <= value + 1e-9
    assert answer.nearest.outcomes[0] > value - 0.05
    assert answer.tried > 50
    down = reach(present, 0, 0.001, LAST)
    assert down.found is None
    assert down.nearest.outcomes[0] < down.now[0]


def test_what_is_there_already_needs_nothing(present):
    now = reach(present, 0, 0.999, LAST).now[0]
    answer = reach(present, 0, float(now), LAST)
    assert answer.found is not None
    assert answer.found.conditions == ()
    assert answer.found.chance == pytest.approx(1)


def test_no_condition_is_there_for_its_noise_alone(present):
    """Reports that have nothing to do with the drivers are in no set, however narrowly the target is missed."""
    made = scenario(events={**EVENTS, "idle": IDLE, "noise": IDLE}, transitions=HARD)
    more = unweighted(made, AS_OF, n=400)
    alone = reach(more, 0, 0.999, LAST)
    names = {one.signpost.type for one in alone.nearest.conditions}
    assert names == {"march", "speech"}
    narrowly = reach(more, 0, float(alone.nearest.outcomes[0]) + 1e-4, LAST)
    assert narrowly.found is None or not {"idle", "noise"} & {one.signpost.type for one in narrowly.found.conditions}


def test_the_chance_of_a_set_is_not_the_product_of_its_parts(present, every_set):
    """Marches and friendly speeches come with the same mood."""
    march, speech = frozenset({(0, True)}), frozenset({(3, True)})
    assert every_set[march | speech][0] > 1.05 * every_set[march][0] * every_set[speech][0]
