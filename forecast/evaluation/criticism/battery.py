"""The battery: all checks of one fit that need no further fit, the tests among them judged as one family."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from forecast.evaluation.criticism.checks import Check, Criticism
from forecast.evaluation.criticism.codes import directions_and_grades
from forecast.evaluation.criticism.conflict import conflict
from forecast.evaluation.criticism.family import Test, judge_family
from forecast.evaluation.criticism.held_out import (
    WINDOWS,
    leave_future_out,
    leave_one_out,
    loo_check,
    pit_test,
)
from forecast.evaluation.criticism.prior import prior_predictive
from forecast.evaluation.criticism.reports import counts_and_timing, lags
from forecast.evaluation.criticism.series import series
from forecast.evaluation.criticism.shares import shares
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evaluation.criticism.states import states
from forecast.evaluation.criticism.structure import structure
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.posterior import Posterior
from forecast.scenario.types import Scenario

__all__ = ["run"]

_STREAM = 7  # of random numbers


def run(
    scenario: Scenario,
    evidence: Evidence,
    snapshot: Snapshot,
    posterior: Posterior,
    *,
    seed: int,
    guides: Sequence[Check] = (),
    tests: Sequence[Test] = (),
    progress: Callable[[str], None] = lambda message: None,
) -> Criticism:
    """Run every test on the draws of a fit and judge them as one family.

    Parameters
    ----------
    evidence : Evidence
        From which the snapshot was taken.
    snapshot : Snapshot
    posterior : Posterior
        As long as the history; its weights are used where it has some.
    seed : int
        Of all replicates.
    guides : sequence of Check
        Checks against a convention, made elsewhere, to be told first.
    tests : sequence of Test
        Made elsewhere, to be judged with all others.
    """
    model = FittedModel.of(scenario, snapshot, posterior)
    rng = np.random.default_rng([seed, _STREAM])
    progress("comparing the data with the prior")
    found = [prior_predictive(model.spec, snapshot, rng=rng), conflict(model)]
    progress("comparing the data with replicates from the fit")
    found += [*counts_and_timing(model, rng=rng), lags(model, rng=rng), shares(model, rng=rng)]
    found += [*directions_and_grades(model, rng=rng), series(model, rng=rng), states(model, rng=rng)]
    found.append(structure(model, rng=rng))
    progress("leaving out numbers and the last steps")
    left = leave_one_out(model, rng=rng)
    earlier = {
        steps: take_snapshot(
            scenario,
            evidence,
            scenario.grid.last_day(snapshot.n_steps - steps - 1),
            as_recorded=snapshot.as_recorded,
        )
        for steps in WINDOWS
        if snapshot.n_steps > steps
    }
    found += [pit_test(left, rng=rng), leave_future_out(model, earlier, rng=rng)]
    return judge_family([*found, *tests], [*guides, loo_check(left)])
