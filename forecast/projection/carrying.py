"""A forecast from the draws of an earlier fit, or the reason why they do not carry it: the one rule of refitting."""

from __future__ import annotations

from datetime import date

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.status import Diagnostics, worst
from forecast.inference.updating import refit_reason, reweight, updated_diagnostics
from forecast.model.spec import compile_spec
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.scenario.types import Scenario

__all__ = ["carry_on"]


def carry_on(
    scenario: Scenario,
    fit: Posterior,
    diagnostics: Diagnostics,
    then: Snapshot,
    now: Snapshot,
    *,
    horizon: date,
    seed: int,
    scenario_hash: str,
    code_version: str,
) -> Forecast | str:
    """Forecast with all that is known now by reweighting the draws of a fit.

    Parameters
    ----------
    diagnostics : Diagnostics
        Of the fit, which did not fail.
    then, now : Snapshot
        What the fit knew, and what is known; the second on the same day or later.
    seed : int
        Of the fit.

    Returns
    -------
    Forecast or str
        In words why a new fit is needed, where one is: the weights, those of any outcome, or diagnostics of a worse
        status than those of the fit.
    """
    updated = reweight(compile_spec(scenario), fit, then, now, seed=seed)
    reason = refit_reason(updated.pareto_k, updated.effective_draws, len(fit))
    if reason:
        return reason
    left = updated_diagnostics(diagnostics, updated)
    if worst(left.status, diagnostics.status) != diagnostics.status:  # a new fit would be trusted as the last one was
        return f"{left.reasons[0]} in the reweighted draws"
    forecast = make_forecast(
        scenario,
        now,
        updated.posterior,
        diagnostics=left,
        horizon=horizon,
        seed=seed,
        scenario_hash=scenario_hash,
        code_version=code_version,
    )
    k = forecast.diagnostics.pareto_k
    return refit_reason(k, updated.effective_draws, len(fit), of="the weights times an outcome's chance") or forecast
