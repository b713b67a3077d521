"""The one map over many independent tasks: keeps what is finished, repeats what a dead worker took with it."""

from __future__ import annotations

import contextlib
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.code import code_version
from forecast.errors import ForecastError
from forecast.parallel.kept import KeptResults
from forecast.parallel.workers import SERIAL, LostWorker, Workers, connected, limit_threads

__all__ = ["RETRIES", "Task", "run_tasks"]

RETRIES = 2  # of a task whose worker died


@dataclass(frozen=True)
class Task:
    """One call of the function that is mapped.

    Attributes
    ----------
    name : str
        Says which task it is where it fails.
    arguments : tuple
        Sent to the worker. All that the result depends on: the task may run in any process, in any order.
    key : str
        SHA-256 of all that the result depends on; needed where results are kept.
    """

    name: str
    arguments: tuple[Any, ...]
    key: str = ""


@dataclass(frozen=True)
class _Failure:
    """What a task raised, in words: the error itself may not survive the way back."""

    error: str
    trace: str


def run_tasks[Result](
    function: Callable[..., Result],
    tasks: Sequence[Task],
    *,
    workers: Workers = SERIAL,
    kept: KeptResults | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    retries: int = RETRIES,
) -> list[Result]:
    """Call a function on the arguments of each task.

    On one machine the results are the same bit for bit wherever the tasks run: each has one thread of numerical
    libraries, in this process too.

    Parameters
    ----------
    function : callable
        Of a module that workers can import.
    tasks : sequence of Task
    workers : Workers
        Where they run.
    kept : KeptResults, optional
        Where finished results are kept, each as soon as it is there, and looked for first.
    progress : callable
        Told how many of how many tasks are done: first those that were kept, then with each one that finishes.
    retries : int
        How often a task is begun again after its worker died; the last time with nothing beside it, so that a task
        which kills its workers, or needs all the memory, is told from its neighbours. A process that dies takes what
        the other processes of this machine were doing with it. A cluster first repeats the task itself, as often as
        its setting ``distributed.scheduler.allowed-failures`` says. What a task raises is not tried again.

    Returns
    -------
    list
        In the order of the tasks.

    Raises
    ------
    ForecastError
        When tasks failed, after all others have finished; names each with its error.
    InputError
        When the cluster cannot be used.
    KeyboardInterrupt
        Finished results are kept.
    """
    found = _Found(tasks, kept, progress)
    lost = dict.fromkeys(range(len(tasks)), 0)
    while waiting := found.missing():
        fresh = [i for i in waiting if lost[i] < retries]
        chosen = fresh or waiting[:1]
        begun: set[int] = set()
        try:
            with contextlib.closing(_results(function, [(i, tasks[i]) for i in chosen], workers, begun)) as results:
                for i, result in results:
                    found.put(i, result)
        except LostWorker as error:
            for i in begun & set(found.missing()):
                lost[i] += 1
                if lost[i] > retries:
                    found.put(i, _Failure(f"its worker died {lost[i]} times; the last time: {error}", ""))
    return found.all()


class _Found:
    """Results so far."""

    def __init__(self, tasks: Sequence[Task], kept: KeptResults | None, progress: Callable[[int, int], None]) -> None:
        self._tasks, self._kept, self._progress = tasks, kept, progress
        there = kept.read(task.key for task in tasks) if kept else {}
        self._results = {i: there[task.key] for i, task in enumerate(tasks) if task.key in there}
        progress(len(self._results), len(tasks))

    def missing(self) -> list[int]:
        return [i for i in range(len(self._tasks)) if i not in self._results]

    def put(self, i: int, result: Any) -> None:
        if self._kept and not isinstance(result, _Failure):
            self._kept.write(self._tasks[i].key, result)
        self._results[i] = result
        self._progress(len(self._results), len(self._tasks))

    def all(self) -> list[Any]:
        failed = {task.name: self._results[i] for i, task in enumerate(self._tasks) if _failed(self._results[i])}
        if failed:
            said = "; ".join(f"{name}: {failure.error}" for name, failure in failed.items())
            error = ForecastError(f"{len(failed)} of {len(self._tasks)} tasks failed: {said}")
            error.add_note(next(iter(failed.values())).trace)
            raise error
        return [self._results[i] for i in range(len(self._tasks))]


def _failed(result: Any) -> bool:
    return isinstance(result, _Failure)


def _results(
    function: Callable[..., Any], tasks: Sequence[tuple[int, Task]], workers: Workers, begun: set[int]
) -> Generator[tuple[int, Any]]:
    """Yield results as they come, noting which tasks were handed to workers."""
    from joblib import Parallel, delayed

    def calls() -> Iterator[Any]:
        for i, task in tasks:
            begun.add(i)
            yield delayed(attempt)(i, function, task.arguments, code_version())

    attempt = _attempt if workers.serial else _attempt_in_worker
    with contextlib.ExitStack() as stack:
        if workers.serial:
            stack.callback(limit_threads())
        settings = stack.enter_context(connected(workers))
        parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs", **settings)
        results = parallel(calls())
        stack.callback(_close, results)
        yield from results


def _close(results: Any) -> None:
    """Stop what is still running; joblib warns of what is thrown away then, and here that is what is wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results.close()


def _attempt_in_worker(*call: Any) -> tuple[int, Any]:
    """Call where nobody else counts on the number of threads, which is not put back: tasks may overlap."""
    limit_threads()
    with contextlib.redirect_stdout(sys.stderr):  # stdout belongs to the process that asked
        return _attempt(*call)


def _attempt(i: int, function: Callable[..., Any], arguments: tuple[Any, ...], version: str) -> tuple[int, Any]:
    try:
        if code_version() != version:
            raise ForecastError(f"the worker runs version {code_version()} of the program, not {version}")
        return i, function(*arguments)
    except Exception as error:
        return i, _Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
