"""What every test shares: where the project lies, no window for figures, and repeatable property tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"  # before anything imports matplotlib; subprocesses inherit it

# The same examples on every machine and no time limit for one of them: pytest-timeout catches what hangs.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The project's folder, which is also the shipped workspace."""
    return Path(__file__).resolve().parent.parent
