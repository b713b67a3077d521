"""Changes a file of a case under a lock, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from forecast.durable import flush_folder
from forecast.errors import InputError, Problem

__all__ = ["change_file"]

_BUSY_SECONDS = 60  # another process holds the lock for one change, some milliseconds


def change_file[Result](path: Path, edit: Callable[[bytes], tuple[bytes, Result]]) -> Result:
    """Replace the content of a file with an edited one.

    Processes that change the file through this function wait for each other; one that only reads sees the old or the
    new content. Whatever happens before the new content has taken the file's name, a full disk, an interruption or a
    killed process, the file stays as it is, byte for byte. Beside it lie ``.NAME.lock``, which stays, and while writing
    ``.NAME.new``, which the next change removes where a killed process has left it.

    Parameters
    ----------
    path : Path
        Of a file, or of a link to one.
    edit : callable
        Given the content, returns the new one and a result. What it raises leaves the file as it is.

    Returns
    -------
    Result
        That of ``edit``.

    Raises
    ------
    InputError
        When the file cannot be read or written, or another process keeps it locked.
    """
    from filelock import FileLock, Timeout  # only here: reading a case does not need it

    target = path.resolve()  # a link stays a link, and all names of the file share one lock
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=_BUSY_SECONDS):
            draft = target.with_name(f".{target.name}.new")
            draft.unlink(missing_ok=True)
            with target.open("r+b") as file:  # for writing too, so that a write-protected file is refused
                content = file.read()
            new, result = edit(content)
            _replace(target, draft, new)
            return result
    except Timeout:
        message = f"another process has been changing the file for {_BUSY_SECONDS} seconds; try again"
        raise InputError([Problem(str(path), 0, "", message)]) from None
    except FileNotFoundError:
        message = "there is no such file; `forecast check` says what it must hold"
        raise InputError([Problem(str(path), 0, "", message)]) from None
    except OSError as error:
        message = f"cannot be changed: {error.strerror or error}; it is as it was"
        raise InputError([Problem(str(path), 0, "", message)]) from error


def _replace(target: Path, draft: Path, content: bytes) -> None:
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, draft)
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # the change is made: a failure here must not be told as if it were not
        flush_folder(target.parent)
