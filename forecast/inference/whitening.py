"""Coordinates in which the posterior is nearly a standard normal, so that the sampler can take long steps.

In the model's own coordinates the prior is a standard normal, and evidence narrows it. Three maps widen it again.
Along each driver's path, innovations are taken given the level expected from all that is before them and rough
information on what comes (partial centring, chosen by how much evidence there is): where levels are well known, other
unknowns move without them. What this leaves, each other unknown pulls the path by its conditional mean. Then the
eigenvectors of the other unknowns' curvature, given that the path follows, are stretched by the roots of their
eigenvalues. All is taken at a centre near the posterior's mean. The map stays the same for the whole run and its volume
is constant, so it changes the speed and not the posterior.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.averaging import Averaged
from forecast.model.compiled.coordinates import to_point
from forecast.model.compiled.layout import Field, pack
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.draws import Draws
from forecast.model.information import driver_information
from forecast.model.spec import ModelSpec

__all__ = ["whitened"]

Fields = Mapping[Field, np.ndarray | float]

_ROUNDS = 2  # around the middle of the prior, then around the centre found from there
_DESCENTS = 200  # iterations towards the centre: near it is enough
_WEAKEST = 0.1  # length of a pull worth following, in standard deviations of the path for one of the unknown
_OUTER = 1.3  # eigenvalues between this and its inverse are near enough to 1
_WIDEST = 0.2  # smallest eigenvalue believed: far out the density is not what it is near the centre


def whitened(spec: ModelSpec, snapshot: Snapshot, vector: Vector, weights: np.ndarray | None = None) -> np.ndarray:
    """Pack a model with the sampler's coordinates chosen for it.

    Parameters
    ----------
    vector : Vector
        Of the same history.
    weights : ndarray, shape (6, 6), optional
        As in :func:`forecast.model.compiled.tables.model_fields`.

    Returns
    -------
    ndarray of int64
        What the sampler's functions take as data.
    """
    fields: Fields = model_fields(spec, snapshot, weights)
    for _ in range(_ROUNDS):
        fields = {**fields, **_along_paths(spec, snapshot, vector, np.asarray(fields[Field.CENTRE]))}
        fields = {**fields, Field.CENTRE: _centre(fields, vector)}
    return pack({**fields, **_followed(fields, vector)})


def _along_paths(spec: ModelSpec, snapshot: Snapshot, vector: Vector, centre: np.ndarray) -> Fields:
    """Innovations given the level expected: an information filter backward in time for each driver by itself."""
    draws = Draws.of(spec, vector.unknowns(centre[None]))
    on_level, on_shock = driver_information(spec, snapshot, draws)
    persistence = draws.persistence[0]
    reach = np.tile(np.sqrt(1 - persistence**2), (snapshot.n_steps, 1))
    reach[0] = spec.start.scale
    gain, scale = np.zeros(reach.shape), np.ones(reach.shape)
    ahead = np.zeros(len(persistence))  # information on the level from later steps
    for t in range(snapshot.n_steps - 1, -1, -1):
        on_path, own = on_level[t] + ahead, 1 + on_shock[t]
        precision = own + reach[t] ** 2 * on_path
        gain[t] = reach[t] * on_path / precision
        scale[t] = 1 / np.sqrt(precision)
        ahead = persistence**2 * on_path * own / precision
    gain[0] = 0  # nothing comes before
    aim = draws.level[0] - reach * draws.innovation[0]
    return {Field.PATH_GAIN: gain, Field.PATH_AIM: aim, Field.PATH_SCALE: scale}


def _centre(fields: Fields, vector: Vector) -> np.ndarray:
    """The point of highest density, averaged over paths around it."""
    from scipy.optimize import minimize

    words = pack(fields)
    found = minimize(
        Averaged.of(words, vector),
        np.zeros(len(vector)),
        jac=True,
        method="L-BFGS-B",
        options={"maxcor": 20, "maxiter": _DESCENTS},
    )
    point = np.empty(len(vector))
    to_point(words, found.x, point)
    return point


def _followed(fields: Fields, vector: Vector) -> Fields:
    """How the path follows the other unknowns, and the directions to squeeze these along when it does.

    The path's curvature is near the identity, so its conditional mean moves by minus the cross derivatives; what these
    leave is taken once more. Mixes of grades hardly touch the path and stay as they are.
    """
    plain = np.flatnonzero(~vector.places("innovation", "letter_mix", "digit_mix"))
    path = math.prod(dict(vector.parts)["innovation"])
    cross, _ = _curvature(fields, vector, plain)
    fields = {**fields, **_pulls(cross, plain - path)}
    left, own = _curvature(fields, vector, plain)
    cross += left
    flat = left.reshape(len(plain), path)
    eigenvalues, vectors = np.linalg.eigh(own - flat @ flat.T)
    outer = (eigenvalues > _OUTER) | (eigenvalues < 1 / _OUTER)
    basis = np.zeros((outer.sum(), len(vector) - path))
    basis[:, plain - path] = vectors[:, outer].T
    shrink = 1 / np.sqrt(np.maximum(eigenvalues[outer], _WIDEST)) - 1
    return {**_pulls(cross, plain - path), Field.BASIS: basis, Field.SHRINK: shrink}


def _curvature(fields: Fields, vector: Vector, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Second derivatives by some unknowns: and by the path, shape (unknowns, T, K); and by themselves."""
    rows = Averaged.of(pack(fields), vector).curvature(plain, len(vector))
    own, shape = rows[:, plain], dict(vector.parts)["innovation"]
    return rows[:, : math.prod(shape)].reshape(len(plain), *shape), (own + own.T) / 2


def _pulls(cross: np.ndarray, places: np.ndarray) -> Fields:
    """Those pulls that are strong enough, in the order of the drivers whose innovations they move."""
    driver, by = np.nonzero(np.einsum("itk,itk->ki", cross, cross) > _WEAKEST**2)
    return {Field.PULL: cross[by, :, driver], Field.PULL_DRIVER: driver, Field.PULL_BY: places[by]}
