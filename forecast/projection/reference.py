"""Outcome probabilities under other reference classes, without a new fit.

Given everything else, the history of states depends on the mean hazard h of a transition with a base rate as
h^m exp(-h E): m such transitions have happened, and E is the time at risk, each step weighted with its hazard relative
to the mean. Under a Gamma(a, y) prior, h given everything else is therefore Gamma(a + m, y + E) exactly, and everything
else has the marginal likelihood y^a G(a + m) / (G(a) (y + E)^(a + m)). So under another class every draw keeps its
drivers and hazard ratios, gets a mean hazard from its new conditional, and the ratio of the two marginal likelihoods as
importance weight. The new hazard stands at the same quantile of its conditional as the old one, and the futures are the
same, so that differences carry little Monte Carlo error: few futures of each draw are enough for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import special

from forecast.evidence.snapshot import Snapshot
from forecast.inference.importance import pareto_smooth
from forecast.inference.posterior import Selection
from forecast.model.density import state_log_likelihood
from forecast.model.draws import Draws, Unknowns
from forecast.model.spec import ModelSpec
from forecast.projection.results import MAX_PARETO_K, ClassRate, OutcomeShift, ReferenceClass
from forecast.scenario.types import Alternative, BaseRate, Scenario

__all__ = ["history_terms", "reference_classes", "reweighted"]


def reference_classes(
    scenario: Scenario,
    spec: ModelSpec,
    snapshot: Snapshot,
    unknowns: Unknowns,
    selection: Selection,
    probability: np.ndarray,
    futures: Callable[[Draws], np.ndarray],
) -> tuple[ReferenceClass, ...]:
    """Show the outcomes under each alternative class that the scenario names; none: empty.

    Parameters
    ----------
    unknowns : Unknowns
        S posterior draws.
    selection : Selection
        Which draws of the fit these are.
    probability : ndarray, shape (O,)
        Of each outcome at the horizon in the forecast, to which the differences are added.
    futures : callable
        Gives the same for each of some draws, shape (S, O), along the same shocks every time.
    """
    rates = [scenario.transitions[q].base_rate for q in spec.base_edge]
    names = dict.fromkeys(other.name for rate in rates if rate for other in rate.alternatives)
    if not names:
        return ()
    events, exposure = history_terms(spec, snapshot, unknowns)
    baseline = futures(Draws.of(spec, unknowns))
    classes = []
    for name in names:
        hazard, log_weight, shown, replaced = unknowns["mean_hazard"].copy(), np.zeros(len(baseline)), [], []
        for i, used in enumerate(rates):
            for other in (item for item in used.alternatives if item.name == name) if used else ():
                hazard[:, i], added = reweighted(
                    hazard[:, i], _gamma(used), _gamma(other), events=events[i], exposure=exposure[:, i]
                )
                log_weight += added
                shown.append(_class_rate(spec.edges[spec.base_edge[i]], used, other))
                replaced.append(used.name or "")
        importance = pareto_smooth(log_weight)
        weight, k = importance.weight, importance.pareto_k
        final = futures(Draws.of(spec, {**unknowns, "mean_hazard": hazard}))
        classes.append(
            ReferenceClass(
                name=name,
                instead_of=tuple(dict.fromkeys(replaced)),
                rates=tuple(shown),
                outcomes=_shifts(scenario, probability, weight, final, baseline, selection),
                pareto_k=k if math.isfinite(k) else None,
                trusted=k <= MAX_PARETO_K,
            )
        )
    return tuple(classes)


def history_terms(spec: ModelSpec, snapshot: Snapshot, unknowns: Unknowns) -> tuple[np.ndarray, np.ndarray]:
    """Count (m) and weigh the exposure (E) of each transition with a base rate.

    Both are read off the likelihood itself, so that the two cannot part:

    log L(2 h) - log L(h) = m log 2 - h E and log L(4 h) - log L(h) = m log 4 - 3 h E.

    Returns
    -------
    events : ndarray, shape (B,)
        m, how often each has happened.
    exposure : ndarray, shape (n, B)
        E in years.
    """
    draws = Draws.of(spec, unknowns)
    base = state_log_likelihood(spec, snapshot, draws)
    events = np.empty(len(spec.base_edge))
    exposure = np.empty((len(draws), len(spec.base_edge)))
    for i, q in enumerate(spec.base_edge):
        change = []
        for factor in (2, 4):
            log_hazard = draws.log_hazard.copy()
            log_hazard[:, q] += np.log(factor)
            change.append(state_log_likelihood(spec, snapshot, replace(draws, log_hazard=log_hazard)) - base)
        events[i] = np.rint(np.median((3 * change[0] - change[1]) / np.log(2)))
        exposure[:, i] = np.maximum(events[i] * np.log(2) - change[0], 0) / unknowns["mean_hazard"][:, i]
    return events, exposure


def reweighted(
    hazard: np.ndarray,
    before: tuple[float, float],
    after: tuple[float, float],
    *,
    events: float,
    exposure: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Carry draws of a mean hazard from one Gamma prior to another.

    Parameters
    ----------
    hazard : ndarray, shape (n,)
        Posterior draws under the first prior, per year.
    before, after : (shape, rate)
        The two priors.
    events, exposure : float and ndarray, shape (n,)
        m and E, as from :func:`history_terms`.

    Returns
    -------
    hazard : ndarray, shape (n,)
        At the same quantile of the other prior's conditional.
    log_weight : ndarray, shape (n,)
        Log of the ratio of marginal likelihoods, up to a constant.
    """
    (a, y), (b, z) = before, after
    scaled = hazard * (y + exposure)
    below, above = special.gammainc(a + events, scaled), special.gammaincc(a + events, scaled)
    # Whichever tail is the smaller one keeps its digits.
    moved = np.where(below < above, special.gammaincinv(b + events, below), special.gammainccinv(b + events, above))
    log_weight = (a + events) * np.log(y + exposure) - (b + events) * np.log(z + exposure)
    return moved / (z + exposure), log_weight


def _shifts(
    scenario: Scenario,
    before: np.ndarray,
    weight: np.ndarray,
    final: np.ndarray,
    baseline: np.ndarray,
    selection: Selection,
) -> tuple[OutcomeShift, ...]:
    mean = weight @ final
    probability = np.clip(before + mean - baseline.mean(axis=0), 0, 1)  # Monte Carlo error may lead out
    difference = probability - before
    # What each draw contributes to the self-normalised difference; the mean of it is the difference itself.
    influence = len(weight) * weight[:, None] * (final - mean) + mean - baseline
    error = selection.error(influence)
    return tuple(
        OutcomeShift(outcome.name, float(probability[o]), float(difference[o]), float(error[o]))
        for o, outcome in enumerate(scenario.outcomes)
    )


def _class_rate(transition: str, used: BaseRate, other: Alternative) -> ClassRate:
    return ClassRate(
        transition=transition,
        events=other.events,
        exposure_years=other.exposure_years,
        used_events=used.events,
        used_exposure_years=used.exposure_years,
        reason=other.reason or "",
        source=other.source or "",
    )


def _gamma(rate: BaseRate | Alternative) -> tuple[float, float]:
    """Prior Gamma(events + 1/2, exposure) of the mean hazard."""
    return rate.events + 0.5, rate.exposure_years
