"""What an explanation says: frozen lines that add up, for the command line and the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from forecast.evidence.difference import Change
from forecast.ledger.entry import ForecastEntry
from forecast.scenario.types import Scenario

if TYPE_CHECKING:  # loading the package must not load numpy: most commands do without
    import numpy as np

    from forecast.projection.explanation import Explanation, LeftOut, Part

__all__ = ["ExplainResult", "ExplainedPart", "Group", "by_driver", "by_event_type", "told_part"]


@dataclass(frozen=True)
class ExplainedPart:
    """One line of an explanation, in probabilities of the outcomes.

    Attributes
    ----------
    kind : str
        ``time`` is elapsed time and silence; ``recomputation`` what a new fit or new random numbers changed.
    id, text : str
        Of the row of evidence; for the others, the days or the entries they lie between.
    date : date
        When the row was reported; the last day.
    what : str
        ``new``, ``gone`` or ``changed`` for rows of evidence, else empty.
    change, mcse : ndarray, shape (O,)
    backward, backward_mcse : ndarray, shape (O,), or None
        The same row told in the opposite order.
    """

    kind: Literal["time", "report", "series", "judgement", "transition", "recomputation"]
    id: str
    date: date
    text: str
    what: str
    change: np.ndarray
    mcse: np.ndarray
    backward: np.ndarray | None = None
    backward_mcse: np.ndarray | None = None


@dataclass(frozen=True)
class Group:
    """Reports of one event type, or of types that speak of the same drivers, together.

    ``names`` holds the event type, or those drivers: none where the type speaks of none.
    """

    names: tuple[str, ...]
    change: np.ndarray
    mcse: np.ndarray


@dataclass(frozen=True)
class ExplainResult:
    """Why one forecast differs from another. O outcomes.

    Attributes
    ----------
    earlier : ForecastEntry or None
        ``None``: the prior is compared with the forecast.
    outcomes : tuple of (str, str)
        Name and title.
    parts : tuple of ExplainedPart
        Add up to ``total``.
    told, told_mcse : ndarray, shape (O,)
        Time and evidence together, all parts but recomputation, and the Monte Carlo error of this paired difference.
    total, total_mcse : ndarray, shape (O,)
        Published probabilities of ``later`` less those of ``earlier``, and the error of this as if the two were
        independent: at most so large where both rest on one fit.
    by_type, by_driver : tuple of Group
        Sums of the reports among the parts, the largest first.
    pareto_k, k_limit : float
        The largest of any weights used, and above which the parts are rough; without weights minus and plus infinity.
    left_out : tuple of LeftOut
        What each report of the later forecast holds up; empty unless asked for.
    """

    earlier: ForecastEntry | None
    later: ForecastEntry
    outcomes: tuple[tuple[str, str], ...]
    parts: tuple[ExplainedPart, ...]
    told: np.ndarray
    told_mcse: np.ndarray
    total: np.ndarray
    total_mcse: np.ndarray
    by_type: tuple[Group, ...]
    by_driver: tuple[Group, ...]
    pareto_k: float
    k_limit: float
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rough(self) -> bool:
        """Whether the draws hardly carry all parts."""
        return self.pareto_k > self.k_limit


def told_part(part: Part) -> ExplainedPart:
    """Make a line of a step of an explanation."""
    change = part.change
    if change is None:
        days = f"{part.since}..{part.until}"
        text = "time passed, and nothing else was reported"
        return ExplainedPart("time", days, part.until, text, "", part.moved.change, part.moved.mcse)
    return ExplainedPart(
        change.kind,
        change.id,
        part.until,
        change.text,
        change.what,
        part.moved.change,
        part.moved.mcse,
        None if part.backward is None else part.backward.change,
        None if part.backward is None else part.backward.mcse,
    )


type _Window = tuple[Explanation, Mapping[str, str]]
"""An explanation on one set of draws, with the event type of every report that either end knew."""


def by_event_type(explained: Sequence[_Window]) -> tuple[Group, ...]:
    """Sum the reports of each event type, the largest sum first."""
    return _groups(explained, lambda event_type: (event_type,))


def by_driver(scenario: Scenario, explained: Sequence[_Window]) -> tuple[Group, ...]:
    """Sum the reports of types that speak of the same drivers, the largest sum first."""

    def drivers(event_type: str) -> tuple[str, ...]:
        event = scenario.events[event_type]
        return tuple(name for name in scenario.drivers if name in event.rate_ratio or name in event.signal)

    return _groups(explained, drivers)


def _groups(explained: Sequence[_Window], label: Callable[[str], tuple[str, ...]]) -> tuple[Group, ...]:
    """Sum the reports of each label; windows have draws of their own, so that their errors add in squares."""
    import numpy as np

    sums: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}
    for made, types in explained:
        labels = {name: label(event_type) for name, event_type in types.items()}
        for names in dict.fromkeys(labels.values()):
            parts = [part for part in made.parts if _is_report(part.change) and labels[_id(part.change)] == names]
            if parts:
                moved = made.sum_of(parts)
                change, error = sums.get(names, (np.zeros_like(moved.change), np.zeros_like(moved.mcse)))
                sums[names] = change + moved.change, np.hypot(error, moved.mcse)
    groups = [Group(names, change, error) for names, (change, error) in sums.items()]
    return tuple(sorted(groups, key=lambda group: -float(np.abs(group.change).max())))


def _is_report(change: Change | None) -> bool:
    return change is not None and change.kind == "report"


def _id(change: Change | None) -> str:
    return "" if change is None else change.id
