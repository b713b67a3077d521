"""NumPyro's sampler on the plain PyMC model, which PyTensor hands to JAX: the same density by construction."""

from __future__ import annotations

import time

import jax
import numpy as np
import pymc as pm
from pymc.sampling.jax import get_jaxified_logp
from roads.cases import Case
from roads.on_pymc import log_densities, model_of, posterior_of, start_of
from roads.road import Density, fastest, from_twin, run

from forecast.inference.posterior import Posterior
from forecast.inference.settings import TARGET_ACCEPT, Sampling


def density(case: Case) -> Density:
    """Compile the density as the sampler does."""
    model = model_of(case)
    potential = get_jaxified_logp(model, negative_logp=False)  # minus the log density, whatever the argument says
    both = jax.jit(jax.value_and_grad(lambda point: potential(point)))
    start = start_of(model)

    def logp(point: list[np.ndarray]) -> float:
        return -float(np.asarray(both(point)[0]))

    return Density(
        lambda: from_twin(case, lambda unknowns: log_densities(model, unknowns, logp)),
        lambda: fastest(lambda: jax.block_until_ready(both(start))),
    )


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample; what XLA compiles within the call counts as sampling, since NumPyro does not tell them apart."""
    model = model_of(case)
    with model:
        began = time.perf_counter()
        tree = pm.sample(
            draws=counts.draws, tune=counts.tune, chains=counts.chains, random_seed=seed, nuts_sampler="numpyro",
            nuts={"target_accept": TARGET_ACCEPT}, progressbar=False, compute_convergence_checks=False,
        )  # fmt: skip
        seconds = tree["posterior"].attrs.get("sampling_time", time.perf_counter() - began)
    return posterior_of(case, model, tree, counts, seconds)


if __name__ == "__main__":
    run(density, sample, ("pymc", "pytensor", "numpyro", "jax"))
