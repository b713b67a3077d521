"""Drivers held at every level at once: the same answers as one question at a time."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.projection.alternatives import Alternative, DoDriver
from forecast.projection.held import hold_drivers
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.present import Present
from forecast.projection.steering import Setting, imposed
from forecast.projection.what_if import what_if
from forecast.timegrid import shift

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from present_of import DRIVER, scenario, unweighted

LEVELS = (-2.0, 0.0, 2.0)
AS_OF = date(2024, 2, 14)
CASE = scenario(
    drivers={"mood": DRIVER, "arms": DRIVER},
    influences=[{"from": "arms", "to": "mood", "effect": [0.3, 0.9]}],
)


@pytest.fixture(scope="module")
def present() -> Present:
    return unweighted(CASE, AS_OF)


def test_all_at_once_is_one_after_the_other_within_their_errors(present):
    held = hold_drivers(present, LEVELS, most_draws=400)
    assert held.n_draws == 400
    for k, driver in enumerate(("mood", "arms")):
        for i, level in enumerate(LEVELS):
            asked = Alternative("", (DoDriver(driver, level, shift(AS_OF, 1), present.horizon),), ())
            for o, shifted in enumerate(what_if(present, [asked]).alternatives[0].outcomes):
                error = np.hypot(held.mcse[k, i, o], shifted.difference_mcse)
                assert 0 < held.mcse[k, i, o] < 0.02
                assert abs(held.difference[k, i, o] - shifted.difference) < 4 * error
    assert held.difference[0, 2, 0] > 0.1  # a good mood brings the deal nearer, so do arms, through it
    assert 0 < held.difference[1, 2, 0] < held.difference[0, 2, 0]
    np.testing.assert_allclose(held.difference.sum(axis=-1), 0, atol=1e-12)


def test_its_error_is_the_spread_of_repetitions():
    few = [hold_drivers(unweighted(CASE, AS_OF, seed=seed), (2.0,), most_draws=60) for seed in range(30)]
    spread = np.std([one.difference[0, 0, 0] for one in few], ddof=1)
    told = np.sqrt(np.mean([one.mcse[0, 0, 0] ** 2 for one in few]))
    assert told == pytest.approx(spread, rel=0.45)  # 3.5 standard errors of a spread of thirty


def test_paths_that_share_their_shocks_differ_in_nothing_but_what_is_set(present):
    settings = [Setting(0, np.array([np.nan, np.nan, 1.0]), shift(AS_OF, 1), present.horizon)]
    levels: list[np.ndarray] = []
    now = present.snapshot
    made = project(
        CASE,
        build_state_space(CASE, now.state, now.visited, now.spell),
        present.draws,
        present.draws.level[:, -1],
        begin=shift(AS_OF, 1),
        step=now.n_steps - 1,
        horizon=present.horizon,
        rng=np.random.default_rng(1),
        paths=3,
        settings=settings,
        watch=lambda first, last, level, push: levels.append(level.copy()),
        shared_shocks=True,
    )
    np.testing.assert_allclose(made.on_path[:, 0], made.on_path[:, 1], rtol=1e-12)
    assert np.ptp(made.on_path[:, 0, 0]) > 0
    for level in levels:
        np.testing.assert_array_equal(level[:, 2, 0], 1.0)
        np.testing.assert_allclose(level[:, 0, 1], level[:, 2, 1], rtol=1e-12)  # nothing leads from the mood to arms


def test_a_level_that_is_not_a_number_leaves_the_driver_alone():
    level = np.arange(6.0).reshape(1, 3, 2)
    after = imposed(level, AS_OF, [Setting(1, np.array([9.0, np.nan, 8.0]), AS_OF, AS_OF)])
    np.testing.assert_array_equal(after, [[[0, 9], [2, 3], [4, 8]]])


def test_a_driver_on_which_nothing_depends_changes_nothing_with_ageing_too():
    """Histories are drawn then: paths of a draw share those random numbers as well."""
    leave = {"from": "talks", "to": "deal", "within_12_months": [0.4, 0.7], "hazard_ratio": {"mood": [2.5, 4]}}
    ageing = {"age0": "20d", "exponent": [-1, 1]}
    case = scenario(drivers={"mood": DRIVER, "arms": DRIVER}, transitions=[{**leave, "ageing": ageing}])
    held = hold_drivers(unweighted(case, AS_OF), LEVELS, most_draws=200)
    np.testing.assert_array_equal(held.difference[1], 0)
    assert held.difference[0, 2, 0] > held.difference[0, 0, 0] + 0.1


def _uneven(seed: int) -> Present:
    """Draws of which a fifth would do as well, all alike."""
    present = unweighted(CASE, AS_OF, seed=seed)
    weight = np.random.default_rng([seed, 98]).lognormal(sigma=1.27, size=len(present.update.posterior))
    posterior = replace(present.update.posterior, weight=weight / weight.sum())
    return replace(present, update=replace(present.update, posterior=posterior))


def test_its_error_holds_under_uneven_weights():
    """Draws are picked by weight: of evenly spaced ones a handful would count."""
    made = [hold_drivers(_uneven(seed), (2.0,), most_draws=60) for seed in range(30)]
    spread = np.std([one.difference[0, 0, 0] for one in made], ddof=1)
    told = np.sqrt(np.mean([one.mcse[0, 0, 0] ** 2 for one in made]))
    assert told == pytest.approx(spread, rel=0.45)
