"""A ledger that version 1 of the schema wrote: read as it is, and migrated with the next entry, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_tools import said
from record_many import record, resolve

from forecast.errors import ForecastError
from forecast.ledger import table
from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify

HEAD = "20ed559cc8e45278f13115c76ce86538cd8c11dd6d8c77967c8762eb02086571"


@pytest.fixture
def old(ledger) -> Ledger:
    """Three forecasts as release 0.1 in development recorded them, with their files."""
    ledger.folder.mkdir(parents=True)
    with closing(sqlite3.connect(ledger.path)) as database:
        database.executescript((Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8"))
    ledger.head_path.write_text(f"{HEAD}\n", encoding="utf-8")
    for name in ("toy", "other"):
        ledger.store_draws(lambda path, name=name: path.write_bytes(name.encode()))
        ledger.store_view(f'{{"scenario": "{name}"}}')
    return ledger


def version(ledger: Ledger) -> int:
    with closing(sqlite3.connect(ledger.path)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def test_it_is_read_without_being_changed(old):
    before = old.path.read_bytes()
    assert [entry.scenario for entry in old.entries()] == ["toy", "other", "toy"]
    assert old.latest("toy").id == HEAD
    for entry in old.forecasts():
        assert (entry.scenario_text_hash, entry.evidence_file_hash, entry.fit) == (None, None, None)
        assert entry.fit_id == entry.id
        assert entry.as_recorded is False
        assert entry.model_code_hash is None  # so that an update makes a new fit
        assert old.read_evidence(entry) is None
        assert old.checked_scenario(entry) is None
        assert old.checked_draws(entry).read_bytes() == entry.scenario.encode()
    assert said(old) == ""
    assert verify(old).n_files == 4
    assert old.path.read_bytes() == before


def test_the_next_entry_migrates_it_and_changes_no_entry(old):
    before = old.entries()
    resolution = resolve(old)
    assert version(old) == table.SCHEMA_VERSION
    assert old.entries() == [*before, resolution]
    assert (resolution.number, resolution.previous_hash) == (4, HEAD)
    assert said(old) == ""
    update = record(old, method="reweight", fit=before[0].id)
    assert update.draws_hash == before[0].draws_hash
    assert old.publish(before[1].id).forecast == before[1].id
    assert said(old) == ""
    with closing(sqlite3.connect(old.path)) as database:
        for change in ("UPDATE entries SET kind = 'publish'", "DELETE FROM entries WHERE number = 6"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(change)


def test_it_has_the_schema_of_a_new_one(old, tmp_path):
    resolve(old)
    new = Ledger(tmp_path / "new")
    resolve(new)
    schemas = []
    for ledger in (old, new):
        with closing(sqlite3.connect(ledger.path)) as database:
            schemas.append(sorted(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"), key=str))
    assert schemas[0] == schemas[1]


def test_a_migration_that_fails_leaves_version_1(old, monkeypatch):
    before = old.path.read_bytes()

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(table, "append", fail)
    with pytest.raises(RuntimeError):
        resolve(old)
    assert version(old) == 1
    assert old.path.read_bytes() == before
    assert len(old.entries()) == 3


def test_a_later_version_is_refused(ledger):
    resolve(ledger)
    with closing(sqlite3.connect(ledger.path)) as database:
        database.execute(f"PRAGMA user_version = {table.SCHEMA_VERSION + 1}")
    before = ledger.path.read_bytes()
    for attempt in (ledger.entries, lambda: resolve(ledger), lambda: ledger.publish("abcdef")):
        with pytest.raises(ForecastError, match="later version"):
            attempt()
    assert "later version" in said(ledger)
    assert ledger.path.read_bytes() == before
