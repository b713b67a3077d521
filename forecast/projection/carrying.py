"""A forecast from the draws of an earlier fit, or the reason why they do not carry it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior, Selection
from forecast.inference.status import Diagnostics
from forecast.inference.updating import carry, refit_reason
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.projection.forecast import make_forecast
from forecast.projection.results import Forecast
from forecast.projection.steering import Watch
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
    watching: Callable[[Draws, Selection], Watch] | None = None,
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
    watching : callable, optional
        As in :func:`forecast.projection.forecast.make_forecast`.

    Returns
    -------
    Forecast or str
        In words why a new fit is needed, where one is: by :func:`forecast.inference.updating.carry`, or because of the
        weights times the chance of an outcome.
    """
    carried = carry(compile_spec(scenario), fit, diagnostics, then, now, seed=seed)
    if carried.refit:
        return carried.refit
    forecast = make_forecast(
        scenario,
        now,
        carried.update.posterior,
        diagnostics=carried.diagnostics,
        horizon=horizon,
        seed=seed,
        scenario_hash=scenario_hash,
        code_version=code_version,
        watching=watching,
    )
    k, effective = forecast.diagnostics.pareto_k, carried.update.effective_draws
    return refit_reason(k, effective, len(fit), of="the weights times an outcome's chance") or forecast
