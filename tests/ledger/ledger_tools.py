"""Ways to change a ledger as somebody would who can write to its files."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify

GUARDS = ("entries_no_update", "entries_no_delete", "entries_only_append")


def tamper(ledger: Ledger, statement: str, *values: object) -> None:
    """Run a statement that changes something, without the guards, which are put back."""
    with closing(sqlite3.connect(ledger.path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA ignore_check_constraints = ON")
        guards = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
        for name in GUARDS:
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement, values).rowcount > 0
        for sql in guards:
            database.execute(sql)
        database.commit()


def said(ledger: Ledger) -> str:
    """All problems, one a line."""
    return "\n".join(map(str, verify(ledger).problems))
