"""One real fit of the small made-up case for all tests of the API, and its update."""

from __future__ import annotations

from pathlib import Path

import pytest

import forecast
from forecast.api import Fit
from forecast.evidence.records import Evidence
from forecast.scenario.types import Scenario

SEED = 1


@pytest.fixture(scope="session")
def case(project_root: Path) -> tuple[Scenario, Evidence]:
    cases = project_root / "tests" / "cases"
    scenario = forecast.load_scenario(cases / "priors" / "harbour-strike.yaml")
    return scenario, forecast.read_evidence(str(cases / "data" / "harbour-strike"), scenario)


@pytest.fixture(scope="session")
def fitted(case) -> Fit:
    return forecast.fit(*case, as_of="2023-04-10", seed=SEED)


@pytest.fixture(scope="session")
def updated(fitted, case) -> Fit:
    return forecast.update(fitted, case[1], as_of="2023-04-13")
