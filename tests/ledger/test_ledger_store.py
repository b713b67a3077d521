"""The ledger: append-only, chained, complete, and safe for several processes."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from ledger_tools import tamper
from record_many import FORECAST, record

from forecast.canonical import canonical_json
from forecast.errors import ForecastError, NotFoundError
from forecast.ledger import artefacts
from forecast.ledger.rows import GENESIS
from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify


def test_reading_a_ledger_that_does_not_exist_writes_nothing(ledger, tmp_path):
    assert ledger.entries() == []
    assert ledger.latest("toy") is None
    assert verify(ledger).problems == ()
    with pytest.raises(NotFoundError, match="no entry"):
        ledger.entry("abcdef")
    assert list(tmp_path.iterdir()) == []


def test_an_entry_reads_back_as_it_was_recorded(ledger):
    written = record(ledger)
    (read,) = ledger.entries()
    assert read == written
    assert (read.number, read.previous_hash, read.stage, read.kind) == (1, GENESIS, "draft", "forecast")
    for name in (
        "title",
        "scenario_hash",
        "evidence_hash",
        "code_version",
        "as_of",
        "horizon",
        "seed",
        "method",
        "status",
    ):
        assert getattr(read, name) == getattr(FORECAST, name), name
    assert read.outcomes[0].probability == FORECAST.outcomes[0].probability  # to the last bit
    assert read.top_outcome.name == "coffee"
    assert read.diagnostics["max_rhat"] == 1.012
    assert read.diagnostics["min_bfmi"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", read.created)
    assert ledger.head_path.read_text(encoding="utf-8").strip() == read.id
    assert json.loads(ledger.read_view(read)) == {"scenario": "toy"}


def test_entries_are_found_by_scenario_and_by_prefix(ledger):
    first, second, third = record(ledger, "toy"), record(ledger, "other"), record(ledger, "toy", seed=2)
    assert ledger.entries("toy") == [first, third]
    assert ledger.latest("toy") == third
    assert ledger.latest("other") == second
    assert ledger.latest() == third
    assert ledger.latest("absent") is None
    assert ledger.entry(second.id) == ledger.entry(second.id[:6].upper()) == second
    with pytest.raises(NotFoundError, match="too short"):
        ledger.entry(first.id[:3])
    with pytest.raises(NotFoundError, match="no entry"):
        ledger.entry("%%%%")


def test_an_ambiguous_prefix_names_the_candidates(ledger):
    first, second = record(ledger), record(ledger, seed=2)
    tamper(ledger, "UPDATE entries SET entry_hash = 'abcd' || substr(entry_hash, 5)")
    alike = ["abcd" + entry.id[4:] for entry in (first, second)]
    with pytest.raises(NotFoundError, match=f"{alike[0][:12]}, {alike[1][:12]}"):
        ledger.entry("abcd")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET scenario = 'x' WHERE number = 1",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT 1, kind, created, 'x', content, previous_hash, entry_hash FROM entries",
        "INSERT OR REPLACE INTO entries SELECT 2, kind, created, 'x', content, 'p', entry_hash FROM entries",
        "INSERT OR REPLACE INTO entries SELECT 2, kind, created, 'x', content, previous_hash, 'h' FROM entries",
        "INSERT INTO entries SELECT 5, kind, created, 'x', content, 'p', 'h' FROM entries",
    ],
)
def test_the_table_is_append_only(ledger, statement):
    before = record(ledger)
    with closing(sqlite3.connect(ledger.path)) as database, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(statement)
    assert ledger.entries() == [before]


def test_every_table_refuses_to_change(ledger):
    """Whatever tables a later version adds, each has the three guards."""
    record(ledger)
    with closing(sqlite3.connect(ledger.path)) as database:
        schema = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
        tables = {name for kind, name, *_ in schema if kind == "table" and not name.startswith("sqlite_")}
        guards = {(table, sql.split()[3], sql.split()[4]) for kind, _, table, sql in schema if kind == "trigger"}
        assert tables == {"entries"}
        assert guards == {(table, "BEFORE", what) for table in tables for what in ("INSERT", "UPDATE", "DELETE")}


def test_nothing_is_recorded_over_a_removed_tail(ledger):
    first = record(ledger)
    record(ledger, seed=2)
    tamper(ledger, "DELETE FROM entries WHERE number = 2")
    with pytest.raises(ForecastError, match="missing at the end"):
        record(ledger, seed=3)
    assert ledger.entries() == [first]


def test_a_process_that_ended_before_writing_head_does_no_harm(ledger):
    record(ledger)
    old = ledger.head_path.read_text(encoding="utf-8")
    record(ledger, seed=2)
    ledger.head_path.write_text(old, encoding="utf-8")
    assert verify(ledger).problems == ()
    last = record(ledger, seed=3)
    assert ledger.head_path.read_text(encoding="utf-8").strip() == last.id
    assert verify(ledger).problems == ()


def test_an_entry_names_only_what_is_on_disk(ledger):
    names = ("draws_hash", "view_hash", "scenario_text_hash", "evidence_file_hash")
    with pytest.raises(ForecastError, match="must be stored before"):
        ledger.record(FORECAST, **dict.fromkeys(names, "c" * 64), model_code_hash="d" * 64)
    assert ledger.entries() == []


def test_a_number_that_is_not_one_is_never_recorded(ledger):
    outcomes = (*FORECAST.outcomes[:1], type(FORECAST.outcomes[1])("coffee", "", float("nan"), 0, 0, 0, 0, 0))
    with pytest.raises(ValueError, match="not JSON compliant"):
        record(ledger, outcomes=outcomes)
    assert ledger.entries() == []


def test_what_is_not_a_ledger_is_said(ledger):
    ledger.folder.mkdir(parents=True)
    ledger.path.write_bytes(b"not a database, but long enough to be taken for one" * 20)
    with pytest.raises(ForecastError, match=r"ledger\.sqlite: file is not a database"):
        ledger.entries()


def test_a_later_schema_is_left_alone(ledger):
    record(ledger)
    with closing(sqlite3.connect(ledger.path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(ForecastError, match="later version"):
        record(ledger)


def test_a_write_that_fails_leaves_no_file(tmp_path):
    def half(path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(ForecastError, match="cannot be written: disk full"):
        artefacts.store(tmp_path / "draws", ".nc", half)
    assert list((tmp_path / "draws").iterdir()) == []


def test_the_folder_can_be_moved(ledger, tmp_path):
    entry = record(ledger)
    shutil.move(ledger.folder, tmp_path / "moved here?")
    assert Ledger(tmp_path / "moved here?").entries() == [entry]


def test_canonical_json_is_one_spelling():
    assert canonical_json({"b": 1.0, "a": ["é", None]}) == '{"a":["é",null],"b":1.0}'
    assert canonical_json({"b": 2, "a": 1}) == canonical_json({"a": 1, "b": 2})
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("inf"))
    with pytest.raises(TypeError):
        canonical_json(date(2023, 1, 1))
