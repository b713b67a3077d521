"""A scenario compiled into arrays: priors and index vectors that the PyMC model and its NumPy twin both read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.scenario.priors import PriorVector, log_hazard, log_odds, log_ratio, positive, real, signed
from forecast.scenario.types import Scenario, Series
from forecast.timegrid import TimeGrid, season_wave

__all__ = ["ModelSpec", "compile_spec", "stationary_covariance"]

_FORWARD: dict[str, Callable[[np.ndarray], np.ndarray]] = {"identity": np.asarray, "log": np.log, "asinh": np.arcsinh}
_INVERSE: dict[str, Callable[[np.ndarray], np.ndarray]] = {"identity": np.asarray, "log": np.exp, "asinh": np.sinh}


@dataclass(frozen=True)
class ModelSpec:
    """Names, priors and indices of one scenario, in the order of its file.

    K drivers, E event types, M series, S states, Q transitions. A field ending in ``_type``, ``_driver``, ``_edge``,
    ``_from`` or ``_to`` gives the index for each entry of the prior it belongs to.

    Attributes
    ----------
    grid : TimeGrid
        The steps.
    half_life : PriorVector
        In steps.
    driver_season, driver_season_driver, driver_season_peak
        Amplitudes of the level over the year.
    shock_shape : float or None
        Shape of the LKJ prior of the shocks' correlations; ``None``: independent shocks.
    learn_grades : bool
        Whether what each grade is worth is unknown.
    influence, influence_to, influence_from
        Direct effects; ``cyclic`` says whether they form a loop, without which the drivers are always stable.
    complete : ndarray of bool, shape (E,)
        Types whose silence is evidence.
    group : ndarray of int, shape (E,)
        Types with one number share an unknown coverage; -1 for complete types.
    rate, rate_type
        Reports per month at neutral drivers, or relative weights within a group; types without one weigh 1.
    rate_season, rate_season_type, rate_season_peak
        Amplitudes of the log rate over the year.
    dispersion, dispersion_type
        Variance over mean of a complete type's counts, less 1.
    loading, loading_type, loading_driver
        Log rate ratios.
    mix_type : ndarray of int
        Complete types with a loading: the only ones whose mix of grades enters the likelihood.
    signal_level, signal_level_of
        Mean coded directions at no push, and the signals that have one; the others' mean is 0.
    signal, signal_noise, signal_type, signal_driver, signal_push
        Slopes and spreads of coded directions; ``signal_push`` is True where they measure the step's innovation.
    net, net_edge
        Log hazards per year at neutral drivers of transitions given by ``within_12_months``.
    base_shape, base_rate, base_edge
        Gamma(shape, rate) of the mean hazard per year of transitions given by ``base_rate``.
    ratio, ratio_edge, ratio_driver
        Log hazard ratios.
    held_after : ndarray of int, shape (S,)
        Days after which a spell counts; 0 for states entered at once.
    breaks, breaks_state
        Log odds of a spell's breaking before that.
    ageing, ageing_edge
        Exponents of (1 + age / age0).
    age0 : ndarray, shape (Q,)
        In days; infinite for transitions without ageing.
    covariance : ndarray, shape (K, K)
        V0, the stationary covariance of the drivers at prior medians.
    """

    drivers: tuple[str, ...]
    events: tuple[str, ...]
    series: tuple[str, ...]
    states: tuple[str, ...]
    edges: tuple[str, ...]
    grid: TimeGrid
    start: PriorVector
    long_run: PriorVector
    half_life: PriorVector
    driver_season: PriorVector
    driver_season_driver: np.ndarray
    driver_season_peak: tuple[str, ...]
    shock_shape: float | None
    learn_grades: bool
    influence: PriorVector
    influence_to: np.ndarray
    influence_from: np.ndarray
    cyclic: bool
    complete: np.ndarray
    group: np.ndarray
    rate: PriorVector
    rate_type: np.ndarray
    rate_season: PriorVector
    rate_season_type: np.ndarray
    rate_season_peak: tuple[str, ...]
    dispersion: PriorVector
    dispersion_type: np.ndarray
    loading: PriorVector
    loading_type: np.ndarray
    loading_driver: np.ndarray
    mix_type: np.ndarray
    signal: PriorVector
    signal_noise: PriorVector
    signal_level: PriorVector
    signal_level_of: np.ndarray
    signal_type: np.ndarray
    signal_driver: np.ndarray
    signal_push: np.ndarray
    series_level: PriorVector
    series_slope: PriorVector
    series_noise: PriorVector
    series_driver: np.ndarray
    series_transform: tuple[Series, ...]
    net: PriorVector
    net_edge: np.ndarray
    base_shape: np.ndarray
    base_rate: np.ndarray
    base_edge: np.ndarray
    ratio: PriorVector
    ratio_edge: np.ndarray
    ratio_driver: np.ndarray
    held_after: np.ndarray
    breaks: PriorVector
    breaks_state: np.ndarray
    ageing: PriorVector
    ageing_edge: np.ndarray
    age0: np.ndarray
    edge_from: np.ndarray
    edge_to: np.ndarray
    covariance: np.ndarray

    def transformed(self, index: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Values of series on the scale on which they are modelled."""
        out = np.empty(len(value))
        for m, series in enumerate(self.series_transform):
            out[index == m] = _transform(series, value[index == m])
        return out

    def driver_wave(self, n_steps: int) -> np.ndarray:
        """Course of each seasonal driver's year at unit amplitude, shape (n_steps, seasonal drivers)."""
        return self._waves(self.driver_season_peak, n_steps)

    def rate_wave(self, n_steps: int) -> np.ndarray:
        """Course of each seasonal rate's year at unit amplitude, shape (n_steps, seasonal types)."""
        return self._waves(self.rate_season_peak, n_steps)

    def _waves(self, peaks: tuple[str, ...], n_steps: int) -> np.ndarray:
        days = [self.grid.middle(t) for t in range(n_steps)]
        return np.array([[season_wave(day, peak) for peak in peaks] for day in days]).reshape(n_steps, len(peaks))

    def restore(self, series: int) -> Callable[[np.ndarray], np.ndarray]:
        """The way back from the modelled scale to the units of one series."""
        row = self.series_transform[series]
        return lambda value: _INVERSE[row.transform](value) * row.scale


def compile_spec(scenario: Scenario) -> ModelSpec:
    """Turn a scenario into priors and index vectors."""
    drivers = {name: k for k, name in enumerate(scenario.drivers)}
    states = {name: s for s, name in enumerate(scenario.states)}
    step_days = scenario.grid.step_days
    half_life = PriorVector.of(
        positive(*(days / step_days for days in driver.half_life)) for driver in scenario.drivers.values()
    )
    influence = PriorVector.of(signed(*item.effect) for item in scenario.influences)
    influence_to = _ints(drivers[item.to] for item in scenario.influences)
    influence_from = _ints(drivers[item.from_] for item in scenario.influences)
    effects = np.zeros((len(drivers), len(drivers)))
    effects[influence_to, influence_from] = influence.median
    links = np.zeros(effects.shape)  # not the medians: that of a range centred on zero is 0
    links[influence_to, influence_from] = 1
    series = tuple(scenario.series.values())
    return ModelSpec(
        drivers=tuple(drivers),
        events=tuple(scenario.events),
        series=tuple(scenario.series),
        states=tuple(states),
        edges=tuple(f"{edge.from_}->{edge.to}" for edge in scenario.transitions),
        grid=scenario.grid,
        start=PriorVector.of(real(*driver.at_start) for driver in scenario.drivers.values()),
        long_run=PriorVector.of(real(*driver.long_run) for driver in scenario.drivers.values()),
        half_life=half_life,
        **_driver_seasons(scenario, drivers),
        shock_shape=scenario.correlated_shocks.lkj if scenario.correlated_shocks else None,
        learn_grades=scenario.learn_grades,
        influence=influence,
        influence_to=influence_to,
        influence_from=influence_from,
        cyclic=bool(np.any(np.linalg.matrix_power(links, len(drivers)))),
        **_events(scenario, drivers),
        series_level=PriorVector.of(real(*_transform(row, np.array(row.at_neutral))) for row in series),
        series_slope=PriorVector.of(signed(*row.per_unit) for row in series),
        series_noise=PriorVector.of(positive(*row.noise) for row in series),
        series_driver=_ints(drivers[row.driver] for row in series),
        series_transform=series,
        **_transitions(scenario, drivers, states),
        covariance=stationary_covariance(np.exp2(-1 / half_life.median), effects),
    )


def stationary_covariance(
    persistence: np.ndarray, effects: np.ndarray, correlations: np.ndarray | None = None
) -> np.ndarray:
    """V = M V M' + S Omega S with M = Phi + (I - Phi) A and S = sqrt(I - Phi^2), by doubling.

    Parameters
    ----------
    persistence : ndarray, shape (..., K)
        Diagonal of Phi.
    effects : ndarray, shape (..., K, K)
        A; the row is the driver affected.
    correlations : ndarray, shape (..., K, K), optional
        Omega; independent shocks unless given.

    Returns
    -------
    ndarray, shape (..., K, K)
        Infinite or NaN where the dynamics are unstable.
    """
    identity = np.eye(persistence.shape[-1])
    power = persistence[..., None] * identity + (1 - persistence)[..., None] * effects
    spread = np.sqrt(1 - persistence**2)
    total = spread[..., :, None] * spread[..., None, :] * (identity if correlations is None else correlations)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(40):  # sums 2^40 steps of the moving average
            total = total + power @ total @ np.swapaxes(power, -1, -2)
            power = power @ power
    return total


def _driver_seasons(scenario: Scenario, drivers: dict[str, int]) -> dict[str, Any]:
    seasons = [(drivers[name], driver.season) for name, driver in scenario.drivers.items() if driver.season]
    return {
        "driver_season": PriorVector.of(signed(*season.amplitude) for _, season in seasons),
        "driver_season_driver": _ints(k for k, _ in seasons),
        "driver_season_peak": tuple(season.peak for _, season in seasons),
    }


def _events(scenario: Scenario, drivers: dict[str, int]) -> dict[str, Any]:
    events = list(scenario.events.values())
    complete = np.array([event.coverage.complete is not None for event in events], dtype=bool)
    labels: dict[str, int] = {}
    for name, event in scenario.events.items():
        if event.coverage.complete is None:
            labels.setdefault(event.coverage.selected or f"alone: {name}", len(labels))
    group = _ints(
        -1 if event.coverage.complete else labels[event.coverage.selected or f"alone: {name}"]
        for name, event in scenario.events.items()
    )
    rates = [(e, event.per_month) for e, event in enumerate(events) if event.per_month]
    seasons = [(e, event.season) for e, event in enumerate(events) if event.season]
    dispersions = [(e, event.dispersion) for e, event in enumerate(events) if event.dispersion]
    loadings = [(e, drivers[k], ratio) for e, event in enumerate(events) for k, ratio in event.rate_ratio.items()]
    signals = [(e, drivers[k], signal) for e, event in enumerate(events) for k, signal in event.signal.items()]
    return {
        "complete": complete,
        "group": group,
        "rate": PriorVector.of(positive(*rate) for _, rate in rates),
        "rate_type": _ints(e for e, _ in rates),
        "rate_season": PriorVector.of(signed(*season.amplitude) for _, season in seasons),
        "rate_season_type": _ints(e for e, _ in seasons),
        "rate_season_peak": tuple(season.peak for _, season in seasons),
        "dispersion": PriorVector.of(positive(low - 1, high - 1) for _, (low, high) in dispersions),
        "dispersion_type": _ints(e for e, _ in dispersions),
        "loading": PriorVector.of(log_ratio(*ratio) for _, _, ratio in loadings),
        "loading_type": _ints(e for e, _, _ in loadings),
        "loading_driver": _ints(k for _, k, _ in loadings),
        "mix_type": _ints(sorted({e for e, _, _ in loadings if complete[e]})),
        "signal": PriorVector.of(signed(*signal.per_unit) for _, _, signal in signals),
        "signal_noise": PriorVector.of(positive(*signal.noise) for _, _, signal in signals),
        "signal_level": PriorVector.of(real(*signal.at_neutral) for _, _, signal in signals if signal.at_neutral),
        "signal_level_of": _ints(i for i, (_, _, signal) in enumerate(signals) if signal.at_neutral),
        "signal_type": _ints(e for e, _, _ in signals),
        "signal_driver": _ints(k for _, k, _ in signals),
        "signal_push": np.array([signal.measures == "push" for _, _, signal in signals], dtype=bool),
    }


def _transitions(scenario: Scenario, drivers: dict[str, int], states: dict[str, int]) -> dict[str, Any]:
    edges = scenario.transitions
    net = [(q, edge.within_12_months) for q, edge in enumerate(edges) if edge.within_12_months]
    base = [(q, edge.base_rate) for q, edge in enumerate(edges) if edge.base_rate]
    breaks = [(s, state.breaks_before) for s, state in enumerate(scenario.states.values()) if state.breaks_before]
    ageing = [(q, edge.ageing) for q, edge in enumerate(edges) if edge.ageing]
    ratios = [(q, drivers[k], ratio) for q, edge in enumerate(edges) for k, ratio in edge.hazard_ratio.items()]
    return {
        "net": PriorVector.of(log_hazard(*within) for _, within in net),
        "net_edge": _ints(q for q, _ in net),
        "base_shape": np.array([rate.events + 0.5 for _, rate in base], dtype=float),
        "base_rate": np.array([rate.exposure_years for _, rate in base], dtype=float),
        "base_edge": _ints(q for q, _ in base),
        "ratio": PriorVector.of(log_ratio(*ratio) for _, _, ratio in ratios),
        "ratio_edge": _ints(q for q, _, _ in ratios),
        "ratio_driver": _ints(k for _, k, _ in ratios),
        "held_after": _ints(state.held_after for state in scenario.states.values()),
        "breaks": PriorVector.of(log_odds(*chance) for _, chance in breaks),
        "breaks_state": _ints(s for s, _ in breaks),
        "ageing": PriorVector.of(signed(*item.exponent) for _, item in ageing),
        "ageing_edge": _ints(q for q, _ in ageing),
        "age0": np.array([edge.ageing.age0 if edge.ageing else np.inf for edge in edges]),
        "edge_from": _ints(states[edge.from_] for edge in edges),
        "edge_to": _ints(states[edge.to] for edge in edges),
    }


def _transform(series: Series, value: np.ndarray) -> np.ndarray:
    return _FORWARD[series.transform](np.asarray(value, dtype=float) / series.scale)


def _ints(values: Iterable[int]) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)
