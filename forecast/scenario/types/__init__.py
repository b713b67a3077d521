"""The scenario's types: frozen, without any input or output. Import them from here.

A number that an analyst gives is a 90% range ``(low, high)``; durations are in days. :mod:`forecast.scenario.file`
reads them from YAML, :mod:`forecast.scenario.priors` turns ranges into distributions.
"""

from forecast.scenario.types.drivers import CorrelatedShocks, Driver, Influence
from forecast.scenario.types.evidence import Coverage, EventType, Series, Signal
from forecast.scenario.types.fields import Range
from forecast.scenario.types.outcomes import Condition, Outcome
from forecast.scenario.types.shared import Claim, Season
from forecast.scenario.types.states import Ageing, Alternative, BaseRate, State, Transition
from forecast.scenario.types.whole import Scenario

__all__ = [
    "Ageing",
    "Alternative",
    "BaseRate",
    "Claim",
    "Condition",
    "CorrelatedShocks",
    "Coverage",
    "Driver",
    "EventType",
    "Influence",
    "Outcome",
    "Range",
    "Scenario",
    "Season",
    "Series",
    "Signal",
    "State",
    "Transition",
]
