"""The compiled density: its value is that of the NumPy twin, its gradient its slope, its coordinates what they say."""

from __future__ import annotations

import ctypes
import math
from dataclasses import replace

import numpy as np
import pytest
from made_case import AS_OF, ONGOING, full_evidence, full_scenario, report, scenario
from scipy import integrate

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.compiled.density import log_density_and_gradient, sampler_functions
from forecast.model.compiled.grades import log_gamma_variates
from forecast.model.compiled.layout import Field, integers, pack
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.density import log_density
from forecast.model.draws import Draws
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import ModelSpec, compile_spec

EXACT = {"rtol": 1e-12, "atol": 1e-10}
STEP = 1e-5  # a central difference errs by STEP^2 of a third derivative and 1e-16 |log density| / STEP of rounding
SLOPE = {"rtol": 1e-6, "atol": 1e-6}


def value_and_gradient(words: np.ndarray, point: np.ndarray) -> tuple[float, np.ndarray]:
    gradient = np.empty(len(point))
    return log_density_and_gradient(point, words, gradient), gradient


def slopes(words: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Central differences along every coordinate."""
    ends = [[value_and_gradient(words, point + s * STEP * axis)[0] for s in (1, -1)] for axis in np.eye(len(point))]
    return np.diff(np.array(ends)[:, ::-1], axis=1)[:, 0] / (2 * STEP)


def points(vector: Vector, n: int) -> np.ndarray:
    """Some at random, and the middle of the prior, where shocks are uncorrelated."""
    return np.vstack([np.zeros(len(vector)), 0.8 * np.random.default_rng(4).normal(size=(n, len(vector)))])


def independent() -> tuple[ModelSpec, Snapshot]:
    """No correlated shocks, no loop, no grades, one driver: what the full case does not go through."""
    made = scenario(events={"storm": {"coverage": ONGOING, "signs": "positive", "per_month": [1, 4]}})
    evidence = Evidence((report("2030-02-13", "storm"), report("2030-02-14", "storm")), (), (), ())
    return compile_spec(made), take_snapshot(made, evidence, AS_OF)


def learning() -> tuple[ModelSpec, Snapshot]:
    made = full_scenario().model_copy(update={"learn_grades": True})
    return compile_spec(made), take_snapshot(made, full_evidence(), AS_OF)


@pytest.mark.parametrize("case", [independent, learning])
def test_density_and_gradient_are_those_of_the_model(case):
    spec, snapshot = case()
    vector, words = Vector.of(spec, snapshot), pack(model_fields(spec, snapshot))
    drawn = points(vector, 5)
    twin = log_density(spec, snapshot, vector.unknowns(drawn)) + vector.log_jacobian(drawn)
    for point, expected in zip(drawn, twin, strict=True):
        value, gradient = value_and_gradient(words, point)
        np.testing.assert_allclose(value, expected, **EXACT)
        np.testing.assert_allclose(gradient, slopes(words, point), **SLOPE)


def test_gradient_with_weights_of_zero_and_one(full):
    vector, words = Vector.of(full.spec, full.snapshot), pack(model_fields(full.spec, full.snapshot, full.weights))
    for point in points(vector, 3):
        np.testing.assert_allclose(value_and_gradient(words, point)[1], slopes(words, point), **SLOPE)


def test_marks_that_cannot_be_told_apart_count_together():
    made = full_scenario()
    evidence = full_evidence()
    plain = [row for row in evidence.reports if row.event_type in ("flood", "gossip", "gale")]
    again = tuple(replace(row, id=f"{row.id}-{i}") for row in plain for i in range(5))
    snapshot = take_snapshot(made, replace(evidence, reports=(*evidence.reports, *again)), AS_OF)
    spec = compile_spec(made)
    vector, fields = Vector.of(spec, snapshot), model_fields(spec, snapshot)
    assert len(fields[Field.MARK_COUNT]) < len(snapshot.report_type) - len(again) + len(plain)
    point = points(vector, 1)[1:]
    twin = log_density(spec, snapshot, vector.unknowns(point)) + vector.log_jacobian(point)
    np.testing.assert_allclose(value_and_gradient(pack(fields), point[0])[0], twin[0], **EXACT)


def test_unstable_drivers_have_no_density(full):
    vector, words = Vector.of(full.spec, full.snapshot), pack(model_fields(full.spec, full.snapshot))
    point = np.where(vector.places("influence_z"), 6.0, 0.0)
    assert value_and_gradient(words, point)[0] == -np.inf
    assert called(words, point)[0] != 0


@pytest.mark.parametrize("shape", [0.15, 0.6, 1.0, 3.2, 40.0])
def test_log_gamma_variates_keep_the_gamma_law(shape):
    def density(z: float) -> float:
        log_gamma, slope = log_gamma_variates(np.full((1, 1, 6), z), np.full((1, 6), shape))
        y = log_gamma[0, 0, 0]
        return math.exp(shape * y - math.exp(y) - math.lgamma(shape)) * slope[0, 0, 0]

    total, _ = integrate.quad(density, -12, 12, limit=400)
    mean, _ = integrate.quad(lambda z: z * density(z), -12, 12, limit=400)
    square, _ = integrate.quad(lambda z: z**2 * density(z), -12, 12, limit=400)
    assert total == pytest.approx(1, abs=1e-7)
    assert abs(mean) < 0.35  # near standard normal is all that is asked of z
    assert 0.6 < square - mean**2 < 1.6


def test_grades_seen_are_in_the_shapes(full):
    vector, mixed = Vector.of(full.spec, full.snapshot), full.spec.mix_type
    seen = np.bincount(full.snapshot.report_type, minlength=len(full.spec.events))[mixed]
    np.testing.assert_allclose(vector.letter_shape.sum(axis=1), LETTER_MIX.sum() + seen)
    np.testing.assert_allclose(vector.digit_shape.sum(axis=1), DIGIT_MIX.sum() + seen)


def called(words: np.ndarray, position: np.ndarray) -> tuple[int, float, np.ndarray, np.ndarray]:
    """What a sampler gets from the C functions: status, log density, gradient, stored point."""
    density, expand = sampler_functions()
    n, address = len(position), ctypes.POINTER(ctypes.c_double)
    gradient, value, stored = np.empty(n), np.empty(1), np.empty(n)
    pointers = [array.ctypes.data_as(address) for array in (position, gradient, value, stored)]
    status = density.ctypes(n, *pointers[:3], words.ctypes.data)
    assert expand.ctypes(n, n, pointers[0], pointers[3], words.ctypes.data) == 0
    return status, float(value[0]), gradient, stored


def test_the_samplers_coordinates_are_affine_but_for_the_paths(full):
    spec, snapshot = full.spec, full.snapshot
    vector, fields = Vector.of(spec, snapshot), model_fields(spec, snapshot)
    n, shape = len(vector), (snapshot.n_steps, len(spec.drivers))
    rng = np.random.default_rng(5)
    gain, aim = rng.uniform(0.1, 0.4, shape), rng.normal(size=shape)
    cells = math.prod(shape)
    centre, scale = 0.3 * rng.normal(size=n), rng.uniform(0.5, 1.2, shape)
    basis, shrink = np.linalg.qr(rng.normal(size=(n - cells, 3)))[0].T, np.array([-0.8, -0.3, 0.2])
    pull, driver, by = 0.3 * rng.normal(size=(4, shape[0])), np.array([0, 0, 1, 2]), np.array([1, 5, 1, n - cells - 1])
    words = pack(
        {
            **fields,
            Field.CENTRE: centre,
            Field.BASIS: basis,
            Field.SHRINK: shrink,
            Field.PULL: pull,
            Field.PULL_DRIVER: driver,
            Field.PULL_BY: by,
            Field.PATH_SCALE: scale,
            Field.PATH_GAIN: gain,
            Field.PATH_AIM: aim,
        }
    )
    position = rng.normal(size=n)
    status, value, gradient, stored = called(words, position)
    expected, slope = value_and_gradient(pack(fields), stored)
    assert status == 0
    assert value == pytest.approx(expected, abs=1e-9)
    derivative = np.array(
        [called(words, position + 1e-5 * a)[3] - called(words, position - 1e-5 * a)[3] for a in np.eye(n)]
    )
    np.testing.assert_allclose(gradient, derivative @ slope / 2e-5, rtol=1e-6, atol=1e-6)
    # An innovation answers the level expected before it: e[t] = d[t] - gain[t] (x[t] - S L e[t] - aim[t]).
    others = position[cells:] + basis.T @ (shrink * (basis @ position[cells:]))
    path = position[:cells].reshape(shape)
    for i in range(4):
        path = path - others[by[i]] * np.outer(pull[i], np.arange(shape[1]) == driver[i])
    affine = centre + np.concatenate([(scale * path).ravel(), others])
    np.testing.assert_allclose(stored[cells:], affine[cells:], atol=1e-12)
    draws = Draws.of(spec, vector.unknowns(stored[None]))
    e, d = (values[:cells].reshape(shape) for values in (stored, affine))
    expected_level = draws.level[0] - e @ draws.shock[0].T
    np.testing.assert_allclose(e[0], d[0], atol=1e-12)
    np.testing.assert_allclose(e[1:], (d - gain * (expected_level - aim))[1:], atol=1e-9)


def test_fields_come_back_as_they_were_packed(full):
    fields = model_fields(full.spec, full.snapshot)
    words = pack(fields)
    assert words[0] == len(words)
    np.testing.assert_array_equal(integers(words, Field.MARK_TYPE), fields[Field.MARK_TYPE])
