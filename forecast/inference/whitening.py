"""Coordinates in which the posterior is nearly a standard normal, so that the sampler can take long steps.

In the model's own coordinates the prior is a standard normal. Evidence narrows a few directions only, those along which
much of it agrees: a driver's level over the months of a series, say. These are the leading eigenvectors of the negative
Hessian of the log likelihood near the mode; one with eigenvalue d is stretched by sqrt(1 + d). The map is affine and
the same for the whole run, so it changes the speed and not the posterior.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.model.compiled.density import log_density_and_gradient
from forecast.model.compiled.layout import Field, pack
from forecast.model.compiled.vector import Vector

__all__ = ["whitened"]

_DIRECTIONS = 20  # on the shipped case the eigenvalues fall below 1 after 15 to 30
_NOISES = ("series_noise_z", "signal_noise_z")  # kept at their prior median: at the joint mode a noise can vanish
_STEP = 1e-4  # of the differences of gradients that make a Hessian: error near 1e-8, rounding near 1e-11
_PRECISION = 0.001  # of the eigenvalues, relative: they only set a scale


def whitened(fields: Mapping[Field, np.ndarray | float], vector: Vector) -> np.ndarray:
    """Pack a model with the sampler's coordinates chosen for it.

    Parameters
    ----------
    fields : mapping
        As :func:`forecast.model.compiled.tables.model_fields` gives them.
    vector : Vector
        Of the same history.

    Returns
    -------
    ndarray of int64
        What the sampler's functions take as data.
    """
    from scipy.optimize import minimize
    from scipy.sparse.linalg import LinearOperator, eigsh

    words, n = pack(fields), len(vector)
    free = ~vector.places(*_NOISES)

    def slope(point: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = np.empty(n)
        return -log_density_and_gradient(point, words, gradient), -gradient

    def of_free(values: np.ndarray) -> tuple[float, np.ndarray]:
        point = np.zeros(n)
        point[free] = values
        value, gradient = slope(point)
        return value, gradient[free]

    def curvature(direction: np.ndarray) -> np.ndarray:
        direction = direction.ravel()
        size = np.linalg.norm(direction)
        if size == 0:
            return direction
        h = _STEP / size
        bend = (slope(centre + h * direction)[1] - slope(centre - h * direction)[1]) / (2 * h)
        return np.asarray(bend - direction)  # less the prior's

    centre = np.zeros(n)
    centre[free] = minimize(of_free, centre[free], jac=True, method="L-BFGS-B", options={"maxcor": 20}).x
    eigenvalues, vectors = eigsh(
        LinearOperator((n, n), matvec=curvature, dtype=float),
        k=min(_DIRECTIONS, n - 1),
        which="LA",
        tol=_PRECISION,
        v0=np.ones(n),  # the default is drawn at random
    )
    narrowed = eigenvalues > 0
    return pack(
        {
            **fields,
            Field.CENTRE: centre,
            Field.BASIS: vectors[:, narrowed].T,
            Field.SHRINK: 1 / np.sqrt(1 + eigenvalues[narrowed]) - 1,
        }
    )
