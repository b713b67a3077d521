"""The shipped case from the command line to the files, in a workspace of its own."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

AS_OF, HORIZON = "2025-05-09", "2025-12-31"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, project_root) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(project_root / "priors", root / "priors")
    shutil.copytree(project_root / "data", root / "data", ignore=shutil.ignore_patterns("ledger"))
    return root


@pytest.fixture(scope="module")
def done(workspace, project_root) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forecast", "run", "ukraine-2025", "--as-of", AS_OF, "--json"],
        cwd=workspace,
        env={**os.environ, "PYTHONPATH": str(project_root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def document(done) -> dict:
    assert done.returncode == 0, done.stderr + str(json.loads(done.stdout).get("diagnostics"))
    return json.loads(done.stdout)


def test_it_passes_and_says_on_stderr_what_it_does(done, document):
    assert document["status"] == "PASS", document["diagnostics"]
    assert "sampling" in done.stderr
    diagnostics = document["diagnostics"]
    assert diagnostics["max_rhat"] <= 1.01
    assert min(diagnostics["min_ess_bulk"], diagnostics["min_ess_tail"]) >= 400
    assert diagnostics["divergences"] == 0
    assert diagnostics["min_bfmi"] >= 0.3
    assert diagnostics["pareto_k"] is None


def test_the_document_has_the_promised_fields(document):
    promised = {
        "format_version", "status", "scenario", "scenario_hash", "as_of", "horizon", "seed", "method", "outcomes",
        "by_date", "drivers", "diagnostics", "changes", "ledger_id", "seconds", "files",
    }  # fmt: skip
    assert promised <= document.keys()
    assert (document["scenario"], document["as_of"], document["horizon"]) == ("ukraine-2025", AS_OF, HORIZON)
    assert document["method"] == "nuts"
    assert {"compile", "sample", "project", "total"} <= document["seconds"].keys()
    assert len(document["drivers"]) == 7
    for driver in document["drivers"].values():
        assert driver["sd"] > 0
        assert driver["prior"]["sd"] > 0
        assert math.isfinite(driver["mean"] + driver["prior"]["mean"])


def test_probabilities_and_their_ranges_hang_together(document):
    outcomes = document["outcomes"]
    assert len(outcomes) == 6
    for name in ("probability", "prior"):
        assert sum(outcome[name] for outcome in outcomes.values()) == pytest.approx(1, abs=1e-9)
    for outcome in outcomes.values():
        assert 0 <= outcome["low80"] <= outcome["probability"] <= outcome["high80"] <= 1
        assert 0 < outcome["mcse"] < 0.02


def test_every_step_to_the_horizon_is_there(document):
    rows = document["by_date"]
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert (days[0], days[-1]) == (date(2025, 5, 11), date.fromisoformat(HORIZON))  # the as-of date is a Friday
    assert {(after - before).days for before, after in pairwise(days[:-1])} == {7}
    for row in rows:
        assert sum(row["outcomes"].values()) == pytest.approx(1, abs=1e-9)
        assert sum(row["states"].values()) == pytest.approx(1, abs=1e-9)
    last = {name: outcome["probability"] for name, outcome in document["outcomes"].items()}
    assert rows[-1]["outcomes"] == pytest.approx(last, abs=1e-12)


def test_files_and_ledger_entry_are_written(workspace, document):
    html, pdf = (workspace / document["files"][kind] for kind in ("html", "pdf"))
    text = html.read_text(encoding="utf-8")
    assert len(text) > 20_000
    assert document["ledger_id"][:8] in text
    assert pdf.read_bytes().startswith(b"%PDF")
    assert (workspace / "data" / "ledger" / "ledger.sqlite").stat().st_size > 0
    assert any((workspace / "data" / "ledger" / "draws").iterdir())
