"""The project's own path: ``forecast.inference.fit.fit``."""

from __future__ import annotations

import ctypes

import numpy as np
from roads.cases import Case
from roads.road import POINTS, Density, fastest, run

from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.inference.whitening import whitened
from forecast.model.compiled.density import sampler_functions
from forecast.model.compiled.vector import Vector
from forecast.model.density import log_density


def density(case: Case) -> Density:
    """Call the function that ``fit`` hands to the sampler, through its address, in the sampler's own coordinates."""
    vector = Vector.of(case.spec, case.snapshot)
    words = whitened(case.spec, case.snapshot, vector)
    n, address = len(vector), ctypes.POINTER(ctypes.c_double)
    logp, expand = sampler_functions()
    gradient, value, stored = np.empty(n), np.empty(1), np.empty(n)
    out = [array.ctypes.data_as(address) for array in (gradient, value)]

    def call(position: np.ndarray) -> float:
        if logp.ctypes(n, position.ctypes.data_as(address), *out, words.ctypes.data):
            raise ValueError("there is no density at this point")
        return float(value[0])

    def from_twin(position: np.ndarray) -> float:
        if expand.ctypes(n, n, position.ctypes.data_as(address), stored.ctypes.data_as(address), words.ctypes.data):
            raise ValueError("there are no unknowns at this point")
        point = stored[None]
        twin = log_density(case.spec, case.snapshot, vector.unknowns(point)) + vector.log_jacobian(point)
        return call(position) - float(twin[0])

    positions = 0.8 * np.random.default_rng(1).normal(size=(POINTS, n))
    start = np.zeros(n)
    return Density(
        lambda: np.array([from_twin(position) for position in positions]), lambda: fastest(lambda: call(start))
    )


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample."""
    return fit(case.scenario, case.snapshot, seed=seed, sampling=counts)


if __name__ == "__main__":
    run(density, sample, ("nutpie", "numba"))
