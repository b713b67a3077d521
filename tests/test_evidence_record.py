"""A measured figure is stale exactly when the model code or the scenario it rests on has changed."""

from __future__ import annotations

import re
from pathlib import Path

import evidence_record
import pytest

SCENARIO = "priors/case.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one model file, one other file and one scenario."""
    for name, text in {
        "forecast/model/drivers.py": "x = 1\n",
        "forecast/cli/main.py": "",
        SCENARIO: "states\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "docs/evidence").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "is_stale"),
    [
        ("forecast/model/drivers.py", True),
        (SCENARIO, True),
        ("forecast/projection/new.py", True),
        ("forecast/cli/main.py", False),
    ],
)
def test_a_record_is_stale_when_what_it_measured_changed(project, changed, is_stale):
    record = evidence_record.record("recovery", SCENARIO, {"covered": 0.8}, root=project)
    assert list(evidence_record.stale(root=project)) == []
    path = project / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("y = 2\n", encoding="utf-8")
    assert list(evidence_record.stale(root=project)) == ([record.relative_to(project).as_posix()] if is_stale else [])


def test_a_record_is_stale_when_its_scenario_has_gone(project):
    evidence_record.record("recovery", SCENARIO, {"covered": 0.8}, root=project)
    (project / SCENARIO).unlink()
    assert list(evidence_record.stale(root=project)) == ["docs/evidence/recovery.json"]


def test_line_ends_do_not_count(project):
    before = evidence_record.fingerprint(SCENARIO, root=project)
    (project / SCENARIO).write_bytes(b"states\r\n")
    assert evidence_record.fingerprint(SCENARIO, root=project) == before


def test_the_readme_names_exactly_the_folders_that_the_hash_covers(project_root):
    text = (project_root / "docs/evidence/README.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"`(forecast/\w+)`", text)) == evidence_record.MODEL_CODE
