"""Where tasks run, and the conditions that are the same everywhere: one thread of numerical libraries for each task."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from forecast.errors import ForecastError, InputError, Problem

__all__ = ["SERIAL", "LostWorker", "Workers", "connected", "limit_threads"]

_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Workers:
    """Who works on tasks.

    Attributes
    ----------
    jobs : int
        Processes on this machine; 1 is this process itself.
    cluster : str
        Address of a Dask scheduler, as in ``tcp://host:8786``; then all its workers are used. Blank: none.
    """

    jobs: int = 1
    cluster: str = ""

    @property
    def serial(self) -> bool:
        """Whether tasks run in this process."""
        return self.jobs == 1 and not self.cluster


SERIAL = Workers()


class LostWorker(Exception):
    """A worker died in the middle of a task."""


@contextlib.contextmanager
def connected(workers: Workers) -> Iterator[dict[str, Any]]:
    """Get hold of the workers.

    Yields
    ------
    dict
        What :class:`joblib.Parallel` must be told to use them.

    Raises
    ------
    InputError
        When there is no cluster at the address, or what talks to one is not installed.
    LostWorker
        When a worker dies while they are used.
    """
    if workers.serial:
        yield {"n_jobs": 1}
    elif workers.cluster:
        with _client(workers.cluster) as client:
            from distributed import KilledWorker

            with _told(KilledWorker):
                yield {"n_jobs": -1, "backend": _dask_backend(client)}
    else:
        from joblib import parallel_config
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        # The limit also reaches libraries that a worker loads before its first task. Arrays are sent, not mapped.
        limits = parallel_config(backend="loky", n_jobs=workers.jobs, inner_max_num_threads=1, max_nbytes=None)
        with limits, _told(TerminatedWorkerError):
            yield {}


@contextlib.contextmanager
def _told(error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except error as lost:
        raise LostWorker(str(lost)) from lost


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        what = "a Dask cluster needs the extra `cluster`: pip install 'scenario-forecast[cluster]'"
        raise InputError([Problem("", 0, "--cluster", what)]) from None
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        what = f"no Dask scheduler answers at {address}: {error}"
        raise InputError([Problem("", 0, "--cluster", what)]) from error
    with client:
        if not client.ncores():
            raise InputError([Problem("", 0, "--cluster", f"the Dask scheduler at {address} has no workers yet")])
        yield client


def _dask_backend(client: Any) -> Any:
    """Joblib's backend for Dask, which as of joblib 1.6 waits for ever for a task whose workers keep dying."""
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):  # type: ignore[misc]  # joblib ships no types
        def submit(self, func: Any, callback: Callable[[Any], None]) -> Any:
            future = super().submit(func, callback)
            future.add_done_callback(lambda done: callback(done) if done.exception() else None)
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, Future):  # one that failed
                return out.result()
            if isinstance(out, BaseException):  # what Dask answers for a task that it has cancelled
                raise ForecastError(f"the cluster gave up a task: {out!r}") from out
            return super().retrieve_result_callback(out)

    return Backend(client=client)


def limit_threads() -> Callable[[], None]:
    """Let numerical libraries use one thread from now on: sums then have the same rounding everywhere.

    Returns
    -------
    callable
        Puts back what was set before.
    """
    import numba
    import scipy.linalg  # noqa: F401  brings a BLAS of its own, and only those that are loaded can be limited
    from threadpoolctl import threadpool_limits

    before = numba.get_num_threads()
    numba.set_num_threads(1)
    limits = threadpool_limits(1)

    def restore() -> None:
        numba.set_num_threads(before)
        limits.restore_original_limits()

    return restore
