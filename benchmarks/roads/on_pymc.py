"""What the roads on the plain PyMC model share: the model, points in its unconstrained coordinates, draws by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from roads.cases import Case

from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.model.build import build_model
from forecast.model.draws import prior_unknowns


def model_of(case: Case) -> Any:
    """Build the PyMC model of a case."""
    return build_model(case.spec, case.snapshot)


def unconstrained(model: Any, unknowns: Mapping[str, np.ndarray]) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """Move unknowns of shape (n, ...) to the coordinates in which PyMC samples.

    Returns
    -------
    points : list of list of ndarray
        Of each of the n points, its values in the order of ``model.value_vars``.
    log_jacobian : ndarray, shape (n,)
        What PyMC adds to the log density for the change of coordinates.
    """
    n = len(unknowns["innovation"])
    columns, log_jacobian = [], np.zeros(n)
    for variable in model.free_RVs:
        values, transform = unknowns[variable.name], model.rvs_to_transforms[variable]
        if transform is not None:
            inputs = variable.owner.inputs
            moved = [transform.forward(value, *inputs) for value in values]
            log_jacobian += [_evaluate(transform.log_jac_det(value, *inputs)).sum() for value in moved]
            values = [_evaluate(value) for value in moved]
        columns.append([np.asarray(value, dtype=float) for value in values])
    return [list(point) for point in zip(*columns, strict=True)], log_jacobian


def start_of(model: Any) -> list[np.ndarray]:
    """Give the point at which gradients are timed, in the order of ``model.value_vars``."""
    start = model.initial_point()
    return [np.asarray(start[value.name], dtype=float) for value in model.value_vars]


def log_densities(
    model: Any, unknowns: Mapping[str, np.ndarray], logp: Callable[[list[np.ndarray]], float]
) -> np.ndarray:
    """Take PyMC's Jacobians from a log density in its coordinates, shape (n,)."""
    points, log_jacobian = unconstrained(model, unknowns)
    return np.array([float(logp(point)) for point in points]) - log_jacobian


def posterior_of(case: Case, model: Any, tree: Any, counts: Sampling, seconds: float) -> Posterior:
    """Take the draws of the model's unknowns, and what the chains say of themselves, out of a tree of results."""
    posterior, stats = tree["posterior"].dataset, tree["sample_stats"].dataset
    total = counts.chains * counts.draws
    template = prior_unknowns(case.spec, 1, 1, rng=np.random.default_rng(0))
    absent = {name: np.empty((total, *values.shape[1:])) for name, values in template.items() if values.size == 0}
    drawn = {variable.name: _flat(posterior[variable.name].values) for variable in model.free_RVs}
    named = {name: _flat(stats[name].values) for name in ("diverging", "energy", "n_steps")}
    return Posterior({**absent, **drawn}, counts.chains, named, {"sample": seconds})


def _evaluate(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.eval(mode="FAST_COMPILE"))


def _flat(values: np.ndarray) -> np.ndarray:
    return np.asarray(values).reshape(-1, *values.shape[2:])
