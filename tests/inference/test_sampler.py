"""The door to nutpie: draws of the density it is given, the same for a seed, and an end when interrupted."""

from __future__ import annotations

import _thread
import signal
import subprocess
import sys

import numpy as np
import pytest

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.fit import fit
from forecast.inference.settings import Sampling
from forecast.timegrid import shift

SAMPLING = Sampling(draws=300, tune=200, chains=2)


@pytest.fixture(scope="module")
def snapshot(scenario):
    return take_snapshot(scenario, Evidence(), shift(scenario.start, 21))


def test_draws_of_a_prior_that_no_evidence_moves(scenario, snapshot):
    posterior = fit(scenario, snapshot, seed=1, sampling=SAMPLING)
    innovation = posterior.unknowns["innovation"].reshape(600, -1)
    assert posterior.stats["energy"].shape == (600,)
    assert np.isfinite(posterior.stats["energy"]).all()
    assert posterior.stats["n_steps"].min() >= 1
    # Silence of one type says little: a step's mean and spread stay within five errors of those of the prior.
    assert np.abs(innovation.mean(axis=0)).max() < 0.4
    assert np.abs(innovation.std(axis=0) - 1).max() < 0.3


def test_a_seed_and_any_number_of_cores_give_the_same_draws(scenario, snapshot):
    one, same, other = (
        fit(scenario, snapshot, seed=seed, sampling=SAMPLING, cores=cores) for seed, cores in ((1, 1), (1, 2), (2, 2))
    )
    np.testing.assert_array_equal(one.unknowns["innovation"], same.unknowns["innovation"])
    assert (one.unknowns["innovation"] != other.unknowns["innovation"]).all()


def test_interrupted_sampling_ends_with_that_and_leaves_the_next_alone(scenario, snapshot):
    def interrupt(message: str) -> None:
        if message == "sampling: 0%":
            _thread.interrupt_main()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets jobs in the background ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            fit(scenario, snapshot, seed=1, sampling=Sampling(draws=1_000_000, tune=200, chains=2), progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(fit(scenario, snapshot, seed=1, sampling=SAMPLING)) == 600


def test_the_extension_comes_without_the_package_around_it_and_serves_that_later():
    code = (
        "import sys; from forecast.inference import sampler; one = sampler._extension();"
        "assert not {'arviz', 'pandas', 'xarray', 'nutpie'} & set(sys.modules), 'too much is loaded';"
        "import nutpie; assert nutpie._lib is one and sampler._extension() is one"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
