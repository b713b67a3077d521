"""The map: the same bits wherever tasks run, nothing lost but what a dead worker was doing, every failure named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import parallel_tasks
import pytest
from threadpoolctl import threadpool_info

from forecast.canonical import sha256
from forecast.errors import ForecastError, InputError
from forecast.parallel import mapping
from forecast.parallel.kept import KeptResults
from forecast.parallel.mapping import RETRIES, Task, run_tasks
from forecast.parallel.workers import Workers


def tasks_of(n: int, *more: object) -> list[Task]:
    return [Task(f"task {i}", (i, *more), sha256(f"{i}")) for i in range(n)]


@pytest.fixture(scope="module")
def serial_sums() -> list[dict[str, np.ndarray]]:
    return run_tasks(parallel_tasks.sums, tasks_of(5))


def test_results_are_the_same_bit_for_bit_everywhere(workers, serial_sums):
    found = run_tasks(parallel_tasks.sums, tasks_of(5), workers=workers)
    for one, other in zip(serial_sums, found, strict=True):
        assert set(one["threads"]) == set(other["threads"]) == {1}
        for name in ("product", "solution"):
            assert one[name].tobytes() == other[name].tobytes()


def test_the_limit_ends_with_the_tasks():
    before = [pool["num_threads"] for pool in threadpool_info()]
    run_tasks(parallel_tasks.square, tasks_of(1))
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_results_stand_in_the_order_of_the_tasks_and_progress_counts_them(workers):
    told: list[tuple[int, int]] = []
    found = run_tasks(
        parallel_tasks.square, tasks_of(7), workers=workers, progress=lambda done, total: told.append((done, total))
    )
    assert found == [n * n for n in range(7)]
    assert told == [(done, 7) for done in range(8)]


def test_no_tasks_are_no_work(workers):
    assert run_tasks(parallel_tasks.square, [], workers=workers) == []


def test_what_a_task_raises_is_told_with_its_name_and_not_tried_again(workers, tmp_path):
    log, kept = tmp_path / "log", KeptResults(tmp_path / "kept")
    tasks = tasks_of(4, str(log))
    with pytest.raises(ForecastError) as caught:
        run_tasks(parallel_tasks.wrong_if_odd, tasks, workers=workers, kept=kept)
    assert str(caught.value) == "2 of 4 tasks failed: task 1: LookupError: 1 is odd; task 3: LookupError: 3 is odd"
    assert "in wrong_if_odd" in caught.value.__notes__[0]
    assert sorted(log.read_text().split()) == ["0", "1", "2", "3"]
    assert kept.read(task.key for task in tasks) == {sha256("0"): 0, sha256("2"): 2}


def test_a_killed_worker_costs_only_what_was_being_done(other_processes, tmp_path):
    tasks = tasks_of(8, str(tmp_path), 1)
    assert run_tasks(parallel_tasks.killed, tasks, workers=other_processes) == list(range(8))
    runs = {n: len((tmp_path / str(n)).read_text()) for n in range(8)}
    assert runs[3] == 2
    assert sum(runs.values()) <= 8 + 2  # it and at most one neighbour


def test_a_task_that_kills_every_worker_is_named_and_the_others_are_kept(tmp_path):
    kept = KeptResults(tmp_path / "kept")
    tasks = tasks_of(6, str(tmp_path), 100)
    with pytest.raises(ForecastError, match=r"^1 of 6 tasks failed: task 3: its worker died 3 times; the last time: "):
        run_tasks(parallel_tasks.killed, tasks, workers=Workers(jobs=2), kept=kept)
    assert len((tmp_path / "3").read_text()) == 1 + RETRIES
    assert len(kept.read(task.key for task in tasks)) == 5


def test_a_task_that_kills_every_worker_of_a_cluster_is_named(cluster, tmp_path):
    kept = KeptResults(tmp_path / "kept")
    tasks = tasks_of(6, str(tmp_path), 100)
    with pytest.raises(ForecastError, match=r"^1 of 6 tasks failed: task 3: its worker died 1 times; the last time: "):
        run_tasks(parallel_tasks.killed, tasks, workers=Workers(cluster=cluster), kept=kept, retries=0)
    assert len(kept.read(task.key for task in tasks)) == 5


def test_kept_results_are_read_and_only_the_others_computed(workers, tmp_path):
    log, kept = tmp_path / "log", KeptResults(tmp_path / "kept")
    told: list[tuple[int, int]] = []
    run_tasks(parallel_tasks.square, tasks_of(3, str(log)), workers=workers, kept=kept)
    found = run_tasks(
        parallel_tasks.square,
        tasks_of(5, str(log)),
        workers=workers,
        kept=kept,
        progress=lambda done, total: told.append((done, total)),
    )
    assert found == [0, 1, 4, 9, 16]
    assert sorted(log.read_text().split()) == ["0", "1", "2", "3", "4"]
    assert told == [(3, 5), (4, 5), (5, 5)]


def test_a_worker_with_another_program_is_refused(monkeypatch):
    versions = iter(["1.0", "2.0"])
    monkeypatch.setattr(mapping, "code_version", lambda: next(versions, "2.0"))
    with pytest.raises(ForecastError, match=r"the worker runs version 2\.0 of the program, not 1\.0"):
        run_tasks(parallel_tasks.square, tasks_of(1))


def test_what_tasks_print_does_not_reach_stdout(other_processes, capfd):
    run_tasks(parallel_tasks.prints, tasks_of(2), workers=other_processes)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("address", "said"), [("tcp://127.0.0.1:9", "no Dask scheduler answers at"), ("nonsense://x", "no Dask scheduler")]
)
def test_a_cluster_that_is_not_there_is_wrong_input(address, said, monkeypatch):
    monkeypatch.setattr("forecast.parallel.workers._CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match=said):
        run_tasks(parallel_tasks.square, tasks_of(1), workers=Workers(cluster=address))


def test_without_what_talks_to_a_cluster_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="extra `cluster`"):
        run_tasks(parallel_tasks.square, tasks_of(1), workers=Workers(cluster="tcp://127.0.0.1:9"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interruption_ends_at_once_and_leaves_what_was_finished(jobs, tmp_path, project_root):
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("interrupted.py")), str(tmp_path), str(jobs)],
        env={**os.environ, "PYTHONPATH": str(project_root)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while process.stdout.readline() != "1 of 4\n":
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert KeptResults(tmp_path).read([sha256("0"), sha256("1")]) == {sha256("0"): 0}
