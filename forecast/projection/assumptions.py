"""Every elicited quantity with what the evidence did to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from forecast.model.draws import Unknowns, elicited_priors
from forecast.model.spec import ModelSpec
from forecast.projection.results import Assumption
from forecast.scenario.priors import PriorVector
from forecast.scenario.types import Scenario

__all__ = ["assumptions"]

_ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class _Quantity:
    """Where one elicited number stands in the file, and how its unknown reads on the file's scale."""

    key: str
    unit: str
    reasoned: object
    unknown: str
    index: int
    show: Callable[[np.ndarray], np.ndarray] = lambda value: value


def assumptions(scenario: Scenario, spec: ModelSpec, posterior: Unknowns, prior: Unknowns) -> tuple[Assumption, ...]:
    """Compare prior and posterior of every elicited quantity, in the order of the scenario file.

    Parameters
    ----------
    posterior, prior : Unknowns
        Draws of both; the prior's own ranges are exact except for base rates, where its draws are used.
    """
    priors = {**elicited_priors(spec), "start": spec.start}
    return tuple(_compare(quantity, priors, posterior, prior) for quantity in _quantities(scenario, spec))


def _compare(quantity: _Quantity, priors: dict[str, PriorVector], posterior: Unknowns, prior: Unknowns) -> Assumption:
    i = quantity.index
    if quantity.unknown == "mean_hazard":
        before, after = prior["mean_hazard"][:, i], posterior["mean_hazard"][:, i]
        contraction = 1 - np.log(after).var(ddof=1) / np.log(before).var(ddof=1)
        ends = np.quantile(before, _ENDS), np.quantile(after, _ENDS)
    else:
        z = (
            posterior["innovation"][:, 0, i]
            if quantity.unknown == "start"
            else posterior[f"{quantity.unknown}_z"][:, i]
        )
        vector = priors[quantity.unknown]
        one = PriorVector(vector.sign[i : i + 1], vector.loc[i : i + 1], vector.scale[i : i + 1])
        contraction = 1 - z.var(ddof=1)
        standard = np.array([-1.6448536269514722, 1.6448536269514722])
        ends = one.value(standard[:, None])[:, 0], np.quantile(one.value(z[:, None])[:, 0], _ENDS)
    shown = [np.sort(quantity.show(pair)) for pair in ends]
    return Assumption(
        key=quantity.key,
        unit=quantity.unit,
        prior=(float(shown[0][0]), float(shown[0][1])),
        posterior=(float(shown[1][0]), float(shown[1][1])),
        contraction=float(contraction),
        reason=getattr(quantity.reasoned, "reason", None) or "",
        source=getattr(quantity.reasoned, "source", None) or "",
    )


def _quantities(scenario: Scenario, spec: ModelSpec) -> Iterator[_Quantity]:
    for k, (name, driver) in enumerate(scenario.drivers.items()):
        yield _Quantity(f"drivers.{name}.at_start", "", driver, "start", k)
        yield _Quantity(f"drivers.{name}.long_run", "", driver, "long_run", k)
        yield _Quantity(f"drivers.{name}.half_life", f"{scenario.step}s", driver, "half_life", k)
    for i, item in enumerate(scenario.influences):
        yield _Quantity(f"influences.{item.from_}->{item.to}.effect", "", item, "influence", i)
    yield from _event_quantities(scenario, spec)
    for m, (name, series) in enumerate(scenario.series.items()):
        restore = spec.restore(m)
        yield _Quantity(f"series.{name}.at_neutral", "", series, "series_level", m, restore)
        yield _Quantity(f"series.{name}.per_unit", "", series, "series_slope", m)
        yield _Quantity(f"series.{name}.noise", "", series, "series_noise", m)
    for i, s in enumerate(spec.breaks_state):
        state = scenario.states[spec.states[s]]
        yield _Quantity(f"states.{spec.states[s]}.breaks_before", "", state, "breaks", i, _probability)
    yield from _transition_quantities(scenario, spec)


def _event_quantities(scenario: Scenario, spec: ModelSpec) -> Iterator[_Quantity]:
    events = list(scenario.events.values())
    for e, name in enumerate(spec.events):
        for i in np.flatnonzero(spec.rate_type == e):
            unit = "per month" if spec.complete[e] else "relative weight"
            yield _Quantity(f"events.{name}.per_month", unit, events[e], "rate", int(i))
        for i in np.flatnonzero(spec.signal_type == e):
            key = f"events.{name}.signal.{spec.drivers[spec.signal_driver[i]]}"
            yield _Quantity(f"{key}.per_unit", "", events[e], "signal", int(i))
            yield _Quantity(f"{key}.noise", "", events[e], "signal_noise", int(i))
        for i in np.flatnonzero(spec.loading_type == e):
            key = f"events.{name}.rate_ratio.{spec.drivers[spec.loading_driver[i]]}"
            yield _Quantity(key, "times", events[e], "loading", int(i), np.exp)


def _transition_quantities(scenario: Scenario, spec: ModelSpec) -> Iterator[_Quantity]:
    for q, (name, edge) in enumerate(zip(spec.edges, scenario.transitions, strict=True)):
        for i in np.flatnonzero(spec.net_edge == q):
            yield _Quantity(f"transitions.{name}.within_12_months", "", edge, "net", int(i), _chance_in_a_year)
        for i in np.flatnonzero(spec.base_edge == q):
            yield _Quantity(f"transitions.{name}.base_rate", "per year", edge, "mean_hazard", int(i))
        for i in np.flatnonzero(spec.ratio_edge == q):
            key = f"transitions.{name}.hazard_ratio.{spec.drivers[spec.ratio_driver[i]]}"
            yield _Quantity(key, "times", edge, "ratio", int(i), np.exp)
        for i in np.flatnonzero(spec.ageing_edge == q):
            yield _Quantity(f"transitions.{name}.ageing.exponent", "", edge, "ageing", int(i))


def _chance_in_a_year(log_hazard: np.ndarray) -> np.ndarray:
    return -np.expm1(-np.exp(log_hazard))


def _probability(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
