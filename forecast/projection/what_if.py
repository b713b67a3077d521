"""What if a driver were set, or a report were seen: outcomes beside the baseline, on the same draws and futures.

Setting goes through the futures again with the driver held; the shocks are the same. Seeing goes through no other
future: it weighs draws (a report of the past) or paths (one of the future) by how likely they make the report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.importance import largest_reliable_k, pareto_smooth, tail_shape
from forecast.inference.updating import Update, refit_reason, reweight
from forecast.projection.alternatives import Alternative, DoDriver, ObserveReport
from forecast.projection.future_reports import FutureReports, hypothetical
from forecast.projection.present import LEAST_EFFECTIVE, Present, effective_draws
from forecast.projection.results import OutcomeShift
from forecast.projection.steering import Setting, Watch

__all__ = ["AlternativeForecast", "Baseline", "WhatIf", "assimilated", "what_if"]


@dataclass(frozen=True)
class Baseline:
    """The probability of an outcome as things stand, and its Monte Carlo standard error."""

    name: str
    title: str
    probability: float
    mcse: float


@dataclass(frozen=True)
class AlternativeForecast:
    """What would become of the outcomes.

    Attributes
    ----------
    alternative : Alternative
    outcomes : tuple of OutcomeShift
    pareto_k : float or None
        The largest of the weights' and of each outcome's; ``None`` where nothing is weighed.
    effective_draws : float
        As many equally weighted draws have the same variance.
    doubt : str
        Why the weights cannot be trusted; empty where they can.
    """

    alternative: Alternative
    outcomes: tuple[OutcomeShift, ...]
    pareto_k: float | None
    effective_draws: float
    doubt: str


@dataclass(frozen=True)
class WhatIf:
    """Alternatives side by side with the baseline."""

    baseline: tuple[Baseline, ...]
    alternatives: tuple[AlternativeForecast, ...]


def what_if(present: Present, alternatives: Sequence[Alternative]) -> WhatIf:
    """Compare alternatives with the baseline.

    Parameters
    ----------
    present : Present
    alternatives : sequence of Alternative
        Drivers are set after the as-of date; reports are seen between the scenario's start and the horizon.
    """
    past = [assimilated(present, earlier) if (earlier := _earlier(present, item)) else None for item in alternatives]
    later = [_watch(present, item, seen) for item, seen in zip(alternatives, past, strict=True)]
    chance = {}
    for do in dict.fromkeys([(), *(item.do for item in alternatives)]):
        watches = [watch for item, watch in zip(alternatives, later, strict=True) if item.do == do]
        chance[do] = present.project(settings=_settings(present, do), watch=_all(watches)).on_path
    before, before_series = present.mean(chance[()], present.weight)
    found = []
    for item, seen, watch in zip(alternatives, past, later, strict=True):
        weighed = _weigh(present, item, seen, watch, chance[item.do])
        after, series = present.mean(chance[item.do], weighed.weight)
        mcse = present.error(series - before_series)
        outcomes = tuple(
            OutcomeShift(outcome.name, float(after[o]), float(after[o] - before[o]), float(mcse[o]))
            for o, outcome in enumerate(present.scenario.outcomes)
        )
        found.append(
            AlternativeForecast(item, outcomes, weighed.pareto_k, effective_draws(weighed.weight), weighed.doubt)
        )
    error = present.error(before_series)
    baseline = tuple(
        Baseline(outcome.name, outcome.title or outcome.name.replace("_", " "), float(before[o]), float(error[o]))
        for o, outcome in enumerate(present.scenario.outcomes)
    )
    return WhatIf(baseline, tuple(found))


def assimilated(present: Present, reports: Sequence[ObserveReport]) -> Update:
    """Assimilate reports dated on or before the as-of date, as an update would if they stood in the file."""
    evidence = replace(present.evidence, reports=(*present.evidence.reports, *hypothetical(reports)))
    seen = take_snapshot(present.scenario, evidence, present.snapshot.as_of, as_recorded=present.snapshot.as_recorded)
    return reweight(present.spec, present.update.fit, present.update.then, seen, seed=present.seed)


def _watch(present: Present, item: Alternative, past: Update | None) -> FutureReports:
    """Weigh futures by the reports yet to come, at the mixes of grades that those of the past leave."""
    draws = present.draws
    if past is not None:
        unknowns, index = past.posterior.unknowns, present.selection.index
        draws = replace(draws, **{name: unknowns[name][index] for name in ("letter_mix", "digit_mix")})
    return FutureReports(present.scenario, draws, present.paths, _later(present, item))


@dataclass(frozen=True)
class _Weighed:
    """Weights of paths, shape (n, J), with how far they can be trusted."""

    weight: np.ndarray
    pareto_k: float | None = None
    doubt: str = ""


def _weigh(
    present: Present, item: Alternative, past: Update | None, future: FutureReports, chance: np.ndarray
) -> _Weighed:
    """Weigh paths by the reports that are seen."""
    if not item.observe:
        return _Weighed(present.weight)
    index = present.selection.index
    ratio, k, doubt = np.ones(present.weight.shape), -math.inf, ""
    if past is not None:
        before, after = (_share(update) for update in (present.update, past))
        ratio *= (after[index] / before[index])[:, None]
        k = past.pareto_k
        doubt = refit_reason(k, past.effective_draws, len(before))
    if _later(present, item):
        with np.errstate(divide="ignore"):  # a draw that the past rules out
            both = pareto_smooth((np.log(ratio) + future.log_weight).ravel())
        ratio = both.weight.reshape(ratio.shape)
        counts = chance * (present.weight * ratio.size)[..., None]
        k = max(k, both.pareto_k, *(tail_shape(ratio.ravel(), counts[..., o].ravel()) for o in range(counts.shape[2])))
    weight = present.weight * ratio
    weight /= weight.sum()
    doubt = doubt or _doubt(k, effective_draws(weight), len(index))
    return _Weighed(weight, k if math.isfinite(k) else None, doubt)


def _share(update: Update) -> np.ndarray:
    """Weight of every draw of the fit, shape (S,)."""
    weight, n = update.posterior.weight, len(update.posterior)
    return np.full(n, 1 / n) if weight is None else weight


def _doubt(k: float, effective: float, n_draws: int) -> str:
    """Why weights of the n projected draws cannot be trusted; they are fewer than a fit's."""
    limit = largest_reliable_k(n_draws)
    if math.isnan(k) or k > limit:
        return f"Pareto k of the weights is {k:.2f}, above {limit:.2f}"
    if effective < LEAST_EFFECTIVE:
        return f"{effective:.0f} effective draws of {n_draws} are left, under {LEAST_EFFECTIVE}"
    return ""


def _earlier(present: Present, item: Alternative) -> list[ObserveReport]:
    return [report for report in item.observe if report.date <= present.snapshot.as_of]


def _later(present: Present, item: Alternative) -> list[ObserveReport]:
    return [report for report in item.observe if report.date > present.snapshot.as_of]


def _settings(present: Present, do: Sequence[DoDriver]) -> list[Setting]:
    drivers = present.spec.drivers
    return [Setting(drivers.index(item.driver), item.level, item.first, item.last) for item in do]


def _all(watches: Sequence[Watch]) -> Watch:
    def watch(first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        for one in watches:
            one(first, last, level, push)

    return watch
