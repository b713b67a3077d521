"""Why a forecast changed, in the view model: the parts of the change since an earlier forecast, or since the prior."""

from __future__ import annotations

from datetime import date
from typing import Literal

from forecast.report.fields import Frozen, Measured, Numbers, Text

__all__ = ["ExplanationGroupView", "ExplanationPartView", "ExplanationView", "PartKind"]

Day = date  # a field named `date` hides the type
PartKind = Literal["time", "report", "series", "judgement", "transition", "recomputation"]


class ExplanationPartView(Frozen):
    """One part of a change; numbers in the order of the view's outcomes.

    ``backward`` tells the same row in the opposite order; ``None`` for elapsed time and recomputation.
    """

    kind: PartKind
    id: Text
    date: Day
    text: Text
    what: Text
    change: Numbers
    mcse: Numbers
    backward: Numbers | None
    backward_mcse: Numbers | None


class ExplanationGroupView(Frozen):
    """Reports of one event type, or of types that speak of the same drivers, together."""

    names: tuple[Text, ...]
    change: Numbers
    mcse: Numbers


class ExplanationView(Frozen):
    """What moved a forecast. ``since`` is ``None`` where there is no earlier one: then ``before`` is the prior.

    ``mcse`` is that of ``after`` less ``before``. ``rough`` says that the draws hardly carry all parts. ``told`` is
    false where the ledger did not keep enough; everything else is empty then.
    """

    told: bool = True
    since: date | None = None
    since_id: Text = ""
    before: Numbers = ()
    after: Numbers = ()
    mcse: Numbers = ()
    parts: tuple[ExplanationPartView, ...] = ()
    by_type: tuple[ExplanationGroupView, ...] = ()
    by_driver: tuple[ExplanationGroupView, ...] = ()
    pareto_k: Measured = None
    rough: bool = False
