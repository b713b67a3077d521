"""Figures measured at full counts: written to docs/evidence with a hash of what they were measured on.

Run as a script it prints one STALE line for every record whose model code or scenario has changed since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["fingerprint", "record", "stale"]

ROOT = Path(__file__).resolve().parent.parent
MODEL_CODE = ("forecast/scenario", "forecast/evidence", "forecast/model", "forecast/inference", "forecast/projection")
EVIDENCE = "docs/evidence"

type Figure = float | int | str | bool | list[Figure] | dict[str, Figure] | None


def fingerprint(scenario: str, *, root: Path = ROOT) -> str:
    """Hash of the model code and a scenario.

    Parameters
    ----------
    scenario : str
        The scenario's file, relative to ``root``, as in ``priors/<case>.yaml``.
    root : Path
        The project's folder.

    Returns
    -------
    str
        SHA-256 in hexadecimal over path and content of every Python file from the scenario to the projection
        and of the scenario; line endings do not count.

    Raises
    ------
    FileNotFoundError
        When the scenario does not exist.
    """
    code = (path for folder in MODEL_CODE for path in (root / folder).rglob("*.py"))
    digest = hashlib.sha256()
    for path in (*sorted(code), root / scenario):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def record(name: str, scenario: str, figures: Mapping[str, Figure], *, root: Path = ROOT) -> Path:
    """Write measured figures, replacing an earlier measurement of the same name.

    Parameters
    ----------
    name : str
        What was measured; the record is ``docs/evidence/<name>.json``.
    scenario : str
        The scenario's file, relative to ``root``.
    figures : mapping
        The figures, with the number of repetitions they rest on.
    root : Path
        The project's folder.

    Returns
    -------
    Path
        The record.
    """
    path = root / EVIDENCE / f"{name}.json"
    content = {"scenario": scenario, "hash": fingerprint(scenario, root=root), "figures": dict(figures)}
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return path


def stale(*, root: Path = ROOT) -> Iterator[str]:
    """Yield the path of every record, relative to ``root``, whose code or scenario has changed or gone."""
    for path in sorted((root / EVIDENCE).glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        scenario = content["scenario"]
        if not (root / scenario).is_file() or fingerprint(scenario, root=root) != content["hash"]:
            yield path.relative_to(root).as_posix()


if __name__ == "__main__":
    for name in stale():
        print(f"STALE {name}: measured on another version of the model code or its scenario; `make evidence` renews it")
