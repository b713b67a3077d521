"""What ``backtest`` prints: the JSON document, the table and the lines below it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from forecast.cli.backtest_scores import calibration_fields, target_fields
from forecast.cli.crowd_output import crowd_fields
from forecast.cli.documents import diagnostics_fields, outcome_fields
from forecast.cli.output import header, table

if TYPE_CHECKING:
    from forecast.evaluation.origins import OriginForecast
    from forecast.workflow import BacktestResult

__all__ = ["backtest_document", "backtest_lines", "backtest_table"]


def backtest_document(result: BacktestResult) -> dict[str, Any]:
    """Of ``backtest``."""
    return header(
        status=result.status,
        scenario=result.case.scenario.scenario,
        scenario_hash=result.case.loaded.hash,
        horizon=result.horizon,
        seed=result.seed,
        origins=[_origin(origin) for origin in result.origins],
        known_by=result.known_by,
        targets=[target_fields(target) for target in result.scores],
        calibration=[calibration_fields(check) for check in result.calibration],
        crowd=crowd_fields(result.crowd),
        refits=result.refits,
        seconds={"total": result.seconds},
        folder=str(result.folder),
        warnings=[str(warning) for warning in result.warnings],
    )


def _origin(origin: OriginForecast) -> dict[str, Any]:
    forecast = origin.forecast
    return {
        "as_of": forecast.as_of,
        "status": forecast.status,
        "method": forecast.method,
        "fit": {"as_of": origin.fit_as_of, "reason": origin.refit},
        "evidence_hash": forecast.evidence_hash,
        "outcomes": outcome_fields(forecast.outcomes),
        "diagnostics": diagnostics_fields(forecast),
    }


def backtest_table(result: BacktestResult) -> Any:
    """One row for each origin."""
    names = [outcome.name for outcome in result.case.scenario.outcomes]
    rows = [
        (
            origin.forecast.as_of.isoformat(),
            *(f"{outcome.probability:.1%}" for outcome in origin.forecast.outcomes),
            origin.forecast.status,
            "a new fit" if origin.refit else f"fit of {origin.fit_as_of}",
        )
        for origin in result.origins
    ]
    title = f"{result.case.scenario.title}\nProbabilities by {result.horizon}, as of each day"
    return table(title, ("As of", *(">" + name.replace("_", "\n") for name in names), "Status", "Draws"), rows)


def backtest_lines(result: BacktestResult) -> list[str]:
    """Refits with their reasons, what failed, and how long it took."""
    reasons = Counter(origin.refit for origin in result.origins if origin.refit)
    doubtful = [
        f"         as of {origin.forecast.as_of}: {'; '.join(origin.forecast.diagnostics.reasons)}"
        for origin in (*result.origins, *result.crowd_origins)
        if origin.forecast.status != "PASS"
    ]
    return [
        f"Status   {result.status}",
        *doubtful,
        f"Fits     {result.refits} for {len(result.origins)} forecasts",
        *(f"         {count}: {reason}" for reason, count in reasons.most_common()),
        f"Seconds  {result.seconds:.1f}, of this call",
        f"Folder   {result.folder}",
    ]
