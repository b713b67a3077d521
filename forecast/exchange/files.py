"""Files of an export: each whole or not there, whatever happens while it is written."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from forecast.durable import WRITING, remove_stale, settle
from forecast.ledger.artefacts import said

__all__ = ["csv_text", "json_text", "write_file", "write_text"]


def write_file(path: Path, write: Callable[[Path], object]) -> Path:
    """Put a file under its name once ``write`` has written all of it beside; it takes the place of an earlier one.

    Raises
    ------
    InputError
        When the folder may not be written.
    ForecastError
        When writing fails, as on a full disk; an earlier file of that name is as it was then.
    """
    with said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent)
        with tempfile.TemporaryDirectory(prefix=WRITING, dir=path.parent) as beside:
            draft = Path(beside) / path.name
            write(draft)
            settle(draft, path)
    return path


def write_text(path: Path, text: str) -> Path:
    """As :func:`write_file`, of a text, in UTF-8 and with its line ends as they are."""
    return write_file(path, lambda draft: draft.write_bytes(text.encode()))


def json_text(document: Any) -> str:
    """Readable JSON that ends with a line end."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV (RFC 4180, but with plain line ends) under a header; numbers are written so that they read back the same."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return target.getvalue()
