"""Is the ledger what was recorded: its chain, what its entries refer to, and the files that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import ForecastError, Problem
from forecast.ledger import artefacts, table
from forecast.ledger.chain import chain_problems
from forecast.ledger.entry import Entry, ForecastEntry, PublishEntry, shortened
from forecast.ledger.rows import Row, from_row
from forecast.ledger.store import Ledger

__all__ = ["Verification", "verify"]


@dataclass(frozen=True)
class Verification:
    """What :func:`verify` found.

    Attributes
    ----------
    n_entries, n_files : int
        How many entries there are, and how many files they name.
    head : str or None
        Hash in the HEAD file.
    problems : tuple of Problem
        Each with the file at fault; empty when all is well.
    """

    n_entries: int
    n_files: int
    head: str | None
    problems: tuple[Problem, ...]


def verify(ledger: Ledger) -> Verification:
    """Look for everything that is wrong with a ledger.

    Found are: a field of an entry that was changed, an entry that was inserted or removed, also at the end; a missing
    HEAD; a damaged file, or a table without its guards; an entry that refers to one that is not there; a file of an
    entry that is missing or was changed. Not found is that the whole folder was put back to an earlier state.
    """
    head = None
    found: list[str] = []
    rows: list[Row] = []
    last_number = 0
    try:
        head = ledger.head()  # before the table: another process may be recording
        with ledger.reading() as database:
            if database:
                rows = table.read_rows(database)
                last_number = table.last_number_ever(database)
                found += table.schema_problems(database, table.schema_version(database, ledger.path))
    except ForecastError as error:
        return Verification(0, 0, head, (Problem("", 0, "", str(error)),))
    entries, unreadable = _read(rows)
    named = _named_files(ledger, entries)
    found += [*chain_problems(rows, head, last_number), *unreadable, *_reference_problems(entries)]
    problems = (*(Problem(str(ledger.path), 0, "", message) for message in found), *_file_problems(named))
    return Verification(len(rows), len(named), head, problems)


def _read(rows: Iterable[Row]) -> tuple[list[Entry], list[str]]:
    """The entries, and what is wrong with the rows that are none."""
    entries, unreadable = [], []
    for row in rows:
        try:
            entries.append(from_row(row))
        except ForecastError:
            unreadable.append(f"entry {row.number} does not have the content of a {row.kind}")
    return entries, unreadable


def _reference_problems(entries: Iterable[Entry]) -> Iterator[str]:
    """References to a forecast that does not stand before the entry, or is not the one it should be."""
    earlier: dict[str, ForecastEntry] = {}
    published: set[str] = set()
    for entry in entries:
        if isinstance(entry, PublishEntry):
            forecast = earlier.get(entry.forecast)
            says = f"entry {entry.number} publishes {shortened(entry.forecast)}"
            if forecast is None or forecast.scenario != entry.scenario:
                yield f"{says}, which is no forecast of its scenario"
            if entry.forecast in published:
                yield f"{says} a second time"
            published.add(entry.forecast)
        if isinstance(entry, ForecastEntry):
            fit = earlier.get(entry.fit) if entry.fit else None
            if entry.fit and (fit is None or fit.scenario != entry.scenario or fit.draws_hash != entry.draws_hash):
                yield f"entry {entry.number} reweights {shortened(entry.fit)}, which is no forecast with its draws"
            earlier[entry.id] = entry


def _named_files(ledger: Ledger, entries: Iterable[Entry]) -> dict[Path, int]:
    """Every file that an entry names, with the number of the first one that does."""
    named: dict[Path, int] = {}
    for entry in entries:
        if isinstance(entry, ForecastEntry):
            for path in ledger.files(entry):
                named.setdefault(path, entry.number)
    return named


def _file_problems(named: Mapping[Path, int]) -> Iterator[Problem]:
    """Files that are missing or were changed."""
    for path, number in named.items():
        try:
            changed = artefacts.file_hash(path) != path.stem
        except FileNotFoundError:
            yield Problem(str(path), 0, "", f"is missing, though entry {number} names it")
        except OSError as error:
            yield Problem(str(path), 0, "", f"cannot be read: {error.strerror or error}")
        else:
            if changed:
                yield Problem(str(path), 0, "", f"has been changed since entry {number} was recorded")
