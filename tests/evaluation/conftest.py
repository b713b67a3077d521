"""Makes the stand-in for the sampler importable, in worker processes too: tests are not a package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
