"""verify finds whatever was changed, added or removed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from ledger_tools import GUARDS, said, tamper
from record_many import judge, record, resolve

from forecast.canonical import canonical_json
from forecast.errors import ForecastError
from forecast.ledger import table
from forecast.ledger.rows import GENESIS, hash_row
from forecast.ledger.store import Ledger
from forecast.ledger.verify import verify

COLUMNS = ("number", "kind", "created", "scenario", "content", "previous_hash", "entry_hash")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Ledger:
    """A ledger with every kind of entry."""
    ledger = Ledger(tmp_path_factory.mktemp("whole") / "ledger")
    fit = record(ledger)
    update = record(ledger, method="reweight", fit=fit.id)
    ledger.publish(update.id)
    judge(ledger)
    resolve(ledger)
    resolve(ledger, outcome=None)
    assert verify(ledger).problems == ()
    return ledger


@pytest.fixture
def copy(whole, tmp_path) -> Ledger:
    """A copy of it to be changed."""
    shutil.copytree(whole.folder, tmp_path / "copy")
    return Ledger(tmp_path / "copy")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def other(value: Any) -> Any:
    """A value of the same kind that differs as little as can be."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    if isinstance(value, float):
        return value + 1e-9
    if isinstance(value, int):
        return value + 1
    return [*value, value[-1] if value else 0] if isinstance(value, list) else {**value, "more": 1}


def rows(ledger: Ledger) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(ledger.path)) as database:
        return database.execute("SELECT * FROM entries ORDER BY number").fetchall()


def test_every_column_of_every_entry(whole, tmp_path):
    tried = 0
    for row in rows(whole):
        for column, value in zip(COLUMNS, row, strict=True):
            copy = Ledger(tmp_path / f"{row[0]}-{column}")
            shutil.copytree(whole.folder, copy.folder)
            changed = 100 if column == "number" else value + " " if column == "content" else other(value)
            tamper(copy, " ".join(("UPDATE entries SET", column, "= ? WHERE number = ?")), changed, row[0])
            assert f"entry {row[0]}" in said(copy), (row[0], column)
            tried += 1
    assert tried == 6 * len(COLUMNS)


def test_every_key_inside_every_content(whole, tmp_path):
    """Each value is changed, and each key or item removed, in turn."""
    tried = set()
    copy = Ledger(tmp_path / "copy")
    shutil.copytree(whole.folder, copy.folder)
    for number, kind, _, _, content, *_ in rows(whole):
        for path in places(json.loads(content)):
            for remove in (False, True):
                document = json.loads(content)
                holder = document
                for key in path[:-1]:
                    holder = holder[key]
                if remove:
                    del holder[path[-1]]
                else:
                    holder[path[-1]] = other(holder[path[-1]])
                tamper(copy, "UPDATE entries SET content = ? WHERE number = ?", canonical_json(document), number)
                assert f"entry {number} has been changed" in said(copy), (number, path, remove)
            tried.add((kind, path[0]))
        tamper(copy, "UPDATE entries SET content = ? WHERE number = ?", content, number)
        assert said(copy) == ""
    assert {kind for kind, _ in tried} == {"forecast", "publish", "judgement", "resolution"}
    assert {"outcomes", "diagnostics", "draws_hash", "scenario_text_hash", "evidence_file_hash", "fit", "seed"} <= {
        key for kind, key in tried if kind == "forecast"
    }


@pytest.mark.parametrize("folder", ["draws", "views", "scenarios", "evidence"])
def test_every_kind_of_file_changed_or_removed(copy, folder):
    (path,) = (copy.folder / folder).iterdir()
    content = path.read_bytes()
    for changed in (content + b" ", content[:-1], bytes([content[0] ^ 1]) + content[1:], b""):
        path.write_bytes(changed)
        assert f"{path}: has been changed since entry 1" in said(copy)
    path.unlink()
    assert f"{path}: is missing, though entry 1 names it" in said(copy)
    path.mkdir()
    assert f"{path}: cannot be read" in said(copy)


def shorten(ledger: Ledger, kept: int) -> None:
    tamper(ledger, "DELETE FROM entries WHERE number > ?", kept)


@pytest.mark.parametrize("kept", [0, 1, 5])
@pytest.mark.parametrize("head", ["left", "removed", "set back"])
def test_a_removed_tail(copy, kept, head):
    shorten(copy, kept)
    if head == "removed":
        copy.head_path.unlink()
    if head == "set back":
        hashes = [GENESIS, *(row[-1] for row in rows(copy))]
        copy.head_path.write_text(f"{hashes[-1]}\n", encoding="utf-8")
    assert "the end are missing: the last one was 6" in said(copy)
    assert ("HEAD names" in said(copy)) == (head == "left")
    assert ("HEAD is missing" in said(copy)) == (head == "removed")
    with pytest.raises(ForecastError, match="missing"):
        resolve(copy)
    assert len(rows(copy)) == kept


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry(copy, number):
    tamper(copy, "DELETE FROM entries WHERE number = ?", number)
    assert f"entry {number} is missing" in said(copy)


def test_the_whole_table_removed(copy):
    copy.path.unlink()
    assert "HEAD names" in said(copy)


def test_head_removed(copy):
    copy.head_path.unlink()
    assert said(copy) == f"{copy.path}: HEAD is missing"
    with pytest.raises(ForecastError, match="HEAD is missing"):
        resolve(copy)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"f" * 64, GENESIS[:-1].encode()])
def test_head_changed(copy, content):
    copy.head_path.write_bytes(content)
    assert "HEAD names" in said(copy)


def test_an_entry_put_in_between(copy):
    tamper(copy, "UPDATE entries SET number = number + 1 WHERE number = 6")
    tamper(
        copy,
        "INSERT INTO entries SELECT 6, kind, created, scenario, content, 'a', 'b' FROM entries WHERE number = 5",
    )
    assert "entry 6 does not follow" in said(copy)
    assert "entry 7 does not follow" in said(copy)


def test_entries_exchanged(copy):
    for old, new in ((4, 40), (5, 4), (40, 5)):
        tamper(copy, "UPDATE entries SET number = ? WHERE number = ?", new, old)
    assert "entry 4 has been changed" in said(copy)
    assert "entry 5 does not follow" in said(copy)


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_of_the_table_removed(copy, guard):
    with closing(sqlite3.connect(copy.path)) as database:
        database.execute(f"DROP TRIGGER {guard}")
    assert f"the trigger {guard} is missing" in said(copy)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END",
            "the trigger swallow is not the ledger's",
        ),
        ("CREATE TABLE more (a)", "the table more is not the ledger's"),
        ("CREATE VIEW entries_view AS SELECT * FROM entries", "the view entries_view is not the ledger's"),
        ("DROP INDEX entries_by_kind", "the index entries_by_kind is missing"),
        ("PRAGMA user_version = 0", "HEAD names"),
        ("PRAGMA user_version = 1", "entries_by_scenario is missing"),
    ],
)
def test_a_file_that_is_not_as_it_was_made(copy, statement, found):
    with closing(sqlite3.connect(copy.path)) as database:
        database.execute(statement)
        database.commit()
    assert found in said(copy)


def test_an_entry_that_is_swallowed_is_not_reported_as_recorded(copy):
    before = copy.entries()
    with closing(sqlite3.connect(copy.path)) as database:
        database.execute("CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(ForecastError, match="entry 7 could not be recorded"):
        resolve(copy)
    assert copy.entries() == before


def test_a_head_that_cannot_be_read(copy):
    copy.head_path.unlink()
    copy.head_path.mkdir()
    assert "HEAD cannot be read" in said(copy)
    with pytest.raises(ForecastError, match="HEAD cannot be read"):
        resolve(copy)


def test_a_damaged_file(copy):
    content = bytearray(copy.path.read_bytes())
    content[4096:4196] = bytes(100)
    copy.path.write_bytes(content)
    assert str(copy.path) in said(copy)


@pytest.mark.parametrize(
    ("kind", "content", "wrong"),
    [
        ("publish", {"forecast": "f" * 64}, "publishes ffffffffffff, which is no forecast"),
        ("publish", {"forecast": 4}, "publishes JUDGEMENT, which is no forecast"),
        ("publish", {"forecast": 2}, "a second time"),
        ("publish", {}, "does not have the content of a publish"),
        ("forecast", {"fit": "f" * 64}, "reweights ffffffffffff, which is no forecast"),
        ("forecast", {"fit": 1, "draws_hash": "d" * 64}, "which is no forecast with its draws"),
    ],
)
def test_a_wrong_reference_in_a_whole_chain(copy, kind, content, wrong):
    """The chain holds: the entries were appended with the right hashes, by another program."""
    ids = {row[0]: row[-1] for row in rows(copy)}
    if kind == "forecast":
        content = json.loads(rows(copy)[0][4]) | content
    content = {
        name: ids[value] if name in ("forecast", "fit") and value in ids else value for name, value in content.items()
    }
    with table.opened(copy.path, "rw") as database, table.locked(database):
        table.append(database, kind, "toy", canonical_json(content))
    assert wrong.replace("JUDGEMENT", ids[4][:12]) in said(copy)


def test_a_chain_forged_from_one_entry_on_shows_in_head(copy):
    """Whoever writes all later hashes anew must also write HEAD."""
    _, kind, created, _, content, previous, _ = rows(copy)[-1]
    forged = hash_row(6, kind, created, "other", content, previous)
    tamper(copy, "UPDATE entries SET scenario = 'other', entry_hash = ? WHERE number = 6", forged)
    assert "HEAD names" in said(copy)


def test_a_changed_entry_does_not_hide_the_others(copy):
    tamper(copy, "UPDATE entries SET content = '{}' WHERE number = 1")
    (copy.folder / "views").rename(copy.folder / "elsewhere")
    found = said(copy)
    assert "entry 1 has been changed" in found
    assert "entry 1 does not have the content of a forecast" in found
    assert "is missing, though entry 2 names it" in found
    with pytest.raises(ForecastError, match="entry 1 of the ledger cannot be read"):
        copy.entries()
