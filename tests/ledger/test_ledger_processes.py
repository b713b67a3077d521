"""Several processes record at once, and processes are killed while they do: no entry that was returned is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import record_many
from ledger_tools import said
from record_many import record, resolve

from forecast.ledger.store import Ledger

posix = pytest.mark.skipif(os.name != "posix", reason="kills a process outright")


def start_writer(ledger: Ledger, name: str, count: int, project_root: Path, output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, record_many.__file__, str(ledger.folder), name, str(count)],
            env={**os.environ, "PYTHONPATH": str(project_root)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def returned(output: Path) -> list[str]:
    """The ids that a process had printed in full: each call that returned."""
    lines = output.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line.strip() for line in lines if line.endswith("\n")]


def unfinished(ledger: Ledger) -> list[Path]:
    return list(ledger.folder.rglob(".writing-*"))


@pytest.mark.parametrize(("processes", "each"), [(4, 25), pytest.param(8, 200, marks=pytest.mark.long)])
def test_processes_that_record_at_once_lose_nothing(ledger, project_root, tmp_path, processes, each):
    names = [f"case-{k}" for k in range(processes)]
    writers = [start_writer(ledger, name, each, project_root, tmp_path / name) for name in names]
    while any(writer.poll() is None for writer in writers):
        assert said(ledger) == ""  # at any moment, also between an entry and its HEAD
        time.sleep(0.05)
    for name, writer in zip(names, writers, strict=True):
        assert writer.wait(timeout=600) == 0, (tmp_path / name).read_text(encoding="utf-8")
    expected = {name: returned(tmp_path / name) for name in names}
    entries = ledger.entries()
    assert [entry.number for entry in entries] == list(range(1, processes * each + 1))
    assert {name: [entry.id for entry in entries if entry.scenario == name] for name in names} == expected
    assert said(ledger) == ""
    assert ledger.head() == entries[-1].id
    assert unfinished(ledger) == []


@posix
@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.long)])
def test_killed_processes_lose_no_entry_that_was_returned(ledger, project_root, tmp_path, rounds):
    """In each round four processes record, and are killed one after another at random moments."""
    rng = np.random.default_rng(20)
    kept: list[str] = []
    for _ in range(rounds):
        outputs = [tmp_path / f"case-{k}" for k in range(4)]
        writers = [start_writer(ledger, output.name, 100_000, project_root, output) for output in outputs]
        for output in outputs:
            _wait_for_output(output)
        for writer in writers:
            time.sleep(rng.uniform(0, 0.05))
            writer.kill()
            writer.wait()
        before = len(kept)
        kept += [entry_id for output in outputs for entry_id in returned(output)]
        present = [entry.id for entry in ledger.entries()]
        assert set(kept) <= set(present)
        assert len(kept) >= before + 4
        assert said(ledger) == ""
    assert len(present) <= len(kept) + 4 * rounds  # a killed process may have recorded one that it did not print
    _after_the_kills(ledger)


def _wait_for_output(output: Path) -> None:
    deadline = time.monotonic() + 60
    while not output.read_bytes().endswith(b"\n"):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _after_the_kills(ledger: Ledger) -> None:
    """The next entry finds all in order, and a day later nothing is left of what was being written."""
    entry = record(ledger)
    assert ledger.head() == entry.id
    for path in unfinished(ledger):
        os.utime(path, (0, 0))
    record(ledger, "other")
    assert unfinished(ledger) == []
    assert said(ledger) == ""
    names = {path.stem for path in ledger.folder.rglob("*") if path.parent != ledger.folder and path.is_file()}
    assert all(len(name) == 64 for name in names)  # only whole files, under the names of their content


@posix
def test_a_kill_at_every_step_of_a_record(ledger, project_root, monkeypatch):
    """As a kill between any two steps that touch the disk would: each step raises in turn."""
    resolve(ledger)
    steps = ("write_text", "replace")
    for name in steps:
        before = ledger.entries()

        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Path, name, stop)
            with pytest.raises(KeyboardInterrupt):
                resolve(ledger)
        assert ledger.entries()[: len(before)] == before
        assert said(ledger) == ""
    last = resolve(ledger)
    assert ledger.head() == last.id
    assert unfinished(ledger) == []


def test_head_may_lag_behind_but_never_goes_back(ledger):
    resolve(ledger)
    old = ledger.head_path.read_text(encoding="utf-8")
    resolve(ledger)
    ledger.head_path.write_text(old, encoding="utf-8")
    assert said(ledger) == ""
    last = resolve(ledger)
    assert ledger.head() == last.id
    assert said(ledger) == ""
