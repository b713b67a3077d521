"""Whether the folders that a run writes to can be written, before the minutes of computation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from forecast.errors import InputError, Problem

__all__ = ["require_writable"]


def require_writable(folders: Iterable[Path], files: Iterable[Path] = ()) -> None:
    """Make the folders and try a temporary file in each; try to open the files that exist.

    Raises
    ------
    InputError
        With the path and the reason for each that cannot be written.
    """
    found = []
    for path, attempt in (*((path, _try_folder) for path in folders), *((path, _try_file) for path in files)):
        try:
            attempt(path)
        except OSError as error:
            found.append(Problem(str(path), 0, "", f"cannot be written: {error.strerror}"))
    if found:
        raise InputError(found)


def _try_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".writing-", dir=path):
        pass


def _try_file(path: Path) -> None:
    if path.exists():
        with path.open("r+b"):
            pass
