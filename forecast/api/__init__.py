"""The Python API: fit, update and question a forecast in memory, without a workspace, a ledger or a report.

Everything is imported from :mod:`forecast` itself, which loads this package when a name is first used.
"""

from forecast.api.asking import Signposts, WhatIf, signposts, what_if
from forecast.api.backtesting import Backtest, backtest
from forecast.api.explaining import Explanation, explain
from forecast.api.files import load_scenario, read_evidence
from forecast.api.fitting import Fit, fit, update
from forecast.api.plots import Plot
from forecast.api.projecting import Forecast, project
from forecast.api.sensing import Sensitivity, sensitivity

__all__ = [
    "Backtest",
    "Explanation",
    "Fit",
    "Forecast",
    "Plot",
    "Sensitivity",
    "Signposts",
    "WhatIf",
    "backtest",
    "explain",
    "fit",
    "load_scenario",
    "project",
    "read_evidence",
    "sensitivity",
    "signposts",
    "update",
    "what_if",
]
