"""Reports that might come in: how likely each would be along every simulated future.

A path of drivers counts in proportion to the rate at which such a report would come on that day (complete types), or to
the chance that a report of its group would be of this type (selected types), times the density of its coded direction:
the likelihood that the model gives any report. The silence around it is not conditioned on, because nothing is said
about it: other reports may come or not. So this is the Palm distribution of the process of reports, what would be
expected given that a report stands on that day (Daley and Vere-Jones 2008, An Introduction to the Theory of Point
Processes II, ch. 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import grade_log_likelihood, report_log_likelihood
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.projection.alternatives import ObserveReport
from forecast.scenario.types import Scenario

__all__ = ["FutureReports", "hypothetical"]


def hypothetical(reports: Iterable[ObserveReport]) -> tuple[Report, ...]:
    """Write reports that nobody has made as rows of evidence; each is an event of its own."""
    return tuple(
        Report(
            id=f"(hypothetical {i})", date=item.date, reported=item.date, entered=item.date,
            event_type=item.event_type, directions=item.directions, actor="", summary="", source="",
            reliability=item.grade[0], credibility=item.grade[1], verified="", same_as="", origin="", replaces="",
            withdrawn=None, line=0,
        )
        for i, item in enumerate(reports, 1)
    )  # fmt: skip


class FutureReports:
    """A watch that weighs each future by some reports.

    Parameters
    ----------
    draws : Draws
        The S draws projected.
    paths : int
        J, futures of each.
    reports : sequence of ObserveReport
        Dated between the first and the last day projected.

    Attributes
    ----------
    log_weight : ndarray, shape (S, J)
        Sum of the reports' log likelihoods, complete once the futures have been simulated.
    """

    def __init__(self, scenario: Scenario, draws: Draws, paths: int, reports: Sequence[ObserveReport]) -> None:
        self._scenario, self._draws, self._reports = scenario, draws, reports
        self._spec = compile_spec(scenario)
        self.log_weight = np.zeros((len(draws), paths))

    def __call__(self, first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        """Weigh the reports of these days."""
        for report in self._reports:
            if first <= report.date <= last:
                self.log_weight += self._weigh(report, level, push)

    def _weigh(self, report: ObserveReport, level: np.ndarray, push: np.ndarray) -> np.ndarray:
        seen = take_snapshot(self._scenario, Evidence(reports=hypothetical([report])), report.date)
        columns = []
        for j in range(level.shape[1]):
            # The likelihood looks at the report's own step alone; it finds the same drivers in every step.
            steps = (len(level), seen.n_steps, level.shape[2])
            drivers = {
                name: np.broadcast_to(values[:, j, None], steps)
                for name, values in (("level", level), ("innovation", push))
            }
            along = replace(self._draws, **drivers)
            columns.append(report_log_likelihood(self._spec, seen, along)[:, 0])
        grade = grade_log_likelihood(self._spec, seen, self._draws)
        weighed: np.ndarray = np.stack(columns, axis=1) + grade[:, None]
        return weighed
