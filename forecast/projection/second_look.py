"""What the numbers of a prior say deserves a second look: conflicts with the data, and what cannot be learned. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.marks import coded_directions
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.first_year import TransitionYear
from forecast.projection.long_run import Loop, Stability
from forecast.projection.predictive import CountCheck, Tail
from forecast.projection.prior import PriorSummary
from forecast.scenario.histories import unmatched_outcomes
from forecast.scenario.rules import Finding
from forecast.scenario.types import Scenario

__all__ = ["REFUSED", "SHORT_TAIL", "doubtful", "second_look", "unstable_loops"]

REFUSED = 0.01  # share of unstable prior draws from which a scenario is refused
DOUBTED = 0.001
SHORT_TAIL = 0.01  # each side of the central 98%
MOVED = 1.25  # how many times the hazard must lie beyond its range, so that narrow ranges do not cry wolf
SCALE_END = 2.0  # `low` and `high` describe -2 and +2


def unstable_loops(scenario: Scenario, found: Stability) -> list[Finding]:
    """Name the loops of influences that make the drivers unstable, at the strongest influence of each."""
    return [
        (("influences", _strongest(scenario, loop), "effect"), _loop_message(scenario, loop))
        for loop in found.loops
        if loop.unstable > 0
    ]


def _strongest(scenario: Scenario, loop: Loop) -> int:
    return max(loop.influences, key=lambda i: max(map(abs, scenario.influences[i].effect)))


def _loop_message(scenario: Scenario, loop: Loop) -> str:
    links = ", ".join(f"{scenario.influences[i].from_} -> {scenario.influences[i].to}" for i in loop.influences)
    return (
        f"influences that feed back on each other ({links}) make the drivers unstable in {_percent(loop.unstable)} of"
        " prior draws: lower or narrow their effects"
    )


def second_look(scenario: Scenario, seen: Snapshot | None, summary: PriorSummary, found: Stability) -> list[Finding]:
    """Find what an analyst would want to know before the first forecast.

    Parameters
    ----------
    seen : Snapshot or None
        The evidence that the summary was compared with.
    found : Stability
        Of a scenario that is not refused.
    """
    findings = unstable_loops(scenario, found) if found.unstable > DOUBTED else []
    findings += [*_scales(summary), *_transitions(scenario, summary)]
    if seen is not None:
        findings += [
            *_conflicts(summary),
            *_silent_types(scenario, seen),
            *_unobserved_drivers(scenario, compile_spec(scenario), seen),
        ]
    return findings


def doubtful(scenario: Scenario, summary: PriorSummary, found: Stability) -> bool:
    """Whether a forecast would be doubtful, beyond what a warning says.

    So it is with an outcome that no history reaches, with drivers that are unstable in some prior draws, and with
    evidence that the prior hardly allows. Other findings are choices that an analyst may stand by.
    """
    return bool(unmatched_outcomes(scenario)) or found.unstable > DOUBTED or any(_conflicts(summary))


def _conflicts(summary: PriorSummary) -> Iterator[Finding]:
    yield from _counts(summary)
    yield from _shares(summary)
    yield from _series(summary)
    yield from _judgements(summary)


def _scales(summary: PriorSummary) -> Iterator[Finding]:
    for name, mean in summary.long_run.mean.items():
        if abs(mean.at_medians) > SCALE_END:
            message = f"the driver settles at {mean.at_medians:.1f}, beyond what its low and high (-2 and 2) describe"
            yield ("drivers", name, "long_run"), message
    for name, sd in summary.long_run.sd.items():
        if sd.at_medians > SCALE_END:
            message = (
                f"with influences the standard deviation is {sd.at_medians:.1f}, not about 1: the influences on it "
                "move it beyond what low and high describe"
            )
            yield ("drivers", name), message


def _transitions(scenario: Scenario, summary: PriorSummary) -> Iterator[Finding]:
    for year in summary.first_year.values():
        for q, row in year.transitions.items():
            low, high = row.given
            median = row.net[1]
            if _hazard(median) > MOVED * _hazard(high) or _hazard(median) * MOVED < _hazard(low):
                source = "base_rate" if row.from_base_rate else "within_12_months"
                yield ("transitions", q, source), _moved(scenario, q, row)


def _hazard(probability: float) -> float:
    return -math.log1p(-min(probability, 1 - 1e-12))


def _moved(scenario: Scenario, q: int, row: TransitionYear) -> str:
    edge = scenario.transitions[q]
    meant = "the base rate stands for" if row.from_base_rate else "was given at neutral drivers"
    return (
        f"with drivers moving, the chance of {edge.from_} -> {edge.to} within 12 months is {_percent(row.net[1])} if no"
        f" other exit existed, outside the {_percent(row.given[0])} to {_percent(row.given[1])} that {meant}: drivers"
        f" that are not neutral on average make the hazard {row.mean_factor:.2g} times, their spread"
        f" {row.spread_factor:.2g} times; with all exits competing the chance is {_percent(row.crude)}"
    )


def _counts(summary: PriorSummary) -> Iterator[Finding]:
    for name, check in summary.counts.items():
        if check.tail and check.by_as_of and check.tail.probability < SHORT_TAIL:
            expected = (
                f"{check.observed} reports, where the prior expects {check.by_as_of.low:.0f} to"
                f" {check.by_as_of.high:.0f} (90%), and {check.at_neutral:.1f} if drivers were neutral"
            )
            yield ("events", name, "per_month"), _short(expected, check.tail)
        else:
            yield from _silence(name, check)


def _silence(name: str, check: CountCheck) -> Iterator[Finding]:
    if check.silence_tail is not None and check.silence_tail < SHORT_TAIL:
        message = (
            f"{check.silence_days} days without a report although coverage is complete: the prior gives a silence as"
            f" long {_percent(check.silence_tail)}. Is the coverage really complete then?"
        )
        yield ("events", name, "coverage", "complete"), message


def _shares(summary: PriorSummary) -> Iterator[Finding]:
    for share in summary.shares:
        if share.tail.probability < SHORT_TAIL:
            message = (
                f"{share.observed} of the {share.total} reports of the group {share.group}, where the prior expects a"
                f" share of {share.predicted.low:.0%} to {share.predicted.high:.0%} (90%)"
            )
            yield ("events", share.event_type), _short(message, share.tail)


def _series(summary: PriorSummary) -> Iterator[Finding]:
    for name, check in summary.series.items():
        far = {what: tail for what, tail in check.tails.items() if tail.probability < SHORT_TAIL}
        if far:
            what = min(far, key=lambda key: far[key].probability)
            message = (
                f"the {what} of {check.count} values, which range from {_number(check.least)} to {_number(check.most)},"
                f" where the prior expects {_number(check.low)} to {_number(check.high)} (90% of single values)"
            )
            yield ("series", name), _short(message, far[what])


def _judgements(summary: PriorSummary) -> Iterator[Finding]:
    for check in summary.judgements:
        if check.tail.probability < SHORT_TAIL:
            yield ("drivers", check.driver), _short(f"an expert's judgement from {check.step} on", check.tail)


def _short(what: str, tail: Tail) -> str:
    side = "as little" if tail.below else "as much"
    return f"short overlap of prior and data: {what}; the prior gives {side} or {'less' if tail.below else 'more'}" + (
        f" {_percent(tail.probability)}"
    )


def _silent_types(scenario: Scenario, seen: Snapshot) -> Iterator[Finding]:
    names = list(scenario.events)
    present = {names[e] for e in seen.report_type}
    groups = {scenario.events[name].coverage.selected for name in present} - {None}
    for name, event in scenario.events.items():
        used = event.signal or event.rate_ratio
        if used and not event.coverage.complete and name not in present and event.coverage.selected not in groups:
            yield ("events", name), f"no report of this type or its group by {seen.as_of}: nothing is learned from it"


def _unobserved_drivers(scenario: Scenario, spec: ModelSpec, seen: Snapshot) -> Iterator[Finding]:
    observed = {spec.signal_driver[g] for g in coded_directions(spec, seen).signal}
    observed |= {spec.series_driver[m] for m in seen.series_index} | set(seen.judgement_driver.tolist())
    covered = set(np.flatnonzero(seen.exposure.any(axis=0)).tolist())
    reported = {spec.group[e] for e in seen.report_type if np.sum(spec.group == spec.group[e]) > 1}
    for e, k in zip(spec.loading_type, spec.loading_driver, strict=True):
        if e in covered or (not spec.complete[e] and spec.group[e] in reported):
            observed.add(k)
    for k, name in enumerate(spec.drivers):
        if k not in observed:
            message = f"no evidence by {seen.as_of} measures this driver: it stays at its prior, but for what drivers"
            yield ("drivers", name), f"{message} linked to it by influences tell"


def _number(value: float | None) -> str:
    """Write a value of a series with three significant digits and no exponent."""
    if value is None:
        return ""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):.{max(digits, 0)}f}"


def _percent(probability: float) -> str:
    if 0 < probability < 0.001:
        return "<0.1%"
    return f"{probability:.1%}" if probability < 0.1 else f"{probability:.0%}"
