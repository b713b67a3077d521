"""Posterior predictive check of states: changes that happened beside the hazard summed up over the time at risk."""

from __future__ import annotations

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.model.spells import aged_days
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["expected_changes", "states"]


def states(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Number of changes of each kind whose time of risk came, and of spells that broke before they were held.

    The number less the hazard summed up along the path is a martingale; given the time at risk it is compared with
    Poisson numbers, as in a one-sample log-rank test (Breslow 1975, International Statistical Review 43(1)).
    """
    spec, snapshot, pick = model.spec, model.snapshot, model.of_replicate
    expected = expected_changes(model)[pick]
    seen = np.bincount(snapshot.transition_index, minlength=len(spec.edges))
    found: list[Comparison] = [
        among(f"{name.replace('->', ' to ')}: changes", float(seen[q]), rng.poisson(expected[:, q]))
        for q, name in enumerate(spec.edges)
        if expected[:, q].any()
    ]
    for s in spec.breaks_state:
        if snapshot.pending_years[s] > 0:
            mean = (model.draws.break_hazard[:, s] * snapshot.pending_years[s])[pick]
            name = f"{spec.states[s]}: spells that broke early"
            found.append(among(name, float(snapshot.breaks[s]), rng.poisson(mean)))
    return Test("states", "Changes of state", "how often the state changed", tuple(found))


def expected_changes(model: FittedModel) -> np.ndarray:
    """Hazard of each transition summed up over the time at risk of it, shape (n, Q)."""
    spec, snapshot, draws = model.spec, model.snapshot, model.draws
    years = np.where(np.isinf(spec.age0), snapshot.state_years[:, spec.edge_from], 0.0)
    total = np.zeros_like(draws.log_hazard)
    for t in np.flatnonzero(years.any(axis=1)):
        total += years[t] * np.exp(draws.log_hazard + np.einsum("nqk,nk->nq", draws.hazard_loading, draws.level[:, t]))
    aged = aged_days(spec, snapshot)
    for q, t, log_age in zip(aged.edge, aged.step, aged.log_age, strict=True):
        along = np.einsum("nk,nk->n", draws.hazard_loading[:, q], draws.level[:, t])
        total[:, q] += np.exp(draws.log_hazard[:, q] + along + draws.ageing[:, q] * log_age) / DAYS_PER_YEAR
    return total
