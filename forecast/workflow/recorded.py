"""The recorded forecast that a command is about, also where the scenario file has changed or is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from forecast.errors import InputError, NotFoundError
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.file import load_scenario, stated_name
from forecast.workflow.case import wrong
from forecast.workspace import Workspace

__all__ = ["ScenarioFile", "recorded_forecast", "scenario_file"]

ScenarioFile = Literal["same", "changed", "unreadable"]


def recorded_forecast(workspace: Workspace, name: str, entry_id: str | None) -> ForecastEntry:
    """Find a scenario's latest forecast, or the one with an id.

    Parameters
    ----------
    name : str
        Name of a scenario in ``priors/``, or a path; the scenario's id where the file is gone.
    entry_id : str or None
        Ledger id or a prefix.

    Raises
    ------
    InputError
        When there is no such entry, or it belongs to another scenario. Where there is none and the scenario file cannot
        be read, its problems.
    """
    scenario, _, faults = _named(workspace, name)
    ledger = Ledger(workspace.ledger)
    entry = ledger.latest(scenario) if entry_id is None else ledger.forecast(entry_id)
    if entry is None:
        raise faults or wrong("", f"no forecast of {scenario} is recorded yet; make one with `forecast run {name}`")
    if entry.scenario != scenario:
        raise wrong("id", f"entry {entry.short_id} is a forecast of {entry.scenario}, not of {scenario}")
    return entry


def scenario_file(workspace: Workspace, name: str, entry: ForecastEntry) -> ScenarioFile:
    """How the scenario file compares with the one that a forecast was made from."""
    _, scenario_hash, faults = _named(workspace, name)
    if faults:
        return "unreadable"
    return "same" if entry.scenario_hash == scenario_hash else "changed"


def _named(workspace: Workspace, name: str) -> tuple[str, str, InputError | None]:
    """The id and the hash of a scenario; where its file cannot be read, as much as is known, and why."""
    try:
        path = workspace.scenario_path(name)
    except NotFoundError as error:
        return Path(name).stem, "", error
    try:
        loaded = load_scenario(path)
    except InputError as error:
        return stated_name(path), "", error
    return loaded.scenario.scenario, loaded.hash, None
