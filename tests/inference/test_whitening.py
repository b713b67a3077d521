"""Whitened coordinates: what they do to the curvature, and that they leave the density as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.whitening import whitened
from forecast.model.compiled.density import log_density_and_gradient, squeeze
from forecast.model.compiled.layout import Field, pack, reals
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.spec import compile_spec

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
import made_case


@pytest.fixture(scope="module")
def made() -> tuple[dict, Vector, np.ndarray]:
    scenario = made_case.full_scenario()
    snapshot = take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF)
    spec = compile_spec(scenario)
    fields, vector = model_fields(spec, snapshot), Vector.of(spec, snapshot)
    return fields, vector, whitened(fields, vector)


def hessian(words: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Minus the second derivatives of the log density, by differences of gradients."""

    def slope(point: np.ndarray) -> np.ndarray:
        gradient = np.empty(len(point))
        log_density_and_gradient(point, words, gradient)
        return gradient

    h = 1e-4
    rows = np.array([(slope(centre - h * axis) - slope(centre + h * axis)) / (2 * h) for axis in np.eye(len(centre))])
    return (rows + rows.T) / 2


def test_no_direction_is_much_narrower_than_the_prior(made):
    fields, vector, words = made
    centre = reals(words, Field.CENTRE)
    shrink = reals(words, Field.SHRINK)
    basis = reals(words, Field.BASIS).reshape(len(shrink), len(vector))
    plain = hessian(pack(fields), centre)
    matrix = np.eye(len(vector))
    for row in matrix:
        squeeze(row, basis, shrink)
    before, after = np.linalg.eigvalsh(plain), np.linalg.eigvalsh(matrix @ plain @ matrix)
    assert before[-1] > 2.5 * before[-1 - len(shrink)]
    assert (
        after[-1] < 1.05 * before[-1 - len(shrink)]
    )  # all directions narrower than the last one left out are wide now
    np.testing.assert_allclose(np.sort(1 / (1 + shrink) ** 2)[-5:], before[-5:], rtol=0.02)


def test_noises_stay_at_their_prior_median(made):
    _, vector, words = made
    noises = vector.places("series_noise_z", "signal_noise_z")
    assert noises.sum() > 2
    assert np.all(reals(words, Field.CENTRE)[noises] == 0)
    assert np.any(reals(words, Field.CENTRE)[~noises] != 0)


def test_the_same_model_gets_the_same_coordinates(made):
    fields, vector, words = made
    np.testing.assert_array_equal(whitened(fields, vector), words)
