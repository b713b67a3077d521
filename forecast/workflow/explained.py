"""What an explanation says: frozen lines that add up, for the command line and the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from forecast.ledger.entry import ForecastEntry

if TYPE_CHECKING:  # loading the package must not load numpy: most commands do without
    import numpy as np

    from forecast.projection.explanation import LeftOut

__all__ = ["ExplainResult", "ExplainedPart", "Group"]


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
