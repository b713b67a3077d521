"""Power-scaling: against the normal-normal closed form, brute force in the model, and the source's distance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Selection
from forecast.model.density import log_likelihood, log_prior
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.chances import Chances, project_chances
from forecast.projection.power_scaling import (
    SENSITIVE_SHIFT,
    SENSITIVE_SPREAD,
    log_components,
    power_scaled,
    scaling_verdicts,
)
from forecast.projection.quantities import quantities


def normal_case(
    prior: tuple[float, float], data: tuple[float, float], *, n: int = 4000, seed: int = 1
) -> tuple[Chances, dict[str, np.ndarray]]:
    """Draws of a normal posterior; what each says of the outcome is linear in the parameter."""
    (m, v), (y, s) = prior, data
    precision = 1 / v + 1 / s
    theta = np.random.default_rng(seed).normal((m / v + y / s) / precision, precision**-0.5, size=n)
    chance = np.stack([0.5 + 0.02 * theta, 0.5 - 0.02 * theta], axis=1)
    selection = Selection(np.arange(n), None, 4, n)
    present = Chances({}, None, selection, chance, np.zeros_like(chance))  # type: ignore[arg-type]
    return present, {"prior": -((theta - m) ** 2) / (2 * v), "likelihood": -((y - theta) ** 2) / (2 * s)}


def exact(prior: tuple[float, float], data: tuple[float, float], powers: tuple[float, float]) -> tuple[float, float]:
    """Mean and standard deviation with prior and likelihood raised to powers."""
    (m, v), (y, s) = prior, data
    a, b = powers[0] / v, powers[1] / s
    return (a * m + b * y) / (a + b), (a + b) ** -0.5


@pytest.mark.parametrize(("prior", "data"), [((0, 1), (1.5, 0.5)), ((0, 1), (0.5, 4.0)), ((-1, 2), (3, 1.0))])
def test_the_normal_case_is_its_closed_form(prior, data):
    present, components = normal_case(prior, data)
    by_name = {item.component: item for item in power_scaled(present, components)}
    for i, name in enumerate(("prior", "likelihood")):
        got = by_name[name]
        assert got.powers == pytest.approx((0.8, 1.25))
        means, sds = zip(*(exact(prior, data, (p, 1.0) if i == 0 else (1.0, p)) for p in got.powers), strict=True)
        h = np.log2(1.25)
        change = 0.02 * (means[1] - means[0]) / (2 * h)
        assert abs(got.change[0] - change) < 4 * got.change_mcse[0]
        assert got.change[1] == pytest.approx(-got.change[0])
        sd = exact(prior, data, (1.0, 1.0))[1]
        assert abs(got.shift[0] - change / 0.02 / sd) < 4 * got.shift_mcse[0] + 0.02 * abs(got.shift[0])
        spread = np.log(sds[1] / sds[0]) / (2 * h)
        assert abs(got.spread[0] - spread) < 4 * got.spread_mcse[0]
        error = present.mcse[0] + 2 * h * got.change_mcse[0]
        assert abs(got.low[0] - 0.5 - 0.02 * means[0]) < 4 * error
        assert got.trusted


def test_errors_are_the_spread_over_independent_sets():
    sets = 80
    told = [power_scaled(*normal_case((0, 1), (1, 1), n=800, seed=seed)) for seed in range(sets)]
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], sets - 1) / (sets - 1))
    for i in range(2):
        for value, error in (("change", "change_mcse"), ("spread", "spread_mcse")):
            found = np.std([getattr(item[i], value)[0] for item in told], ddof=1)
            stated = np.sqrt(np.mean([getattr(item[i], error)[0] ** 2 for item in told]))
            assert low < found / stated < high, (i, value)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        ((0, 1e6), "prior-dominated"),
        ((5, 1.0), "prior-data conflict"),
        ((0.1, 0.01), "driven by evidence"),
        ((0.0, 1.0), "neither alone"),
    ],
)
def test_verdicts_of_the_normal_case(data, verdict):
    present, components = normal_case((0, 1), data)
    assert scaling_verdicts(power_scaled(present, components), 2) == (verdict, verdict)


def test_thresholds_are_the_distance_of_the_source():
    """A gradient of 0.05 of the cumulative Jensen-Shannon distance, for a normal distribution."""
    x, step = stats.norm.ppf((np.arange(4000) + 0.5) / 4000), np.log2(1.01)
    for more, less in (
        (np.exp(x * SENSITIVE_SHIFT * step), np.exp(-x * SENSITIVE_SHIFT * step)),
        tuple(np.exp(x**2 / 2 - (x / np.exp(sign * SENSITIVE_SPREAD * step)) ** 2 / 2) for sign in (1, -1)),
    ):
        assert (distance(x, more) + distance(x, less)) / (2 * step) == pytest.approx(0.05, abs=0.002)


def distance(x: np.ndarray, weight: np.ndarray) -> float:
    """Cumulative Jensen-Shannon distance of sorted draws to the same draws weighted (Nguyen and Vreeken 2015)."""

    def one(x: np.ndarray, weight: np.ndarray) -> float:
        width, n = np.diff(x), len(x)
        p, q = (np.arange(1, n) / n), np.cumsum(weight / weight.sum())[:-1]

        def divergence(a: np.ndarray, b: np.ndarray) -> float:
            return float(width @ (a * np.log2(2 * a / (a + b)))) + 0.5 / np.log(2) * float(width @ (b - a))

        return float(np.sqrt(max(divergence(p, q) + divergence(q, p), 0) / (width @ (p + q))))

    return max(one(x, weight), one(-x[::-1], weight[::-1]))


def test_steep_components_are_scaled_by_less_and_flagged_where_that_does_not_help():
    present, _ = normal_case((0, 1), (0, 1))
    rng = np.random.default_rng(2)
    steep = rng.exponential(5.0, size=4000)  # weights with a Pareto tail of shape 5 (a - 1)
    hopeless = rng.standard_cauchy(4000) * 1e4
    near, far = power_scaled(present, {"prior": steep, "likelihood": hopeless})
    assert near.powers[1] < 1.25
    assert near.trusted
    assert not far.trusted
    assert scaling_verdicts((near, far), 2) == ("not resolved", "not resolved")


def test_components_are_the_models_own_densities(project_root, monkeypatch):
    monkeypatch.syspath_prepend(str(project_root / "tests" / "model"))
    from made_case import full_evidence, full_scenario

    scenario = full_scenario()
    spec = compile_spec(scenario)
    snapshot = take_snapshot(scenario, full_evidence(), date(2030, 5, 15))
    n = 50
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=np.random.default_rng(3))
    for name in ("partial", "letter_mix", "digit_mix"):
        unknowns[name] = np.repeat(unknowns[name][:1], n, axis=0)
    unknowns["innovation"][:, 1:] = unknowns["innovation"][:1, 1:]
    draws = Draws.of(spec, unknowns)
    zeros = np.zeros((n, 2))
    present = Chances(unknowns, draws, Selection(np.arange(n), None, 2, n), zeros, zeros)
    found = log_components(spec, snapshot, present, quantities(scenario, spec))
    np.testing.assert_allclose(found["likelihood"], log_likelihood(spec, snapshot, draws))
    on_log_scale = log_prior(spec, unknowns) + np.log(unknowns["mean_hazard"]).sum(axis=1)
    np.testing.assert_allclose(np.ptp(on_log_scale - found["prior"]), 0, atol=1e-9)
    for whole in ("prior", "likelihood"):
        parts = [values for name, values in found.items() if name.startswith(f"{whole}.")]
        np.testing.assert_allclose(np.sum(parts, axis=0), found[whole])
    sections = {"drivers", "influences", "events", "series", "states", "transitions"}
    assert {name.partition(".")[2] for name in found if name.startswith("prior.")} == sections


def test_a_scaled_prior_is_the_prior_of_other_ranges(scenario_of, spec_of, snapshot_of, posterior_of):
    """Without evidence, a normal prior to the power a is one of variance 1/a: simulated directly."""
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.05, 0.9), "hazard_ratio": {"mood": (1.2, 5.0)}})],
        {"off": {"at_horizon": "off"}},
        horizon=date(2024, 6, 30),
    )
    spec, snapshot = spec_of(scenario), snapshot_of(scenario, date(2024, 1, 1))
    shape = (4000, snapshot.n_steps)
    unknowns = prior_unknowns(spec, *shape, rng=np.random.default_rng(1))

    def project(unknowns):
        return project_chances(scenario, spec, snapshot, posterior_of(unknowns), horizon=scenario.horizon, seed=1)

    present = project(unknowns)
    components = log_components(spec, snapshot, present, quantities(scenario, spec))
    (got,) = (i for i in power_scaled(present, components) if i.component == "prior.transitions")
    for power, scaled in zip(got.powers, (got.low, got.high), strict=True):
        narrower = {name: x / np.sqrt(power) if name in ("net_z", "ratio_z") else x for name, x in unknowns.items()}
        again = project(narrower)
        assert np.all(np.abs(scaled - again.probability) < 3 * np.hypot(present.mcse, again.mcse))
