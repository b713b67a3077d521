"""Why a forecast moved: the change between two days, split into elapsed time and single pieces of evidence.

Everything is told on the draws of one fit and the same future paths. Day by day, time passes first (elapsed time and
silence), then what was reported on that day is added row by row. A part is the change of the weighted probability,
p_j - p_(j-1), so that the parts add up to the whole. Because a part depends on what came before it, each row is also
told in the opposite order: all time first, then the rows from the last to the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from forecast.evidence.difference import Change, applied, difference
from forecast.evidence.records import Evidence
from forecast.evidence.reports import ReportTable
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.importance import Importance, pareto_smooth
from forecast.inference.montecarlo import error_of_some
from forecast.inference.posterior import Posterior
from forecast.inference.updating import extend, report_log_ratio
from forecast.model.density import log_likelihood_but_reports
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["Explanation", "Known", "LeftOut", "Moved", "Part", "explain", "leave_one_out"]

EXPLAINED_DRAWS, EXPLAINED_PATHS = 1000, 2  # projected again for every day on which something was reported


@dataclass(frozen=True)
class Known:
    """What was known on a day; ``change`` is the row by which it differs from the stage before, ``None`` for time."""

    as_of: date
    evidence: Evidence
    change: Change | None = None


@dataclass(frozen=True)
class Moved:
    """How far the O outcomes moved.

    Attributes
    ----------
    change, mcse : ndarray, shape (O,)
        The difference of two weighted probabilities, and the Monte Carlo standard error of this paired difference.
    series : ndarray, shape (draws, O)
        What each draw contributes to it; sums of parts take their error from the sum of these.
    """

    change: np.ndarray
    mcse: np.ndarray
    series: np.ndarray


@dataclass(frozen=True)
class Part:
    """One step of an explanation.

    Attributes
    ----------
    since, until : date
        The days that passed; the same day for a row of evidence.
    change : Change or None
        The row; ``None`` for elapsed time and silence.
    moved : Moved
    backward : Moved or None
        The same row in the opposite order; ``None`` for times, which are one there.
    """

    since: date
    until: date
    change: Change | None
    moved: Moved
    backward: Moved | None


@dataclass(frozen=True)
class Explanation:
    """Parts that lead from one forecast to another, on one set of draws.

    Attributes
    ----------
    before, after : ndarray, shape (O,)
        Reweighted probabilities at both ends; ``after`` less ``before`` is the sum of the parts.
    parts : tuple of Part
    time_backward : Moved
        All elapsed time and silence at once, in the opposite order.
    pareto_k : float
        The largest of any weights used; above 0.7 the parts are rough.
    chain : ndarray of int, shape (draws,)
        Of each draw.
    """

    before: np.ndarray
    after: np.ndarray
    parts: tuple[Part, ...]
    time_backward: Moved
    pareto_k: float
    chain: np.ndarray

    def sum_of(self, parts: Sequence[Part]) -> Moved:
        """Add some parts up."""
        series = np.sum([part.moved.series for part in parts], axis=0)
        change = np.sum([part.moved.change for part in parts], axis=0)
        return Moved(change, error_of_some(series, self.chain), series)


@dataclass(frozen=True)
class LeftOut:
    """What one report holds up: how the outcomes would move if it had never come.

    Attributes
    ----------
    id, text : str
    moved : Moved
    pareto_k : float
        Of the weights; above 0.7 only a new fit can tell.
    """

    id: str
    text: str
    moved: Moved
    pareto_k: float


def explain(
    scenario: Scenario, fit: Posterior, knew: Known, start: Known, end: Known, *, horizon: date, seed: int
) -> Explanation:
    """Split the change between two days into parts.

    Parameters
    ----------
    fit : Posterior
        Draws of a fit, not extended.
    knew, start, end : Known
        What the fit, the earlier and the later forecast knew, as cut by
        :func:`forecast.evidence.visible.visible_evidence`; the fit is no later than the other two.
    horizon : date
        Of both forecasts.
    seed : int
        Of the fit.
    """
    story = _Story(scenario, fit, knew, end.as_of, horizon=horizon, seed=seed)
    changes = _changes(start.evidence, end.evidence)
    forward, backward = list(_forward(start, end, changes)), list(_backward(start, end, changes))
    ahead, back = story.weigh(forward), story.weigh(backward)
    story.select([*ahead, *back])
    told, again = story.tell(ahead), story.tell(back)
    opposite = {stage.change: moved for stage, moved in zip(backward[1:], again.moved, strict=True)}
    parts = tuple(
        Part(
            since=before.as_of,
            until=stage.as_of,
            change=stage.change,
            moved=moved,
            backward=opposite[stage.change] if stage.change else None,
        )
        for before, stage, moved in zip(forward, forward[1:], told.moved, strict=False)
    )
    return Explanation(
        before=told.probability[0],
        after=told.probability[-1],
        parts=parts,
        time_backward=again.moved[0],
        pareto_k=max(told.pareto_k, again.pareto_k),
        chain=story.chain,
    )


def leave_one_out(
    scenario: Scenario, fit: Posterior, knew: Known, now: Known, *, horizon: date, seed: int
) -> tuple[LeftOut, ...]:
    """Take out each report in turn and see where the outcomes would be, the report that matters most first.

    Parameters
    ----------
    fit, knew, horizon, seed
        As for :func:`explain`.
    now : Known
        The forecast whose reports are taken out.
    """
    story = _Story(scenario, fit, knew, now.as_of, horizon=horizon, seed=seed)
    reports = ReportTable.of(now.evidence.reports)
    others = [reports.take(np.arange(len(reports)) != i) for i in range(len(reports))]
    whole, *without = story.weigh([now, *(Known(now.as_of, replace(now.evidence, reports=rows)) for rows in others)])
    story.select([whole])
    found = []
    for report, weighed in zip(reports, without, strict=True):
        told = story.tell([whole, weighed])
        found.append(LeftOut(report.id, report.summary, told.moved[0], told.pareto_k))
    return tuple(sorted(found, key=lambda item: -float(np.abs(item.moved.change).max())))


def _changes(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """Rows that went, the last first, then those that came; a row that a new one replaces goes with it.

    On which day a row went is not known: it is told at the earlier forecast's day.
    """
    replaced = {row.replaces for row in after.reports if row.replaces}
    changes = difference(before, after)
    gone = [change for change in changes if change.what == "gone" and change.id not in replaced]
    return (*reversed(gone), *(change for change in changes if change.what != "gone"))


def _forward(start: Known, end: Known, changes: Sequence[Change]) -> Iterator[Known]:
    """Stages from one forecast to the other; what was reported earlier than the first came in late, or went, there."""
    yield start
    day, evidence = start.as_of, start.evidence
    for change in changes:
        if change.reported > day:
            day = change.reported
            yield Known(day, evidence)
        evidence = applied(evidence, change, end.evidence)
        yield Known(day, evidence, change)
    if end.as_of > day:
        yield Known(end.as_of, evidence)


def _backward(start: Known, end: Known, changes: Sequence[Change]) -> Iterator[Known]:
    """All time first, then changes of state in their order, each needs the one before it, then the last row first."""
    yield start
    evidence = start.evidence
    yield Known(end.as_of, evidence)
    states = [change for change in changes if change.kind == "transition"]
    for change in (*states, *(change for change in reversed(changes) if change.kind != "transition")):
        evidence = applied(evidence, change, end.evidence)
        yield Known(end.as_of, evidence, change)


@dataclass(frozen=True)
class _Told:
    """Probabilities at the stages, shape (O,) each, the steps between them, and the largest Pareto k."""

    probability: list[np.ndarray]
    moved: list[Moved]
    pareto_k: float


class _Story:
    """Weights of a fit's draws at any stage, and what each draw says of the outcomes from there on."""

    def __init__(
        self, scenario: Scenario, fit: Posterior, knew: Known, until: date, *, horizon: date, seed: int
    ) -> None:
        self._scenario, self._horizon, self._seed, self._chains = scenario, horizon, seed, fit.chains
        self._spec = compile_spec(scenario)
        self._unknowns = extend(fit, scenario.grid.count(until), seed=seed).unknowns
        self._draws = Draws.of(self._spec, self._unknowns)
        self._knew = take_snapshot(scenario, knew.evidence, knew.as_of)
        self._chances: dict[tuple[object, ...], np.ndarray] = {}
        self._but_reports: dict[str, np.ndarray] = {}

    def weigh(self, stages: Sequence[Known]) -> list[tuple[Snapshot, Importance]]:
        """Weights of all draws at stages of which each differs little from the one before."""
        snapshot = take_snapshot(self._scenario, stages[0].evidence, stages[0].as_of)
        log_weight = self._ratio(self._knew, snapshot)
        weighed = [(snapshot, pareto_smooth(log_weight))]
        for stage in stages[1:]:
            following = take_snapshot(self._scenario, stage.evidence, stage.as_of)
            log_weight = log_weight + self._ratio(snapshot, following)
            snapshot = following
            weighed.append((snapshot, pareto_smooth(log_weight)))
        return weighed

    def select(self, weighed: Sequence[tuple[Snapshot, Importance]]) -> None:
        """Choose the draws to project: by the mean of their weights at all stages, so that they serve every one."""
        mean = np.mean([importance.weight for _, importance in weighed], axis=0)
        mixed = Posterior(self._unknowns, self._chains, {"diverging": mean}, {}, mean)
        selection = mixed.selected(EXPLAINED_DRAWS)
        self._index, self.chain = selection.index, selection.chain
        self._stands_for = np.asarray(selection.weight) / mean[selection.index]
        self._kept = Draws.of(self._spec, {name: values[self._index] for name, values in self._unknowns.items()})

    def tell(self, weighed: Sequence[tuple[Snapshot, Importance]]) -> _Told:
        """Go through the stages."""
        probability, series = [], []
        for snapshot, importance in weighed:
            weight = importance.weight[self._index] * self._stands_for
            weight = weight / weight.sum()
            chance = self._chance(snapshot)
            probability.append(weight @ chance)
            series.append(len(weight) * weight[:, None] * (chance - probability[-1]))
        moved = [
            Moved(after - before, error_of_some(late - early, self.chain), late - early)
            for (before, after), (early, late) in zip(pairwise(probability), pairwise(series), strict=True)
        ]
        return _Told(probability, moved, max(importance.pareto_k for _, importance in weighed))

    def _ratio(self, then: Snapshot, now: Snapshot) -> np.ndarray:
        """Log likelihood ratio of two stages; most stages are compared with several others."""
        for snapshot in (then, now):
            if snapshot.hash not in self._but_reports:
                until = self._draws.until(snapshot.n_steps)
                self._but_reports[snapshot.hash] = log_likelihood_but_reports(self._spec, snapshot, until)
        rest = self._but_reports[now.hash] - self._but_reports[then.hash]
        return rest + report_log_ratio(self._spec, self._draws, then, now)

    def _chance(self, now: Snapshot) -> np.ndarray:
        """Each selected draw's probability of each outcome, from a history along the paths drawn once for all."""
        key = (now.as_of, now.state, now.visited, now.spell, now.state_age, now.spell_age)
        if key not in self._chances:
            level, step = self._kept.level, now.n_steps - 1
            self._chances[key] = project(
                self._scenario,
                build_state_space(self._scenario, now.state, now.visited, now.spell),
                self._kept,
                level[:, step],
                begin=shift(now.as_of, 1),
                step=step,
                horizon=self._horizon,
                rng=np.random.default_rng([self._seed, 1]),
                paths=EXPLAINED_PATHS,
                known=level[:, step + 1 :],
                state_age=now.state_age,
                spell_age=now.spell_age,
            ).outcome[:, -1]
        return self._chances[key]
