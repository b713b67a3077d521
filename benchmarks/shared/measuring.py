"""Measure whole processes, and write what was found into the page: shared by the benchmarks.

Needs a POSIX system, which tells the peak memory of each process.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).resolve().parent.with_name("README.md")
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
    name: str,
    command: Sequence[str],
    folder: Path,
    *,
    runs: int,
    seconds: float | None = None,
    megabytes: float | None = None,
    accept: Callable[[bytes], None] = lambda printed: None,
    put_back: Path | None = None,
) -> Measured:
    """Run a command once to warm the file system, then as often as asked.

    ``accept`` is shown what each run printed. A folder may be put back as it was after each run.
    """
    done = []
    with tempfile.TemporaryDirectory() as before:
        if put_back:
            shutil.copytree(put_back, before, dirs_exist_ok=True)
        for _ in range(runs + 1):
            done.append(run_once(command, folder))
            if put_back:
                shutil.rmtree(put_back)
                shutil.copytree(before, put_back)
    for *_, printed in done:
        accept(printed)
    wall, processor, peak, _ = zip(*done[1:], strict=True)
    return Measured(name, wall, processor, max(peak), seconds, megabytes)


def table(rows: Sequence[Measured]) -> str:
    """Markdown; a bar that is not met is said so."""
    lines = [
        "| | seconds: median (least to most) | bar | processor seconds | peak memory, MB | bar |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        median = statistics.median(row.seconds)
        spread = f"{median:.2f} ({min(row.seconds):.2f} to {max(row.seconds):.2f})"
        bars = (bar(median, row.bar_seconds), bar(row.megabytes, row.bar_megabytes))
        worked = statistics.median(row.processor_seconds)
        lines.append(f"| {row.name} | {spread} | {bars[0]} | {worked:.2f} | {row.megabytes:.0f} | {bars[1]} |")
    return "\n".join(lines)


def bar(value: float, limit: float | None) -> str:
    """A limit and whether a value keeps it; blank without one."""
    return "" if limit is None else f"{limit:g}, {'met' if value <= limit else '**not met**'}"


def circumstances(load: float, packages: Sequence[str]) -> str:
    """Date, machine and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    busy = "quiet" if load < 0.5 else "**not quiet: other programs were running, so times are too long**"
    return (
        f"{datetime.now(UTC).date()}; {platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Python {platform.python_version()}, {versions}. Load of the machine before:"
        f" {load:.1f}, {busy}."
    )


def write_section(name: str, text: str) -> None:
    """Put a text between two marks in the page, in place of what stands there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    before, found, rest = page.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    PAGE.write_text(f"{before if found else f'{page}\n'}{begin}\n{text}\n{end}{after}", encoding="utf-8")
