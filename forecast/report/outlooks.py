"""What a report adds to a forecast, in the view model: its history, others' probabilities, and what could change it.

All of it is gathered from the ledger when a report is rendered; the stored document holds none of it. Numbers by
outcome stand in the order of the view's outcomes.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from forecast.report.fields import Frozen, Measured, Numbers, Text

__all__ = [
    "HeldDriverView",
    "OutlookView",
    "PanelTypeView",
    "PanelView",
    "PastForecastView",
    "ReportEffectView",
    "RivalView",
    "SensitivityView",
    "SignpostView",
]

Day = date  # a field named `date` hides the type


class PastForecastView(Frozen):
    """An earlier forecast of the same question; ``None`` where it did not name an outcome."""

    as_of: date
    id: Text
    same_scenario: bool
    probability: tuple[Measured, ...]
    low80: tuple[Measured, ...]
    high80: tuple[Measured, ...]


class RivalView(Frozen):
    """A person's or a crowd's probabilities of the same outcomes; ``None`` where none was given."""

    by: Text
    date: Day
    complete: bool
    note: Text
    source: Text
    probability: tuple[Measured, ...]


class HeldDriverView(Frozen):
    """Outcomes if a driver were held at a level from the day after the as-of date to the horizon, less the forecast."""

    driver: Text
    level: float
    difference: Numbers
    mcse: Numbers


class SignpostView(Frozen):
    """What may be seen by ``OutlookView.signposts_until``, and where the outcomes would be then; ``None`` cannot be."""

    type: Text
    driver: Text | None
    sign: Literal["negative", "neutral", "positive"] | None
    p_seen: float
    p_seen_mcse: float
    if_seen: tuple[Measured, ...]
    if_not: tuple[Measured, ...]
    bits: float
    bits_mcse: float


class SensitivityView(Frozen):
    """Outcomes with a quantity in the lower and in the upper half of its prior, or of its posterior for a driver.

    ``mcse`` is that of ``high`` less ``low``; ``trusted`` unless too few draws lie in a half.
    """

    parameter: Text
    kind: Literal["prior", "driver"]
    unit: Text
    middle: float
    low: tuple[Measured, ...]
    high: tuple[Measured, ...]
    mcse: tuple[Measured, ...]
    trusted: bool


class ReportEffectView(Frozen):
    """The forecast less what it would be without one report; ``rough`` where the draws hardly carry its absence."""

    id: Text
    change: Numbers
    mcse: Numbers
    rough: bool


class PanelTypeView(Frozen):
    """A type of report that the panel can suppose; ``signals`` names the drivers on which a direction may be coded.

    ``columns`` are places in ``PanelView.columns``: the logs of rate and ratio, then mean and sd of each signal.
    ``group`` is the place of the type's group, -1 for a complete type.
    """

    name: Text
    signals: tuple[Text, ...]
    group: int
    columns: tuple[int, ...]


class PanelView(Frozen):
    """Draws on which a reader may try a hypothetical report, dated on the as-of date, without the program.

    A report of type e, grade g and direction d has, up to what all draws share, the likelihood

        rate (w ratio N(d; mean, sd) + (1 - w) N(d; 0, spurious_sd)) / (w of_genuine + (1 - w) of_all)

    with the denominator for types of a group alone: the model's density of one report.

    Attributes
    ----------
    n : int
        Draws.
    columns : tuple of (float, float, str)
        Of each column its least value, the width of a step and the steps of all draws: 16-bit integers, little
        endian, in base 64. Empty text: all draws have the least value. First the draws' weights, then the outcomes,
        then the logs of ``of_genuine`` and ``of_all`` of each group, then those of the types and of the grades.
    n_groups : int
    grades : tuple of (str, int)
        Grade and the column of its weights w.
    inefficiency : tuple of float
        Squared Monte Carlo error of each outcome over what independent draws would have.
    """

    n: int
    columns: tuple[tuple[float, float, Text], ...]
    n_groups: int
    types: tuple[PanelTypeView, ...]
    grades: tuple[tuple[Text, int], ...]
    spurious_sd: float
    inefficiency: Numbers


class OutlookView(Frozen):
    """What could change a forecast. ``why_not`` says why nothing is told; everything else is empty then."""

    why_not: Text = ""
    draws: int = 0
    signposts_until: date | None = None
    held_draws: int = 0
    held: tuple[HeldDriverView, ...] = ()
    signposts: tuple[SignpostView, ...] = ()
    sensitivity: tuple[SensitivityView, ...] = ()
    effects: tuple[ReportEffectView, ...] = ()
    panel: PanelView | None = None
