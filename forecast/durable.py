"""Files that are whole or not there, also after a killed process or a power cut: written beside, flushed, renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

__all__ = ["WRITING", "flush_folder", "remove_stale", "settle"]

WRITING = ".writing-"  # what begins so is not yet, or was never, a file of its folder
_STALE_SECONDS = 86_400  # nothing takes a day to write: its process was killed


def settle(draft: Path, path: Path) -> None:
    """Flush a file, give it its name on the same file system, and flush the folder that holds the name."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_stale(folder: Path) -> None:
    """Remove what processes that were killed while writing left behind."""
    for path in folder.glob(f"{WRITING}*"):
        with contextlib.suppress(OSError):  # another process may be removing it too
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
