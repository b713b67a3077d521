"""Where the ledger lies, and the files that its entries name: kept under their hash and compared with it when read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.ledger import artefacts
from forecast.ledger.entry import ForecastEntry

if TYPE_CHECKING:  # what reads the ledger alone does not need NumPy
    from forecast.evidence.records import Evidence

__all__ = ["LedgerFiles"]


@dataclass(frozen=True)
class LedgerFiles:
    """The ledger's folder: ``ledger.sqlite``, ``HEAD``, and a folder for each kind of file that entries name.

    Attributes
    ----------
    folder : Path
        Made by the first entry.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self.folder / "ledger.sqlite"

    @property
    def head_path(self) -> Path:
        """Holds the last entry's hash, so that a removed tail is noticed."""
        return self.folder / "HEAD"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that recording writes to."""
        return self.folder, *(self.folder / name for name in ("draws", "views", "scenarios", "evidence"))

    def draws_path(self, draws_hash: str) -> Path:
        """Where posterior draws lie, netCDF-4."""
        return self.folder / "draws" / f"{draws_hash}.nc"

    def view_path(self, view_hash: str) -> Path:
        """Where a report's document lies, JSON."""
        return self.folder / "views" / f"{view_hash}.json"

    def scenario_path(self, scenario_text_hash: str) -> Path:
        """Where a scenario file's text lies."""
        return self.folder / "scenarios" / f"{scenario_text_hash}.yaml"

    def evidence_path(self, evidence_file_hash: str) -> Path:
        """Where the visible evidence of a forecast lies, JSON."""
        return self.folder / "evidence" / f"{evidence_file_hash}.json"

    def files(self, entry: ForecastEntry) -> tuple[Path, ...]:
        """Every file that a forecast names."""
        text, evidence = entry.scenario_text_hash, entry.evidence_file_hash
        return (
            self.draws_path(entry.draws_hash),
            self.view_path(entry.view_hash),
            *((self.scenario_path(text),) if text else ()),
            *((self.evidence_path(evidence),) if evidence else ()),
        )

    def store_draws(self, write: Callable[[Path], object]) -> str:
        """Keep posterior draws; ``write`` writes them to the path it is given. Returns their SHA-256."""
        return artefacts.store(self.folder / "draws", ".nc", write)

    def store_view(self, document: str) -> str:
        """Keep a report's document. Returns its SHA-256."""
        return artefacts.store_text(self.folder / "views", ".json", document)

    def store_scenario(self, text: str) -> str:
        """Keep a scenario file's text. Returns its SHA-256."""
        return artefacts.store_text(self.folder / "scenarios", ".yaml", text)

    def store_evidence(self, visible: Evidence) -> str:
        """Keep the evidence that a forecast used, as ``visible_evidence`` cuts it. Returns the file's SHA-256."""
        from forecast.evidence.stored import dump_evidence

        return artefacts.store_text(self.folder / "evidence", ".json", dump_evidence(visible))

    def read_view(self, entry: ForecastEntry) -> bytes:
        """Read the report's document of a forecast.

        Raises
        ------
        ForecastError
            When it is missing or was changed.
        """
        return artefacts.read_checked(self.view_path(entry.view_hash))

    def checked_draws(self, entry: ForecastEntry) -> Path:
        """Path of a forecast's draws, whose content has been compared with its name.

        Raises
        ------
        ForecastError
            When they are missing or were changed.
        """
        return artefacts.checked(self.draws_path(entry.draws_hash))

    def checked_scenario(self, entry: ForecastEntry) -> Path | None:
        """Path of the scenario file a forecast was made from, compared likewise; ``None`` where it was not kept.

        Raises
        ------
        ForecastError
            When it is missing or was changed.
        """
        text = entry.scenario_text_hash
        return artefacts.checked(self.scenario_path(text)) if text else None

    def read_evidence(self, entry: ForecastEntry) -> Evidence | None:
        """Read the evidence that a forecast used; ``None`` where it was not kept.

        Raises
        ------
        ForecastError
            When it is missing or was changed.
        """
        from forecast.evidence.stored import load_evidence

        kept = entry.evidence_file_hash
        return load_evidence(artefacts.read_checked(self.evidence_path(kept))) if kept else None
