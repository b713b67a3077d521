"""Whitened coordinates: what they do to the curvature."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.averaging import Averaged
from forecast.inference.whitening import whitened
from forecast.model.compiled.coordinates import to_point
from forecast.model.compiled.density import density_at_position
from forecast.model.compiled.layout import Field, pack, reals
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.spec import ModelSpec, compile_spec

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
import made_case


@pytest.fixture(scope="module")
def made() -> tuple[ModelSpec, Snapshot, Vector, np.ndarray]:
    scenario = made_case.full_scenario()
    snapshot = take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF)
    spec = compile_spec(scenario)
    vector = Vector.of(spec, snapshot)
    return spec, snapshot, vector, whitened(spec, snapshot, vector)


def eigenvalues(words: np.ndarray, vector: Vector) -> np.ndarray:
    """Of minus the second derivatives of the log density at the centre, averaged over many other paths."""
    offsets = np.random.default_rng(1).normal(size=(50, vector.places("innovation").sum()))
    averaged = Averaged(words, np.concatenate([offsets, -offsets]))
    rows = averaged.curvature(np.arange(len(vector)), len(vector))
    return np.linalg.eigvalsh((rows + rows.T) / 2)


def test_no_direction_is_left_much_narrower_or_wider(made):
    spec, snapshot, vector, words = made
    before = eigenvalues(pack({**model_fields(spec, snapshot), Field.CENTRE: reals(words, Field.CENTRE)}), vector)
    after = eigenvalues(words, vector)
    assert before[-1] > 10
    assert after[-1] < 3
    assert after[0] > 0.2


def test_the_same_model_gets_the_same_coordinates(made):
    spec, snapshot, vector, words = made
    np.testing.assert_array_equal(whitened(spec, snapshot, vector), words)


def test_gradient_in_the_coordinates_is_that_of_differences(made):
    _, _, vector, words = made
    n = len(vector)
    position = 0.5 * np.random.default_rng(3).normal(size=n)
    gradient, unused = np.empty(n), np.empty(n)
    density_at_position(position, words, gradient)
    h = 1e-5
    differences = [
        (
            density_at_position(position + h * axis, words, unused)
            - density_at_position(position - h * axis, words, unused)
        )
        / (2 * h)
        for axis in np.eye(n)
    ]
    np.testing.assert_allclose(gradient, differences, rtol=1e-4, atol=1e-4)


def test_volume_is_the_same_everywhere(made):
    _, _, vector, words = made
    n = len(vector)

    def log_volume(position: np.ndarray) -> float:
        h, points = 1e-5, np.empty((2, n, n))
        for i, axis in enumerate(np.eye(n)):
            to_point(words, position + h * axis, points[0, i])
            to_point(words, position - h * axis, points[1, i])
        return float(np.linalg.slogdet((points[0] - points[1]) / (2 * h))[1])

    assert log_volume(np.random.default_rng(4).normal(size=n)) == pytest.approx(log_volume(np.zeros(n)), abs=1e-4)
