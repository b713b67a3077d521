"""Write the reports of an entry of the ledger, from the document that the ledger kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from forecast.errors import ForecastError
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.workflow.explained import ExplainResult, Group
from forecast.workflow.explaining import explain_entry
from forecast.workflow.history import past_forecasts, rivals
from forecast.workflow.indexing import report_names, report_stem, write_forecast_index
from forecast.workflow.recorded import ScenarioFile, recorded_forecast, scenario_file
from forecast.workflow.writable import require_writable
from forecast.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np

    from forecast.report.criticisms import CriticismView
    from forecast.report.explanations import ExplanationView
    from forecast.report.view import View
    from forecast.report.write import ReportFiles

__all__ = [
    "Paper",
    "RenderResult",
    "explanation_of",
    "render_again",
    "render_entry",
]

Paper = Literal["a4", "letter"]


@dataclass(frozen=True)
class RenderResult:
    """A report rendered again; ``scenario_file`` compares the scenario file with the one it was made from."""

    entry: ForecastEntry
    files: ReportFiles
    scenario_file: ScenarioFile


def render_again(workspace: Workspace, name: str, *, entry_id: str | None = None, paper: Paper = "a4") -> RenderResult:
    """Write the reports of a recorded forecast again, from the document that the ledger kept.

    The scenario file is only compared: it may have changed, have faults or be gone, and the evidence is not read.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path; the scenario's id where the file is gone.
    entry_id : str, optional
        Ledger id or a prefix; the scenario's latest entry unless given.
    paper : {"a4", "letter"}

    Raises
    ------
    InputError
        When there is no such entry, or it belongs to another scenario. Where there is none and the scenario file cannot
        be read, its problems.
    ForecastError
        When the stored document is missing or was changed.
    """
    ledger = Ledger(workspace.ledger)
    entry = recorded_forecast(workspace, name, entry_id)
    require_writable((workspace.reports(entry.scenario),), (workspace.index,))
    from forecast.report.view import View

    files = render_entry(workspace, entry, View.model_validate_json(ledger.read_view(entry)), paper)
    return RenderResult(entry, files, scenario_file(workspace, name, entry))


def render_entry(workspace: Workspace, entry: ForecastEntry, view: View, paper: Paper) -> ReportFiles:
    """Render with what the stored document cannot hold: the entry's id, a hash over the document's, and more.

    More is what the ledger tells besides: why the forecast changed, its history, others' probabilities, what could
    change it, and what its model's checks found.

    The scenario's latest forecast for an as-of date and a horizon has the files named by these two; an earlier one has
    its id in the name, so that it does not take the latest one's place.

    Raises
    ------
    InputError
        As :func:`require_writable`.
    """
    from forecast.report.write import write_reports
    from forecast.workflow.outlook import outlook

    require_writable((workspace.reports(entry.scenario),), (workspace.index,))
    ledger, outcomes = Ledger(workspace.ledger), [outcome.name for outcome in view.outcomes]
    gathered = {
        "ledger_id": entry.id,
        "explanation": explanation_of(ledger, entry),
        "history": past_forecasts(ledger, entry, outcomes),
        "rivals": rivals(ledger, entry, outcomes),
        "outlook": outlook(ledger, entry),
        "criticism": _criticism(workspace, entry),
    }
    shown = view.model_copy(update=gathered)
    name = report_names(ledger.forecasts(entry.scenario))[entry.id]
    files = write_reports(shown, workspace.reports(entry.scenario), name=name, paper=paper)
    write_forecast_index(workspace)
    return files


def _criticism(workspace: Workspace, entry: ForecastEntry) -> CriticismView | None:
    """What `forecast criticise` last found, where that was about this forecast's draws and evidence."""
    from forecast.report.criticisms import CriticismView

    path = workspace.reports(entry.scenario) / f"{report_stem(entry)}_criticism.json"
    try:
        found = CriticismView.model_validate_json(path.read_bytes())
    except (OSError, ValueError):  # there is none, or it is of another version
        return None
    return found if (found.fit, found.evidence_hash) == (entry.fit_id, entry.evidence_hash) else None


def explanation_of(ledger: Ledger, entry: ForecastEntry) -> ExplanationView:
    """Explain a forecast by the one before it, as far as the ledger can tell."""
    from forecast.report.explanations import ExplanationView

    try:
        return explanation_view(explain_entry(ledger, entry))
    except ForecastError:
        return ExplanationView(told=False)


def explanation_view(result: ExplainResult) -> ExplanationView:
    """What the report shows of an explanation."""
    from forecast.report.explanations import ExplanationView

    earlier, later = result.earlier, result.later
    ends = [outcome.probability for outcome in later.outcomes]
    before = [outcome.probability for outcome in earlier.outcomes] if earlier else [o.prior for o in later.outcomes]
    return ExplanationView.model_validate(
        {
            "since": earlier.as_of if earlier else None,
            "since_id": earlier.id if earlier else "",
            "before": before,
            "after": ends,
            "mcse": result.total_mcse.tolist(),
            "parts": [
                {
                    **{name: getattr(part, name) for name in ("kind", "id", "date", "text", "what")},
                    **{name: _listed(getattr(part, name)) for name in ("change", "mcse", "backward", "backward_mcse")},
                }
                for part in result.parts
            ],
            "by_type": [_group(item) for item in result.by_type],
            "by_driver": [_group(item) for item in result.by_driver],
            "pareto_k": result.pareto_k,
            "rough": result.rough,
        }
    )


def _group(item: Group) -> dict[str, Any]:
    return {"names": item.names, "change": item.change.tolist(), "mcse": item.mcse.tolist()}


def _listed(values: np.ndarray | None) -> list[float] | None:
    return None if values is None else values.tolist()
