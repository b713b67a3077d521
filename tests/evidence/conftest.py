"""Lets tests use the random rows that another test file beside them makes: tests are not a package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
