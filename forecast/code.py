"""Which code is running: the release and a hash of the source files that ran."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["code_version", "release"]

_DISTRIBUTION = "scenario-forecast"
_PACKAGE = Path(__file__).parent


def release() -> str:
    """Version of the installed distribution; ``0+source`` when the package runs from a folder not installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "0+source"


@cache
def code_version() -> str:
    """Release and the first 12 digits of a SHA-256 over all source files, as in ``0.1.0.1f3c09ab77de``.

    A release number alone would name two different programs while one is being worked on.
    """
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{release()}.{digest.hexdigest()[:12]}"
