"""Criticism of one fit from end to end: guides, the battery, and on request simulated histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from forecast.evaluation.criticism import battery
from forecast.evaluation.criticism.calibration import calibration_test
from forecast.evaluation.criticism.checks import Check, Criticism
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.guides import influence_check, sampler_check, scaling_check
from forecast.evaluation.criticism.plausible import plausible_check
from forecast.evaluation.criticism.recovery import recovery_check
from forecast.evaluation.criticism.simulated import Setting, further_histories, prior_histories
from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.status import Diagnostics
from forecast.model.spec import compile_spec
from forecast.parallel.workers import Workers
from forecast.projection.chances import project_chances
from forecast.projection.explanation import leave_one_out
from forecast.projection.power_scaling import log_components, power_scaled, scaling_verdicts
from forecast.projection.prior import prior_forecast
from forecast.projection.quantities import quantities
from forecast.projection.stages import Known
from forecast.scenario.types import Scenario

__all__ = ["Criticised", "criticise"]


@dataclass(frozen=True)
class Criticised:
    """A fit as it stands on a day.

    Attributes
    ----------
    sampled, knew : Posterior, Known
        Draws as they were sampled, and what they knew.
    posterior, now : Posterior, Known
        The same carried on to what is known now.
    snapshot : Snapshot
        Of what is known now.
    diagnostics : Diagnostics
        Of the draws as they stand now.
    """

    scenario: Scenario
    sampled: Posterior
    knew: Known
    posterior: Posterior
    now: Known
    snapshot: Snapshot
    diagnostics: Diagnostics


def criticise(
    fit: Criticised,
    *,
    horizon: date,
    seed: int,
    simulations: int,
    workers: Workers,
    progress: Callable[[str], None],
) -> Criticism:
    """Run every check.

    Parameters
    ----------
    seed : int
        Of replicates, prior draws, futures and simulated histories.
    simulations : int
        How many histories to simulate and fit from the prior, and as many on from the present.
    """
    guides = _guides(fit, horizon, seed, progress)
    tests: tuple[Test, ...] = ()
    if simulations:
        setting = Setting(fit.scenario, fit.now.evidence, fit.now.as_of, horizon, seed)
        before = prior_histories(setting, simulations, workers=workers, progress=progress)
        after = further_histories(setting, fit.snapshot, fit.posterior, simulations, workers=workers, progress=progress)
        tests = (
            calibration_test("calibration", "Ranks of truths from the prior", before),
            calibration_test("calibration_now", "Ranks of truths on from the present", after),
        )
        guides = (*guides, recovery_check(fit.scenario, before))
    return battery.run(
        fit.scenario,
        fit.now.evidence,
        fit.snapshot,
        fit.posterior,
        seed=seed,
        guides=guides,
        tests=tests,
        progress=progress,
    )


def _guides(fit: Criticised, horizon: date, seed: int, progress: Callable[[str], None]) -> tuple[Check, ...]:
    scenario, spec = fit.scenario, compile_spec(fit.scenario)
    outcomes = [outcome.name for outcome in scenario.outcomes]
    progress("comparing the prior with what is plausible, and counting prior and evidence more and less")
    prior = prior_forecast(scenario, spec, horizon=horizon, seed=seed)
    present = project_chances(scenario, spec, fit.snapshot, fit.posterior, horizon=horizon, seed=seed)
    scaled = power_scaled(present, log_components(spec, fit.snapshot, present, quantities(scenario, spec)))
    progress("taking out each report in turn")
    left_out = leave_one_out(scenario, fit.sampled, fit.knew, fit.now, horizon=horizon, seed=seed)
    return (
        sampler_check(fit.diagnostics),
        plausible_check(scenario, spec, prior, horizon=horizon, seed=seed),
        scaling_check(scaled, scaling_verdicts(scaled, len(outcomes)), outcomes),
        influence_check(left_out, outcomes),
    )
