"""The JSON documents of ``--json``: the names are a promise, changed only with the format version."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.ledger.entry import ForecastEntry, RecordedOutcome
    from forecast.projection.results import Forecast, OutcomeForecast
    from forecast.report.comparisons import ReferenceClassView
    from forecast.report.view import View
    from forecast.report.write import ReportFiles
    from forecast.workflow import BriefResult, EnteredReport, RenderResult, RunResult

__all__ = [
    "brief_document",
    "diagnostics_fields",
    "entered_document",
    "entry_header",
    "outcome_fields",
    "report_document",
    "run_document",
]


def run_document(result: RunResult) -> dict[str, Any]:
    """Of ``run``."""
    entry, view = result.entry, result.view
    return entry_header(
        entry,
        method=entry.method,
        evidence_hash=entry.evidence_hash,
        code_version=entry.code_version,
        as_of_defaulted=result.as_of_defaulted,
        as_recorded=entry.as_recorded,
        outcomes=outcome_fields(entry.outcomes),
        by_date=_by_date(view),
        drivers={
            driver.name: {
                "mean": driver.now_mean,
                "sd": driver.now_sd,
                "prior": {"mean": driver.prior_now_mean, "sd": driver.prior_now_sd},
            }
            for driver in view.drivers
        },
        reference_classes=_reference_classes(view.reference_classes),
        diagnostics=view.diagnostics.model_dump(exclude={"status"}),  # said once, at the top
        fit={
            "ledger_id": result.fit.id,
            "as_of": result.fit.as_of,
            "reason": result.refit,
            "near": result.refit_near,
        },
        changes=_changes(result),
        ledger_id=entry.id,
        recorded=not result.standing,
        left_out=result.left_out,
        seconds=dict(result.seconds),
        files=_files(result.files),
        warnings=[str(warning) for warning in result.warnings],
    )


def outcome_fields(outcomes: Sequence[OutcomeForecast | RecordedOutcome]) -> dict[str, Any]:
    """Of the outcomes of a forecast, by name."""
    return {
        outcome.name: {
            "probability": outcome.probability,
            "mcse": outcome.mcse,
            "low80": outcome.low80,
            "high80": outcome.high80,
            "prior": outcome.prior,
        }
        for outcome in outcomes
    }


def diagnostics_fields(forecast: Forecast) -> dict[str, Any]:
    """Of the diagnostics of a forecast, but for the status, which stands beside them."""
    fields = asdict(forecast.diagnostics)
    del fields["status"]
    return fields


def report_document(result: RenderResult) -> dict[str, Any]:
    """Of ``report``; ``scenario_changed`` is ``None`` where the scenario file cannot be read."""
    entry = result.entry
    changed = _CHANGED[result.scenario_file]
    return entry_header(entry, ledger_id=entry.id, scenario_changed=changed, files=_files(result.files))


_CHANGED = {"same": False, "changed": True, "unreadable": None}


def brief_document(result: BriefResult) -> dict[str, Any]:
    """Of ``brief``; ``scenario_changed`` as in :func:`report_document`."""
    entry, files = result.entry, result.files
    return entry_header(
        entry,
        ledger_id=entry.id,
        stage=result.stage,
        scenario_changed=_CHANGED[result.scenario_file],
        paragraph=result.paragraph,
        alternative=result.alternative,
        files={"png": str(files.png), "svg": str(files.svg)},
    )


def entered_document(result: EnteredReport) -> dict[str, Any]:
    """Of ``add`` and ``withdraw``."""
    fields = asdict(result.report)
    line = fields.pop("line")
    return header(
        status="PASS",
        scenario=result.loaded.scenario.scenario,
        scenario_hash=result.loaded.hash,
        id=result.report.id,
        file=str(result.path),
        line=line,
        report=fields,
        warnings=[str(warning) for warning in result.warnings],
    )


def entry_header(entry: ForecastEntry, /, **more: Any) -> dict[str, Any]:
    """Begin a JSON document about a recorded forecast."""
    return header(
        status=entry.status,
        scenario=entry.scenario,
        scenario_hash=entry.scenario_hash,
        as_of=entry.as_of,
        horizon=entry.horizon,
        seed=entry.seed,
        **more,
    )


def _by_date(view: View) -> list[dict[str, Any]]:
    path, names = view.path, [outcome.name for outcome in view.outcomes]
    return [
        {
            "date": day,
            "outcomes": dict(zip(names, outcomes, strict=True)),
            "states": dict(zip(path.state_names, states, strict=True)),
        }
        for day, outcomes, states in zip(path.dates, *map(_transposed, (path.outcomes, path.states)), strict=True)
    ]


def _transposed(rows: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    return list(zip(*rows, strict=True))


def _reference_classes(classes: Sequence[ReferenceClassView]) -> list[dict[str, Any]]:
    """Outcomes under each alternative class; empty where the scenario names none."""
    return [
        {
            "name": item.name,
            "instead_of": list(item.instead_of),
            "transitions": {
                rate.transition: {"events": rate.events, "exposure_years": rate.exposure_years} for rate in item.rates
            },
            "outcomes": {
                outcome.name: {
                    "probability": outcome.probability,
                    "difference": outcome.difference,
                    "difference_mcse": outcome.difference_mcse,
                }
                for outcome in item.outcomes
            },
            "pareto_k": item.pareto_k,
            "trusted": item.trusted,
        }
        for item in classes
    ]


def _changes(result: RunResult) -> dict[str, Any] | None:
    """How far the outcomes moved since the scenario's last forecast to the same horizon; ``None`` for a first one."""
    if result.previous is None:
        return None
    before = {outcome.name: outcome.probability for outcome in result.previous.outcomes}
    moved = {
        outcome.name: outcome.probability - before[outcome.name]
        for outcome in result.entry.outcomes
        if outcome.name in before
    }
    return {
        "since": result.previous.id,
        "as_of": result.previous.as_of,
        "outcomes": moved,
        "evidence": [asdict(change) for change in result.news],
    }


def _files(files: ReportFiles | None) -> dict[str, str]:
    return {} if files is None else {"html": str(files.html), "pdf": str(files.pdf)}
