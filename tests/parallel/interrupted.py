"""A run to be interrupted: `interrupted.py FOLDER JOBS`; says when the first task is done."""

from __future__ import annotations

import sys
from pathlib import Path

import parallel_tasks

from forecast.canonical import sha256
from forecast.parallel.kept import KeptResults
from forecast.parallel.mapping import Task, run_tasks
from forecast.parallel.workers import Workers


def told(done: int, total: int) -> None:
    sys.stdout.write(f"{done} of {total}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    tasks = [Task(f"task {n}", (n,), sha256(f"{n}")) for n in range(4)]
    try:
        run_tasks(
            parallel_tasks.slow,
            tasks,
            workers=Workers(jobs=int(sys.argv[2])),
            kept=KeptResults(Path(sys.argv[1])),
            progress=told,
        )
    except KeyboardInterrupt:
        sys.exit(130)
