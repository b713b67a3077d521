"""Sequential updating: draws of a fit carried on to later evidence by importance weights, without a new fit.

The draws are extended by the drivers' own dynamics to the new as-of date. Their weight is then the likelihood of all
that is known now over that of all that the fit knew, both along the extended path: reports that are new, late,
corrected or withdrawn, silence, survival and series enter alike. Only grades do not: the mixes of grades are carried on
by themselves. Weights are always against the fit and never resampled in between, which would hide how few draws they
rest on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.grade_mixes import carry_mixes
from forecast.inference.importance import largest_reliable_k, pareto_smooth
from forecast.inference.posterior import Posterior
from forecast.inference.status import Diagnostics, judge, worst
from forecast.model.density import log_likelihood_but_marks, report_log_likelihood
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec

__all__ = [
    "LEAST_DRAWS",
    "LEAST_SHARE",
    "Carried",
    "Update",
    "carry",
    "extend",
    "refit_near",
    "refit_reason",
    "report_log_ratio",
    "reweight",
    "updated_diagnostics",
]

LEAST_DRAWS, LEAST_SHARE = 400, 0.1  # effective draws: fewer than either call for a new fit
NEAR_DRAWS, NEAR_K = 1.5, 0.1  # times these draws, or so far below the largest k, a new fit is near: a convention
_ROUNDING = 1e-9  # of log likelihoods: weights that differ by less are all alike
_STREAM = 5  # of random numbers that extend a fit's driver paths


@dataclass(frozen=True)
class Update:
    """Draws of a fit that stand for the posterior given later evidence.

    Attributes
    ----------
    fit : Posterior
        What was carried on.
    then : Snapshot
        What the fit knew.
    posterior : Posterior
        Extended to the new as-of date, with smoothed weights.
    log_weight : ndarray, shape (S,)
        Raw, cumulative against the fit.
    pareto_k : float
        Of the raw weights; minus infinity when all are equal.
    effective_draws : float
        1 / sum of squared smoothed weights.
    """

    fit: Posterior
    then: Snapshot
    posterior: Posterior
    log_weight: np.ndarray
    pareto_k: float
    effective_draws: float


@dataclass(frozen=True)
class Carried:
    """Draws of a fit carried on to what is known now, and whether they can be trusted there.

    Attributes
    ----------
    diagnostics : Diagnostics
        Of the draws as they stand now.
    refit : str
        In words why a new fit is needed; empty where none is.
    """

    update: Update
    diagnostics: Diagnostics
    refit: str


def carry(
    spec: ModelSpec, fit: Posterior, diagnostics: Diagnostics, then: Snapshot, now: Snapshot, *, seed: int
) -> Carried:
    """Assimilate all that is known now into the draws of a fit, and say whether a new fit is needed: the one rule.

    It is where the weights cannot be trusted, and where the draws would have a worse status than the fit had.

    Parameters
    ----------
    diagnostics : Diagnostics
        Of the fit.
    then, now, seed
        As for :func:`reweight`.
    """
    update = reweight(spec, fit, then, now, seed=seed)
    left = updated_diagnostics(diagnostics, update)
    reason = refit_reason(update.pareto_k, update.effective_draws, len(fit))
    if not reason and worst(left.status, diagnostics.status) != diagnostics.status:
        reason = f"{left.reasons[0]} in the reweighted draws"
    return Carried(update, left, reason)


def extend(fit: Posterior, n_steps: int, *, seed: int) -> Posterior:
    """Carry driver paths on to a later step: shocks from their prior, the same for every draw and step ever after.

    Parameters
    ----------
    n_steps : int
        Steps from the scenario's start; at least as many as the fit has.
    seed : int
        Of the fit. Each step has a random stream of its own, so that extending twice is extending once.

    Raises
    ------
    ValueError
        When the fit already has more steps.
    """
    innovation = fit.unknowns["innovation"]
    n_draws, begun, n_drivers = innovation.shape
    if n_steps < begun:
        raise ValueError(f"the fit has {begun} steps, more than {n_steps}")
    added = [np.random.default_rng([seed, _STREAM, t]).normal(size=(n_draws, n_drivers)) for t in range(begun, n_steps)]
    if not added:
        return fit
    return replace(fit, unknowns={**fit.unknowns, "innovation": np.concatenate([innovation, np.stack(added, 1)], 1)})


def reweight(spec: ModelSpec, fit: Posterior, then: Snapshot, now: Snapshot, *, seed: int) -> Update:
    """Assimilate all that is known now into the draws of a fit.

    Parameters
    ----------
    then, now : Snapshot
        What the fit knew, and what is known; the second on the same day or later.
    seed : int
        Of the fit.
    """
    extended = extend(fit, now.n_steps, seed=seed)
    draws = Draws.of(spec, extended.unknowns)
    mixes = carry_mixes(spec, extended.unknowns, then, now, seed=seed)
    log_weight = report_log_ratio(spec, draws, then, now)
    log_weight += log_likelihood_but_marks(spec, now, replace(draws, **mixes))
    log_weight -= log_likelihood_but_marks(spec, then, draws.until(then.n_steps))
    smoothed = pareto_smooth(log_weight)
    moved = np.ptp(log_weight) > _ROUNDING
    return Update(
        fit=fit,
        then=then,
        posterior=replace(
            extended,
            unknowns={**extended.unknowns, **mixes},
            weight=smoothed.weight if moved else None,
            seconds={"compile": 0.0, "sample": 0.0},
        ),
        log_weight=log_weight,
        pareto_k=smoothed.pareto_k,
        effective_draws=smoothed.effective_draws,
    )


def report_log_ratio(spec: ModelSpec, draws: Draws, then: Snapshot, now: Snapshot) -> np.ndarray:
    """Log likelihood ratio of single reports but for their grades, shape (S,); what both know cancels unseen.

    Parameters
    ----------
    draws : Draws
        With driver paths as long as the later history.
    """
    only_then, only_now = _told_apart(then, now)
    ratio = np.zeros(len(draws))
    for snapshot, marks, sign in ((now, only_now, 1), (then, only_then, -1)):
        until = draws.until(snapshot.n_steps)
        ratio += sign * report_log_likelihood(spec, snapshot.only(marks), until).sum(axis=1)
    return ratio


def _told_apart(then: Snapshot, now: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the marks that only one of two histories has: what both have cancels."""
    counts = Counter(then.marks)
    counts.subtract(now.marks)
    return _surplus(then.marks, counts), _surplus(now.marks, Counter({mark: -n for mark, n in counts.items()}))


def _surplus(marks: Sequence[bytes], counts: Counter[bytes]) -> np.ndarray:
    kept = []
    for i, mark in enumerate(marks):
        if counts[mark] > 0:
            counts[mark] -= 1
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def refit_reason(pareto_k: float | None, effective_draws: float, n_draws: int, *, of: str = "the weights") -> str:
    """Say why the weights of S draws cannot be trusted; empty where they can.

    Pareto k above min(0.7, 1 - 1 / log10 S), or fewer effective draws than 10% and 400.

    Parameters
    ----------
    of : str
        What has this Pareto k, in words.
    """
    limit, least = largest_reliable_k(n_draws), _least_draws(n_draws)
    if pareto_k is not None and (math.isnan(pareto_k) or pareto_k > limit):
        return f"Pareto k of {of} is {pareto_k:.2f}, above {limit:.2f}"
    if effective_draws < least:
        return f"{effective_draws:.0f} effective draws of {n_draws} are left, under {least:.0f}"
    return ""


def refit_near(pareto_k: float | None, effective_draws: float, n_draws: int) -> str:
    """Say how near weights that can be trusted are to a new fit; empty where they are not.

    Fewer than 1.5 times the least effective draws, or Pareto k less than 0.1 below its limit.
    """
    limit, least = largest_reliable_k(n_draws), _least_draws(n_draws)
    if effective_draws < NEAR_DRAWS * least:
        return f"{effective_draws:.0f} effective draws of {n_draws} are left, and under {least:.0f} it is made"
    if pareto_k is not None and pareto_k > limit - NEAR_K:
        return f"Pareto k of the weights is {pareto_k:.2f}, and above {limit:.2f} it is made"
    return ""


def _least_draws(n_draws: int) -> float:
    return max(LEAST_SHARE * n_draws, LEAST_DRAWS)


def updated_diagnostics(fit: Diagnostics, update: Update) -> Diagnostics:
    """Say how far updated draws can be trusted: the fit's own diagnostics, with fewer effective draws."""
    left = update.effective_draws / len(update.posterior)
    return judge(
        max_rhat=fit.max_rhat,
        min_ess_bulk=fit.min_ess_bulk * left,
        min_ess_tail=fit.min_ess_tail * left,
        divergences=fit.divergences,
        draws=fit.draws,
        min_bfmi=fit.min_bfmi,
        pareto_k=update.pareto_k if math.isfinite(update.pareto_k) else None,
        effective_draws=update.effective_draws,
    )
