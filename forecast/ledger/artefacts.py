"""Files named by their own SHA-256: once under its name a file is complete, and a change shows."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from forecast.errors import ForecastError

__all__ = ["file_hash", "read_checked", "replace_file", "store"]


def store(folder: Path, suffix: str, write: Callable[[Path], object]) -> str:
    """Write a file and put it under the name of its content, complete or not at all.

    Parameters
    ----------
    folder : Path
        Made when missing.
    suffix : str
        With its dot, as in ``.nc``.
    write : callable
        Given a path in ``folder``, writes the whole file there.

    Returns
    -------
    str
        SHA-256 of the bytes; the file is ``folder / (hash + suffix)`` and on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as beside:
        draft = Path(beside) / f"draft{suffix}"
        write(draft)
        digest = file_hash(draft)
        _settle(draft, folder / f"{digest}{suffix}")
    return digest


def replace_file(path: Path, text: str) -> None:
    """Put a new text under a name so that a reader sees the old or the new one, never a part."""
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=path.parent) as beside:
        draft = Path(beside) / path.name
        draft.write_text(text, encoding="utf-8")
        _settle(draft, path)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_checked(path: Path) -> bytes:
    """Read a file that is named by its content.

    Raises
    ------
    ForecastError
        When it is not there or no longer has the content that its name promises.
    """
    if not path.is_file():
        raise ForecastError(f"{path} is missing, though the ledger names it")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise ForecastError(f"{path} has been changed since it was recorded")
    return data


def _settle(draft: Path, path: Path) -> None:
    """Flush a file, rename it, and flush the folder that holds the name."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
