"""The Python API: fit, update and question a forecast in memory, without a workspace, a ledger or a report.

Everything is imported from :mod:`forecast` itself, which loads this package when a name is first used.
"""

from forecast.api.asking import Signposts, WhatIf, signposts, what_if
from forecast.api.backtesting import Backtest, backtest
from forecast.api.criticising import Criticism, criticise
from forecast.api.explaining import Explanation, explain
from forecast.api.files import load_scenario, read_evidence
from forecast.api.fitting import Fit, fit, update
from forecast.api.plots import Plot
from forecast.api.projecting import Forecast, project
from forecast.api.scoring import Scores, score
from forecast.api.sensing import Sensitivity, sensitivity

__all__ = [
    "Backtest",
    "Criticism",
    "Explanation",
    "Fit",
    "Forecast",
    "Plot",
    "Scores",
    "Sensitivity",
    "Signposts",
    "WhatIf",
    "backtest",
    "criticise",
    "explain",
    "fit",
    "load_scenario",
    "project",
    "read_evidence",
    "score",
    "sensitivity",
    "signposts",
    "update",
    "what_if",
]
