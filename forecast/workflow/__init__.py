"""The jobs that the commands do, as functions: check a case, enter a report, run a forecast and record it, and more.

Everything that can be wrong with the input is found before anything is written. What samples or draws is imported
late, so that a mistake in a file is told at once and rendering again does not wait for the sampler.
"""

from forecast.workflow.asking import ReachResult, SignpostsResult, WhatIfResult, reach, signposts, what_if
from forecast.workflow.backtesting import BacktestResult, backtest
from forecast.workflow.briefing import BriefResult, brief
from forecast.workflow.case import Case, Dates, Progress, choose_dates, open_case
from forecast.workflow.checking import CheckResult, check
from forecast.workflow.comparing import CompareResult, compare
from forecast.workflow.criticising import CriticiseResult, criticise
from forecast.workflow.entering import EnteredReport, add, withdraw
from forecast.workflow.explained import ExplainedPart, ExplainResult
from forecast.workflow.explaining import explain
from forecast.workflow.exporting import ExportFormat, ExportResult, export
from forecast.workflow.imported import Adding, ImportResult
from forecast.workflow.importing import import_events
from forecast.workflow.keeping import RunResult
from forecast.workflow.recorded import ScenarioFile
from forecast.workflow.recording import (
    JudgementResult,
    PublishResult,
    ResolutionResult,
    publish,
    record_judgement,
    resolve,
)
from forecast.workflow.rendering import Paper, RenderResult, render_again, render_entry
from forecast.workflow.running import run
from forecast.workflow.scoring import ScoreResult, score
from forecast.workflow.sensing import SensitivityResult, sensitivity
from forecast.workflow.updating import update

__all__ = [
    "Adding",
    "BacktestResult",
    "BriefResult",
    "Case",
    "CheckResult",
    "CompareResult",
    "CriticiseResult",
    "Dates",
    "EnteredReport",
    "ExplainResult",
    "ExplainedPart",
    "ExportFormat",
    "ExportResult",
    "ImportResult",
    "JudgementResult",
    "Paper",
    "Progress",
    "PublishResult",
    "ReachResult",
    "RenderResult",
    "ResolutionResult",
    "RunResult",
    "ScenarioFile",
    "ScoreResult",
    "SensitivityResult",
    "SignpostsResult",
    "WhatIfResult",
    "add",
    "backtest",
    "brief",
    "check",
    "choose_dates",
    "compare",
    "criticise",
    "explain",
    "export",
    "import_events",
    "open_case",
    "publish",
    "reach",
    "record_judgement",
    "render_again",
    "render_entry",
    "resolve",
    "run",
    "score",
    "sensitivity",
    "signposts",
    "update",
    "what_if",
    "withdraw",
]
