"""The NumPy twin and the compiled code have the PyMC model's density; what its gradient sees of a worthless mark."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from made_case import AS_OF, ONGOING, driver, median_unknowns, report, scenario

from forecast.evidence.grades import fixed_weights
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.compiled.density import log_density_and_gradient
from forecast.model.compiled.layout import pack
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.density import log_density
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.file import load_scenario
from forecast.scenario.priors import PriorVector

N_POINTS = 25
# Both sum some hundred terms of size up to |log density| in double precision, each rounded at 1e-16 of it.
EXACT = {"rtol": 1e-12, "atol": 1e-10}

Compiled = Callable[[Unknowns, int], tuple[float, np.ndarray]]


def compiled(spec: ModelSpec, snapshot: Snapshot, weights: np.ndarray, *, gradient: bool) -> Compiled:
    """Log density of the PyMC model, and where asked its gradient in the innovations, at natural values."""
    from pymc.model.transform.conditioning import remove_value_transforms

    from forecast.model.build import build_model

    model = remove_value_transforms(build_model(spec, snapshot, weights))
    # Term by term: run in Python, one operation takes 32 arguments at most, and the density has more terms.
    outputs = model.logp(jacobian=False, sum=False)
    n_terms = len(outputs)
    if gradient:
        outputs.append(model.dlogp([model["innovation"]], jacobian=False))
    function = model.compile_fn(outputs, mode="FAST_COMPILE")
    names = {variable.name: model.values_to_rvs[variable].name for variable in model.value_vars}

    def evaluate(unknowns: Unknowns, i: int) -> tuple[float, np.ndarray]:
        out = function({value: unknowns[name][i] for value, name in names.items()})
        slope = out[n_terms].reshape(unknowns["innovation"][i].shape) if gradient else np.empty(0)
        return float(sum(term.sum() for term in out[:n_terms])), slope

    return evaluate


@pytest.fixture(scope="module")
def pymc_density(full) -> Compiled:
    return compiled(full.spec, full.snapshot, full.weights, gradient=True)


@pytest.fixture(scope="module")
def points(full) -> dict[str, np.ndarray]:
    return prior_unknowns(full.spec, N_POINTS, full.snapshot.n_steps, rng=np.random.default_rng(20300107))


def test_the_made_case_uses_every_feature(full) -> None:
    spec, snapshot = full.spec, full.snapshot
    arrays = [name for name in vars(spec) if isinstance(getattr(spec, name), np.ndarray | PriorVector)]
    assert all(len(getattr(spec, name)) for name in arrays)
    assert spec.cyclic
    assert set(spec.signal_push[spec.complete[spec.signal_type]]) == {True, False}
    assert set(snapshot.report_type) == set(range(len(spec.events)))
    assert (snapshot.series_last - snapshot.series_first).min() == 0
    assert (snapshot.series_last - snapshot.series_first).max() > 3
    assert len(snapshot.judgement_sd) == 2
    assert len(snapshot.transition_index) == 6
    assert snapshot.breaks.sum() == 1
    assert (snapshot.spell, snapshot.spell_age) == ("iced", 5)
    assert 0 < snapshot.exposure[-1, 0] < snapshot.exposure[-3, 0] < snapshot.exposure[5, 0]


def test_the_compiled_density_is_that_of_the_pymc_model(full, pymc_density) -> None:
    vector = Vector.of(full.spec, full.snapshot)
    words = pack(model_fields(full.spec, full.snapshot, full.weights))
    point = 0.8 * np.random.default_rng(3).normal(size=(N_POINTS, len(vector)))
    unknowns, jacobian = vector.unknowns(point), vector.log_jacobian(point)
    compiled_density = [log_density_and_gradient(row, words, np.empty(len(vector))) for row in point]
    np.testing.assert_allclose(
        compiled_density, [pymc_density(unknowns, i)[0] + jacobian[i] for i in range(N_POINTS)], **EXACT
    )


def test_both_have_one_density(full, pymc_density, points) -> None:
    twin = log_density(full.spec, full.snapshot, points, full.weights)
    assert np.all(np.isfinite(twin))
    np.testing.assert_allclose([pymc_density(points, i)[0] for i in range(N_POINTS)], twin, **EXACT)


def test_both_have_one_density_on_the_case_of_the_tests(project_root) -> None:
    root = project_root / "tests" / "cases"
    case = load_scenario(root / "priors" / "harbour-strike.yaml").scenario
    evidence = read_evidence(root / "data" / "harbour-strike", case)
    assert evidence.last_reported is not None
    spec, snapshot = compile_spec(case), take_snapshot(case, evidence, evidence.last_reported)
    points = prior_unknowns(spec, N_POINTS, snapshot.n_steps, rng=np.random.default_rng(20230301))
    pymc_density = compiled(spec, snapshot, fixed_weights(), gradient=False)
    twin = log_density(spec, snapshot, points, fixed_weights())
    np.testing.assert_allclose([pymc_density(points, i)[0] for i in range(N_POINTS)], twin, **EXACT)


@pytest.mark.parametrize(
    ("slack", "stable"), [(-0.3, True), (-0.003, True), (0.003, False), (0.3, False), (3.0, False)]
)
def test_unstable_drivers_have_no_density_in_either(full, pymc_density, slack: float, stable: bool) -> None:
    # Wind and rain push each other and nothing else acts on them: with the effects a (wind to rain) and b (back) the
    # dynamics are stable exactly when a b < 1, whatever the half-lives.
    unknowns = median_unknowns(full.spec, full.snapshot.n_steps)
    a, b, heat, back = range(4)
    prior = full.spec.influence
    unknowns["influence_z"][0, heat] = -prior.loc[heat] / prior.scale[heat]  # heat on wind: none
    unknowns["influence_z"][0, [a, b]] = (np.log(1 + slack) / 2 - prior.loc[[a, b]]) / prior.scale[[a, b]]
    effects = prior.value(unknowns["influence_z"][0])
    assert effects[a] * effects[b] == pytest.approx(1 + slack)
    assert effects[heat] == pytest.approx(0, abs=1e-12)
    assert effects[back] < 0
    both = (
        pymc_density(unknowns, 0)[0],
        float(log_density(full.spec, full.snapshot, unknowns, full.weights)[0]),
    )
    if stable:
        np.testing.assert_allclose(both[0], both[1], **EXACT)
        assert np.isfinite(both[0])
    else:
        assert both == (-np.inf, -np.inf)


@pytest.mark.parametrize(("slack", "stable"), [(-0.01, True), (0.01, False), (1.0, False)])
def test_drivers_that_push_each_other_down_are_unstable_alike(slack: float, stable: bool) -> None:
    # Two negative effects make a loop as strong as two positive ones, but the powers of M have entries of both signs.
    drivers = {name: driver() for name in ("wind", "rain")}
    pushes = [{"from": a, "to": b, "effect": [-2, -0.3]} for a, b in (("wind", "rain"), ("rain", "wind"))]
    case = scenario(drivers=drivers, influences=pushes)
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(), AS_OF)
    unknowns = median_unknowns(spec, snapshot.n_steps)
    size = np.sqrt(1 + slack) * np.array([2.0, 0.5])  # a b = 1 + slack
    unknowns["influence_z"][0] = spec.influence.deviate(-size)
    density = compiled(spec, snapshot, fixed_weights(), gradient=False)(unknowns, 0)[0]
    twin = log_density(spec, snapshot, unknowns)[0]
    assert np.isfinite(twin) == stable
    np.testing.assert_allclose(density, twin, **EXACT)


def test_both_have_one_density_where_nothing_is_declared_beyond_events() -> None:
    """No loading, signal, season, dispersion, series, ratio or base rate: every block's plain form."""
    events = {
        "storm": {"coverage": ONGOING, "signs": "both", "per_month": [1, 4]},
        "flood": {"coverage": {"selected": "press"}, "signs": "both", "per_month": [1, 4]},
        "market": {"coverage": {"selected": "press"}, "signs": "both"},
    }
    rows = (
        report("2030-02-01", "storm", "B2", wind=1.0),
        report("2030-02-20", "flood", "C3"),
        report("2030-05-10", "market", "E5"),
    )
    case = scenario(drivers={"wind": driver(), "rain": driver()}, events=events)
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(rows), AS_OF)
    points = prior_unknowns(spec, 3, snapshot.n_steps, rng=np.random.default_rng(4))
    density = compiled(spec, snapshot, fixed_weights(), gradient=False)
    twin = log_density(spec, snapshot, points)
    np.testing.assert_allclose([density(points, i)[0] for i in range(3)], twin, **EXACT)


def test_a_loop_is_seen_although_its_ranges_are_centred_on_zero() -> None:
    one = {"from": "wind", "to": "rain", "effect": [-2.0, 2.0]}
    other = {"from": "rain", "to": "wind", "effect": [0.5, 2.0]}
    drivers = {"wind": driver(), "rain": driver()}
    assert compile_spec(scenario(drivers=drivers, influences=[one, other])).cyclic
    assert not compile_spec(scenario(drivers=drivers, influences=[one])).cyclic


def test_the_gradient_of_worthless_marks_is_zero(full, pymc_density, points) -> None:
    # Only marks graded E5, here of weight 0, touch the driver `idle`: types of a group whose rate depends on it, and
    # directions that measure its push or its level, of complete, grouped and lone types. What is left is the gradient
    # of its standard normal innovations, minus themselves.
    idle = full.spec.drivers.index("idle")
    for i in range(5):
        gradient = pymc_density(points, i)[1]
        innovation = points["innovation"][i]
        np.testing.assert_array_equal(gradient[:, idle], -innovation[:, idle])
        assert np.abs(gradient + innovation)[:, :idle].max(axis=0).min() > 1e-3


def test_the_gradient_is_the_slope_of_the_twin(full, pymc_density, points) -> None:
    rng = np.random.default_rng(3)
    direction = rng.normal(size=points["innovation"][0].shape)
    step = 1e-4  # error of a central difference: step^2 times a third derivative of some hundreds
    moved = {name: np.repeat(value[:1], 2, axis=0) for name, value in points.items()}
    moved["innovation"] = moved["innovation"] + step * np.array([1.0, -1.0])[:, None, None] * direction
    up, down = log_density(full.spec, full.snapshot, moved, full.weights)
    slope = (pymc_density(points, 0)[1] * direction).sum()
    assert (up - down) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_the_weight_of_a_mark_moves_its_driver(full, points) -> None:
    # The other side of the test of worthless marks: with the usual weights the same marks do touch `idle`.
    draws_at = {name: np.repeat(value[:1], 2, axis=0) for name, value in points.items()}
    draws_at["innovation"] = draws_at["innovation"] + np.array([0.0, 1.0])[:, None, None] * (
        np.arange(len(full.spec.drivers)) == full.spec.drivers.index("idle")
    )
    prior = -0.5 * (draws_at["innovation"] ** 2).sum(axis=(1, 2))
    for weights, moves in ((full.weights, False), (fixed_weights(), True)):
        likelihood = log_density(full.spec, full.snapshot, draws_at, weights) - prior
        assert bool(abs(likelihood[1] - likelihood[0]) > 1e-9) == moves
    assert Draws.of(full.spec, draws_at).level[1, -1, -1] != Draws.of(full.spec, draws_at).level[0, -1, -1]
