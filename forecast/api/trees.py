"""Draws of a fit, and of the prior beside them, as a tree of labelled arrays for ArviZ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forecast.api.labels import dataset, days
from forecast.inference.posterior import Posterior
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.prior import PRIOR_DRAWS
from forecast.projection.quantities import quantities
from forecast.scenario.types import Scenario

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["tree_of"]


def tree_of(scenario: Scenario, posterior: Posterior, n_steps: int, *, seed: int) -> xr.DataTree:
    """Label the draws by driver, date and path in the scenario file, in the units of the file.

    Parameters
    ----------
    n_steps : int
        Steps from the scenario's start to the as-of date; the posterior has as many.
    seed : int
        Of the prior draws.
    """
    import xarray as xr

    rng = np.random.default_rng([seed, 6])
    prior = prior_unknowns(compile_spec(scenario), PRIOR_DRAWS, n_steps, rng=rng)
    stats = {name: (("chain", "draw"), posterior.by_chain(values)) for name, values in posterior.stats.items()}
    if posterior.weight is not None:
        stats["weight"] = (("chain", "draw"), posterior.by_chain(posterior.weight))
    return xr.DataTree.from_dict(
        {
            "posterior": _draws(scenario, posterior.unknowns, posterior.chains),
            "prior": _draws(scenario, prior, 1),
            "sample_stats": dataset(stats, _places(posterior.chains, len(posterior))),
        }
    )


def _draws(scenario: Scenario, unknowns: Unknowns, chains: int) -> xr.Dataset:
    spec = compile_spec(scenario)
    level = Draws.of(spec, unknowns).level
    elicited = quantities(scenario, spec)
    values = np.stack([item.shown(item.law.value(item.of(unknowns))) for item in elicited], axis=1)
    n, n_steps = level.shape[:2]
    return dataset(
        {
            "level": (("chain", "draw", "date", "driver"), level.reshape(chains, n // chains, *level.shape[1:])),
            "parameter": (("chain", "draw", "key"), values.reshape(chains, n // chains, -1)),
        },
        {
            **_places(chains, n),
            "date": days([scenario.grid.first_day(t) for t in range(n_steps)]),
            "driver": list(spec.drivers),
            "key": [item.key for item in elicited],
            "unit": ("key", [item.unit for item in elicited]),
        },
    )


def _places(chains: int, n: int) -> dict[str, np.ndarray]:
    return {"chain": np.arange(chains), "draw": np.arange(n // chains)}
