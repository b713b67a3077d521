"""Write the reports of an entry of the ledger, from the document that the ledger kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.file import load_scenario
from forecast.workflow.case import wrong
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.report.view import View
    from forecast.report.write import ReportFiles

__all__ = ["Paper", "RenderResult", "render_again", "render_entry"]

Paper = Literal["a4", "letter"]


@dataclass(frozen=True)
class RenderResult:
    """A report rendered again; ``scenario_changed`` when the scenario file is no longer the one it was made from."""

    entry: ForecastEntry
    files: ReportFiles
    scenario_changed: bool


def render_again(workspace: Workspace, name: str, *, entry_id: str | None = None, paper: Paper = "a4") -> RenderResult:
    """Write the reports of a recorded forecast again, from the document that the ledger kept.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path.
    entry_id : str, optional
        Ledger id or a prefix; the scenario's latest entry unless given.
    paper : {"a4", "letter"}

    Raises
    ------
    InputError
        When there is no such entry, or it belongs to another scenario.
    ForecastError
        When the stored document is missing or was changed.
    """
    loaded = load_scenario(workspace.scenario_path(name))
    scenario = loaded.scenario.scenario
    ledger = Ledger(workspace.ledger)
    entry = ledger.latest(scenario) if entry_id is None else ledger.forecast(entry_id)
    if entry is None:
        raise wrong("", f"no forecast of {scenario} is recorded yet; make one with `forecast run {name}`")
    if entry.scenario != scenario:
        raise wrong("id", f"entry {entry.short_id} is a forecast of {entry.scenario}, not of {scenario}")
    from forecast.report.view import View

    files = render_entry(workspace, entry, View.model_validate_json(ledger.read_view(entry)), paper)
    return RenderResult(entry, files, scenario_changed=entry.scenario_hash != loaded.hash)


def render_entry(workspace: Workspace, entry: ForecastEntry, view: View, paper: Paper) -> ReportFiles:
    """Render with the entry's id, which the stored document cannot hold: the id is a hash over the document's."""
    from forecast.report.write import write_reports

    shown = view.model_copy(update={"ledger_id": entry.id})
    return write_reports(shown, workspace.reports(entry.scenario), paper=paper)
