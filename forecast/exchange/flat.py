"""Exports that are one file: a tidy table with a description beside it, and a forecast file of a tournament."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecast.exchange.files import csv_text, json_text, write_text
from forecast.exchange.issued import Issued

__all__ = ["export_csv", "export_forecastbench"]

_ORGANIZATION = "scenario-forecast"
_COLUMNS = {
    "date": "day for which the probability holds, ISO 8601",
    "kind": "outcome: how it ends if `date` were the horizon; state: where it stands on `date`",
    "name": "of the outcome or the state",
    "probability": "from 0 to 1",
    "mcse": "Monte Carlo standard error of `probability`",
    "low80": "lower end of the 80% range of `probability` over parameters and present drivers; outcomes at the horizon",
    "high80": "upper end of that range",
    "prior": "`probability` before any evidence but the states entered so far; outcomes at the horizon",
    "prior_mcse": "Monte Carlo standard error of `prior`",
}


def export_csv(issued: Issued, folder: Path) -> tuple[Path, ...]:
    """Write a table with one row for each date and outcome or state, and a JSON file that says what it is.

    Returns
    -------
    tuple of Path
        The table and the description, of the same name.
    """
    entry = issued.entry
    at_horizon = {outcome.name: outcome for outcome in entry.outcomes}
    rows = []
    for row in issued.by_date():
        outcome = at_horizon.get(row.name) if row.kind == "outcome" and row.date == entry.horizon else None
        more = (outcome.low80, outcome.high80, outcome.prior, outcome.prior_mcse) if outcome else ("",) * 4
        rows.append((row.date.isoformat(), row.kind, row.name, row.probability, row.mcse, *more))
    description = {**issued.identity(), "format": "csv", "table": f"{issued.stem}.csv", "columns": _COLUMNS}
    return (
        write_text(folder / f"{issued.stem}.csv", csv_text(list(_COLUMNS), rows)),
        write_text(folder / f"{issued.stem}.json", json_text(description)),
    )


def export_forecastbench(issued: Issued, folder: Path) -> tuple[Path, ...]:
    """Write the outcomes as yes/no questions, one for each date, in the form of a ForecastBench forecast set.

    Each outcome is a question of its own, "does it end so if this day were the horizon"; on each date they sum to 1.
    These are not questions that ForecastBench asks: whoever takes part there replaces ids and sources by its own.
    The five keys, the fields of a forecast and the file's name follow its wiki, "How to submit to ForecastBench",
    section 4 (revision of 10 December 2025).

    Returns
    -------
    tuple of Path
        The forecast set and a description of the forecast, in a folder of their own since many sets share a name.
    """
    entry = issued.entry
    ranges = {outcome.name: f"{outcome.low80:.3f} to {outcome.high80:.3f}" for outcome in entry.outcomes}

    def reasoning(name: str, mcse: float, *, last: bool) -> str:
        told = f" Range of 80% over parameters and present drivers: {ranges[name]}." if last else ""
        return (
            f"Bayesian multi-state model of the scenario {entry.scenario} as of {entry.as_of}; diagnostics"
            f" {entry.status}; Monte Carlo standard error {mcse:.2g}.{told} Ledger entry {entry.short_id}."
        )

    forecasts: list[dict[str, Any]] = [
        {
            "id": f"{entry.scenario}/{row.name}",
            "source": entry.scenario,
            "forecast": min(1.0, max(0.0, row.probability)),
            "resolution_date": row.date.isoformat(),
            "reasoning": reasoning(row.name, row.mcse, last=row.date == entry.horizon),
        }
        for row in issued.by_date()
        if row.kind == "outcome"
    ]
    document = {
        "organization": _ORGANIZATION,
        "model": f"scenario-forecast {entry.method}",
        "model_organization": _ORGANIZATION,
        "question_set": entry.scenario,
        "forecasts": forecasts,
    }
    name = f"{entry.as_of}.{_ORGANIZATION}.1.json"
    description = {**issued.identity(), "format": "forecastbench", "forecast_set": name}
    return (
        write_text(folder / issued.stem / name, json_text(document)),
        write_text(folder / issued.stem / "description.json", json_text(description)),
    )
