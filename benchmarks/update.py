"""How long `forecast update` takes, and how much memory, after one new event.

Whole processes are measured, as somebody waits for them.

Works in a temporary workspace, prints a table and writes it into benchmarks/README.md. Takes the minutes of one full
fit. Needs a POSIX system, which tells the peak memory of each process.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from forecast.inference.settings import STANDARD_SAMPLING

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path(__file__).resolve().with_name("README.md")
CASE, FIT_DAY, EVENT_DAY = "ukraine-2025", "2025-05-09", "2025-05-10"
RUNS = 5
FORECAST = (sys.executable, "-m", "forecast")
EVENT = (
    "add", CASE, "--type", "talks_round", "--date", EVENT_DAY, "--driver", "negotiation_momentum", "--direction", "1",
    "--grade", "B2", "--source", "made up for the benchmark", "--summary", "Delegations meet.",
)  # fmt: skip
UPDATE = ("update", CASE, "--as-of", EVENT_DAY, "--json")
HEAD = """# Benchmarks

`make bench` runs them all and writes what they measure here, each between its own two marks.
"""


@dataclass(frozen=True)
class Measured:
    """One command, run several times.

    Attributes
    ----------
    seconds, processor_seconds : tuple of float
        Wall time of each run, and the time that processors worked for it.
    megabytes : float
        Peak memory of the largest run, in MB of 1,000,000 bytes.
    """

    name: str
    seconds: tuple[float, ...]
    processor_seconds: tuple[float, ...]
    megabytes: float
    bar_seconds: float | None = None
    bar_megabytes: float | None = None


def run_once(command: Sequence[str], folder: Path) -> tuple[float, float, float, bytes]:
    """Run a command to its end. Returns wall and processor seconds, peak memory in MB and what it printed on stdout."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, log):
            stream.seek(0)
        if process.returncode:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{log.read().decode()}")
        unit = 1 if sys.platform == "darwin" else 1024
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, out.read()


def measure(
    name: str, command: Sequence[str], folder: Path, *, seconds: float | None = None, megabytes: float | None = None
) -> Measured:
    """Run a command once to warm the file system, then RUNS times; an update must not have needed a new fit.

    The ledger is put back after each run: an update that finds its own forecast there has nothing to do.
    """
    ledger, kept = folder / "data" / "ledger", folder / "ledger-before"
    shutil.copytree(ledger, kept)
    runs = []
    for _ in range(RUNS + 1):
        runs.append(run_once(command, folder))
        shutil.rmtree(ledger)
        shutil.copytree(kept, ledger)
    shutil.rmtree(kept)
    if "update" in command and any(json.loads(printed)["method"] != "reweight" for *_, printed in runs):
        sys.exit("an update needed a new fit: nothing to measure")
    wall, processor, peak, _ = zip(*runs[1:], strict=True)
    return Measured(name, wall, processor, max(peak), seconds, megabytes)


def measure_all(folder: Path) -> list[Measured]:
    """Fit, add one event, and measure in a workspace that `folder` becomes."""
    for name in ("priors", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("ledger"))
    for arguments in (("run", CASE, "--as-of", FIT_DAY), EVENT):
        print(f"forecast {' '.join(arguments[:2])}", file=sys.stderr, flush=True)
        run_once((*FORECAST, *arguments), folder)
    print("measuring", file=sys.stderr, flush=True)
    return [
        measure("Python that imports NumPy and ends", (sys.executable, "-c", "import numpy"), folder),
        measure(
            "`forecast update --no-report`", (*FORECAST, *UPDATE, "--no-report"), folder, seconds=2.5, megabytes=400
        ),
        measure("`forecast update`", (*FORECAST, *UPDATE), folder, seconds=6),
    ]


def table(rows: Sequence[Measured]) -> str:
    """Markdown; a bar that is not met is said so."""
    lines = [
        "| | seconds: median (least to most) | bar | processor seconds | peak memory, MB | bar |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        median = statistics.median(row.seconds)
        spread = f"{median:.2f} ({min(row.seconds):.2f} to {max(row.seconds):.2f})"
        bars = (_bar(median, row.bar_seconds), _bar(row.megabytes, row.bar_megabytes))
        worked = statistics.median(row.processor_seconds)
        lines.append(f"| {row.name} | {spread} | {bars[0]} | {worked:.2f} | {row.megabytes:.0f} | {bars[1]} |")
    return "\n".join(lines)


def _bar(value: float, bar: float | None) -> str:
    return "" if bar is None else f"{bar:g}, {'met' if value <= bar else '**not met**'}"


def circumstances(load: float) -> str:
    """Date, machine and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "h5py", "pydantic", "matplotlib", "typst"))
    busy = "quiet" if load < 0.5 else "**not quiet: other programs were running, so times are too long**"
    return (
        f"{datetime.now(UTC).date()}; {platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Python {platform.python_version()}, {packages}. Load of the machine before:"
        f" {load:.1f}, {busy}."
    )


def write_section(name: str, text: str) -> None:
    """Put a text between two marks in the page, in place of what stands there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    PAGE.write_text(f"{before if found else f'{page}\n'}{begin}\n{text}\n{end}{after}", encoding="utf-8")


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
        f"{table(rows)}\n\n{circumstances(load)}"
    )
    print(text)
    write_section("update", text)


if __name__ == "__main__":
    main()
