"""What tests share: where the project lies, no window for figures, repeatable property tests, workers for tasks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from forecast.parallel.workers import SERIAL, Workers

os.environ["MPLBACKEND"] = "Agg"  # before anything imports matplotlib; subprocesses inherit it

# The same examples on every machine and no time limit for one of them: pytest-timeout catches what hangs.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The project's folder, which is also the shipped workspace."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """Address of a Dask cluster of two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        yield made.scheduler_address


@pytest.fixture(params=["serial", "processes", "cluster"])
def workers(request: pytest.FixtureRequest) -> Workers:
    """Each place where tasks may run."""
    return _workers_of(request)


@pytest.fixture(params=["processes", "cluster"])
def other_processes(request: pytest.FixtureRequest) -> Workers:
    """Each place outside this process."""
    return _workers_of(request)


def _workers_of(request: pytest.FixtureRequest) -> Workers:
    if request.param == "cluster":
        return Workers(cluster=request.getfixturevalue("cluster"))
    return SERIAL if request.param == "serial" else Workers(jobs=2)
