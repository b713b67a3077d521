"""Why one forecast differs from an earlier one, and what each report holds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forecast.api.arguments import wrong_argument
from forecast.api.fitting import Fit
from forecast.api.labels import dataset
from forecast.api.plots import Plot
from forecast.api.projecting import project
from forecast.api.shown import Shown, Table
from forecast.api.wording import points
from forecast.inference.status import Status, worst
from forecast.projection import explanation
from forecast.projection.explanation import LeftOut
from forecast.projection.stages import Known
from forecast.report.words import format_date, plain
from forecast.workflow.explained import ExplainedPart, told_part
from forecast.workflow.explaining import require_one_history

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


__all__ = ["Explanation", "explain"]

_WIDTH = 720  # pixels


@dataclass(frozen=True)
class Explanation(Shown):
    """Parts that add up to the change of every outcome between two fits; made by :func:`explain`.

    Attributes
    ----------
    earlier, later : Fit
    horizon : date
    parts : tuple of ExplainedPart
        Elapsed time, rows of evidence and recomputation in order, each with ``kind``, ``id``, ``date``, ``text`` and
        ``what``, and shape (outcomes,) ``change`` and ``mcse``, and for rows ``backward`` and ``backward_mcse``: the
        same row told in the opposite order.
    before, after : ndarray, shape (outcomes,)
        Probabilities of both forecasts.
    pareto_k, k_limit : float
        The largest of any weights used, and above which parts are rough.
    left_out : tuple of LeftOut
        What each report of the later fit holds up; empty unless asked for.
    """

    earlier: Fit = field(repr=False)
    later: Fit = field(repr=False)
    horizon: date
    parts: tuple[ExplainedPart, ...] = field(repr=False)
    before: np.ndarray = field(repr=False)
    after: np.ndarray = field(repr=False)
    pareto_k: float
    k_limit: float
    left_out: tuple[LeftOut, ...] = field(repr=False)

    @property
    def rough(self) -> bool:
        """Whether the draws hardly carry all parts."""
        return self.pareto_k > self.k_limit

    @property
    def status(self) -> Status:
        """The worse of both fits; REVIEW where the parts are rough."""
        return worst(self.earlier.status, self.later.status, "REVIEW" if self.rough else "PASS")

    @cached_property
    def data(self) -> xr.Dataset:
        """All numbers under named dimensions.

        (part, outcome)
            ``change`` and ``backward``, each with its ``..._mcse``; ``backward`` is NaN for time and recomputation.
            Coordinates ``kind``, ``id``, ``day`` and ``text`` along the parts.
        (outcome)
            ``before`` and ``after``; their difference is the sum of the parts.
        (report, outcome)
            Where asked for ``left_out`` with ``left_out_mcse``, probability without the report less that with it, and
            ``left_out_rough`` (report), whether only a new fit can tell.
        """
        outcomes = [outcome.name for outcome in self.later.scenario.outcomes]
        none = np.full(len(outcomes), np.nan)
        both = ("part", "outcome")

        def of_parts(name: str) -> list[np.ndarray]:
            values = (getattr(part, name) for part in self.parts)
            return [none if value is None else value for value in values]

        variables = {
            **{name: (both, of_parts(name)) for name in ("change", "mcse", "backward", "backward_mcse")},
            "before": (("outcome",), self.before),
            "after": (("outcome",), self.after),
        }
        coordinates = {
            "outcome": outcomes,
            "part": np.arange(len(self.parts)),
            **{name: ("part", [getattr(part, name) for part in self.parts]) for name in ("kind", "id", "text")},
            "day": ("part", np.array([part.date for part in self.parts], dtype="datetime64[ns]")),
        }
        if self.left_out:
            variables["left_out"] = (("report", "outcome"), [item.change for item in self.left_out])
            variables["left_out_mcse"] = (("report", "outcome"), [item.mcse for item in self.left_out])
            variables["left_out_rough"] = (("report",), [item.rough for item in self.left_out])
            coordinates["report"] = [item.id for item in self.left_out]
            coordinates["report_text"] = ("report", [item.text for item in self.left_out])
        made = dataset(variables, coordinates, horizon=self.horizon, status=self.status)
        return made.rename({"mcse": "change_mcse"})

    def plot(self, outcome: str) -> Plot:
        """A bar for each part of an outcome's change; the smallest rows are summed.

        Raises
        ------
        KeyError
            When the scenario has no such outcome.
        """
        names = [item.name for item in self.later.scenario.outcomes]
        if outcome not in names:
            raise KeyError(f"unknown outcome {outcome!r}; the scenario has {', '.join(names)}")
        o = names.index(outcome)
        title = self.later.scenario.outcomes[o].title or plain(outcome)
        from forecast.report.steps import steps_between
        from forecast.report.waterfall import draw_waterfalls, waterfall_height

        steps = steps_between(
            self.parts,
            o,
            since=(self.earlier.as_of, float(self.before[o])),
            until=(self.later.as_of, float(self.after[o])),
            says=lambda part: part.text or part.id,
        )

        def draw(figure: Figure) -> None:
            draw_waterfalls(figure, [(title, steps)], narrow=False)

        return Plot(draw, _WIDTH, waterfall_height(len(steps), 1, narrow=False))

    def _tables(self) -> Iterator[Table]:
        outcomes = self.later.scenario.outcomes
        order = np.argsort(-np.abs(self.after - self.before), kind="stable")[:3]
        columns = ("Part", *(f">{outcomes[o].title or plain(outcomes[o].name)}" for o in order))
        rows = [
            (
                f"{format_date(part.date)}: {part.text or part.id}",
                *(points(float(part.change[o]), float(part.mcse[o])) for o in order),
            )
            for part in self.parts
        ]
        caption = (
            f"From {format_date(self.earlier.as_of)} to {format_date(self.later.as_of)}: the outcomes that moved most, "
            "in percentage points ± Monte Carlo error"
        )
        rough = [f"The parts are rough: Pareto k {self.pareto_k:.2f}"] if self.rough else []
        yield Table(caption, columns, rows, rough)


def explain(
    fitted: Fit, *, since: Fit | None = None, horizon: date | str | None = None, leave_one_out: bool = False
) -> Explanation:
    """Split the change since an earlier fit into elapsed time, single rows of evidence, and recomputation.

    Told on the draws of the earlier fit and one set of futures: a part is the change of the weighted probability, so
    that the parts add up. What a new fit changed is a part of its own and is never spread over reports.

    Parameters
    ----------
    fitted : Fit
    since : Fit, optional
        Of the same scenario, as of the same day or before; ``fitted.earlier`` unless given.
    horizon : date or str, optional
        The scenario's unless given.
    leave_one_out : bool
        Also take out each report of ``fitted`` in turn.

    Returns
    -------
    Explanation

    Raises
    ------
    InputError
        When there is no earlier fit, or it is of another scenario or of a later day.
    ForecastError
        When changes of state that the earlier fit knew were rewritten since.

    Examples
    --------
    >>> why = explain(updated)
    >>> moved = why.data["change"].sum("part")
    >>> bool(abs(moved - (why.data["after"] - why.data["before"])).max() < 1e-12)
    True
    """
    until = fitted.horizon(horizon)
    start = since or fitted.earlier
    if start is None:
        raise wrong_argument("since", "this fit was not updated from another: give the earlier fit to compare with")
    if start.scenario != fitted.scenario:
        raise wrong_argument("since", "the earlier fit is of another scenario")
    if start.as_of > fitted.as_of:
        raise wrong_argument("since", f"{start.as_of} lies after {fitted.as_of}, the day of what is explained")
    require_one_history(start.evidence, fitted.evidence, f"the fit of {start.as_of}")
    sampled = start.sampled
    told = explanation.explain(
        fitted.scenario,
        sampled.posterior,
        sampled.known,
        Known(start.as_of, start.evidence),
        Known(fitted.as_of, fitted.evidence),
        horizon=until,
        seed=start.seed,
    )
    ends = [project(item, horizon=until).result.outcomes for item in (start, fitted)]
    before, after = (np.array([item.probability for item in end]) for end in ends)
    errors = [np.array([item.mcse for item in end]) for end in ends]
    moved = told.sum_of(told.parts)
    rest = after - before - (told.after - told.before)
    what = "new random numbers" if fitted.sampled is sampled else "a new fit and new random numbers"
    # As if the three were independent: without a new fit they share draws, and this is too wide.
    error = np.sqrt(errors[0] ** 2 + errors[1] ** 2 + moved.mcse**2)
    last = ExplainedPart("recomputation", "", fitted.as_of, f"Monte Carlo: {what}", "", rest, error)
    return Explanation(
        earlier=start,
        later=fitted,
        horizon=until,
        parts=(*(told_part(part) for part in told.parts), last),
        before=before,
        after=after,
        pareto_k=float(told.pareto_k),
        k_limit=told.k_limit,
        left_out=_left_out(fitted, until) if leave_one_out else (),
    )


def _left_out(fitted: Fit, horizon: date) -> tuple[LeftOut, ...]:
    sampled = fitted.sampled
    return explanation.leave_one_out(
        fitted.scenario,
        sampled.posterior,
        sampled.known,
        Known(fitted.as_of, fitted.evidence),
        horizon=horizon,
        seed=fitted.seed,
    )
