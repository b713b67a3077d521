"""Makes the tasks of these tests importable, in worker processes too: tests are not a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecast.parallel.workers import SERIAL, Workers

sys.path.insert(0, str(Path(__file__).parent))

KINDS = ("serial", "processes", "cluster")


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """Address of a Dask cluster of two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        yield made.scheduler_address


@pytest.fixture(params=KINDS)
def workers(request: pytest.FixtureRequest) -> Workers:
    """Each place where tasks may run."""
    return workers_of(request, request.param)


@pytest.fixture(params=KINDS[1:])
def other_processes(request: pytest.FixtureRequest) -> Workers:
    """Each place outside this process."""
    return workers_of(request, request.param)


def workers_of(request: pytest.FixtureRequest, kind: str) -> Workers:
    if kind == "cluster":
        return Workers(cluster=request.getfixturevalue("cluster"))
    return SERIAL if kind == "serial" else Workers(jobs=2)
