"""The notebooks run from top to bottom, warnings as errors, and find again what their conclusions state."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import nbformat
import pytest
from run_notebooks import NOTEBOOKS, executed, stored

sys.path.insert(0, str(Path(__file__).parents[1] / "notebooks"))
from notebook_tools import printed

pytestmark = pytest.mark.long


@pytest.mark.parametrize("text", sorted(NOTEBOOKS.glob("*.py")), ids=lambda text: text.stem)
def test_a_fresh_run_agrees_with_the_conclusions(text):
    stated = printed(nbformat.read(stored(text), as_version=4))
    found = printed(executed(text))
    assert found.keys() == stated.keys()
    for name, number in found.items():
        allowed = 4 * math.hypot(number.known_to, stated[name].known_to)
        assert abs(number.value - stated[name].value) <= allowed + 1e-5, name
