"""A folder of results by key: what was computed once is read, and what is not sound there counts as absent.

A file is a line that names the format, the key, the SHA-256 of the rest, and the pickled result. Reading it makes
nothing but numbers, arrays, dates, containers and the dataclasses of this package: a file from elsewhere runs no code.
"""

from __future__ import annotations

import importlib
import io
import pickle  # what it may make is listed below
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any

from forecast.canonical import sha256
from forecast.durable import WRITING, remove_stale, settle

__all__ = ["KeptResults"]

_FORMAT = b"forecast result 1"
_PACKAGE = __name__.partition(".")[0]
_ALLOWED = {
    ("datetime", "date"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}


@dataclass(frozen=True)
class KeptResults:
    """Results of tasks on disk, each under the key of its content.

    Several processes may use one folder: a file is put in place whole, and the last one stands.

    Attributes
    ----------
    folder : Path
        Made by the first result.
    """

    folder: Path

    def read(self, keys: Iterable[str]) -> dict[str, Any]:
        """Read those results that are there and sound; a damaged or foreign file counts as absent.

        Parameters
        ----------
        keys : iterable of str
            SHA-256 of all that a result depends on, hexadecimal.
        """
        found = {}
        for key in keys:
            try:
                found[key] = _decode(key, self._path(key).read_bytes())
            except Exception:  # noqa: S112  whatever is wrong with a file, its task can be done again
                continue
        return found

    def write(self, key: str, result: object) -> None:
        """Keep a result, complete or not at all.

        Raises
        ------
        ValueError
            When it holds what could not be read back.
        """
        content = _encode(key, result)
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_stale(self.folder)
        with tempfile.TemporaryDirectory(prefix=WRITING, dir=self.folder) as beside:
            draft = Path(beside) / "draft"
            draft.write_bytes(content)
            settle(draft, self._path(key))

    def forget(self, keys: Iterable[str]) -> None:
        """Remove results, so that they are computed anew."""
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.result"


def _encode(key: str, result: object) -> bytes:
    payload = pickle.dumps(result, protocol=5)
    try:
        _Reader(io.BytesIO(payload)).load()
    except pickle.UnpicklingError as error:
        raise ValueError(f"a result to be kept holds {error}") from None
    return b"\n".join([_FORMAT, key.encode(), sha256(payload).encode(), payload])


def _decode(key: str, content: bytes) -> Any:
    head, said_key, digest, payload = content.split(b"\n", 3)
    if (head, said_key.decode(), digest.decode()) != (_FORMAT, key, sha256(payload)):
        raise ValueError("not the result of this key")
    return _Reader(io.BytesIO(payload)).load()


class _Reader(pickle.Unpickler):
    """Makes what results consist of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return getattr(importlib.import_module(module), name)
        if module.partition(".")[0] == _PACKAGE:
            found = getattr(importlib.import_module(module), name)
            if isinstance(found, type) and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}, which is neither numbers, dates nor a dataclass of {_PACKAGE}")
