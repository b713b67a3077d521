"""Does the hash chain hold: what was changed, inserted or removed after it was recorded."""

from __future__ import annotations

from collections.abc import Iterable

from forecast.ledger.rows import GENESIS, Row, hash_row

__all__ = ["chain_problems"]


def chain_problems(rows: Iterable[Row], head: str | None, last_number: int) -> tuple[str, ...]:
    """List everything that is wrong with a chain of entries.

    Parameters
    ----------
    rows : iterable of Row
        The whole table, ordered by number.
    head : str or None
        Hash in the HEAD file. It may name an earlier entry than the last one (a process ended between its commit and
        writing HEAD), never one that is not there. ``None``: there is no such file.
    last_number : int
        Highest number that was ever given, as far as is known.

    Returns
    -------
    tuple of str
        One sentence each; empty when the chain holds.
    """
    found = []
    previous, number, seen = GENESIS, 0, {GENESIS}
    for expected, row in enumerate(rows, start=1):
        if row.number != expected:
            found.append(f"entry {expected} is missing: entry {row.number} stands in its place")
        if row.previous_hash != previous:
            found.append(f"entry {row.number} does not follow the entry before it")
        if row.entry_hash != hash_row(row.number, row.kind, row.created, row.scenario, row.content, row.previous_hash):
            found.append(f"entry {row.number} has been changed since it was recorded")
        previous, number = row.entry_hash, row.number
        seen.add(row.entry_hash)
    if head is not None and head not in seen:
        found.append(f"entries at the end are missing: HEAD names {head[:12]}, which is not in the table")
    if head is None and (number or last_number):
        found.append("HEAD is missing")
    if number < last_number:
        found.append(f"entries at the end are missing: the last one was {last_number}, not {number}")
    return tuple(found)
