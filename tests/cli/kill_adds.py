"""Kill processes that add and withdraw reports, and see that the file is always old or new: ``kill_adds.py COUNT``.

Run in the made-up case's workspace. Prints how many changes were made and how many were cut off while writing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import date
from pathlib import Path

from forecast import workflow
from forecast.evidence.readers import read_reports
from forecast.scenario.file import load_scenario
from forecast.workspace import Workspace

TODAY = date(2023, 4, 30)
CASE = "harbour-strike"
EVENTS = Path("data", CASE, "events.csv")
CELLS = {"event_type": "picket_grows", "date": "2023-04-20", "reliability": "B", "credibility": "2"}
CHANGES = 4  # of which the longest-lived process has time for so many, however busy the machine is


def add(summary: str) -> str:
    return workflow.add(Workspace(Path()), CASE, {**CELLS, "summary": summary}, today=TODAY).report.id


def change_until_killed(first: int, done: int) -> None:
    """Add a report, withdraw it, add the next; after each change one byte goes into the pipe."""
    for number in range(first, 1_000_000):
        identifier = add(f"Killed {number}")
        os.write(done, b"a")
        workflow.withdraw(Workspace(Path()), CASE, identifier, day=TODAY, today=TODAY)
        os.write(done, b"w")


def kill_one(first: int, after: float) -> int:
    """Let a process work for a while, kill it, and return how many changes it said it had made."""
    told, done = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        try:
            change_until_killed(first, done)
        finally:  # what fails here must not go on as a second parent
            os._exit(1)
    os.close(done)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(told, "rb") as file:
        return len(file.read())


def main(count: int) -> None:
    scenario = load_scenario(Path("priors", f"{CASE}.yaml")).scenario
    changes = cut_off = 0
    began = time.perf_counter()
    add("The first one")
    longest = CHANGES * (time.perf_counter() - began)
    for number in range(count):
        before = EVENTS.read_bytes()
        old = read_reports(EVENTS, before, scenario)
        told = kill_one(1000 * number, longest * number / count)
        cut_off += EVENTS.with_name(".events.csv.new").exists()
        content = EVENTS.read_bytes()
        new = read_reports(EVENTS, content, scenario)  # raises where the file is not valid
        assert content.startswith(before)
        assert new[: len(old)] == old
        added = new[len(old) :]
        withdrawn = [report.withdrawn is not None for report in added]
        assert len(added) + sum(withdrawn) in (told, told + 1), (told, added)
        assert all(withdrawn[:-1])
        assert [report.summary for report in added] == [f"Killed {1000 * number + i}" for i in range(len(added))]
        changes += len(added) + sum(withdrawn)
    add("The last one")
    left = sorted(path.name for path in EVENTS.parent.iterdir() if path.name.startswith("."))
    assert left == [".events.csv.lock"], left
    assert len(read_reports(EVENTS, EVENTS.read_bytes(), scenario)) == len(new) + 1
    sys.stdout.write(f"{changes} {cut_off}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
