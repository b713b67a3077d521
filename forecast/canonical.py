"""One spelling for one content: canonical JSON and its SHA-256."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["canonical_json", "finite_or_none", "sha256"]


def canonical_json(value: Any) -> str:
    """Write a value as JSON with sorted keys, no spaces and the shortest digits that read back to the same float.

    Raises
    ------
    ValueError
        When it holds NaN or an infinity, which JSON cannot say.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(data: bytes | str) -> str:
    """SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def finite_or_none(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Replace numbers that JSON cannot say (a diagnostic that is not defined) by ``None``."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in numbers.items()
    }
