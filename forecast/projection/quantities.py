"""Every elicited quantity: where it stands in the file, which unknown of the model it is, and its prior."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from forecast.model.draws import Unknowns, elicited_priors
from forecast.model.spec import ModelSpec
from forecast.scenario.gamma import log_moments, quantile
from forecast.scenario.priors import PriorVector
from forecast.scenario.types import Scenario

__all__ = ["GammaLaw", "NormalLaw", "Quantity", "quantities"]


@dataclass(frozen=True)
class NormalLaw:
    """A quantity whose unknown is a standard normal deviate.

    Attributes
    ----------
    prior : PriorVector
        Of one entry.
    """

    prior: PriorVector

    def value(self, raw: np.ndarray) -> np.ndarray:
        """The quantity at values of its unknown, shape (n,)."""
        return self.prior.value(np.asarray(raw)[..., None])[..., 0]

    def standard(self, raw: np.ndarray) -> np.ndarray:
        """Deviates with prior mean 0 and variance 1 that are higher where the quantity is, shape (n,)."""
        return -raw if self.prior.sign[0] < 0 else raw

    def quantile(self, probability: float) -> float:
        """Unknown of the quantity's prior quantile: 5%, 50% or 95%."""
        deviate = {0.05: -1.6448536269514722, 0.5: 0.0, 0.95: 1.6448536269514722}[probability]
        return float(self.standard(np.array(deviate)))

    def log_density(self, raw: np.ndarray) -> np.ndarray:
        """Log prior density on the scale on which it is normal, up to a constant, shape (n,)."""
        return -0.5 * raw**2


@dataclass(frozen=True)
class GammaLaw:
    """A mean hazard per year from a reference class, which is its own unknown: Gamma(shape, rate)."""

    shape: float
    rate: float

    def value(self, raw: np.ndarray) -> np.ndarray:
        """The quantity at values of its unknown, shape (n,)."""
        return raw

    def standard(self, raw: np.ndarray) -> np.ndarray:
        """Log hazards with prior mean 0 and variance 1, shape (n,)."""
        mean, sd = log_moments(self.shape)
        return (np.log(raw * self.rate) - mean) / sd

    def quantile(self, probability: float) -> float:
        """Prior quantile."""
        return quantile(probability, self.shape) / self.rate

    def log_density(self, raw: np.ndarray) -> np.ndarray:
        """Log prior density of the log hazard, up to a constant, shape (n,)."""
        return self.shape * np.log(raw) - self.rate * raw


@dataclass(frozen=True)
class Quantity:
    """One elicited number.

    Attributes
    ----------
    key : str
        Path in the scenario file, as in ``transitions.war->truce.within_12_months``.
    unit : str
        Of the numbers shown; empty for plain numbers.
    reasoned : object
        The part of the scenario that holds the reason.
    unknown, index : str, int
        Which entry of which unknown of the model.
    law : NormalLaw or GammaLaw
        Its prior.
    shown : callable
        From the modelled scale to that of the file; increasing.
    """

    key: str
    unit: str
    reasoned: object
    unknown: str
    index: int
    law: NormalLaw | GammaLaw
    shown: Callable[[np.ndarray], np.ndarray]

    def of(self, unknowns: Unknowns) -> np.ndarray:
        """Its unknown in every draw, shape (n,)."""
        if self.unknown == "start":
            return unknowns["innovation"][:, 0, self.index]
        return unknowns[self.name][:, self.index]

    @property
    def name(self) -> str:
        """Name of the unknown that holds it."""
        return {"start": "innovation", "mean_hazard": "mean_hazard"}.get(self.unknown, f"{self.unknown}_z")

    def prior_quantile(self, probability: float) -> float:
        """Prior quantile as the file would have it."""
        return float(self.shown(self.law.value(np.array(self.law.quantile(probability)))))


def quantities(scenario: Scenario, spec: ModelSpec) -> tuple[Quantity, ...]:
    """All of a scenario's, in the order of its file."""
    priors = {**elicited_priors(spec), "start": spec.start}

    def whole(place: _Place) -> Quantity:
        law: NormalLaw | GammaLaw
        if place.unknown == "mean_hazard":
            law = GammaLaw(float(spec.base_shape[place.index]), float(spec.base_rate[place.index]))
        else:
            vector, one = priors[place.unknown], slice(place.index, place.index + 1)
            law = NormalLaw(PriorVector(vector.sign[one], vector.loc[one], vector.scale[one]))
        return Quantity(place.key, place.unit, place.reasoned, place.unknown, place.index, law, place.show)

    return tuple(whole(place) for place in _places(scenario, spec))


@dataclass(frozen=True)
class _Place:
    """Where a number stands in the file, and how its unknown reads on the file's scale."""

    key: str
    unit: str
    reasoned: object
    unknown: str
    index: int
    show: Callable[[np.ndarray], np.ndarray] = lambda value: value


def _places(scenario: Scenario, spec: ModelSpec) -> Iterator[_Place]:
    for k, (name, driver) in enumerate(scenario.drivers.items()):
        yield _Place(f"drivers.{name}.at_start", "", driver, "start", k)
        yield _Place(f"drivers.{name}.long_run", "", driver, "long_run", k)
        yield _Place(f"drivers.{name}.half_life", f"{scenario.step}s", driver, "half_life", k)
        for season in np.flatnonzero(spec.driver_season_driver == k):
            yield _Place(f"drivers.{name}.season.amplitude", "", driver, "driver_season", int(season))
    for i, item in enumerate(scenario.influences):
        yield _Place(f"influences.{item.from_}->{item.to}.effect", "", item, "influence", i)
    yield from _event_places(scenario, spec)
    for m, (name, series) in enumerate(scenario.series.items()):
        restore = spec.restore(m)
        yield _Place(f"series.{name}.at_neutral", "", series, "series_level", m, restore)
        yield _Place(f"series.{name}.per_unit", "", series, "series_slope", m)
        yield _Place(f"series.{name}.noise", "", series, "series_noise", m)
    for i, s in enumerate(spec.breaks_state):
        state = scenario.states[spec.states[s]]
        yield _Place(f"states.{spec.states[s]}.breaks_before", "", state, "breaks", i, _probability)
    yield from _transition_places(scenario, spec)


def _event_places(scenario: Scenario, spec: ModelSpec) -> Iterator[_Place]:
    events = list(scenario.events.values())
    for e, name in enumerate(spec.events):
        for i in np.flatnonzero(spec.rate_type == e):
            unit = "per month" if spec.complete[e] else "relative weight"
            yield _Place(f"events.{name}.per_month", unit, events[e], "rate", int(i))
        for i in np.flatnonzero(spec.rate_season_type == e):
            yield _Place(f"events.{name}.season.amplitude", "", events[e], "rate_season", int(i))
        for i in np.flatnonzero(spec.dispersion_type == e):
            yield _Place(f"events.{name}.dispersion", "times", events[e], "dispersion", int(i), _plus_one)
        for i in np.flatnonzero(spec.signal_type == e):
            key = f"events.{name}.signal.{spec.drivers[spec.signal_driver[i]]}"
            yield _Place(f"{key}.per_unit", "", events[e], "signal", int(i))
            for j in np.flatnonzero(spec.signal_level_of == i):
                yield _Place(f"{key}.at_neutral", "", events[e], "signal_level", int(j))
            yield _Place(f"{key}.noise", "", events[e], "signal_noise", int(i))
        for i in np.flatnonzero(spec.loading_type == e):
            key = f"events.{name}.rate_ratio.{spec.drivers[spec.loading_driver[i]]}"
            yield _Place(key, "times", events[e], "loading", int(i), np.exp)


def _transition_places(scenario: Scenario, spec: ModelSpec) -> Iterator[_Place]:
    for q, (name, edge) in enumerate(zip(spec.edges, scenario.transitions, strict=True)):
        for i in np.flatnonzero(spec.net_edge == q):
            yield _Place(f"transitions.{name}.within_12_months", "", edge, "net", int(i), _chance_in_a_year)
        for i in np.flatnonzero(spec.base_edge == q):
            yield _Place(f"transitions.{name}.base_rate", "per year", edge, "mean_hazard", int(i))
        for i in np.flatnonzero(spec.ratio_edge == q):
            key = f"transitions.{name}.hazard_ratio.{spec.drivers[spec.ratio_driver[i]]}"
            yield _Place(key, "times", edge, "ratio", int(i), np.exp)
        for i in np.flatnonzero(spec.ageing_edge == q):
            yield _Place(f"transitions.{name}.ageing.exponent", "", edge, "ageing", int(i))


def _plus_one(excess: np.ndarray) -> np.ndarray:
    return 1 + excess


def _chance_in_a_year(log_hazard: np.ndarray) -> np.ndarray:
    return -np.expm1(-np.exp(log_hazard))


def _probability(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
