"""What must hold between the parts of a scenario, and what deserves a second look. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forecast.scenario.claims import encoded_claims
from forecast.scenario.histories import reachable_states, unmatched_outcomes
from forecast.scenario.types import BaseRate, Condition, EventType, Scenario
from forecast.scenario.yamltext import KeyPath
from forecast.suggest import did_you_mean

__all__ = ["Finding", "problems", "warnings"]

Finding = tuple[KeyPath, str]


def problems(scenario: Scenario) -> list[Finding]:
    """Find what makes a scenario unusable although each part is well formed.

    Returns
    -------
    list of (key path, message)
        Every problem, in the order of the file's sections; a path may name a key that the file leaves out.
    """
    return [
        *_dates(scenario),
        *_influences(scenario),
        *_events(scenario),
        *_groups(scenario),
        *_series(scenario),
        *_states(scenario),
        *_transitions(scenario),
        *_outcomes(scenario),
        *_claims(scenario),
    ]


def warnings(scenario: Scenario) -> list[Finding]:
    """Find what is allowed but may not be what the analyst meant.

    Parameters
    ----------
    scenario : Scenario
        One without :func:`problems`.

    Returns
    -------
    list of (key path, message)
    """
    return [
        *_quick_drivers(scenario),
        *_open_signs(scenario),
        *_idle_parts(scenario),
        *_thin_base_rates(scenario),
        *_dead_outcomes(scenario),
    ]


def _unknown_drivers(scenario: Scenario, path: KeyPath, names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        if name not in scenario.drivers:
            yield (*path, name), f"unknown driver {name!r}{did_you_mean(name, scenario.drivers)}"


def _dates(scenario: Scenario) -> Iterator[Finding]:
    if scenario.horizon <= scenario.start:
        yield ("horizon",), f"the horizon {scenario.horizon} must be after the start {scenario.start}"


def _influences(scenario: Scenario) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for index, influence in enumerate(scenario.influences):
        path, pair = ("influences", index), (influence.from_, influence.to)
        for key, name in zip(("from", "to"), pair, strict=True):
            if name not in scenario.drivers:
                yield (*path, key), f"unknown driver {name!r}{did_you_mean(name, scenario.drivers)}"
        if influence.from_ == influence.to:
            yield path, f"{influence.to!r} cannot influence itself; its half_life says how long it lasts"
        elif pair in seen:
            yield path, f"the influence of {pair[0]!r} on {pair[1]!r} is given twice"
        seen.add(pair)


def _events(scenario: Scenario) -> Iterator[Finding]:
    for name, event in scenario.events.items():
        path = ("events", name)
        yield from _unknown_drivers(scenario, (*path, "signal"), event.signal)
        yield from _unknown_drivers(scenario, (*path, "rate_ratio"), event.rate_ratio)
        if event.signal and event.signs != "both":
            message = f"directions carry a signal only where signs is both, and here it is {event.signs}"
            yield (*path, "signal"), message
        yield from _coverage(scenario, path, event)


def _coverage(scenario: Scenario, path: KeyPath, event: EventType) -> Iterator[Finding]:
    if event.coverage.complete:
        last = event.coverage.complete[1]
        if last != "ongoing" and last < scenario.start:
            message = f"coverage ends on {last}, before the scenario starts on {scenario.start}"
            yield (*path, "coverage", "complete"), message
        if event.per_month is None:
            yield (*path, "per_month"), "a type with complete coverage needs its rate, per_month: [low, high]"
        if event.plausible and event.plausible[0] < 0:
            yield (*path, "plausible"), f"a number of reports cannot be {event.plausible[0]:g}"
    elif event.rate_ratio and event.coverage.selected is None:
        message = "the rate of a selected type says nothing by itself; name a group, coverage: {selected: GROUP}"
        yield (*path, "rate_ratio"), message
    if event.dispersion and not event.coverage.complete:
        yield (*path, "dispersion"), "only the counts of a type with complete coverage have a dispersion"
    if event.plausible and not event.coverage.complete:
        yield (*path, "plausible"), "only the number of reports of a type with complete coverage can be foreseen"
    if event.season and not event.coverage.complete and event.coverage.selected is None:
        yield (*path, "season"), "the rate of a type that stands alone says nothing; its season neither"


def _group_members(scenario: Scenario) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for name, event in scenario.events.items():
        if event.coverage.selected:
            members.setdefault(event.coverage.selected, []).append(name)
    return members


def _groups(scenario: Scenario) -> Iterator[Finding]:
    for group, members in _group_members(scenario).items():
        without = [name for name in members if scenario.events[name].per_month is None]
        if without and len(without) < len(members):
            for name in without:
                message = f"in the group {group!r} other types have a per_month; give all of them one, or none"
                yield ("events", name, "per_month"), message


def _series(scenario: Scenario) -> Iterator[Finding]:
    for name, series in scenario.series.items():
        path = ("series", name)
        if series.driver not in scenario.drivers:
            yield (*path, "driver"), f"unknown driver {series.driver!r}{did_you_mean(series.driver, scenario.drivers)}"
        if series.transform == "log" and series.at_neutral[0] <= 0:
            yield (*path, "at_neutral"), f"low must be above 0 for a log transform, not {series.at_neutral[0]:g}"


def _initial(scenario: Scenario) -> list[str]:
    return [name for name, state in scenario.states.items() if state.initial]


def _states(scenario: Scenario) -> Iterator[Finding]:
    initial = _initial(scenario)
    if not initial:
        yield ("states",), "one state must have initial: true"
    for name in initial[1:]:
        yield ("states", name, "initial"), f"there is one initial state, and {initial[0]!r} is it already"
    for name, state in scenario.states.items():
        if state.breaks_before and state.min_duration is None:
            yield ("states", name, "breaks_before"), "breaks_before needs a min_duration to refer to"
        if state.min_duration is not None and state.breaks_before is None:
            message = "a min_duration needs the chance of breaking before it, breaks_before: [low, high]"
            yield ("states", name, "min_duration"), message
        if state.min_duration is not None and state.min_duration <= 0:
            yield ("states", name, "min_duration"), "min_duration must be above 0; leave it out for a state without one"
    if len(initial) == 1:
        reached = reachable_states(scenario)
        for name in scenario.states:
            if name not in reached:
                yield ("states", name), f"no path of transitions leads here from {initial[0]!r}"


def _transitions(scenario: Scenario) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for index, transition in enumerate(scenario.transitions):
        path, pair = ("transitions", index), (transition.from_, transition.to)
        for key, name in zip(("from", "to"), pair, strict=True):
            if name not in scenario.states:
                yield (*path, key), f"unknown state {name!r}{did_you_mean(name, scenario.states)}"
        if transition.from_ == transition.to:
            yield path, f"a transition leads to another state, not from {transition.to!r} to itself"
        elif pair in seen:
            yield path, f"the transition from {pair[0]!r} to {pair[1]!r} is given twice"
        seen.add(pair)
        yield from _unknown_drivers(scenario, (*path, "hazard_ratio"), transition.hazard_ratio)
        if transition.base_rate:
            yield from _reference_classes((*path, "base_rate"), transition.base_rate)


def _reference_classes(path: KeyPath, base_rate: BaseRate) -> Iterator[Finding]:
    if base_rate.alternatives and base_rate.name is None:
        yield (*path, "name"), "alternatives need a name for the class that is used instead of them"
    seen = {base_rate.name}
    for index, other in enumerate(base_rate.alternatives):
        if other.name in seen:
            yield (*path, "alternatives", index, "name"), f"this transition has a class {other.name!r} already"
        seen.add(other.name)


def _claims(scenario: Scenario) -> Iterator[Finding]:
    for item in encoded_claims(scenario):
        if item.about is None:
            yield (
                (*item.path, "about"),
                f"say which number encodes the claim: {', '.join(item.choices) or 'it has none'}",
            )
        elif item.about not in item.choices:
            hint = did_you_mean(item.about, item.choices)
            yield (*item.path, "about"), f"{item.item} has no number {item.about!r}{hint}"


def _named_states(condition: Condition) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key in ("at_horizon", "ever", "never"):
        yield key, getattr(condition, key) or ()


def _outcomes(scenario: Scenario) -> Iterator[Finding]:
    seen: set[str] = set()
    last = len(scenario.outcomes) - 1
    for index, outcome in enumerate(scenario.outcomes):
        path = ("outcomes", index)
        if outcome.name in seen:
            yield (*path, "name"), f"an outcome {outcome.name!r} is given already"
        seen.add(outcome.name)
        if outcome.otherwise and index != last:
            yield (*path, "otherwise"), "only the last outcome is `otherwise: true`; those below it never match"
        if outcome.when:
            for key, names in _named_states(outcome.when):
                for name in names:
                    if name not in scenario.states:
                        yield (*path, "when", key), f"unknown state {name!r}{did_you_mean(name, scenario.states)}"
    if not scenario.outcomes[last].otherwise:
        yield ("outcomes", last), "the last outcome must be `otherwise: true`, so that every history has an outcome"


def _quick_drivers(scenario: Scenario) -> Iterator[Finding]:
    for name, driver in scenario.drivers.items():
        if driver.half_life[1] < scenario.grid.step_days:
            message = f"shocks fade within one step (a {scenario.step}): each step's level says nothing about the next"
            yield ("drivers", name, "half_life"), message


_OPEN = "the sign is open (the range holds {neutral:g}), which can give two mirror-image solutions"


def _signed_ranges(scenario: Scenario) -> Iterator[tuple[KeyPath, tuple[float, float], float]]:
    """Every loading, slope and ratio with the value at which it says nothing."""
    for index, influence in enumerate(scenario.influences):
        yield ("influences", index, "effect"), influence.effect, 0.0
    for name, event in scenario.events.items():
        for driver, signal in event.signal.items():
            yield ("events", name, "signal", driver, "per_unit"), signal.per_unit, 0.0
        for driver, ratio in event.rate_ratio.items():
            yield ("events", name, "rate_ratio", driver), ratio, 1.0
    for name, series in scenario.series.items():
        yield ("series", name, "per_unit"), series.per_unit, 0.0
    for index, transition in enumerate(scenario.transitions):
        for driver, ratio in transition.hazard_ratio.items():
            yield ("transitions", index, "hazard_ratio", driver), ratio, 1.0
        if transition.ageing:
            yield ("transitions", index, "ageing", "exponent"), transition.ageing.exponent, 0.0


def _open_signs(scenario: Scenario) -> Iterator[Finding]:
    for path, (low, high), neutral in _signed_ranges(scenario):
        if low < neutral < high:
            yield path, _OPEN.format(neutral=neutral)


def _idle_parts(scenario: Scenario) -> Iterator[Finding]:
    used = {series.driver for series in scenario.series.values()}
    used.update(influence.from_ for influence in scenario.influences)
    used.update(*(event.signal for event in scenario.events.values()))
    used.update(*(event.rate_ratio for event in scenario.events.values()))
    used.update(*(transition.hazard_ratio for transition in scenario.transitions))
    for name in scenario.drivers:
        if name not in used:
            yield ("drivers", name), "nothing observes this driver and it influences nothing"
    groups = _group_members(scenario)
    for name, event in scenario.events.items():
        if event.coverage.complete:
            continue
        members = groups.get(event.coverage.selected or "", [])
        if members == [name] and event.rate_ratio:
            message = f"the only type of the group {event.coverage.selected!r}: its rate cancels and says nothing"
            yield ("events", name, "rate_ratio"), message
        elif not event.signal and not any(scenario.events[member].rate_ratio for member in members):
            yield ("events", name), "reports of this type say nothing about any driver; they are kept and unused"


def _thin_base_rates(scenario: Scenario) -> Iterator[Finding]:
    for index, transition in enumerate(scenario.transitions):
        rate = transition.base_rate
        if rate and rate.exposure_years < 1:
            message = f"a reference class of {rate.exposure_years:g} years in all: less than the year it speaks about"
            yield ("transitions", index, "base_rate", "exposure_years"), message


def _dead_outcomes(scenario: Scenario) -> Iterator[Finding]:
    for index in unmatched_outcomes(scenario):
        yield ("outcomes", index), f"no history of states reaches the outcome {scenario.outcomes[index].name!r}"
