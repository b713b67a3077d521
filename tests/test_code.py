"""Which code a fit rests on: the list in the ledger is what importing the sampler's module really reaches."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from forecast import code

PACKAGE = Path(code.__file__).parent
CHECKS_ONLY = {"errors.py", "suggest.py"}  # raise and word complaints; no number passes through them


def imported(path: Path) -> set[Path]:
    """Files of the package that a file imports, inside functions too, but not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    places = [PACKAGE.parent.joinpath(*name.split(".")) for name in names if name.partition(".")[0] == "forecast"]
    return {file for place in places for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()}


def reached(start: Path) -> set[str]:
    seen, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += imported(path)
    return {path.relative_to(PACKAGE).as_posix() for path in seen}


def listed(name: str) -> bool:
    return any(name == place or name.startswith(f"{place}/") for place in code.FIT_RESTS_ON)


def test_the_list_is_what_a_fit_and_an_update_import():
    found = reached(PACKAGE / "inference" / "fit.py") | reached(PACKAGE / "inference" / "updating.py")
    kept = {name for name in found - CHECKS_ONLY if not name.endswith("__init__.py")}
    assert {name for name in kept if not listed(name)} == set()
    for place in code.FIT_RESTS_ON:
        assert any(name == place or name.startswith(f"{place}/") for name in found), place


def test_the_folders_hold_python_alone():
    """Only those files are hashed."""
    for place in code.FIT_RESTS_ON:
        files = [path for path in (PACKAGE / place).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert {path.suffix for path in files} <= {".py"}


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A package with three files, one of them a fit's."""
    for name in ("model/density.py", "cli/app.py", "timegrid.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {name}\n", encoding="utf-8")
    monkeypatch.setattr(code, "_PACKAGE", tmp_path)
    monkeypatch.setattr(code, "FIT_RESTS_ON", ("model", "timegrid.py"))
    return tmp_path


def versions() -> tuple[str, str]:
    return code.code_version.__wrapped__(), code.model_code_hash.__wrapped__()


@pytest.mark.parametrize(
    ("changed", "model_too"), [("model/density.py", True), ("timegrid.py", True), ("cli/app.py", False)]
)
def test_a_changed_file_changes_its_hashes(copied, changed, model_too):
    before = versions()
    (copied / changed).write_text("# otherwise\n", encoding="utf-8")
    after = versions()
    assert after[0] != before[0]
    assert (after[1] != before[1]) is model_too


def test_a_new_file_of_the_model_counts(copied):
    before = versions()
    (copied / "model" / "more.py").write_text("", encoding="utf-8")
    assert versions()[1] != before[1]
