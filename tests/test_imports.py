"""Importing the command line stays cheap: nothing heavy is loaded before a command needs it."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"arviz", "matplotlib", "nutpie", "numba", "pandas", "pymc", "pytensor", "scipy", "xarray"}


def test_importing_the_cli_loads_no_heavy_library():
    program = "import forecast.cli, json, sys; forecast.cli.main; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "click" in loaded
    assert not {name for name in loaded if name.partition("_")[0] in HEAVY}
