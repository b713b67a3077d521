"""The repository keeps its promises: a locked, portable, case-free package with a true map and a true README."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# A class of one letter in each pattern, so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![.\w])/(?:[w]ork|[r]oot|[f]arm|[h]ome/\w+|[U]sers/\w+)/")
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|deb[.]debian[.]org|--(?:extra-)?index-[u]rl|--find-[l]inks"
)

# The shipped case and others an analyst might follow: names that would betray a case written into the code.
CASE_NAMES = (
    "afghan", "america", "biden", "brussels", "china", "crimea", "deepstate", "donbas", "europe", "france", "gaza",
    "german", "hamas", "iran", "iraq", "israel", "kiev", "korea", "kremlin", "kyiv", "london", "macron",
    "minsk", "moscow", "nato", "palestin", "putin", "russia", "syria", "taiwan", "trump", "ukrain", "us_aid",
    "us_exit", "washington", "witkoff", "xi jinping", "zelensk",
)  # fmt: skip


def tracked(root: Path) -> list[Path]:
    """Every file that git tracks."""
    git = shutil.which("git")
    assert git, "these tests read what git tracks"
    listing = subprocess.run(
        [git, "-c", f"safe.directory={root}", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    return [root / name for name in listing.stdout.split("\0") if name and (root / name).is_file()]


def text_of(path: Path) -> str:
    """The text of a file; bytes that are none become replacement characters."""
    return path.read_text(encoding="utf-8", errors="replace")


def pins(root: Path) -> dict[str, str]:
    """Name of every locked distribution, with its whole block in the lock file."""
    text = "\n".join(line for line in text_of(root / "requirements.lock").splitlines() if not line.startswith("#"))
    blocks = re.split(r"\n(?=\S)", text.strip())
    return {canonicalize_name(block.partition("==")[0]): block for block in blocks}


def test_every_pin_is_exact_and_hashed(project_root):
    for name, block in pins(project_root).items():
        assert re.match(r"[\w.-]+==[\w.]+( ; [^\\]+)? \\\n", block), name
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?![0-9a-f])", block), name


def test_the_lock_names_no_address(project_root):
    text = text_of(project_root / "requirements.lock")
    assert "://" not in text
    assert not REGISTRY.search(text)


def test_the_lock_satisfies_what_the_project_asks_for(project_root):
    project = tomllib.loads(text_of(project_root / "pyproject.toml"))["project"]
    locked = pins(project_root)
    extras = [wanted for extra in project["optional-dependencies"].values() for wanted in extra]
    for wanted in map(Requirement, [*project["dependencies"], *extras]):
        block = locked[canonicalize_name(wanted.name)]
        version = re.match(r"[\w.-]+==([\w.]+)", block)[1]
        assert version in wanted.specifier, f"{wanted} is locked at {version}; make lock"


def test_no_file_names_a_machine_or_a_registry(project_root):
    found = [
        f"{path.relative_to(project_root)}: {match[0]}"
        for path in tracked(project_root)
        for pattern in (MACHINE_PATH, REGISTRY)
        if (match := pattern.search(text_of(path)))
    ]
    assert not found


def test_the_package_knows_no_case(project_root):
    """Every file of the package, templates too, is free of the names of countries, capitals and persons."""
    named = re.compile("|".join(rf"\b{re.escape(name)}" for name in CASE_NAMES), re.IGNORECASE)
    package = [path for path in tracked(project_root) if path.is_relative_to(project_root / "forecast")]
    assert package
    found = [
        f"{path.relative_to(project_root)}:{number}: {match[0]}"
        for path in package
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (match := named.search(line))
    ]
    assert not found


def test_the_readme_commands_are_targets(project_root):
    """The first code block of the README is its two commands, and make knows both."""
    block = re.search(r"```(?:sh|bash|console)\n(.*?)```", text_of(project_root / "README.md"), re.DOTALL)[1]
    commands = [line.partition("#")[0].split() for line in block.strip().splitlines()]
    assert [command[:2] for command in commands] == [["make", "demo"], ["make", "test"]]
    make = shutil.which("make")
    assert make
    for _, target in commands:
        plan = subprocess.run([make, "-n", target], cwd=project_root, capture_output=True, text=True, check=False)
        assert plan.returncode == 0, plan.stderr


def test_every_target_in_the_readme_exists(project_root):
    named = set(re.findall(r"`make ([a-z-]+)`", text_of(project_root / "README.md")))
    targets = set(re.findall(r"^([a-z-]+):", text_of(project_root / "Makefile"), re.MULTILINE))
    assert named
    assert named <= targets


def test_clean_keeps_what_was_forecast(project_root, tmp_path):
    """`make clean` in a copy leaves data, ledger and reports byte for byte, and removes the environment."""
    shutil.copy(project_root / "Makefile", tmp_path)
    for name in ("forecast", "tests", "scripts", ".venv", "data/ledger/draws", "reports/case"):
        (tmp_path / name).mkdir(parents=True)
    kept = [
        tmp_path / "data/ledger/ledger.sqlite",
        tmp_path / "data/ledger/draws/1.nc",
        tmp_path / "reports/case/a.html",
    ]
    for path in kept:
        path.write_bytes(b"kept")
    make = shutil.which("make")
    assert make
    subprocess.run([make, "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [path.read_bytes() for path in kept] == [b"kept"] * 3
    assert not (tmp_path / ".venv").exists()


def test_the_map_lists_every_subpackage(project_root):
    """ARCHITECTURE.md has one row for each module and sub-package at the top of the package, and for nothing else."""
    listed = set(re.findall(r"^\| `forecast/([\w.]+?)/?` \|", text_of(project_root / "ARCHITECTURE.md"), re.MULTILINE))
    package = project_root / "forecast"
    there = {path.parent.name for path in package.glob("*/__init__.py")}
    there |= {path.name for path in package.glob("*.py") if not path.name.startswith("__")}
    assert listed == there


def test_the_layers_are_in_the_order_of_the_map(project_root):
    """The import contract and ARCHITECTURE.md give the same order, lowest first in the map."""
    contract = tomllib.loads(text_of(project_root / "pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    layers = [name.strip("()") for name in reversed(contract["layers"])]
    listed = re.findall(r"^\| `forecast/(\w+)", text_of(project_root / "ARCHITECTURE.md"), re.MULTILINE)
    assert listed == [name for name in layers if name in listed]


def test_links_between_documents_lead_somewhere(project_root):
    pages = [
        path
        for path in tracked(project_root)
        if path.suffix == ".md" and not path.is_relative_to(project_root / "data")
    ]
    assert pages
    links = ((page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(page)))
    broken = [
        f"{page.relative_to(project_root)}: {link}"
        for page, link in links
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert not broken


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "scripts/find_python.sh"])
def test_shell_files_have_unix_line_ends(project_root, name):
    assert b"\r" not in (project_root / name).read_bytes()
