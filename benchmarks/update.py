"""How long `forecast update` takes, and how much memory, after one new event.

Whole processes are measured, as somebody waits for them.

Works in a temporary workspace, prints a table and writes it into benchmarks/README.md. Takes the minutes of one full
fit.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from shared.measuring import Measured, circumstances, measure, run_once, table, write_section

from forecast.inference.settings import STANDARD_SAMPLING

ROOT = Path(__file__).resolve().parent.parent
CASE, FIT_DAY, EVENT_DAY = "ukraine-2025", "2025-05-09", "2025-05-10"
RUNS = 5
PACKAGES = ("numpy", "h5py", "pydantic", "matplotlib", "typst")
FORECAST = (sys.executable, "-m", "forecast")
EVENT = (
    "add", CASE, "--type", "talks_round", "--date", EVENT_DAY, "--driver", "negotiation_momentum", "--direction", "1",
    "--grade", "B2", "--source", "made up for the benchmark", "--summary", "Delegations meet.",
)  # fmt: skip
UPDATE = ("update", CASE, "--as-of", EVENT_DAY, "--json")


def measure_all(folder: Path) -> list[Measured]:
    """Fit, add one event, and measure in a workspace that `folder` becomes."""
    for name in ("priors", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("ledger"))
    for arguments in (("run", CASE, "--as-of", FIT_DAY), EVENT):
        print(f"forecast {' '.join(arguments[:2])}", file=sys.stderr, flush=True)
        run_once((*FORECAST, *arguments), folder)
    print("measuring", file=sys.stderr, flush=True)
    ledger = folder / "data" / "ledger"  # an update that finds its own forecast there has nothing to do
    return [
        measure("Python that imports NumPy and ends", (sys.executable, "-c", "import numpy"), folder, runs=RUNS),
        measure(
            "`forecast update --no-report`",
            (*FORECAST, *UPDATE, "--no-report"),
            folder,
            runs=RUNS,
            seconds=2.5,
            megabytes=400,
            accept=_require_reweighting,
            put_back=ledger,
        ),
        measure(
            "`forecast update`",
            (*FORECAST, *UPDATE),
            folder,
            runs=RUNS,
            seconds=6,
            accept=_require_reweighting,
            put_back=ledger,
        ),
    ]


def _require_reweighting(printed: bytes) -> None:
    if json.loads(printed)["method"] != "reweight":
        sys.exit("an update needed a new fit: nothing to measure")


def main() -> None:
    """Measure, print, write."""
    load, kept = os.getloadavg()[0], STANDARD_SAMPLING
    with tempfile.TemporaryDirectory() as folder:
        rows = measure_all(Path(folder))
    text = (
        "## Updating\n\n"
        f"`{CASE}`, fitted as of {FIT_DAY} ({kept.chains} chains of {kept.draws:,} draws); one event of {EVENT_DAY}"
        f" is added with `forecast add`, then the forecast is updated. Whole processes, {RUNS} runs each after one that"
        " warms the file system. Processor seconds are the work of all threads, which other programs hardly change.\n\n"
        f"{table(rows)}\n\n{circumstances(load, PACKAGES)}"
    )
    print(text)
    write_section("update", text)


if __name__ == "__main__":
    main()
