"""The ledger's one table in SQLite: its schema, its migrations, its transactions, and how a row is appended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from forecast.errors import ForecastError, InputError, Problem
from forecast.ledger.rows import GENESIS, Row, hash_row

__all__ = [
    "SCHEMA_VERSION",
    "append",
    "last_hash",
    "last_number_ever",
    "locked",
    "opened",
    "prepare",
    "read_rows",
    "schema_problems",
    "schema_version",
]

SCHEMA_VERSION = 2
_BUSY_SECONDS = 60  # another process holds the lock for one commit, a few milliseconds
_CANNOT_WRITE = ("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY")

_SCHEMA = (
    # AUTOINCREMENT: SQLite remembers the highest number beside the table, so that a removed tail shows
    """CREATE TABLE entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('forecast', 'publish', 'resolution', 'judgement')),
        created TEXT NOT NULL,
        scenario TEXT NOT NULL,
        content TEXT NOT NULL CHECK (json_valid(content)),
        previous_hash TEXT NOT NULL UNIQUE,
        entry_hash TEXT NOT NULL UNIQUE
    ) STRICT""",
    "CREATE INDEX entries_by_kind ON entries (kind, scenario, number)",
    """CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never changed'); END""",
    """CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: entries are never removed'); END""",
    # INSERT OR REPLACE removes rows without firing a delete trigger
    """CREATE TRIGGER entries_only_append BEFORE INSERT ON entries
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
        OR EXISTS (SELECT 1 FROM entries WHERE entry_hash = NEW.entry_hash OR previous_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry follows the last one'); END""",
)
_TRIGGERS = ("entries_no_update", "entries_no_delete", "entries_only_append")
_OF_VERSION_1 = ("entries", "entries_by_scenario", *_TRIGGERS)
_SELECT = "SELECT number, kind, created, scenario, content, previous_hash, entry_hash FROM entries "


@contextmanager
def opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open the file; ``mode`` is SQLite's, ``rw`` or ``rwc``.

    Raises
    ------
    InputError
        When it cannot be written.
    ForecastError
        When it is no ledger, or the disk is full.
    """
    address = f"{path.resolve().as_uri()}?mode={mode}"
    try:
        # isolation_level None: transactions are written out, none begins by itself
        with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = EXTRA")  # a commit that returned survives a power cut
            yield database
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(_CANNOT_WRITE):
            raise InputError([Problem(str(path), 0, "", f"cannot be opened or written: {error}")]) from error
        raise ForecastError(f"{path}: {error}") from error


@contextmanager
def locked(database: sqlite3.Connection) -> Iterator[None]:
    """One write transaction, waiting for other processes; undone when the block raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # SQLite itself undoes it when the disk is full
            database.execute("ROLLBACK")
        raise


def prepare(database: sqlite3.Connection, path: Path) -> None:
    """Bring the schema to the present version, inside the caller's transaction: all of it or nothing."""
    version = schema_version(database, path)
    if version == SCHEMA_VERSION:
        return
    if version == 1:
        _from_version_1(database)
    else:
        for statement in _SCHEMA:
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def schema_version(database: sqlite3.Connection, path: Path) -> int:
    """Version of the schema; 0 for a file without one.

    Raises
    ------
    ForecastError
        When a later version of this program wrote it.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise ForecastError(f"{path} was written by a later version of this program (schema {version})")
    return int(version)


def read_rows(database: sqlite3.Connection, clause: str = "ORDER BY number", *values: str | int) -> list[Row]:
    """Rows that a clause chooses."""
    return [Row(*fields) for fields in database.execute(_SELECT + clause, values)]


def append(database: sqlite3.Connection, kind: str, scenario: str, content: str) -> Row:
    """Write a row that follows the last one, inside the caller's transaction."""
    (last,) = database.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    fields = (last + 1, kind, created, scenario, content, last_hash(database))
    row = Row(*fields, entry_hash=hash_row(*fields))
    written = database.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", (*fields, row.entry_hash))
    if written.rowcount != 1:  # a trigger that is not ours can drop a row without an error
        raise ForecastError(f"entry {row.number} could not be recorded; `forecast ledger verify` says what is wrong")
    return row


def last_hash(database: sqlite3.Connection) -> str:
    """Hash of the last row; that of nothing where there is none."""
    row = database.execute("SELECT entry_hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]) if row else GENESIS


def last_number_ever(database: sqlite3.Connection) -> int:
    """Highest number that SQLite remembers having given; 0 where it never did, or the file is of version 1."""
    if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone():
        return 0
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    return int(row[0]) if row else 0


def schema_problems(database: sqlite3.Connection, version: int) -> list[str]:
    """What is wrong with the file itself, and whether the table and its guards are what they were, and nothing else."""
    found = [str(line) for (line,) in database.execute("PRAGMA integrity_check") if line != "ok"]
    present = {
        name: (kind, sql)
        for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_schema")
        if not name.startswith("sqlite_")  # SQLite's own
    }
    expected = {name: (what.lower(), sql) for sql in _SCHEMA for _, what, name, *_ in [sql.split()]}
    if version == 1:
        expected = {name: present.get(name, ("guard", None)) for name in _OF_VERSION_1}  # of these the names alone
    for name, (what, sql) in expected.items():
        if sql is None or present.get(name) != (what, sql):
            found.append(f"the {what} {name} is missing or was changed")
    found += [f"the {what} {name} is not the ledger's" for name, (what, _) in present.items() if name not in expected]
    return found


def _from_version_1(database: sqlite3.Connection) -> None:
    """Version 1 knew forecasts only and did not remember the highest number."""
    for name in _TRIGGERS:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("DROP INDEX entries_by_scenario")
    database.execute("ALTER TABLE entries RENAME TO entries_of_version_1")
    table, *guards = _SCHEMA
    database.execute(table)
    database.execute("INSERT INTO entries SELECT * FROM entries_of_version_1 ORDER BY number")
    database.execute("DROP TABLE entries_of_version_1")
    for statement in guards:
        database.execute(statement)
