"""The drivers: the path without a scan, the dynamics of the design, their stationary law and half-lives."""

from __future__ import annotations

import numpy as np
import pytest
from made_case import driver, median_unknowns, scenario
from scipy.linalg import solve_discrete_lyapunov

from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec, stationary_covariance

STEPS = (1, 2, 3, 7, 8, 9, 60)
FAST = ["2w", "2.1w"]  # forgets its start within half a year


def influence(from_: str, to: str, low: float, high: float) -> dict[str, object]:
    return {"from": from_, "to": to, "effect": [low, high]}


def three_drivers() -> ModelSpec:
    """Three drivers in a loop, with long runs away from neutral."""
    drivers = {
        "wind": driver(half_life=FAST, long_run=[0.4, 0.6]),
        "rain": driver(half_life=["1w", "1.1w"], long_run=[-1.1, -0.9]),
        "heat": driver(half_life=["2.9w", "3w"], long_run=[-0.1, 0.1]),
    }
    loop = [
        influence("wind", "rain", 0.6, 0.8),
        influence("rain", "heat", -0.9, -0.7),
        influence("heat", "wind", 0.4, 0.6),
    ]
    return compile_spec(scenario(drivers=drivers, influences=loop))


def dynamics(spec: ModelSpec) -> tuple[np.ndarray, np.ndarray]:
    """Phi's diagonal and A at prior medians, from the ranges of :func:`three_drivers`."""
    half_life = np.sqrt(np.array([2 * 2.1, 1 * 1.1, 2.9 * 3]))
    effects = np.zeros((3, 3))
    effects[1, 0], effects[2, 1], effects[0, 2] = np.sqrt(0.48), -np.sqrt(0.63), np.sqrt(0.24)
    return 2 ** (-1 / half_life), effects


def test_doubling_gives_the_path_of_the_loop() -> None:
    import pytensor
    import pytensor.tensor as pt

    from forecast.model.drivers import linear_recursion

    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(3, 3)) / 2
    impulses = [rng.normal(size=(n, 3)) for n in STEPS]
    a, b = pt.dmatrix(), [pt.dmatrix() for _ in STEPS]
    paths = [linear_recursion(impulse, a, n) for impulse, n in zip(b, STEPS, strict=True)]
    computed = pytensor.function([a, *b], paths, mode="FAST_COMPILE")(matrix, *impulses)
    for impulse, path in zip(impulses, computed, strict=True):
        expected = np.zeros_like(impulse)
        for t in range(len(impulse)):
            expected[t] = impulse[t] + (matrix @ expected[t - 1] if t else 0)
        # Sixty steps of rounding at 1e-16, relative to the largest level.
        np.testing.assert_allclose(path, expected, rtol=0, atol=1e-13 * max(1, np.abs(expected).max()))


def test_paths_follow_the_design() -> None:
    # centre[t] = mu + A x[t];  x[t+1] = centre[t] + Phi (x[t] - centre[t]) + S eps
    spec = three_drivers()
    unknowns = prior_unknowns(spec, 2, 30, rng=np.random.default_rng(7))
    unknowns["influence_z"][:] = unknowns["half_life_z"][:] = 0
    phi, effects = dynamics(spec)
    level = Draws.of(spec, unknowns).level
    for i in range(2):
        eps = unknowns["innovation"][i]
        width = 2 * 1.6448536269514722
        mu = np.array([0.5, -1.0, 0.0]) + np.array([0.2, 0.2, 0.2]) / width * unknowns["long_run_z"][i]
        x = 0.25 + 2.5 / width * eps[0]
        for t in range(30):
            np.testing.assert_allclose(level[i, t], x, rtol=0, atol=1e-12)  # thirty steps of rounding
            if t < 29:
                centre = mu + effects @ x
                x = centre + phi * (x - centre) + np.sqrt(1 - phi**2) * eps[t + 1]


@pytest.mark.parametrize(("step", "steps"), [("week", 8), ("day", 56)])
def test_a_shock_has_lost_half_its_size_after_the_half_life(step: str, steps: int) -> None:
    spec = compile_spec(scenario(step=step))  # a half-life of 8 weeks at the median
    unknowns = median_unknowns(spec, 2 + 2 * steps, n=2)
    unknowns["innovation"][1, 1] = 1.0
    still, shocked = Draws.of(spec, unknowns).level[:, :, 0]
    trace = shocked - still
    assert trace[0] == 0
    np.testing.assert_allclose(trace[[1 + steps, 1 + 2 * steps]] / trace[1], [0.5, 0.25], rtol=1e-12)


def test_a_month_is_a_twelfth_of_a_year() -> None:
    drivers = {"wind": driver(half_life=["0.5y", "0.50001y"])}
    spec = compile_spec(scenario(drivers=drivers, step="month"))
    assert Draws.of(spec, median_unknowns(spec, 1)).persistence[0, 0] == pytest.approx(0.5 ** (1 / 6), rel=1e-5)


def test_an_effect_is_where_the_other_driver_settles() -> None:
    drivers = {"wind": driver(half_life=FAST, long_run=[0.99, 1.01]), "rain": driver(half_life=FAST)}
    spec = compile_spec(scenario(drivers=drivers, influences=[influence("wind", "rain", -0.8, -0.2)]))
    level = Draws.of(spec, median_unknowns(spec, 300)).level[0, -1]
    np.testing.assert_allclose(level, [1.0, -0.4], rtol=1e-12)  # sqrt(0.8 * 0.2); 150 half-lives leave 1e-45


def test_settled_drivers_have_the_stationary_law() -> None:
    # Mean (I - A)^-1 mu and covariance V = M V M' + S S', the latter by SciPy's solver.
    spec = three_drivers()
    phi, effects = dynamics(spec)
    matrix = np.diag(phi) + (1 - phi)[:, None] * effects
    covariance = solve_discrete_lyapunov(matrix, np.diag(1 - phi**2))
    # Rounding is amplified by 1 / (1 - radius^2), here below 10.
    np.testing.assert_allclose(spec.covariance, covariance, rtol=0, atol=1e-13)
    n = 40_000
    unknowns = median_unknowns(spec, 60, n)  # the slowest mode is down to 0.9^60 of its start
    assert np.abs(np.linalg.eigvals(matrix)).max() < 0.9
    unknowns["innovation"][:] = np.random.default_rng(9).normal(size=unknowns["innovation"].shape)
    last = Draws.of(spec, unknowns).level[:, -1]
    mean = np.linalg.solve(np.eye(3) - effects, [0.5, -1.0, 0.0])
    error = np.sqrt(np.diag(covariance) / n)
    assert np.all(
        np.abs(last.mean(axis=0) - mean) < 4 * error + 2e-3 * np.abs(mean)
    )  # 0.9^60 = 0.0018 of the start left
    variance = np.diag(covariance)
    error = np.sqrt((np.outer(variance, variance) + covariance**2) / n)  # of a covariance of normals
    assert np.all(np.abs(np.cov(last.T) - covariance) < 4 * error)


def test_without_influences_the_variance_is_one() -> None:
    drivers = {"wind": driver(half_life=FAST, at_start=[-4, 3]), "rain": driver(half_life=["0.5w", "0.6w"])}
    spec = compile_spec(scenario(drivers=drivers))
    np.testing.assert_allclose(spec.covariance, np.eye(2), rtol=0, atol=1e-13)
    n = 40_000
    unknowns = median_unknowns(spec, 60, n)
    unknowns["innovation"][:] = np.random.default_rng(10).normal(size=unknowns["innovation"].shape)
    variance = Draws.of(spec, unknowns).level[:, -1].var(axis=0)
    np.testing.assert_allclose(variance, 1, rtol=0, atol=4 * np.sqrt(2 / n))  # of the variance of n normals


def test_stationary_covariance_is_the_solution_of_the_lyapunov_equation() -> None:
    rng = np.random.default_rng(12)
    tried = 0
    while tried < 50:
        size = int(rng.integers(1, 8))
        phi = rng.uniform(0.3, 0.995, size)
        effects = rng.normal(size=(size, size)) * (rng.random((size, size)) < 0.4)
        np.fill_diagonal(effects, 0)
        matrix = np.diag(phi) + (1 - phi)[:, None] * effects
        radius = np.abs(np.linalg.eigvals(matrix)).max()
        if radius > 0.999:
            continue
        tried += 1
        expected = solve_discrete_lyapunov(matrix, np.diag(1 - phi**2))
        actual = stationary_covariance(phi, effects)
        # Both solve a system whose condition is at most of the order 1 / (1 - radius^2) = 500 times the spread of V.
        np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("effect", [1.01, 3.0])
def test_unstable_drivers_have_no_stationary_covariance(effect: float) -> None:
    loop = np.array([[0.0, effect], [effect, 0.0]])
    assert not np.all(np.isfinite(stationary_covariance(np.array([0.9, 0.8]), loop)))


def test_prior_draws_are_stable() -> None:
    drivers = {"wind": driver(), "rain": driver()}
    strong = [influence("wind", "rain", 0.5, 2.0), influence("rain", "wind", 0.5, 2.0)]
    spec = compile_spec(scenario(drivers=drivers, influences=strong))  # unstable in half of the draws
    unknowns = prior_unknowns(spec, 500, 1, rng=np.random.default_rng(2))
    assert all(len(values) == 500 for values in unknowns.values())
    assert np.all(spec.influence.value(unknowns["influence_z"]).prod(axis=1) < 1)
    assert np.all(np.abs(np.linalg.eigvals(Draws.of(spec, unknowns).matrix)) < 1)
