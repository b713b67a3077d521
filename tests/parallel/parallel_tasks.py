"""What the tests of the map run, also in worker processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np


def sums(seed: int) -> dict[str, np.ndarray]:
    """Numbers whose last bits depend on how many threads add them up."""
    import numba
    from scipy import linalg
    from threadpoolctl import threadpool_info

    rng = np.random.default_rng(seed)
    a = rng.normal(size=(600, 600))
    b = a @ a.T
    return {
        "product": b.sum(axis=0),
        "solution": linalg.solve(b + np.eye(600), a[:, 0], assume_a="pos"),
        "threads": np.array([numba.get_num_threads(), *(pool["num_threads"] for pool in threadpool_info())]),
    }


def square(n: int, log: str = "") -> int:
    """Square a number, leaving a line in a file for each call."""
    if log:
        with Path(log).open("a") as file:
            file.write(f"{n}\n")
    return n * n


def wrong_if_odd(n: int, log: str) -> int:
    square(n, log)
    if n % 2:
        raise LookupError(f"{n} is odd")
    return n


def killed(n: int, folder: str, times: int) -> int:
    """Kill the process that number 3 runs in, as often as asked; the others wait a little."""
    log = Path(folder) / f"{n}"
    with log.open("a") as file:
        file.write("x")
    if n == 3 and len(log.read_text()) <= times:
        time.sleep(0.3)  # its neighbours are at work
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return n


def prints(n: int) -> int:
    sys.stdout.write("a library that prints on stdout\n")
    sys.stdout.flush()
    return n


def slow(n: int) -> int:
    """The first is quick, the others are not."""
    time.sleep(0.01 if n == 0 else 600)
    return n
