"""The ledger's table: SQLite, append-only, one transaction per entry, several processes at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import ForecastError, NotFoundError
from forecast.ledger import artefacts
from forecast.ledger.chain import chain_problems
from forecast.ledger.entry import GENESIS, Entry, Row, forecast_content, from_row, hash_row

if TYPE_CHECKING:  # loading it loads numpy, which reading the ledger does not need
    from forecast.projection.results import Forecast

__all__ = ["Ledger"]

_SCHEMA_VERSION = 1
_BUSY_SECONDS = 60  # another process holds the lock for one commit, a few milliseconds
_SHORTEST_PREFIX = 4
_SELECT = "SELECT number, kind, created, scenario, content, previous_hash, entry_hash FROM entries "
_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
_SCHEMA = (
    """CREATE TABLE entries (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        created TEXT NOT NULL,
        scenario TEXT NOT NULL,
        content TEXT NOT NULL CHECK (json_valid(content)),
        previous_hash TEXT NOT NULL UNIQUE,
        entry_hash TEXT NOT NULL UNIQUE
    ) STRICT""",
    "CREATE INDEX entries_by_scenario ON entries (scenario, number)",
    """CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never changed'); END""",
    """CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never removed'); END""",
    # INSERT OR REPLACE removes rows without firing a delete trigger
    """CREATE TRIGGER entries_only_append BEFORE INSERT ON entries
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
        OR EXISTS (SELECT 1 FROM entries WHERE entry_hash = NEW.entry_hash OR previous_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry follows the last one'); END""",
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)


@dataclass(frozen=True)
class Ledger:
    """The ledger in a folder: ``ledger.sqlite``, ``HEAD``, ``draws/`` and ``views/``.

    Reading never creates anything; a ledger that does not exist has no entries.

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
        return self.folder, self.folder / "draws", self.folder / "views"

    def draws_path(self, draws_hash: str) -> Path:
        """Where posterior draws lie, netCDF-4."""
        return self.folder / "draws" / f"{draws_hash}.nc"

    def view_path(self, view_hash: str) -> Path:
        """Where a report's document lies, JSON."""
        return self.folder / "views" / f"{view_hash}.json"

    def store_draws(self, write: Callable[[Path], object]) -> str:
        """Keep posterior draws; ``write`` writes them to the path it is given. Returns their SHA-256."""
        return artefacts.store(self.folder / "draws", ".nc", write)

    def store_view(self, document: str) -> str:
        """Keep a report's document. Returns its SHA-256."""
        return artefacts.store(self.folder / "views", ".json", lambda path: path.write_bytes(document.encode()))

    def read_view(self, entry: Entry) -> bytes:
        """Read the report's document of an entry.

        Raises
        ------
        ForecastError
            When it is missing or was changed.
        """
        return artefacts.read_checked(self.view_path(entry.view_hash))

    def record(self, forecast: Forecast, *, draws_hash: str, view_hash: str) -> Entry:
        """Append a forecast as a draft.

        Parameters
        ----------
        forecast : Forecast
        draws_hash, view_hash : str
            What :meth:`store_draws` and :meth:`store_view` returned: an entry names only what is already on disk.

        Raises
        ------
        ForecastError
            When a named file is missing, or entries are missing at the end of the ledger.
        """
        for path in (self.draws_path(draws_hash), self.view_path(view_hash)):
            if not path.is_file():
                raise ForecastError(f"{path} must be stored before the entry that names it")
        content = forecast_content(forecast, draws_hash=draws_hash, view_hash=view_hash)
        with self._open("rwc") as database:
            with _locked(database):
                _prepare(database, self.path)
                row = self._append(database, "forecast", forecast.scenario, content)
            with _locked(database):  # under the lock, so that HEAD never goes back behind a later entry
                artefacts.replace_file(self.head_path, f"{_last_hash(database)}\n")
        return from_row(row)

    def entries(self, scenario: str | None = None) -> list[Entry]:
        """All entries, or a scenario's, oldest first."""
        rows = self._rows()
        return [from_row(row) for row in rows if scenario is None or row.scenario == scenario]

    def latest(self, scenario: str | None = None) -> Entry | None:
        """The last entry, or a scenario's last one; ``None`` when there is none."""
        where, values = ("WHERE scenario = ? ", (scenario,)) if scenario is not None else ("", ())
        rows = self._rows(f"{where}ORDER BY number DESC LIMIT 1", *values)
        return from_row(rows[0]) if rows else None

    def entry(self, id_or_prefix: str) -> Entry:
        """Find an entry by its id or by a prefix of at least 4 digits that no other entry has.

        Raises
        ------
        NotFoundError
            When there is none, or more than one.
        """
        prefix = id_or_prefix.lower()
        if len(prefix) < _SHORTEST_PREFIX:
            raise NotFoundError(
                f"{id_or_prefix!r} is too short for a ledger id: give at least {_SHORTEST_PREFIX} digits"
            )
        rows = self._rows("WHERE substr(entry_hash, 1, ?) = ? ORDER BY number", len(prefix), prefix)
        if not rows:
            raise NotFoundError(f"no entry {id_or_prefix!r} in {self.path}; `forecast ledger list` names them")
        if len(rows) > 1:
            several = ", ".join(from_row(row).short_id for row in rows)
            raise NotFoundError(f"{id_or_prefix!r} fits several entries: {several}; give more digits")
        return from_row(rows[0])

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the hash chain; empty when it holds."""
        return chain_problems(self._rows(), self._head())

    def _rows(self, clause: str = "ORDER BY number", *values: str | int) -> list[Row]:
        if not self.path.exists():
            return []
        with self._open("rw") as database:  # not read-only: an interrupted commit of another process must be undone
            database.execute("PRAGMA query_only = ON")
            if _schema_version(database, self.path) == 0:
                return []
            return [Row(*fields) for fields in database.execute(_SELECT + clause, values)]

    def _append(self, database: sqlite3.Connection, kind: str, scenario: str, content: str) -> Row:
        head = self._head()
        known = head is None or database.execute("SELECT 1 FROM entries WHERE entry_hash = ?", (head,)).fetchone()
        if not known:
            raise ForecastError(
                f"{self.path}: entries are missing at the end ({self.head_path} names one that is not there);"
                " restore the file before recording anything"
            )
        (last,) = database.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        fields = (last + 1, kind, created, scenario, content, _last_hash(database))
        row = Row(*fields, entry_hash=hash_row(*fields))
        database.execute(_INSERT, (*fields, row.entry_hash))
        return row

    def _head(self) -> str | None:
        return self.head_path.read_text(encoding="utf-8").strip() if self.head_path.exists() else None

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.resolve().as_uri()}?mode={mode}"
        try:
            # isolation_level None: transactions are written out, none begins by itself
            with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = EXTRA")  # a commit that returned survives a power cut
                yield database
        except sqlite3.Error as error:
            raise ForecastError(f"{self.path}: {error}") from error


@contextmanager
def _locked(database: sqlite3.Connection) -> Iterator[None]:
    """One write transaction, waiting for other processes; undone when the block raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:  # SQLite itself undoes it when the disk is full
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    if _schema_version(database, path) == 0:
        for statement in _SCHEMA:
            database.execute(statement)


def _schema_version(database: sqlite3.Connection, path: Path) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _SCHEMA_VERSION:
        raise ForecastError(f"{path} was written by a later version of this program (schema {version})")
    return int(version)


def _last_hash(database: sqlite3.Connection) -> str:
    row = database.execute("SELECT entry_hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]) if row else GENESIS
