"""Compilation of the kernels by numba: machine code that any thread may run, kept on disk for later processes.

Numba looks at a cached function's own file only, not at the files of what it calls. So the folder of the cache is named
by the content of all kernels: after a change of any of them all are compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

__all__ = ["cache_folder", "cached", "kernel", "vector_kernel"]

_FOLDER = "FORECAST_CACHE_DIR"  # environment variable that names another folder


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call, with the arithmetic of NumPy and without the interpreter's lock."""
    return cached(lambda: numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def vector_kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of plain sums over long arrays, whose terms may be added in any order, several at a time."""
    options = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}
    return cached(lambda: numba.njit(**options)(function))


def cached(decorate: Callable[[], Any]) -> Any:
    """Decorate a function so that its machine code is kept in our folder: numba settles that when it decorates."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        return decorate()
    finally:
        numba.config.CACHE_DIR = before


@cache
def cache_folder() -> Path:
    """Where machine code is kept: the user's cache, unless FORECAST_CACHE_DIR names another folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return _base() / "kernels" / digest.hexdigest()[:16]


def _base() -> Path:
    if chosen := os.environ.get(_FOLDER):
        return Path(chosen)
    name = "scenario-forecast"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / name / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / name
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / name
