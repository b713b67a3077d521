"""A workspace of one's own with the made-up case, and ways to run the command line in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.cli.app import cli

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package; the stand-ins are also a script
import cli_fakes


@pytest.fixture
def workspace(tmp_path, project_root, monkeypatch) -> Path:
    """A copy of the made-up case's workspace, which is the current folder."""
    root = tmp_path / "workspace"
    shutil.copytree(project_root / "tests" / "cases", root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def calls(monkeypatch):
    """Stand-ins for everything slow; holds what they were called with."""
    return cli_fakes.install(lambda name, module: monkeypatch.setitem(sys.modules, name, module))


@pytest.fixture
def invoke():
    """Run a command line in this process."""

    def run(*args: str):
        return CliRunner().invoke(cli, list(args))

    return run


@pytest.fixture
def forecast(workspace, project_root):
    """Run the real command, or with ``behaviour`` the one with stand-ins, in a process of its own."""

    def run(*args: str, behaviour: str | None = None) -> subprocess.CompletedProcess[str]:
        program = ["-m", "forecast"] if behaviour is None else [cli_fakes.__file__, behaviour]
        return subprocess.run(
            [sys.executable, *program, *args],
            cwd=workspace,
            env={**os.environ, "PYTHONPATH": str(project_root)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
