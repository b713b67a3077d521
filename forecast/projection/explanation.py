"""Why a forecast moved: the change between two days, split into elapsed time and single pieces of evidence.

Everything is told on the draws of one fit and the same future paths. Day by day, time passes first (elapsed time and
silence), then what was reported on that day is added row by row. A part is the change of the weighted probability,
p_j - p_(j-1), so that the parts add up to the whole. Because a part depends on what came before it, each row is also
told in the opposite order: all time first, then the rows from the last to the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise

import numpy as np

from forecast.evidence.difference import Change
from forecast.evidence.folding import fold
from forecast.evidence.reports import ReportTable
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.grade_mixes import carry_mixes
from forecast.inference.importance import Importance, largest_reliable_k, pareto_smooth
from forecast.inference.montecarlo import error_of_some
from forecast.inference.posterior import Posterior
from forecast.inference.status import Status
from forecast.inference.updating import extend, report_log_ratio
from forecast.model.density import log_likelihood_but_marks
from forecast.model.draws import Draws
from forecast.model.spec import compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.stages import Known, backward, changes_between, forward
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["Explanation", "LeftOut", "Moved", "Part", "explain", "in_order", "leave_one_out"]

EXPLAINED_DRAWS, EXPLAINED_PATHS = 1000, 2  # projected again for every day on which something was reported
_SHOWN = 0.0005  # of a probability: less is no change that anybody sees, however exactly it is known
_SOURCES = {"reports", "series_values", "hash"}  # fields of a snapshot that the likelihood does not read


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
    pareto_k, k_limit : float
        The largest of any weights used, and above which the parts are rough.
    chain : ndarray of int, shape (draws,)
        Of each draw.
    """

    before: np.ndarray
    after: np.ndarray
    parts: tuple[Part, ...]
    time_backward: Moved
    pareto_k: float
    k_limit: float
    chain: np.ndarray

    def sum_of(self, parts: Sequence[Part]) -> Moved:
        """Add some parts up."""
        if not parts:
            zero = np.zeros_like(self.before)
            return Moved(zero, zero, np.zeros((len(self.chain), len(zero))))
        series = np.sum([part.moved.series for part in parts], axis=0)
        change = np.sum([part.moved.change for part in parts], axis=0)
        return Moved(change, error_of_some(series, self.chain), series)


@dataclass(frozen=True)
class LeftOut:
    """What one report holds up: how the outcomes would move if all else that is known stood without it.

    Attributes
    ----------
    id, text : str
    change, mcse : ndarray, shape (O,)
        The outcomes' probabilities without it less those with it, and the Monte Carlo standard error of this.
    pareto_k, k_limit : float
        Of the weights, and above which only a new fit can tell; minus infinity where one was made.
    refit : Status or None
        How far a fit without the report can be trusted; ``None`` where the draws were reweighted.
    """

    id: str
    text: str
    change: np.ndarray
    mcse: np.ndarray
    pareto_k: float
    k_limit: float
    refit: Status | None = None

    @property
    def rough(self) -> bool:
        """Whether the numbers cannot be trusted."""
        return self.pareto_k > self.k_limit or self.refit == "FAIL"

    @property
    def distinctness(self) -> float:
        """The largest change in units of its Monte Carlo error, or of the least that is shown where that is larger."""
        return float((np.abs(self.change) / np.maximum(self.mcse, _SHOWN)).max())


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
    changes = changes_between(start, end)
    there, reverse = list(forward(start, end, changes)), list(backward(start, end, changes))
    ahead, back = (
        story.weigh(take_snapshot(scenario, stage.evidence, stage.as_of) for stage in stages)
        for stages in (there, reverse)
    )
    story.select([*ahead, *back])
    told, again = story.tell(ahead), story.tell(back)
    opposite = {stage.change: moved for stage, moved in zip(reverse[1:], again.moved, strict=True)}
    parts = tuple(
        Part(
            since=before.as_of,
            until=stage.as_of,
            change=stage.change,
            moved=moved,
            backward=opposite[stage.change] if stage.change else None,
        )
        for before, stage, moved in zip(there, there[1:], told.moved, strict=False)
    )
    return Explanation(
        before=told.probability[0],
        after=told.probability[-1],
        parts=parts,
        time_backward=again.moved[0],
        pareto_k=max(told.pareto_k, again.pareto_k),
        k_limit=largest_reliable_k(len(fit)),
        chain=story.chain,
    )


def leave_one_out(
    scenario: Scenario, fit: Posterior, knew: Known, now: Known, *, horizon: date, seed: int
) -> tuple[LeftOut, ...]:
    """Take out each report in turn and see where the outcomes would be.

    Those that only a new fit can tell come first, then those that show most clearly: by their change over its error.

    Parameters
    ----------
    fit, knew, horizon, seed
        As for :func:`explain`.
    now : Known
        The forecast whose reports are taken out.
    """
    story = _Story(scenario, fit, knew, now.as_of, horizon=horizon, seed=seed)
    everything = take_snapshot(scenario, now.evidence, now.as_of)
    whole, *without = story.weigh([everything, *_without_each(scenario, now, everything)])
    story.select([whole])
    found = []
    for report, weighed in zip(now.evidence.reports, without, strict=True):
        told = story.tell([whole, weighed])
        moved = told.moved[0]
        limit = largest_reliable_k(len(fit))
        found.append(LeftOut(report.id, report.summary, moved.change, moved.mcse, told.pareto_k, limit))
    return in_order(found)


def _without_each(scenario: Scenario, now: Known, everything: Snapshot) -> Iterator[Snapshot]:
    """The history without each report in turn; one that no other is linked to goes without reading the rest again."""
    reports = ReportTable.of(now.evidence.reports)
    ids, links = (everything.reports.texts[name].rows() for name in ("id", "same_as"))
    linked = {*links, *(row for row, link in zip(ids, links, strict=True) if link)}
    marks = fold(everything.reports).best
    alone = {ids[row]: mark for mark, row in enumerate(marks.tolist()) if ids[row] not in linked}
    for i, report in enumerate(reports):
        if report.id in alone:
            yield everything.only(np.delete(np.arange(len(marks)), alone[report.id]))
        else:
            others = reports.take(np.arange(len(reports)) != i)
            yield take_snapshot(scenario, replace(now.evidence, reports=others), now.as_of)


def in_order(items: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """Sort as :func:`leave_one_out` does."""
    return tuple(sorted(items, key=lambda item: (not item.rough, -item.distinctness)))


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
        self._but_marks: dict[tuple[object, ...], np.ndarray] = {}

    def weigh(self, snapshots: Iterable[Snapshot]) -> list[tuple[Snapshot, Importance]]:
        """Weights of all draws at stages of which each differs little from the one before."""
        weighed, log_weight, before = [], np.zeros(len(self._draws)), self._knew
        for snapshot in snapshots:
            log_weight = log_weight + self._ratio(before, snapshot)
            weighed.append((snapshot, pareto_smooth(log_weight)))
            before = snapshot
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
        """Log ratio of the weights of two stages, as an update weighs."""
        rest = self._but_single_reports(now) - self._but_single_reports(then)
        return rest + report_log_ratio(self._spec, self._draws, then, now)

    def _but_single_reports(self, snapshot: Snapshot) -> np.ndarray:
        """Log likelihood of all else; one value serves all histories that differ in reports of selected types alone.

        Those say nothing by silence, nor by how often a grade occurs.
        """
        counted = snapshot.only(np.flatnonzero(self._spec.complete[snapshot.report_type]))
        seen = [getattr(counted, field.name) for field in fields(counted) if field.name not in _SOURCES]
        key = tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in seen)
        if key not in self._but_marks:
            mixes = carry_mixes(self._spec, self._unknowns, self._knew, snapshot, seed=self._seed)
            until = replace(self._draws.until(snapshot.n_steps), **mixes)
            self._but_marks[key] = log_likelihood_but_marks(self._spec, snapshot, until)
        return self._but_marks[key]

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
