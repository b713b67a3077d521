"""Makes what these tests run, and what they share with those at reduced counts, importable: tests are no package."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(Path(__file__).parent), *(str(_TESTS / name) for name in ("long", "model", "criticism"))]
