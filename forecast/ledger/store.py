"""The ledger in its folder: entries in a table, the files that they name, and what is appended by several processes."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecast.errors import ForecastError, NotFoundError
from forecast.ledger import artefacts, rows, table
from forecast.ledger.entry import Entry, ForecastEntry, JudgedOutcome, JudgementEntry, PublishEntry, ResolutionEntry
from forecast.ledger.files import LedgerFiles
from forecast.ledger.rows import GENESIS, Row, from_row

if TYPE_CHECKING:  # loading it loads numpy, which reading the ledger does not need
    from forecast.projection.results import Forecast

__all__ = ["Ledger"]

_SHORTEST_PREFIX = 4


@dataclass(frozen=True)
class Ledger(LedgerFiles):
    """The ledger in a folder: ``ledger.sqlite``, ``HEAD``, and a folder for each kind of file that entries name.

    Reading never creates anything; a ledger that does not exist has no entries. A ledger of an earlier version is read
    as it is, and brought to the present version when something is recorded.
    """

    def record(
        self,
        forecast: Forecast,
        *,
        draws_hash: str,
        view_hash: str,
        scenario_text_hash: str,
        evidence_file_hash: str,
        model_code_hash: str,
        fit: str = "",
    ) -> ForecastEntry:
        """Append a forecast as a draft.

        Parameters
        ----------
        forecast : Forecast
        draws_hash, view_hash, scenario_text_hash, evidence_file_hash : str
            What the ``store_`` methods returned: an entry names only what is already on disk.
        model_code_hash : str
            Of the code that the fit rests on.
        fit : str
            Id of the forecast whose draws this one reweights; then ``draws_hash`` is that forecast's.

        Raises
        ------
        ForecastError
            When a named file is missing, ``fit`` is no forecast with these draws, or entries are missing at the end of
            the ledger.
        """
        content = rows.forecast_content(
            forecast,
            draws_hash=draws_hash,
            view_hash=view_hash,
            scenario_text_hash=scenario_text_hash,
            evidence_file_hash=evidence_file_hash,
            model_code_hash=model_code_hash,
            fit=fit,
        )
        for path in (
            self.draws_path(draws_hash),
            self.view_path(view_hash),
            self.scenario_path(scenario_text_hash),
            self.evidence_path(evidence_file_hash),
        ):
            if not path.is_file():
                raise ForecastError(f"{path} must be stored before the entry that names it")
        if fit and self.forecast(fit).draws_hash != draws_hash:
            raise ForecastError(f"the draws {draws_hash[:12]} are not those of the forecast {fit[:12]}")
        return _as(ForecastEntry, self._append("forecast", forecast.scenario, content))

    def publish(self, id_or_prefix: str) -> PublishEntry:
        """Append that a forecast became public.

        Raises
        ------
        NotFoundError
            As :meth:`forecast`, and when it is public already.
        ForecastError
            When entries are missing at the end of the ledger.
        """
        forecast = self.forecast(id_or_prefix)
        content = rows.publish_content(forecast.id)

        def unpublished(database: sqlite3.Connection) -> None:
            if table.read_rows(database, "WHERE kind = 'publish' AND content = ?", content):
                raise NotFoundError(f"there is no draft {forecast.short_id}: it is published already")

        return _as(PublishEntry, self._append("publish", forecast.scenario, content, unpublished))

    def resolve(
        self,
        scenario: str,
        outcome: str | None,
        *,
        date: dt.date,
        horizon: dt.date,
        note: str = "",
        source: str = "",
        scenario_hash: str,
    ) -> ResolutionEntry:
        """Append how a scenario ended by a horizon; it takes the place of an earlier resolution, which stays.

        Parameters
        ----------
        outcome : str or None
            Name of the outcome; ``None`` declares the question void.
        date : date
            Day on which it was settled.

        Raises
        ------
        ForecastError
            When entries are missing at the end of the ledger.
        """
        content = rows.resolution_content(
            outcome=outcome, date=date, horizon=horizon, note=note, source=source, scenario_hash=scenario_hash
        )
        return _as(ResolutionEntry, self._append("resolution", scenario, content))

    def judge(
        self,
        scenario: str,
        outcomes: Sequence[JudgedOutcome],
        *,
        complete: bool,
        by: str,
        date: dt.date,
        horizon: dt.date,
        note: str = "",
        source: str = "",
        scenario_hash: str,
    ) -> JudgementEntry:
        """Append a person's or a crowd's own probabilities; see :class:`JudgementEntry` for the parameters.

        Raises
        ------
        ForecastError
            When entries are missing at the end of the ledger.
        """
        content = rows.judgement_content(
            by=by,
            date=date,
            horizon=horizon,
            outcomes=outcomes,
            complete=complete,
            note=note,
            source=source,
            scenario_hash=scenario_hash,
        )
        return _as(JudgementEntry, self._append("judgement", scenario, content))

    def entries(self, scenario: str | None = None) -> list[Entry]:
        """All entries of every kind, or a scenario's, oldest first."""
        return [from_row(row) for row in self._rows() if scenario is None or row.scenario == scenario]

    def forecasts(self, scenario: str | None = None) -> list[ForecastEntry]:
        """All forecasts, or a scenario's, oldest first."""
        return [entry for entry in self.entries(scenario) if isinstance(entry, ForecastEntry)]

    def latest(self, scenario: str | None = None) -> ForecastEntry | None:
        """The last forecast, or a scenario's last one; ``None`` when there is none."""
        also, values = ("AND scenario = ? ", (scenario,)) if scenario is not None else ("", ())
        found = self._rows(f"WHERE kind = 'forecast' {also}ORDER BY number DESC LIMIT 1", *values)
        return _as(ForecastEntry, found[0]) if found else None

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
        found = self._rows("WHERE substr(entry_hash, 1, ?) = ? ORDER BY number", len(prefix), prefix)
        if not found:
            raise NotFoundError(f"no entry {id_or_prefix!r} in {self.path}; `forecast ledger list` names them")
        if len(found) > 1:
            several = ", ".join(from_row(row).short_id for row in found)
            raise NotFoundError(f"{id_or_prefix!r} fits several entries: {several}; give more digits")
        return from_row(found[0])

    def forecast(self, id_or_prefix: str) -> ForecastEntry:
        """Find a forecast as :meth:`entry` finds an entry.

        Raises
        ------
        NotFoundError
            As :meth:`entry`, and when the entry is of another kind.
        """
        entry = self.entry(id_or_prefix)
        if not isinstance(entry, ForecastEntry):
            raise NotFoundError(f"entry {entry.short_id} is a {entry.kind}, not a forecast")
        return entry

    def head(self) -> str | None:
        """Hash in the HEAD file; ``None`` when there is no such file.

        Raises
        ------
        ForecastError
            When it cannot be read.
        """
        try:
            return self.head_path.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ForecastError(f"{self.head_path} cannot be read: {error.strerror or error}") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the table for reading only, at one moment; ``None`` when there is no ledger."""
        if not self.path.exists():
            yield None
            return
        with table.opened(self.path, "rw") as database:  # not ro: an interrupted commit of another process is undone
            database.execute("PRAGMA query_only = ON")
            database.execute("BEGIN")
            yield database if table.schema_version(database, self.path) else None

    def _rows(self, clause: str = "ORDER BY number", *values: str | int) -> list[Row]:
        with self.reading() as database:
            return table.read_rows(database, clause, *values) if database else []

    def _append(
        self,
        kind: str,
        scenario: str,
        content: str,
        require: Callable[[sqlite3.Connection], None] | None = None,
    ) -> Row:
        """Append one entry in one transaction; ``require`` raises there where it must not be."""
        with artefacts.said(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with table.opened(self.path, "rwc") as database:
            with table.locked(database):
                table.prepare(database, self.path)
                self._require_whole(database)
                if require:
                    require(database)
                row = table.append(database, kind, scenario, content)
            # The entry is recorded. HEAD may name an earlier one; whoever records next brings it up to date.
            with contextlib.suppress(OSError, sqlite3.Error), table.locked(database):
                artefacts.replace_file(self.head_path, f"{table.last_hash(database)}\n")
        return row

    def _require_whole(self, database: sqlite3.Connection) -> None:
        """Refuse to write over a removed tail; a new ledger gets its HEAD before its first entry."""
        head, last = self.head(), table.last_hash(database)
        if head is None and last == GENESIS and not table.last_number_ever(database):
            with artefacts.said(self.head_path):
                artefacts.replace_file(self.head_path, f"{GENESIS}\n")
            return
        if head is None:
            raise ForecastError(
                f"{self.head_path} is missing; restore it, or write the last entry's id into it once you are sure that"
                " no entry is missing"
            )
        known = head == GENESIS or table.read_rows(database, "WHERE entry_hash = ?", head)
        (last_number,) = database.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
        if not known or last_number < table.last_number_ever(database):
            raise ForecastError(
                f"{self.path}: entries are missing at the end; restore the file before recording anything"
            )


def _as[Kind](kind: type[Kind], row: Row) -> Kind:
    entry = from_row(row)
    if not isinstance(entry, kind):
        raise TypeError(f"entry {row.number} is a {row.kind}")
    return entry
