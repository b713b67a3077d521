"""Coordinates in which the posterior is nearly a standard normal, so that the sampler can take long steps.

In the model's own coordinates the prior is a standard normal, and evidence narrows it. Two maps widen it again.
Along each driver's path, innovations are taken given the level expected from all that is before them and rough
information on what comes (partial centring, chosen by how much evidence there is): where levels are well known, other
unknowns move without them. Then the outermost eigenvectors of the negative Hessian near the
mode are stretched by the roots of their eigenvalues: directions along which much evidence agrees, or which the first
map has narrowed too far. The map stays the same for the whole run
and its volume is constant, so it changes the speed and not the posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.compiled.coordinates import to_point
from forecast.model.compiled.density import density_at_position
from forecast.model.compiled.layout import Field, pack
from forecast.model.compiled.tables import model_fields
from forecast.model.compiled.vector import Vector
from forecast.model.draws import Draws
from forecast.model.information import driver_information
from forecast.model.spec import ModelSpec

__all__ = ["whitened"]

Fields = Mapping[Field, np.ndarray | float]

_NARROW, _WIDE = 20, 8  # directions: on the shipped case eigenvalues beyond these lie between 0.4 and 2
_WIDEST = 0.05  # smallest eigenvalue believed: far out the density is not what it is near the mode
_NOISES = ("series_noise_z", "signal_noise_z")  # kept at their prior median: at the joint mode a noise can vanish
_STEP = 1e-4  # of the differences of gradients that make a Hessian: error near 1e-8, rounding near 1e-11
_LANCZOS_STEPS = 120
_DESCENTS = 200  # iterations towards the mode: near it is enough


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
    fields = model_fields(spec, snapshot, weights)
    for _ in range(2):  # around the middle of the prior, then around the mode
        fields = {**fields, **_along_paths(spec, snapshot, vector, np.asarray(fields[Field.CENTRE]))}
        fields = {**fields, Field.CENTRE: _mode(fields, vector)}
    return pack({**fields, **_outlying_directions(fields)})


def _along_paths(spec: ModelSpec, snapshot: Snapshot, vector: Vector, centre: np.ndarray) -> Fields:
    """Innovations given the level expected: an information filter backward in time for each driver by itself."""
    draws = Draws.of(spec, vector.unknowns(centre[None]))
    on_level, on_shock = driver_information(spec, snapshot, draws)
    persistence = draws.persistence[0]
    reach = np.tile(np.sqrt(1 - persistence**2), (snapshot.n_steps, 1))
    reach[0] = spec.start.scale
    gain, scale = np.zeros(reach.shape), np.ones(len(vector))
    of_path = scale[: reach.size].reshape(reach.shape)
    ahead = np.zeros(len(persistence))  # information on the level from later steps
    for t in range(snapshot.n_steps - 1, -1, -1):
        on_path, own = on_level[t] + ahead, 1 + on_shock[t]
        precision = own + reach[t] ** 2 * on_path
        gain[t] = reach[t] * on_path / precision
        of_path[t] = 1 / np.sqrt(precision)
        ahead = persistence**2 * on_path * own / precision
    gain[0] = 0  # nothing comes before
    aim = draws.level[0] - reach * draws.innovation[0]
    return {Field.PATH_GAIN: gain, Field.PATH_AIM: aim, Field.SCALE: scale}


def _mode(fields: Fields, vector: Vector) -> np.ndarray:
    """The point of highest density with the noises at their prior medians."""
    from scipy.optimize import minimize

    words, free = pack(fields), ~vector.places(*_NOISES)

    def of_free(values: np.ndarray) -> tuple[float, np.ndarray]:
        position, gradient = np.zeros(len(free)), np.empty(len(free))
        position[free] = values
        value = density_at_position(position, words, gradient)
        return -value, -gradient[free]

    position = np.zeros(len(free))
    position[free] = minimize(
        of_free, position[free], jac=True, method="L-BFGS-B", options={"maxcor": 20, "maxiter": _DESCENTS}
    ).x
    point = np.empty(len(free))
    to_point(words, position, point)
    return point


def _slope(fields: Fields) -> Callable[[np.ndarray], np.ndarray]:
    """Minus the gradient of the log density in the sampler's coordinates."""
    words = pack(fields)

    def slope(position: np.ndarray) -> np.ndarray:
        gradient = np.empty(len(position))
        density_at_position(position, words, gradient)
        return -gradient

    return slope


def _outlying_directions(fields: Fields) -> Fields:
    """The directions in which the density is narrowest and widest at the centre, and how far to stretch them.

    By Lanczos' method with full orthogonalisation (Golub and Van Loan 2013, Matrix Computations, ch. 10): its first
    vectors are the outermost ones.
    """
    n, slope = np.size(fields[Field.CENTRE]), _slope(fields)
    steps = min(_LANCZOS_STEPS, n)
    basis, projected = np.zeros((steps, n)), np.zeros((steps, steps))
    vector = np.random.default_rng(0).normal(size=n)  # any start that is blind to no direction
    for i in range(steps):
        basis[i] = vector / np.linalg.norm(vector)
        vector = (slope(_STEP * basis[i]) - slope(-_STEP * basis[i])) / (2 * _STEP)
        for _ in range(2):  # once more against rounding
            along = basis[: i + 1] @ vector
            projected[: i + 1, i] += along
            vector = vector - along @ basis[: i + 1]
    eigenvalues, rotations = np.linalg.eigh(projected, UPLO="U")
    outer = np.r_[:_WIDE, -_NARROW:0] if steps > _NARROW + _WIDE else np.arange(steps)
    shrink = 1 / np.sqrt(np.maximum(eigenvalues[outer], _WIDEST)) - 1
    return {Field.BASIS: rotations[:, outer].T @ basis, Field.SHRINK: shrink}
