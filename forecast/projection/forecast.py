"""From posterior draws to a forecast: outcome probabilities with their errors, driver paths, assumptions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.importance import tail_shape
from forecast.inference.montecarlo import weighted_mean, weighted_quantile, weighted_variance
from forecast.inference.posterior import Posterior, Selection
from forecast.inference.status import Diagnostics
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.assumptions import assumptions
from forecast.projection.claims import claim_results
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import PATHS_PER_DRAW, Projection, project
from forecast.projection.prior import PriorForecast, prior_forecast
from forecast.projection.results import DriverPaths, Forecast, OutcomeForecast, OutcomePath, ReferenceClass
from forecast.projection.steering import Watch
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["PROJECTED_DRAWS", "make_forecast", "range80"]

PROJECTED_DRAWS = 1000
_CLASS_PATHS = 2  # the differences are paired: most of their error lies between draws


def make_forecast(
    scenario: Scenario,
    snapshot: Snapshot,
    posterior: Posterior,
    *,
    diagnostics: Diagnostics | None = None,
    horizon: date,
    seed: int,
    scenario_hash: str,
    code_version: str,
    watching: Callable[[Draws, Selection], Watch] | None = None,
) -> Forecast:
    """Project a posterior to the horizon and collect everything that is reported.

    Parameters
    ----------
    posterior : Posterior
        A fit to ``snapshot``, or draws of an earlier fit extended to its last step and weighted.
    diagnostics : Diagnostics, optional
        How far updated draws can be trusted; those of a fit are made here.
    horizon : date
        After the as-of date.
    seed : int
        Seed of the futures and of the prior draws; different streams from the sampler's.
    watching : callable, optional
        Makes a watch over the futures from the draws projected and what each weighs; the forecast is the same with it.

    Raises
    ------
    ValueError
        When the horizon does not lie after the as-of date.
    """
    if horizon <= snapshot.as_of:
        raise ValueError(f"horizon {horizon} does not lie after the as-of date {snapshot.as_of}")
    began = time.perf_counter()
    spec = compile_spec(scenario)
    draws = Draws.of(spec, posterior.unknowns)
    selection = posterior.selected(PROJECTED_DRAWS)
    kept = {name: values[selection.index] for name, values in posterior.unknowns.items()}
    space = build_state_space(scenario, snapshot.state, snapshot.visited, snapshot.spell)

    def futures(draws: Draws, watch: Watch | None = None, paths: int = PATHS_PER_DRAW) -> Projection:
        return project(
            scenario,
            space,
            draws,
            draws.level[:, -1],
            begin=shift(snapshot.as_of, 1),
            step=snapshot.n_steps - 1,
            horizon=horizon,
            rng=np.random.default_rng([seed, 1]),
            paths=paths,
            weight=selection.weight,
            state_age=snapshot.state_age,
            spell_age=snapshot.spell_age,
            watch=watch,
        )

    projected = Draws.of(spec, kept)
    projection = futures(projected, watching(projected, selection) if watching else None)
    final = projection.outcome[:, -1]
    prior = prior_forecast(scenario, spec, horizon=horizon, seed=seed, history=snapshot)
    classes: tuple[ReferenceClass, ...] = ()
    method: Literal["nuts", "reweight"] = "nuts" if diagnostics is None else "reweight"
    if diagnostics is None:
        from forecast.inference.diagnostics import diagnose
        from forecast.projection.reference import reference_classes

        diagnostics = diagnose(posterior, draws)
        classes = reference_classes(
            scenario,
            spec,
            snapshot,
            kept,
            selection,
            selection.mean(final),
            lambda draws: futures(draws, paths=_CLASS_PATHS).outcome[:, -1],
        )
    elif posterior.weight is not None and selection.weight is not None:
        # A draw was met in proportion to its weight; so it stands for so many draws of the fit.
        weight = posterior.weight[selection.index]
        k = _worst_tail(diagnostics.pareto_k, weight, final * (selection.weight / weight)[:, None])
        diagnostics = replace(diagnostics, pareto_k=k)
    found = assumptions(scenario, spec, posterior, prior.unknowns)
    seconds = {**posterior.seconds, "project": time.perf_counter() - began}
    return Forecast(
        scenario=scenario.scenario,
        title=scenario.title,
        scenario_hash=scenario_hash,
        evidence_hash=snapshot.hash,
        code_version=code_version,
        as_of=snapshot.as_of,
        horizon=horizon,
        seed=seed,
        method=method,
        outcomes=_outcomes(scenario, projection, prior, selection),
        path=_path(scenario, projection, selection),
        drivers=_drivers(spec, snapshot, posterior.weight, draws.level, projection, prior, scenario),
        assumptions=found,
        diagnostics=diagnostics,
        n_reports=len(snapshot.reports),
        n_series_values=len(snapshot.series_values),
        seconds={**seconds, "total": sum(seconds.values())},
        reference_classes=classes,
        claims=claim_results(scenario, found),
        as_recorded=snapshot.as_recorded,
    )


def range80(
    mean: np.ndarray, within_variance: np.ndarray, paths: int, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """80% range over draws of a probability, with the noise of finitely many paths shrunk away.

    p + sqrt(max(0, 1 - mean(s_within^2) / (J Var p_s))) (p_s - p), its 10% and 90% quantiles.

    Parameters
    ----------
    mean : ndarray, shape (S, ...)
        p_s, mean over the J paths of each draw.
    within_variance : ndarray, shape (S, ...)
        Variance over the paths of each draw.
    paths : int
        J.
    weight : ndarray, shape (S,), optional
        Of the draws; all alike unless given.
    """
    noise = weighted_mean(within_variance, weight) / paths
    spread = weighted_variance(mean, weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.sqrt(np.where(spread > 0, np.maximum(0.0, 1 - noise / spread), 0.0))
    centre = weighted_mean(mean, weight)
    low, high = weighted_quantile(centre + factor * (mean - centre), (0.1, 0.9), weight)
    return low, high


def _worst_tail(k: float | None, weight: np.ndarray, chance: np.ndarray) -> float | None:
    """Largest Pareto k of the weights and of each outcome's weighted indicator; ``None`` without any spread."""
    tails = [k for k in (k, *(tail_shape(weight, column) for column in chance.T)) if k is not None]
    known = [math.inf if math.isnan(k) else k for k in tails]  # a tail that no shape fits is not to be trusted
    return max((k for k in known if k > -math.inf), default=None)


def _outcomes(
    scenario: Scenario,
    projection: Projection,
    prior: PriorForecast,
    selection: Selection,
) -> tuple[OutcomeForecast, ...]:
    final = projection.outcome[:, -1]
    probability, error = selection.mean(final), selection.error(final)
    low, high = range80(final, projection.outcome_variance, projection.paths, selection.weight)
    return tuple(
        OutcomeForecast(
            name=outcome.name,
            title=outcome.title or outcome.name.replace("_", " "),
            probability=float(probability[i]),
            mcse=float(error[i]),
            low80=float(low[i]),
            high80=float(high[i]),
            prior=float(prior.outcome[i]),
            prior_mcse=float(prior.outcome_mcse[i]),
        )
        for i, outcome in enumerate(scenario.outcomes)
    )


def _path(scenario: Scenario, projection: Projection, selection: Selection) -> OutcomePath:
    outcome, state = projection.outcome, projection.state
    return OutcomePath(
        dates=projection.dates,
        outcome_names=tuple(outcome.name for outcome in scenario.outcomes),
        state_names=tuple(scenario.states),
        outcomes=selection.mean(outcome),
        outcomes_mcse=selection.error(outcome),
        states=selection.mean(state),
        states_mcse=selection.error(state),
    )


def _drivers(
    spec: ModelSpec,
    snapshot: Snapshot,
    weight: np.ndarray | None,
    level: np.ndarray,
    projection: Projection,
    prior: PriorForecast,
    scenario: Scenario,
) -> DriverPaths:
    low, high = weighted_quantile(level, (0.1, 0.9), weight)
    mean, now, prior_now = weighted_mean(level, weight), level[:, -1], prior.level[:, snapshot.n_steps - 1]
    prior_low, prior_high = np.quantile(prior.level, (0.1, 0.9), axis=0)
    return DriverPaths(
        dates=tuple(scenario.grid.first_day(t) for t in range(snapshot.n_steps + len(projection.steps))),
        names=spec.drivers,
        n_observed=snapshot.n_steps,
        mean=np.concatenate([mean, projection.driver_mean]),
        low80=np.concatenate([low, projection.driver_low80]),
        high80=np.concatenate([high, projection.driver_high80]),
        prior_mean=prior.level.mean(axis=0),
        prior_low80=prior_low,
        prior_high80=prior_high,
        now_mean=weighted_mean(now, weight),
        now_sd=np.sqrt(weighted_variance(now, weight)),
        prior_now_mean=prior_now.mean(axis=0),
        prior_now_sd=prior_now.std(axis=0, ddof=1),
    )
