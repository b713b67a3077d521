"""Processes of a benchmark: their caches, time, memory and failures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CACHES = (
    "FORECAST_CACHE_DIR",
    "NUMBA_CACHE_DIR",
    "PYTENSOR_FLAGS",
    "PYTENSORRC",
    "PYTHONDONTWRITEBYTECODE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "MPLCONFIGDIR",
)


@dataclass(frozen=True)
class Ended:
    """A process that has come to its end: wall and processor seconds, peak memory in MB, and what it printed."""

    seconds: float
    processor_seconds: float
    megabytes: float
    answer: str


class RoadError(Exception):
    """A road could not be walked, and why."""


def environment(home: Path | None) -> dict[str, str]:
    """Environment of a process whose caches lie in a folder; the user's own where there is none."""
    if home is None:
        return dict(os.environ)
    kept = {name: value for name, value in os.environ.items() if name not in CACHES}
    jax = {"JAX_COMPILATION_CACHE_DIR": str(home / "jax"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    return {**kept, **jax, "HOME": str(home)}


def run_process(command: Sequence[str], folder: Path, *, home: Path | None, limit: float) -> Ended:
    """Run a command to its end.

    Raises
    ------
    RoadError
        When it fails or takes longer than ``limit`` seconds.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment(home), stdout=out, stderr=log, start_new_session=True
        )
        timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # an interrupt reaches this process alone, since the other leads a group of its own
            timer.cancel()
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.perf_counter() - began
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, log):
            stream.seek(0)
        if process.returncode:
            last = log.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise RoadError(f"longer than {limit:.0f} s" if seconds >= limit else last or f"exit {process.returncode}")
        unit = 1 if sys.platform == "darwin" else 1024
        worked = usage.ru_utime + usage.ru_stime
        return Ended(seconds, worked, usage.ru_maxrss * unit / 1e6, out.read().decode())
