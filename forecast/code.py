"""Which code is running: the release, a hash of all source files, and one of those that a fit rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["FIT_RESTS_ON", "code_version", "model_code_hash", "release"]

FIT_RESTS_ON = (
    "canonical.py",
    "evidence/columns.py",
    "evidence/folding.py",
    "evidence/grades.py",
    "evidence/history.py",
    "evidence/records.py",
    "evidence/reports.py",
    "evidence/snapshot.py",
    "evidence/visible.py",
    "inference",
    "model",
    "scenario/priors.py",
    "scenario/types",
    "timegrid.py",
)
"""Modules and folders that turn a scenario and evidence into draws and weights; a test holds it to the imports."""

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
    return f"{release()}.{_hash_of(_PACKAGE.rglob('*.py'))[:12]}"


@cache
def model_code_hash() -> str:
    """SHA-256 over the source files that the draws of a fit rest on.

    While it stays the same, draws stored earlier are those that a new fit would sample from, whatever else of the
    program has changed.
    """
    places = [_PACKAGE / name for name in FIT_RESTS_ON]
    return _hash_of(path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place]))


def _hash_of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
