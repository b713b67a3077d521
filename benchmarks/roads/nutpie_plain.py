"""nutpie on the plain PyMC model."""

from __future__ import annotations

import ctypes
import time
from typing import Any

import numpy as np
import nutpie
from roads.cases import Case
from roads.on_pymc import log_densities, model_of, posterior_of, start_of
from roads.road import Density, fastest, from_twin, run

from forecast.inference.posterior import Posterior
from forecast.inference.settings import TARGET_ACCEPT, Sampling


def density(case: Case) -> Density:
    """Call the compiled function itself, through its address."""
    model = model_of(case)
    call = caller(_compiled(model))
    start = flat(start_of(model))
    return Density(
        lambda: from_twin(case, lambda unknowns: log_densities(model, unknowns, lambda point: call(flat(point)))),
        lambda: fastest(lambda: call(start)),
    )


def flat(point: list[np.ndarray]) -> np.ndarray:
    """Join the values of a point."""
    return np.concatenate([value.ravel() for value in point])


def caller(compiled: Any) -> Any:
    """Make a function of a flat point that computes log density and gradient, and returns the former."""
    pointer = ctypes.POINTER(ctypes.c_double)
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, pointer, pointer, pointer, ctypes.c_void_p)
    function, data = kind(compiled.compiled_logp_func.address), compiled.user_data.ctypes.data
    gradient, value = np.zeros(compiled.n_dim), np.zeros(1)
    out = gradient.ctypes.data_as(pointer), value.ctypes.data_as(pointer)

    def call(point: np.ndarray) -> float:
        if function(compiled.n_dim, point.ctypes.data_as(pointer), *out, data):  # naming it here keeps it alive
            raise ValueError("the compiled density failed at this point")
        return float(value[0])

    return call


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample."""
    model = model_of(case)
    compiled = _compiled(model)
    began = time.perf_counter()
    tree = nutpie.sample(
        compiled, draws=counts.draws, tune=counts.tune, chains=counts.chains, seed=seed, target_accept=TARGET_ACCEPT,
        save_warmup=False, progress_bar=False,
    )  # fmt: skip
    return posterior_of(case, model, tree, counts, time.perf_counter() - began)


def _compiled(model: Any) -> Any:
    return nutpie.compile_pymc_model(model, var_names=[variable.name for variable in model.free_RVs])


if __name__ == "__main__":
    run(density, sample, ("pymc", "pytensor", "nutpie", "numba"))
