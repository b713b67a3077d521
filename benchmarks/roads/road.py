"""One way to sample a case, as a process of its own that prints one JSON object: what all of them share.

A road is a module with two functions, ``density(case)`` and ``sample(case, counts, seed)``. ``benchmarks/sampling.py``
starts it as ``python -m roads.<name>``, measures the whole process and judges the draws.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from roads.cases import Case, load

from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.model.density import log_density
from forecast.model.draws import prior_unknowns

STATS = ("diverging", "energy", "n_steps")
POINTS = 10  # at which densities are compared
REPEATS = 7  # blocks of gradients; the fastest counts, since other programs only slow them down
BLOCK_SECONDS = 0.2


@dataclass(frozen=True)
class Density:
    """The density that a road's sampler uses.

    Attributes
    ----------
    differences : callable
        Gives the log density less the NumPy twin's at several points: one constant where the densities are the same.
    gradient_seconds : callable
        Measures the time of the log density with its gradient.
    """

    differences: Callable[[], np.ndarray]
    gradient_seconds: Callable[[], float]


def run(
    density: Callable[[Case], Density],
    sample: Callable[[Case, Sampling, int], Posterior],
    packages: tuple[str, ...],
) -> None:
    """Do what the command line asks of a road and print the answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("--draws", type=Path, help="sample, and write the draws here; else examine the density")
    parser.add_argument("--counts", type=int, nargs=3, metavar=("DRAWS", "TUNE", "CHAINS"))
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    case = load(given.case)
    answer: dict[str, object] = {"versions": {name: version(name) for name in packages}}
    if given.draws is None:
        found = density(case)
        answer["differences"] = found.differences().tolist()
        answer["gradient_seconds"] = found.gradient_seconds()
    else:
        posterior = sample(case, Sampling(*given.counts), given.seed)
        answer["sampling_seconds"] = posterior.seconds["sample"]
        np.savez(given.draws, **posterior.unknowns, **{f"stat {name}": posterior.stats[name] for name in STATS})
    print(json.dumps(answer))


def from_twin(case: Case, at: Callable[[Mapping[str, np.ndarray]], np.ndarray]) -> np.ndarray:
    """Log density less the NumPy twin's at unknowns from the prior.

    Parameters
    ----------
    at : callable
        From unknowns of shape (n, ...) to their log density, shape (n,), without the Jacobians of sampling.
    """
    unknowns = prior_unknowns(case.spec, POINTS, case.snapshot.n_steps, rng=np.random.default_rng(1))
    return at(unknowns) - log_density(case.spec, case.snapshot, unknowns)


def fastest(once: Callable[[], object]) -> float:
    """Seconds of one call, from the fastest of several blocks of calls."""
    once()  # compiles what is compiled late
    began = time.perf_counter()
    once()
    calls = max(1, round(BLOCK_SECONDS / max(time.perf_counter() - began, 1e-7)))
    return min(_block(once, calls) for _ in range(REPEATS)) / calls


def _block(once: Callable[[], object], calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
        once()
    return time.perf_counter() - began
