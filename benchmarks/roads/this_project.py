"""The project's own path: ``forecast.inference.fit.fit``."""

from __future__ import annotations

from roads.cases import Case
from roads.road import Density, run

from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling


def density(case: Case) -> Density:
    """Give the density that ``fit`` samples. The one place that knows which function that is."""
    from roads.nutpie_plain import density as plain

    return plain(case)  # the compiled program is that of the plain model


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample."""
    return fit(case.scenario, case.snapshot, seed=seed, sampling=counts)


if __name__ == "__main__":
    run(density, sample, ("nutpie", "numba"))
