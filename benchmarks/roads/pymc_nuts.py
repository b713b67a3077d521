"""PyMC's own sampler on the plain model: what ``pm.sample`` does where nutpie is not installed."""

from __future__ import annotations

import time

import numpy as np
import pymc as pm
from pymc.blocking import DictToArrayBijection
from roads.cases import Case
from roads.on_pymc import log_densities, model_of, posterior_of, start_of
from roads.road import Density, fastest, from_twin, run

from forecast.inference.posterior import Posterior
from forecast.inference.settings import TARGET_ACCEPT, Sampling


def density(case: Case) -> Density:
    """Compile what the sampler's steps call."""
    model = model_of(case)
    function = model.logp_dlogp_function(ravel_inputs=True)
    function.set_extra_values({})
    names = [value.name for value in model.value_vars]

    def call(point: list[np.ndarray]) -> float:
        return function(DictToArrayBijection.map(dict(zip(names, point, strict=True))))[0]

    start = DictToArrayBijection.map(dict(zip(names, start_of(model), strict=True)))
    return Density(
        lambda: from_twin(case, lambda unknowns: log_densities(model, unknowns, call)),
        lambda: fastest(lambda: function(start)),
    )


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample; compiling is part of the call and counted apart."""
    model = model_of(case)
    with model:
        began = time.perf_counter()
        tree = pm.sample(
            draws=counts.draws, tune=counts.tune, chains=counts.chains, random_seed=seed, target_accept=TARGET_ACCEPT,
            nuts_sampler="pymc", progressbar=False, compute_convergence_checks=False,
        )  # fmt: skip
        seconds = tree["posterior"].attrs.get("sampling_time", time.perf_counter() - began)
    return posterior_of(case, model, tree, counts, seconds)


if __name__ == "__main__":
    run(density, sample, ("pymc", "pytensor", "numba"))
