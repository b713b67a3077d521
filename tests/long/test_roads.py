"""Two roads to one posterior: the compiled density in whitened coordinates, and nutpie on the PyMC model as it stands.

Means and mean squares of everything that the model knows are compared in combined Monte Carlo errors, and so are ranks:
the mean of where the draws of one road stand among those of the other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import rankdata

from forecast.evidence.snapshot import take_snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.montecarlo import monte_carlo_error
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
import made_case

SAMPLING = Sampling(draws=1500, tune=1000, chains=4)
FALSE_ALARM = 0.01  # of the whole test, were the roads one


def plain(scenario, snapshot) -> Posterior:
    """The PyMC model through nutpie's own compiler."""
    import nutpie

    from forecast.model.build import build_model

    model = build_model(compile_spec(scenario), snapshot)
    unknowns = [variable.name for variable in model.free_RVs]
    tree = nutpie.sample(
        nutpie.compile_pymc_model(model, var_names=unknowns),
        draws=SAMPLING.draws, tune=SAMPLING.tune, chains=SAMPLING.chains, target_accept=0.9,
        seed=2, save_warmup=False, progress_bar=False,
    )  # fmt: skip
    draws, stats = tree["posterior"].dataset, tree["sample_stats"].dataset

    def flat(values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, *values.shape[2:])

    return Posterior(
        {name: flat(draws[name].values) for name in unknowns},
        SAMPLING.chains,
        {name: flat(stats[name].values) for name in ("diverging", "energy", "n_steps")},
        {},
    )


def columns(posterior: Posterior) -> np.ndarray:
    """Everything on one scale that has moments: unknowns as they are, positive ones by their logs."""
    parts = []
    for name, values in sorted(posterior.unknowns.items()):
        flat = values.reshape(len(posterior), -1)
        parts.append(np.log(flat) if name in ("mean_hazard", "letter_mix", "digit_mix") else flat)
    return np.concatenate(parts, axis=1)


@pytest.mark.long
def test_roads_lead_to_one_posterior():
    scenario = made_case.full_scenario().model_copy(update={"learn_grades": True})
    snapshot = take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF)
    roads = [fit(scenario, snapshot, seed=1, sampling=SAMPLING), plain(scenario, snapshot)]
    for road in roads:
        assert diagnose(road, Draws.of(compile_spec(scenario), road.unknowns)).status != "FAIL"
    one, other = (columns(road) for road in roads)
    ranks = rankdata(np.concatenate([one, other]), axis=0) / (2 * len(one))
    kinds = {
        "mean": (one, other),
        "mean square": (one**2, other**2),
        "mean rank": (ranks[: len(one)], ranks[len(one) :]),
    }
    bound = NormalDist().inv_cdf(1 - FALSE_ALARM / (2 * len(kinds) * one.shape[1]))
    for kind, pair in kinds.items():
        means = [values.mean(axis=0) for values in pair]
        errors = [monte_carlo_error(road.by_chain(values)) for road, values in zip(roads, pair, strict=True)]
        apart = np.abs(means[0] - means[1]) / np.hypot(*errors)
        assert apart.max() < bound, (kind, int(apart.argmax()), float(apart.max()), bound)
