"""Every elicited quantity with what the evidence did to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.inference.montecarlo import monte_carlo_error, weighted_mean, weighted_quantile, weighted_variance
from forecast.inference.posterior import Posterior
from forecast.model.draws import Unknowns, elicited_priors
from forecast.model.grades import grade_weights
from forecast.model.spec import ModelSpec
from forecast.projection.results import Assumption
from forecast.scenario.gamma import log_moments, quantile
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


def assumptions(scenario: Scenario, spec: ModelSpec, posterior: Posterior, prior: Unknowns) -> tuple[Assumption, ...]:
    """Compare prior and posterior of every elicited quantity, in the order of the scenario file.

    Parameters
    ----------
    posterior, prior : Posterior, Unknowns
        Draws of both; the prior's own distributions are exact except for grades, where its draws are used.
    """
    priors = {**elicited_priors(spec), "start": spec.start}
    compared = (_compare(quantity, spec, priors, posterior) for quantity in _quantities(scenario, spec))
    return (*compared, *_grades(posterior, prior, spec))


def _compare(quantity: _Quantity, spec: ModelSpec, priors: dict[str, PriorVector], posterior: Posterior) -> Assumption:
    i, draws = quantity.index, posterior.unknowns
    if quantity.unknown == "mean_hazard":
        shape, rate, after = spec.base_shape[i], spec.base_rate[i], draws["mean_hazard"][:, i]
        mean, sd = log_moments(shape)
        z = (np.log(after * rate) - mean) / sd
        before = np.array([quantile(end, shape) / rate for end in _ENDS])
        ends = before, weighted_quantile(after, _ENDS, posterior.weight)
        sign = 1
    else:
        z = draws["innovation"][:, 0, i] if quantity.unknown == "start" else draws[f"{quantity.unknown}_z"][:, i]
        vector = priors[quantity.unknown]
        one = PriorVector(vector.sign[i : i + 1], vector.loc[i : i + 1], vector.scale[i : i + 1])
        standard = np.array([-1.6448536269514722, 1.6448536269514722])
        ends = (
            one.value(standard[:, None])[:, 0],
            weighted_quantile(one.value(z[:, None])[:, 0], _ENDS, posterior.weight),
        )
        sign = int(one.sign[0])
    shown = [np.sort(quantity.show(pair)) for pair in ends]
    return Assumption(
        key=quantity.key,
        unit=quantity.unit,
        prior=(float(shown[0][0]), float(shown[0][1])),
        posterior=(float(shown[1][0]), float(shown[1][1])),
        reason=getattr(quantity.reasoned, "reason", None) or "",
        source=getattr(quantity.reasoned, "source", None) or "",
        **_moved(-z if sign < 0 else z, posterior),
    )


def _moved(z: np.ndarray, posterior: Posterior) -> dict[str, float]:
    """Contraction and shift, with their Monte Carlo errors, of draws that the prior puts at mean 0 and variance 1."""
    shift = weighted_mean(z, posterior.weight)
    series = posterior.by_chain(np.stack([z, (z - shift) ** 2], axis=-1))
    weight = None if posterior.weight is None else posterior.by_chain(posterior.weight)
    shift_mcse, contraction_mcse = monte_carlo_error(series, weight)
    return {
        "contraction": float(1 - weighted_variance(z, posterior.weight)),
        "shift": float(shift),
        "contraction_mcse": float(contraction_mcse),
        "shift_mcse": float(shift_mcse),
    }


def _quantities(scenario: Scenario, spec: ModelSpec) -> Iterator[_Quantity]:
    for k, (name, driver) in enumerate(scenario.drivers.items()):
        yield _Quantity(f"drivers.{name}.at_start", "", driver, "start", k)
        yield _Quantity(f"drivers.{name}.long_run", "", driver, "long_run", k)
        yield _Quantity(f"drivers.{name}.half_life", f"{scenario.step}s", driver, "half_life", k)
        for season in np.flatnonzero(spec.driver_season_driver == k):
            yield _Quantity(f"drivers.{name}.season.amplitude", "", driver, "driver_season", int(season))
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


def _grades(posterior: Posterior, prior: Unknowns, spec: ModelSpec) -> Iterator[Assumption]:
    """Weights of the grades on the scale's diagonal, A1 to E5, and of F6, where they are learned."""
    if not spec.learn_grades:
        return
    before = grade_weights(spec, prior["letter_z"], prior["digit_z"])
    after = grade_weights(spec, posterior.unknowns["letter_z"], posterior.unknowns["digit_z"])
    for i, (letter, digit) in enumerate(zip(LETTERS, DIGITS, strict=True)):
        ends = [
            np.quantile(before[:, i, i], _ENDS),
            weighted_quantile(after[:, i, i], _ENDS, posterior.weight),
        ]
        logit = [np.log(weights[:, i, i] / (1 - weights[:, i, i])) for weights in (before, after)]
        yield Assumption(
            key=f"grades.{letter}{digit}",
            unit="share genuine",
            prior=(float(ends[0][0]), float(ends[0][1])),
            posterior=(float(ends[1][0]), float(ends[1][1])),
            reason="letters and digits keep their order; nobody has calibrated the scale",
            source="STANAG 2511",
            **_moved((logit[1] - logit[0].mean()) / logit[0].std(ddof=1), posterior),
        )


def _event_quantities(scenario: Scenario, spec: ModelSpec) -> Iterator[_Quantity]:
    events = list(scenario.events.values())
    for e, name in enumerate(spec.events):
        for i in np.flatnonzero(spec.rate_type == e):
            unit = "per month" if spec.complete[e] else "relative weight"
            yield _Quantity(f"events.{name}.per_month", unit, events[e], "rate", int(i))
        for i in np.flatnonzero(spec.rate_season_type == e):
            yield _Quantity(f"events.{name}.season.amplitude", "", events[e], "rate_season", int(i))
        for i in np.flatnonzero(spec.dispersion_type == e):
            yield _Quantity(f"events.{name}.dispersion", "times", events[e], "dispersion", int(i), _plus_one)
        for i in np.flatnonzero(spec.signal_type == e):
            key = f"events.{name}.signal.{spec.drivers[spec.signal_driver[i]]}"
            yield _Quantity(f"{key}.per_unit", "", events[e], "signal", int(i))
            for j in np.flatnonzero(spec.signal_level_of == i):
                yield _Quantity(f"{key}.at_neutral", "", events[e], "signal_level", int(j))
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


def _plus_one(excess: np.ndarray) -> np.ndarray:
    return 1 + excess


def _chance_in_a_year(log_hazard: np.ndarray) -> np.ndarray:
    return -np.expm1(-np.exp(log_hazard))


def _probability(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
