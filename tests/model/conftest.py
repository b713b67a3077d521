"""The made-up case, cut once for the tests of the model; and its module on the path."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.grades import fixed_weights
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
import made_case


@dataclass(frozen=True)
class Full:
    """The made-up case with every feature."""

    scenario: Scenario
    spec: ModelSpec
    snapshot: Snapshot
    weights: np.ndarray


@pytest.fixture(scope="session")
def full() -> Full:
    """The made-up case with every feature, as of a Wednesday."""
    scenario = made_case.full_scenario()
    snapshot = take_snapshot(scenario, made_case.full_evidence(), made_case.AS_OF)
    return Full(scenario, compile_spec(scenario), snapshot, made_case.full_weights(fixed_weights()))
