"""A mapping applied to an export: the reports it makes, which of them are of one event, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from forecast.evidence.events import STRONGEST, outside_coverage
from forecast.evidence.wording import BLANK
from forecast.exchange.cells import Cells, matcher, pusher, read_day
from forecast.exchange.mapping import DateForm, Rule
from forecast.exchange.mapping_file import LoadedMapping
from forecast.exchange.source_file import SourceFile
from forecast.exchange.templates import columns_of, filled_by
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["Applied", "Made", "apply_mapping"]

type Row = dict[str, str]
"""Cells of a row of events.csv by column."""


@dataclass(frozen=True)
class Made:
    """A report that a mapping makes of a row.

    Attributes
    ----------
    row : dict
        Cells of events.csv, all but ``entered`` and ``same_as``.
    line : int
        In the export.
    event : str
        Id of the export's first report of the same event; its own where it is that one.
    """

    row: Row
    line: int
    event: str


@dataclass(frozen=True)
class Applied:
    """What becomes of the rows of an export; every row is counted once.

    Attributes
    ----------
    made : tuple of Made
        In the file's order.
    n_read : int
        Rows of the file.
    unmatched : mapping
        Rows that no rule matches, by what their ``tested`` columns hold, the most frequent first.
    tested : tuple of str
        Columns that rules compare with words.
    outside : mapping of str to int
        Rows that happened before the scenario begins or outside their type's coverage, by type.
    later : int
        Rows that were reported after today.
    repeated : int
        Rows whose id and content stand above already.
    """

    made: tuple[Made, ...]
    n_read: int
    unmatched: Mapping[tuple[str, ...], int]
    tested: tuple[str, ...]
    outside: Mapping[str, int]
    later: int
    repeated: int


def apply_mapping(loaded: LoadedMapping, source: SourceFile, scenario: Scenario, *, today: date) -> Applied:
    """Make the reports; what is wrong with a row that a rule matches is noted in ``source``.

    Parameters
    ----------
    loaded : LoadedMapping
        Fits the scenario and the columns of ``source``.
    """
    maker = _Maker(loaded, source, scenario, today)
    n_read = 0
    for line, cells in source.rows():
        n_read += 1
        maker.take(line, cells)
    return Applied(
        tuple(maker.made.values()),
        n_read,
        dict(maker.unmatched.most_common()),
        maker.tested,
        dict(maker.outside),
        maker.later,
        maker.repeated,
    )


class _Maker:
    """Takes the rows one after the other."""

    def __init__(self, loaded: LoadedMapping, source: SourceFile, scenario: Scenario, today: date) -> None:
        mapping = self._mapping = loaded.mapping
        self._source, self._scenario, self._today = source, scenario, today
        self._position = position = {name: at for at, name in enumerate(source.columns)}
        self._id, self._source_text, self._origin = (
            filled_by(text, position) for text in (mapping.id, mapping.source, mapping.origin)
        )
        self._id_columns = columns_of(mapping.id)
        self._rules = [_Rule(loaded, rule, position) for rule in mapping.rules]
        self._alike = [position[name] for name in mapping.same_event]
        tests = [item for rule in mapping.rules for item in rule.when.items()]
        named = [column for column, test in tests if test.is_ or test.starts]  # numbers and notes hardly repeat
        self.tested = tuple(dict.fromkeys(named or [column for column, _ in tests]))
        self._tested_at = [position[name] for name in self.tested]
        self._events: dict[tuple[str, ...], str] = {}
        self.made: dict[str, Made] = {}
        self.unmatched: Counter[tuple[str, ...]] = Counter()
        self.outside: Counter[str] = Counter()
        self.later = self.repeated = 0

    def take(self, line: int, cells: Cells) -> None:
        rule = next((rule for rule in self._rules if rule.matches(cells)), None)
        if rule is None:
            self.unmatched[tuple(cells[at].strip() for at in self._tested_at)] += 1
            return
        found = len(self._source.problems)
        happened = self._day(line, cells, self._mapping.happened.column, self._mapping.happened.format)
        reported = self._reported(line, cells, happened)
        directions = self._directions(line, cells, rule)
        identifier, summary = self._id(cells), rule.summary(cells)
        for column in self._id_columns:
            if not cells[self._position[column]].strip():
                self._source.problem(line, column, f"{BLANK}: the report's id is made of it")
        if not summary:
            self._source.problem(line, "summary", "the mapping leaves it blank for this row")
        if len(self._source.problems) > found or happened is None or reported is None:
            return
        if reported < happened:
            self._source.problem(line, "", f"reported on {reported}, before it happened on {happened}")
            return
        event = self._scenario.events[rule.rule.type]
        if happened < self._scenario.start or outside_coverage(event, happened):
            self.outside[rule.rule.type] += 1
        elif reported > self._today:
            self.later += 1
        else:
            self._keep(line, cells, rule, self._row(cells, rule, identifier, summary, happened, reported, directions))

    def _row(
        self, cells: Cells, rule: _Rule, identifier: str, summary: str, happened: date, reported: date, directions: str
    ) -> Row:
        return {
            "id": identifier,
            "date": happened.isoformat(),
            "reported": reported.isoformat(),
            "event_type": rule.rule.type,
            "driver": ";".join(rule.rule.direction),
            "direction": directions,
            "actor": rule.actor(cells),
            "summary": summary,
            "source": self._source_text(cells),
            "reliability": rule.grade[0],
            "credibility": rule.grade[1],
            "verified": self._mapping.verified or "",
            "origin": self._origin(cells),
        }

    def _keep(self, line: int, cells: Cells, rule: _Rule, row: Row) -> None:
        """Note a report, unless it stands above, and the event it is of."""
        above = self.made.get(row["id"])
        if above is not None:
            if row == above.row:
                self.repeated += 1
            else:
                message = f"{row['id']!r} is the id of line {above.line} too, and that row says something else"
                self._source.problem(line, "id", message)
            return
        key = tuple(cells[at].strip() for at in self._alike)
        event = self._events.setdefault((rule.rule.type, *key), row["id"]) if key and all(key) else row["id"]
        self.made[row["id"]] = Made(row, line, event)

    def _day(self, line: int, cells: Cells, column: str, form: DateForm) -> date | None:
        try:
            return read_day(cells[self._position[column]], form)
        except ValueError as error:
            self._source.problem(line, column, str(error))
            return None

    def _reported(self, line: int, cells: Cells, happened: date | None) -> date | None:
        given = self._mapping.reported
        if given.column is not None:
            return self._day(line, cells, given.column, given.format)
        if given.after is not None:
            return None if happened is None else shift(happened, given.after)
        return given.on

    def _directions(self, line: int, cells: Cells, rule: _Rule) -> str:
        try:
            values = rule.directions(cells)
        except ValueError as error:
            self._source.problem(line, "direction", str(error))
            return ""
        for value in values:
            if abs(value) > STRONGEST:
                self._source.problem(line, "direction", f"{value:g} is outside -{STRONGEST:g} to {STRONGEST:g}")
        return ";".join(f"{value + 0.0:g}" for value in values)


class _Rule:
    """A rule as functions of a row."""

    def __init__(self, loaded: LoadedMapping, rule: Rule, position: Mapping[str, int]) -> None:
        mapping = loaded.mapping
        self.rule = rule
        self.matches = matcher(rule, position)
        self.directions = pusher(rule.direction, position)
        self.grade = rule.grade or mapping.grade
        self.actor: Callable[[Cells], str] = filled_by(mapping.actor if rule.actor is None else rule.actor, position)
        self.summary: Callable[[Cells], str] = filled_by(rule.summary or mapping.summary, position)
