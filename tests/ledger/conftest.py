"""Lets the tests import the script beside them that writes into a ledger: tests are not a package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
