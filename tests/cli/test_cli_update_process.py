"""``forecast update`` as a process of its own on a real fit: what it loads, and what is left when it is killed."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from prior_fit import record_prior_fit

from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify
from forecast.workspace import Workspace

FIT, LATER = date(2023, 3, 1), "2023-03-04"
HORIZON = "2023-03-10"  # near, so that projecting takes little of the time
COMMAND = ("update", "harbour-strike", "--as-of", LATER, "--horizon", HORIZON, "--no-report", "--json")


def start(project_root: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(project_root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def fitted(workspace):
    return record_prior_fit(Workspace(workspace), "harbour-strike", FIT, date.fromisoformat(HORIZON))


def test_it_reweights_and_loads_nothing_heavy(workspace, fitted, project_root):
    program = (
        "import sys\n"
        "from forecast.cli import main\n"
        f"sys.argv = ['forecast', *{list(COMMAND)!r}]\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    out, err = start(project_root, "-c", program).communicate(timeout=60)
    told = json.loads(out)
    assert (told["method"], told["fit"]["ledger_id"]) == ("reweight", fitted.id)
    assert told["diagnostics"]["pareto_k"] is not None
    loaded = {name.partition(".")[0] for name in err.split()}
    heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "arviz_stats", "matplotlib", "xarray", "pandas", "scipy"}
    assert not loaded & heavy


def reword_a_report(workspace: Path, summary: str) -> None:
    """Change evidence without changing any number: the model does not read a summary."""
    path = workspace / "data" / "harbour-strike" / "events.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    rows[0][header.index("summary")] = summary
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


@pytest.mark.skipif(os.name != "posix", reason="kills processes outright")
@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.long)])
def test_killed_updates_lose_nothing_and_leave_nothing_half_written(workspace, fitted, project_root, kills):
    began = time.perf_counter()
    out, err = start(project_root, "-m", "forecast", *COMMAND).communicate(timeout=60)
    whole, told = time.perf_counter() - began, [json.loads(out)["ledger_id"]]
    ledger, rng = Ledger(workspace / "data" / "ledger"), np.random.default_rng(kills)
    late = rng.random(kills) < 0.7  # most of them while it writes, at the end
    for number, wait in enumerate(np.where(late, rng.uniform(0.7, 1.1, kills), rng.random(kills)) * whole):
        reword_a_report(workspace, f"Told in other words, {number}")  # else nothing is new and nothing is written
        process = start(project_root, "-m", "forecast", *COMMAND)
        time.sleep(wait)
        process.kill()
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            told.append(json.loads(out)["ledger_id"])
    kept = [entry.id for entry in ledger.forecasts()]
    assert set(told) <= set(kept)
    assert len(kept) <= 2 + kills
    assert verify(ledger).problems == ()
    done = start(project_root, "-m", "forecast", *COMMAND)
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    probabilities = {
        tuple(outcome.probability for outcome in entry.outcomes) for entry in ledger.forecasts() if entry.fit
    }
    assert len(probabilities) == 1  # whatever was killed before, the same evidence gives the same numbers


def test_withdrawing_a_report_and_adding_it_again_returns_to_the_same_probabilities(workspace, fitted, project_root):
    def forecast(*words: str) -> dict[str, float]:
        out, err = start(project_root, "-m", "forecast", *words).communicate(timeout=60)
        told = json.loads(out)
        assert told["status"] != "FAIL", err
        return {name: outcome["probability"] for name, outcome in told.get("outcomes", {}).items()}

    before = forecast(*COMMAND)
    events = (workspace / "data" / "harbour-strike" / "events.csv").read_text(encoding="utf-8").splitlines()
    header = events[0].split(",")
    row = next(
        dict(zip(header, line.split(","), strict=True))
        for line in events[1:]
        if line.count(",") == len(header) - 1 and line.split(",")[header.index("date")] <= LATER and '"' not in line
    )
    forecast("withdraw", "harbour-strike", row["id"], "--date", LATER, "--json")
    without = forecast(*COMMAND)
    again = [
        "add", "harbour-strike", "--type", row["event_type"], "--date", row["date"], "--reported", row["reported"],
        "--grade", row["reliability"] + row["credibility"], "--summary", row["summary"], "--source", row["source"],
    ]  # fmt: skip
    for name, direction in zip(row["driver"].split(";"), row["direction"].split(";"), strict=True):
        again += ["--driver", name, "--direction", direction] if name else []
    forecast(*again, "--json")
    after = forecast(*COMMAND)
    assert after != without
    assert after == pytest.approx(before, abs=1e-12)
