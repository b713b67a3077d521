"""The bare arithmetic of one log density with its gradient: how many operations it needs, times what each costs.

A lower bound for any road: each operation counts once, at the rate at which a processor core does many independent ones
in a row. Nothing is counted for indices, memory, calls or the sampler.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numba
import numpy as np
from roads.cases import Case, load
from roads.road import fastest

from forecast.model.data import model_data
from forecast.model.draws import elicited_priors

NUMBERS = 4096  # they stay in the first-level cache


@dataclass(frozen=True)
class Operations:
    """Numbers of multiply-adds, exponentials, logarithms and log gammas (each of the latter with its derivative)."""

    multiply_add: int
    exp: int
    log: int
    log_gamma: int


def count(case: Case) -> Operations:
    """Count what the equations in docs/method.md need; a derivative of a product costs two products."""
    spec, data, n_steps = case.spec, model_data(case.spec, case.snapshot), case.snapshot.n_steps
    n_drivers, n_priors = len(spec.drivers), sum(len(prior) for prior in elicited_priors(spec).values())
    loadings = np.bincount(spec.loading_type, minlength=len(spec.events))
    ratios = np.bincount(spec.ratio_edge, minlength=len(spec.edges))
    exposed = data["exposure"][:, spec.mix_type] > 0
    row, member = np.nonzero(data["group_members"])
    step = data["report_step"][data["selected"]][row]
    needed = {(t, e) for t, e in zip(step, member, strict=True) if loadings[e]}
    needed |= set(zip(data["report_step"], data["report_type"], strict=True))
    needed |= {(t, spec.mix_type[i]) for t, i in zip(*np.nonzero(exposed), strict=True)}
    at_risk = np.count_nonzero(data["at_risk"], axis=0)
    periods = data["series_last"] - data["series_first"] + 1
    reports, coded, values = len(data["report_type"]), len(data["coded_value"]), len(data["series_observed"])
    forward = (
        n_steps * (n_drivers + len(spec.influence) + 2 * n_drivers)  # the path
        + n_steps * n_drivers + n_priors  # the standard normal prior
        + sum(int(loadings[e]) for _, e in needed)
        + int(exposed.sum()) + 2 * len(row) + 2 * reports + 4 * coded
        + int(periods.sum()) + 4 * values
        + int(at_risk @ (ratios + 1))
    )  # fmt: skip
    exps = int(exposed.sum()) + len({(t, e) for t, e in zip(step, member, strict=True) if loadings[e]}) + reports
    positive = sum(int(np.count_nonzero(prior.sign)) for prior in elicited_priors(spec).values())
    simplex = 12 * len(spec.mix_type)
    return Operations(
        multiply_add=3 * forward,
        exp=exps + int(at_risk.sum()) + positive + n_drivers + simplex + len(spec.base_shape) + len(spec.breaks),
        log=reports + len(data["selected"]) + values + simplex + len(spec.base_shape) + len(spec.breaks),
        log_gamma=2 * len(data["dispersed_count"]),
    )


def costs() -> dict[str, float]:
    """Measure the seconds of one operation of each kind."""
    numbers, others = np.random.default_rng(1).uniform(0.5, 2, (2, NUMBERS))

    @numba.njit(fastmath=True)
    def multiply_add(x, y):
        total = 0.0
        for i in range(len(x)):
            total += x[i] * y[i]
        return total

    return {
        "multiply_add": fastest(lambda: multiply_add(numbers, others)) / NUMBERS,
        **{name: _each(function, numbers) for name, function in _FUNCTIONS.items()},
    }


_FUNCTIONS = {"exp": math.exp, "log": math.log, "log_gamma": math.lgamma}


def _each(function: Callable[[float], float], numbers: np.ndarray) -> float:
    @numba.njit(fastmath=True)
    def total_of(x):
        total = 0.0
        for i in range(len(x)):
            total += function(x[i])
        return total

    return fastest(lambda: total_of(numbers)) / NUMBERS


def main() -> None:
    """Print the bound of every case named."""
    each = costs()
    found = {}
    for name in sys.argv[1:]:
        operations = asdict(count(load(name)))
        found[name] = {"operations": operations, "seconds": sum(each[kind] * n for kind, n in operations.items())}
    print(json.dumps({"costs": each, "cases": found}))


if __name__ == "__main__":
    main()
