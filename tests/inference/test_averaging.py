"""The averaged density: its derivatives, and that averaging leaves a quadratic density as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.snapshot import take_snapshot
from forecast.inference import averaging
from forecast.inference.averaging import Averaged
from forecast.model.compiled.layout import pack
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.spec import compile_spec

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
import made_case


@pytest.fixture(scope="module")
def made() -> tuple[Vector, Averaged]:
    scenario = made_case.full_scenario()
    snapshot = take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF)
    spec = compile_spec(scenario)
    vector = Vector.of(spec, snapshot)
    return vector, Averaged.of(pack(model_fields(spec, snapshot)), vector)


def test_the_gradient_is_that_of_the_average(made):
    vector, averaged = made
    position, h = 0.3 * np.random.default_rng(1).normal(size=len(vector)), 1e-5
    _, gradient = averaged(position)
    differences = [
        (averaged(position + h * a)[0] - averaged(position - h * a)[0]) / (2 * h) for a in np.eye(len(vector))
    ]
    np.testing.assert_allclose(gradient, differences, rtol=1e-4, atol=1e-4)


def test_second_derivatives_are_symmetric(made):
    vector, averaged = made
    rows = averaged.curvature(np.arange(len(vector)), len(vector))
    np.testing.assert_allclose(rows, rows.T, rtol=0.01, atol=0.05)


def test_a_quadratic_density_keeps_its_gradient_and_gains_half_its_trace(monkeypatch):
    curvature = np.diag([1.0, 4.0, 9.0])

    def density(position: np.ndarray, words: np.ndarray, gradient: np.ndarray) -> float:
        gradient[:] = -curvature @ position
        return float(-position @ curvature @ position / 2)

    monkeypatch.setattr(averaging, "density_at_position", density)
    offsets = np.array([[1.0, -2.0]])  # the third unknown is none of the path
    averaged = Averaged(np.zeros(1, dtype=int), np.concatenate([offsets, -offsets]))
    position = np.array([0.5, 0.2, -1.0])
    value, gradient = averaged(position)
    np.testing.assert_allclose(gradient, curvature @ position)
    assert value == pytest.approx(position @ curvature @ position / 2 + (1 + 4 * 4) / 2)
    np.testing.assert_allclose(averaged.curvature(np.arange(3), 3), curvature, atol=1e-9)
