"""Two comparisons in the view model: outcomes under other reference classes; claims before and after evidence."""

from __future__ import annotations

from forecast.projection.results import Verdict
from forecast.report.fields import Frozen, Measured, Text

__all__ = ["ClaimView", "ClaimedNumberView", "ClassRateView", "OutcomeShiftView", "ReferenceClassView"]


class ClassRateView(Frozen):
    """What a reference class says about one transition, and what is used instead."""

    transition: Text
    events: int
    exposure_years: float
    used_events: int
    used_exposure_years: float
    reason: Text
    source: Text


class OutcomeShiftView(Frozen):
    """One outcome under a reference class, and the paired difference from the forecast."""

    name: Text
    probability: float
    difference: float
    difference_mcse: float


class ReferenceClassView(Frozen):
    """Outcomes under another reference class; ``trusted`` unless the importance weights are too uneven."""

    name: Text
    instead_of: tuple[Text, ...]
    rates: tuple[ClassRateView, ...]
    outcomes: tuple[OutcomeShiftView, ...]
    pareto_k: Measured
    trusted: bool


class ClaimedNumberView(Frozen):
    """The number that encodes a claim, before and after the evidence."""

    key: Text
    unit: Text
    prior: tuple[float, float]
    posterior: tuple[float, float]
    contraction: float
    contraction_mcse: float
    shift: float
    shift_mcse: float


class ClaimView(Frozen):
    """Who claims what, and what became of it."""

    by: Text
    text: Text
    assumption: ClaimedNumberView
    verdict: Verdict
