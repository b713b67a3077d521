"""From posterior draws to a forecast: outcome probabilities with their errors, driver paths, assumptions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.diagnostics import diagnose, monte_carlo_error
from forecast.inference.posterior import Posterior
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.assumptions import assumptions
from forecast.projection.claims import claim_results
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import Projection, project
from forecast.projection.prior import PriorForecast, prior_forecast
from forecast.projection.reference import reference_classes
from forecast.projection.results import DriverPaths, Forecast, OutcomeForecast, OutcomePath
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["PROJECTED_DRAWS", "make_forecast", "range80"]

PROJECTED_DRAWS = 1000


def make_forecast(
    scenario: Scenario,
    snapshot: Snapshot,
    posterior: Posterior,
    *,
    horizon: date,
    seed: int,
    scenario_hash: str,
    code_version: str,
) -> Forecast:
    """Project a posterior to the horizon and collect everything that is reported.

    Parameters
    ----------
    horizon : date
        After the as-of date.
    seed : int
        Seed of the futures and of the prior draws; different streams from the sampler's.

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
    keep = posterior.thinned(PROJECTED_DRAWS)
    kept = _take(posterior.unknowns, keep.ravel())
    space = build_state_space(scenario, snapshot.state, snapshot.visited, snapshot.spell)

    def futures(draws: Draws) -> Projection:
        return project(
            scenario,
            space,
            draws,
            draws.level[:, -1],
            begin=shift(snapshot.as_of, 1),
            step=snapshot.n_steps - 1,
            horizon=horizon,
            rng=np.random.default_rng([seed, 1]),
            state_age=snapshot.state_age,
            spell_age=snapshot.spell_age,
        )

    projection = futures(Draws.of(spec, kept))
    prior = prior_forecast(scenario, spec, horizon=horizon, seed=seed, history=snapshot)
    classes = reference_classes(
        scenario,
        spec,
        snapshot,
        kept,
        keep.shape,
        projection.outcome[:, -1],
        lambda draws: futures(draws).outcome[:, -1],
    )
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
        method="nuts",
        outcomes=_outcomes(scenario, projection, prior, keep.shape),
        path=_path(scenario, projection, keep.shape),
        drivers=_drivers(spec, snapshot, draws, projection, prior, scenario),
        assumptions=found,
        diagnostics=diagnose(posterior, draws),
        n_reports=len(snapshot.reports),
        n_series_values=len(snapshot.series_values),
        seconds={**seconds, "total": sum(seconds.values())},
        reference_classes=classes,
        claims=claim_results(scenario, found),
    )


def range80(mean: np.ndarray, within_variance: np.ndarray, paths: int) -> tuple[np.ndarray, np.ndarray]:
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
    """
    noise = within_variance.mean(axis=0) / paths
    spread = mean.var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.sqrt(np.where(spread > 0, np.maximum(0.0, 1 - noise / spread), 0.0))
    centre = mean.mean(axis=0)
    low, high = np.quantile(centre + factor * (mean - centre), (0.1, 0.9), axis=0)
    return low, high


def _take(unknowns: Mapping[str, np.ndarray], index: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[index] for name, values in unknowns.items()}


def _outcomes(
    scenario: Scenario, projection: Projection, prior: PriorForecast, chains: tuple[int, ...]
) -> tuple[OutcomeForecast, ...]:
    final = projection.outcome[:, -1]
    error = monte_carlo_error(final.reshape(*chains, -1))
    low, high = range80(final, projection.outcome_variance, projection.paths)
    return tuple(
        OutcomeForecast(
            name=outcome.name,
            title=outcome.title or outcome.name.replace("_", " "),
            probability=float(final[:, i].mean()),
            mcse=float(error[i]),
            low80=float(low[i]),
            high80=float(high[i]),
            prior=float(prior.outcome[i]),
            prior_mcse=float(prior.outcome_mcse[i]),
        )
        for i, outcome in enumerate(scenario.outcomes)
    )


def _path(scenario: Scenario, projection: Projection, chains: tuple[int, ...]) -> OutcomePath:
    outcome, state = projection.outcome, projection.state
    return OutcomePath(
        dates=projection.dates,
        outcome_names=tuple(outcome.name for outcome in scenario.outcomes),
        state_names=tuple(scenario.states),
        outcomes=outcome.mean(axis=0),
        outcomes_mcse=monte_carlo_error(outcome.reshape(*chains, *outcome.shape[1:])),
        states=state.mean(axis=0),
        states_mcse=monte_carlo_error(state.reshape(*chains, *state.shape[1:])),
    )


def _drivers(
    spec: ModelSpec,
    snapshot: Snapshot,
    draws: Draws,
    projection: Projection,
    prior: PriorForecast,
    scenario: Scenario,
) -> DriverPaths:
    low, high = np.quantile(draws.level, (0.1, 0.9), axis=0)
    now, prior_now = draws.level[:, -1], prior.level[:, snapshot.n_steps - 1]
    prior_low, prior_high = np.quantile(prior.level, (0.1, 0.9), axis=0)
    return DriverPaths(
        dates=tuple(scenario.grid.first_day(t) for t in range(snapshot.n_steps + len(projection.steps))),
        names=spec.drivers,
        n_observed=snapshot.n_steps,
        mean=np.concatenate([draws.level.mean(axis=0), projection.driver_mean]),
        low80=np.concatenate([low, projection.driver_low80]),
        high80=np.concatenate([high, projection.driver_high80]),
        prior_mean=prior.level.mean(axis=0),
        prior_low80=prior_low,
        prior_high80=prior_high,
        now_mean=now.mean(axis=0),
        now_sd=now.std(axis=0, ddof=1),
        prior_now_mean=prior_now.mean(axis=0),
        prior_now_sd=prior_now.std(axis=0, ddof=1),
    )
