"""Whitened coordinates: what they do to the curvature."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.whitening import whitened
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


def eigenvalues(words: np.ndarray, n: int) -> np.ndarray:
    """Of minus the second derivatives of the log density at the centre of the coordinates, by differences."""

    def slope(position: np.ndarray) -> np.ndarray:
        gradient = np.empty(n)
        density_at_position(position, words, gradient)
        return gradient

    h = 1e-4
    rows = np.array([(slope(-h * axis) - slope(h * axis)) / (2 * h) for axis in np.eye(n)])
    return np.linalg.eigvalsh((rows + rows.T) / 2)


def test_no_direction_is_left_much_narrower_or_wider(made):
    spec, snapshot, vector, words = made
    fields = model_fields(spec, snapshot)
    before = eigenvalues(pack({**fields, Field.CENTRE: reals(words, Field.CENTRE)}), len(vector))
    after = eigenvalues(words, len(vector))
    assert before[-1] > 20
    assert after[-1] < 2.5
    assert after[0] > 0.3


def test_noises_stay_at_their_prior_median(made):
    _, _, vector, words = made
    noises = vector.places("series_noise_z", "signal_noise_z")
    assert noises.sum() > 2
    assert np.all(reals(words, Field.CENTRE)[noises] == 0)
    assert np.any(reals(words, Field.CENTRE)[~noises] != 0)


def test_the_same_model_gets_the_same_coordinates(made):
    spec, snapshot, vector, words = made
    np.testing.assert_array_equal(whitened(spec, snapshot, vector), words)
