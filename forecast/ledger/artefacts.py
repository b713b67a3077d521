"""Files named by their own SHA-256: once under its name a file is complete, and a change shows."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from forecast.durable import WRITING, remove_stale, settle
from forecast.errors import ForecastError, InputError, Problem

__all__ = ["checked", "file_hash", "read_checked", "replace_file", "said", "store", "store_text"]

_MAY_NOT = (errno.EACCES, errno.EPERM, errno.EROFS)


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

    Raises
    ------
    InputError
        When the folder may not be written.
    ForecastError
        When writing fails, as on a full disk. Nothing is left behind then.
    """
    with said(folder):
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale(folder)
        with tempfile.TemporaryDirectory(prefix=WRITING, dir=folder) as beside:
            draft = Path(beside) / f"draft{suffix}"
            write(draft)
            digest = file_hash(draft)
            settle(draft, folder / f"{digest}{suffix}")
    return digest


def store_text(folder: Path, suffix: str, text: str) -> str:
    """As :func:`store`, of a text, in UTF-8 and with its line ends as they are."""
    return store(folder, suffix, lambda path: path.write_bytes(text.encode()))


def replace_file(path: Path, text: str) -> None:
    """Put a new text under a name so that a reader sees the old or the new one, never a part.

    Only one process may do so at a time: the draft has one name, so that a killed process leaves at most that one.
    """
    draft = path.with_name(f"{WRITING}{path.name}")
    draft.write_text(text, encoding="utf-8")
    settle(draft, path)


@contextlib.contextmanager
def said(path: Path) -> Iterator[None]:
    """Say which path could not be written, and why.

    Raises
    ------
    InputError
        When it may not be written.
    ForecastError
        When that fails for another reason.
    """
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        if error.errno in _MAY_NOT:
            raise InputError([Problem(str(path), 0, "", message)]) from error
        raise ForecastError(f"{path} {message}") from error


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
    return checked(path).read_bytes()


def checked(path: Path) -> Path:
    """Compare a file with the hash that names it, and return its path.

    Raises
    ------
    ForecastError
        When it is not there or no longer has the content that its name promises.
    """
    if not path.is_file():
        raise ForecastError(f"{path} is missing, though the ledger names it")
    if file_hash(path) != path.stem:
        raise ForecastError(f"{path} has been changed since it was recorded")
    return path
