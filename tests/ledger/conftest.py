"""A ledger of one's own, and the modules beside the tests, which are not a package."""

import sys
from pathlib import Path

import pytest

from forecast.ledger.store import Ledger

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    """A ledger that does not exist yet."""
    return Ledger(tmp_path / "data" / "ledger")
