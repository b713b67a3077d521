"""The workspace: the folder with ``priors/`` and ``data/``, and where each file of a case lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forecast.errors import NotFoundError
from forecast.suggest import did_you_mean, nearest

__all__ = ["Workspace", "find_workspace"]

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Workspace:
    """Paths of a workspace; nothing is created or read here.

    Attributes
    ----------
    root : Path
        The folder that holds ``priors/`` and ``data/``.
    """

    root: Path

    @property
    def priors(self) -> Path:
        """Folder of scenario files."""
        return self.root / "priors"

    @property
    def ledger(self) -> Path:
        """Folder of the ledger and its draws."""
        return self.root / "data" / "ledger"

    def data(self, scenario: str) -> Path:
        """Folder of a scenario's evidence files."""
        return self.root / "data" / scenario

    def reports(self, scenario: str) -> Path:
        """Folder of a scenario's reports."""
        return self.root / "reports" / scenario

    @property
    def index(self) -> Path:
        """The page that lists all forecasts."""
        return self.root / "reports" / "index.html"

    def mappings(self, scenario: str) -> Path:
        """Folder of the files that say what the exports of others mean to a scenario."""
        return self.priors / "mappings" / scenario

    def backtests(self, scenario: str) -> Path:
        """Folder of what a scenario's backtests have computed so far."""
        return self.root / "data" / "backtests" / scenario

    def names(self) -> list[str]:
        """Names of the scenarios in ``priors/``, sorted."""
        return sorted(path.stem for path in self.priors.iterdir() if path.suffix in _SUFFIXES)

    def scenario_path(self, scenario: str) -> Path:
        """Resolve what the user typed for SCENARIO.

        Parameters
        ----------
        scenario : str
            A path (with a separator or ending in .yaml or .yml), or a name found in ``priors/``.

        Returns
        -------
        Path
            An existing file.

        Raises
        ------
        NotFoundError
            Names what there is, with the nearest name.
        """
        given = Path(scenario)
        if len(given.parts) != 1 or given.suffix in _SUFFIXES:
            if given.exists():
                return given
            raise NotFoundError(f"there is no scenario file {scenario}{self._there_is(given.stem)}")
        for suffix in _SUFFIXES:
            path = self.priors / f"{scenario}{suffix}"
            if path.exists():
                return path
        raise NotFoundError(f"there is no scenario {scenario!r} in {self.priors}{self._there_is(scenario)}")

    def mapping_path(self, scenario: str, mapping: str) -> Path:
        """Resolve what the user typed for a mapping: a path, or a name found in :meth:`mappings`.

        Raises
        ------
        NotFoundError
            Names what there is, with the nearest name.
        """
        given = Path(mapping)
        if len(given.parts) != 1 or given.suffix in _SUFFIXES:
            return given
        folder = self.mappings(scenario)
        there = {path.stem: path for path in sorted(folder.glob("*")) if path.suffix in _SUFFIXES}
        if mapping in there:
            return there[mapping]
        raise NotFoundError(f"there is no mapping {mapping!r} in {folder}{did_you_mean(mapping, there)}")

    def _there_is(self, name: str) -> str:
        names = self.names()
        near = nearest(name, names)
        guess = f"; did you mean {near!r}?" if near else ";"
        return f"{guess} priors/ holds {', '.join(names) or 'none'}"


def find_workspace(given: Path | None = None, *, start: Path | None = None) -> Workspace:
    """Find the workspace.

    Parameters
    ----------
    given : Path, optional
        The folder itself, from ``--workspace``; then nothing is searched.
    start : Path, optional
        Where the search upwards begins; the current folder unless given.

    Returns
    -------
    Workspace

    Raises
    ------
    NotFoundError
        When the folder has no ``priors/`` and ``data/``, or none upwards has.
    """
    if given is not None:
        if not _is_workspace(given):
            raise NotFoundError(f"{given} is not a workspace: it has no priors/ and data/ folders")
        return Workspace(given)
    begin = (start or Path.cwd()).resolve()
    for folder in (begin, *begin.parents):
        if _is_workspace(folder):
            here = Path.cwd().resolve()
            return Workspace(folder.relative_to(here) if folder.is_relative_to(here) else folder)
    raise NotFoundError(f"no folder with priors/ and data/ at or above {begin}; go into one or give --workspace")


def _is_workspace(folder: Path) -> bool:
    return (folder / "priors").is_dir() and (folder / "data").is_dir()
