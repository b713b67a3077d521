"""Write a recorded forecast in a format of others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from forecast.errors import ForecastError
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.standing import standing
from forecast.ledger.store import Ledger
from forecast.workflow.recorded import recorded_forecast
from forecast.workspace import Workspace

if TYPE_CHECKING:
    from forecast.exchange.issued import Issued

__all__ = ["ExportFormat", "ExportResult", "export"]

ExportFormat = Literal["hubverse", "csv", "netcdf", "forecastbench"]


@dataclass(frozen=True)
class ExportResult:
    """Files that an export wrote.

    Attributes
    ----------
    folder : Path
        Where they lie; of a hub, the hub.
    resolution : str or None
        The outcome, if the forecast's question has been resolved; ``void`` where it is not to be scored.
    """

    entry: ForecastEntry
    format: ExportFormat
    folder: Path
    files: tuple[Path, ...]
    stage: Literal["draft", "published"]
    resolution: str | None


def export(
    workspace: Workspace,
    name: str,
    *,
    format: ExportFormat,
    entry_id: str | None = None,
    to: Path | None = None,
    model_id: str,
) -> ExportResult:
    """Write a recorded forecast, from what the ledger kept of it alone.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of a scenario in ``priors/``, or a path; the scenario's id where the file is gone.
    entry_id : str, optional
        Ledger id or a prefix; the scenario's latest forecast unless given.
    to : Path, optional
        Folder; made where missing. ``reports/<scenario>/<format>`` of the workspace unless given.
    model_id : str
        TEAM-MODEL, under which a hub lists the forecast.

    Raises
    ------
    InputError
        As :func:`forecast.workflow.recorded.recorded_forecast` and :func:`forecast.exchange.hubverse.export_hub`; where
        the folder cannot be written.
    ForecastError
        When a stored file is missing or was changed.
    """
    from forecast.exchange.flat import export_csv, export_forecastbench
    from forecast.exchange.hubverse import export_hub, model_parts
    from forecast.exchange.issued import Issued
    from forecast.report.view import View

    model_parts(model_id)
    ledger = Ledger(workspace.ledger)
    entry = recorded_forecast(workspace, name, entry_id)
    known = standing(ledger.entries(entry.scenario))
    issued = Issued(
        entry,
        View.model_validate_json(ledger.read_view(entry)),
        known.stage(entry),
        {horizon: item for (scenario, horizon), item in known.resolutions.items() if scenario == entry.scenario},
    )
    folder = to or workspace.reports(entry.scenario) / format
    match format:
        case "hubverse":
            files = export_hub(issued, folder, model_id=model_id)
        case "csv":
            files = export_csv(issued, folder)
        case "forecastbench":
            files = export_forecastbench(issued, folder)
        case _:
            files = _netcdf(ledger, issued, folder)
    answer = known.resolution(entry)
    resolution = None if answer is None else answer.outcome or "void"
    return ExportResult(entry, format, folder, files, issued.stage, resolution)


def _netcdf(ledger: Ledger, issued: Issued, folder: Path) -> tuple[Path, ...]:
    from forecast.exchange.netcdf import export_netcdf
    from forecast.inference.posterior import load_posterior
    from forecast.scenario.file import load_scenario

    fit = ledger.forecast(issued.entry.fit_id)
    text, evidence = ledger.checked_scenario(fit), ledger.read_evidence(fit)
    if text is None or evidence is None:
        message = "was recorded before scenario and evidence were kept: the dimensions of its draws cannot be named"
        raise ForecastError(f"{fit.short_id} {message}; --format csv needs neither")
    posterior = load_posterior(ledger.checked_draws(fit))
    scenario = load_scenario(text).scenario
    return export_netcdf(issued, folder, fit=fit, posterior=posterior, scenario=scenario, evidence=evidence)
