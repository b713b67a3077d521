"""Whatever was known on a day, the model has the same unknowns."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.readers import read_evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.build import build_model
from forecast.model.draws import prior_unknowns
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario


@pytest.mark.parametrize("case", ["harbour-strike", "ukraine-2025"])
def test_the_unknowns_do_not_depend_on_the_day(project_root: Path, case: str) -> None:
    root = project_root if case == "ukraine-2025" else project_root / "tests" / "cases"
    scenario = load_scenario(root / "priors" / f"{case}.yaml").scenario
    evidence = read_evidence(root / "data" / case, scenario)
    spec = compile_spec(scenario)
    drawn = prior_unknowns(spec, 1, 1, rng=np.random.default_rng(1))
    expected = {name for name, values in drawn.items() if values.size}
    for as_of in (scenario.start, scenario.start + timedelta(days=8), evidence.last_reported or date.max):
        model = build_model(spec, take_snapshot(scenario, evidence, as_of))
        assert {variable.name for variable in model.free_RVs} == expected
