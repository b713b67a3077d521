"""What came of the targets, from what had been reported by a day; nothing is said of what was not settled by then."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.evaluation.targets.asked import Target, groups_of, settled_on
from forecast.evaluation.targets.counts import CELLS
from forecast.evaluation.targets.questions import asked_states, asking, question_name
from forecast.evidence.folding import fold
from forecast.evidence.records import Evidence, Question
from forecast.evidence.reports import ReportTable
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.scenario.histories import holds
from forecast.scenario.types import Scenario

__all__ = ["History"]


class History:
    """The evidence of a case as known on a day.

    Parameters
    ----------
    evidence : Evidence
        All there is; what was reported later is left out.
    known_by : date
    """

    def __init__(self, scenario: Scenario, evidence: Evidence, known_by: date) -> None:
        self.scenario, self.known_by = scenario, known_by
        self._seen = visible_evidence(scenario, evidence, known_by)
        self._questions = {question_name(question): question for question in evidence.questions}
        self.series = tuple(row for row in evidence.series if row.reported <= known_by)  # those before the grid too
        reports = ReportTable.of(self._seen.reports)
        marks = fold(reports)
        self.day = marks.day
        names = reports.texts["event_type"].take(marks.best)
        self.type = names.numbers(list(scenario.events).index, np.int64)

    def of(self, target: Target) -> tuple[float, ...] | None:
        """What came: a count, a value, the place of what happened; of shares, the place of each report's type.

        ``None`` where it is not settled yet; empty where no report of a group came.
        """
        if target.kind == "series":
            values = [
                row.value for row in self.series
                if (row.series, row.start, row.end) == (target.name, target.first, target.last)
            ]  # fmt: skip
            return (float(values[-1]),) if values else None
        if settled_on(self.scenario, target) > self.known_by:
            return None
        if target.kind == "outcome":
            return (float(self._outcome(target.last)),)
        if target.kind == "question":
            return (float(self._answer(self._questions[target.name])),)
        if target.kind == "share":
            names = groups_of(self.scenario)[target.name]
            kinds = [list(self.scenario.events).index(name) for name in names]
            return tuple(float(kinds.index(e)) for e in self._between(target) if e in kinds)
        count = int(np.sum(self._between(target) == list(self.scenario.events).index(target.name)))
        return (float(min(count, CELLS - 1) if target.kind == "count" else count > 0),)

    def answered(self, question: Question) -> tuple[bool, date] | None:
        """Answer to a question of a platform, and the day on which it was there; ``None`` while its date lies ahead."""
        if question.by > self.known_by:
            return None
        states, _ = self._asked(question)
        scenario, first, last = asking(self.scenario, states, question), self.scenario.start.toordinal(), question.by
        days = range(first, last.toordinal())  # what was entered stays entered
        place = bisect_left(
            days, True, key=lambda day: bool(states & self._states(scenario, date.fromordinal(day)).visited)
        )
        return self._answer(question), date.fromordinal(first + place)

    def _between(self, target: Target) -> np.ndarray:
        inside = (self.day >= target.first.toordinal()) & (self.day <= target.last.toordinal())
        found: np.ndarray = self.type[inside]
        return found

    def _states(self, scenario: Scenario, last: date) -> Snapshot:
        """Where the history stood at the end of a day, whenever it was reported."""
        rows = tuple(replace(row, reported=row.date) for row in self._seen.transitions if row.date <= last)
        return take_snapshot(scenario, Evidence(transitions=rows), last)

    def _outcome(self, last: date) -> int:
        stood = self._states(self.scenario, last)
        matches = (
            i for i, outcome in enumerate(self.scenario.outcomes)
            if outcome.when is None or holds(outcome.when, stood.state, stood.visited)
        )  # fmt: skip
        return next(matches)

    def _answer(self, question: Question) -> bool:
        states, ever = self._asked(question)
        entered = bool(states & self._states(asking(self.scenario, states, question), question.by).visited)
        return entered == ever

    def _asked(self, question: Question) -> tuple[frozenset[str], bool]:
        asked = asked_states(self.scenario, question)
        if asked is None:
            raise ValueError(f"the model has no answer to {question_name(question)!r}")
        return asked
