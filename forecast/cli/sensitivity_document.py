"""The JSON document of ``forecast sensitivity``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import header
from forecast.report.findings import findings
from forecast.report.names import scenario_words

if TYPE_CHECKING:
    from forecast.projection.power_scaling import Scaled
    from forecast.projection.sensitivity import Halved
    from forecast.report.findings import Finding
    from forecast.workflow import SensitivityResult

__all__ = ["found", "sensitivity_document"]


def found(result: SensitivityResult) -> tuple[Finding, ...]:
    """The findings in sentences."""
    titles = [(item.name, item.title or item.name) for item in result.case.scenario.outcomes]
    return findings(
        titles,
        scenario_words(result.case.scenario),
        result.present,
        result.prior,
        result.scaled,
        result.verdicts,
        result.rows,
    )


def sensitivity_document(result: SensitivityResult) -> dict[str, Any]:
    """Of ``sensitivity``; a number that cannot be told is null."""
    scenario, present, prior = result.case.scenario, result.present, result.prior
    names = [outcome.name for outcome in scenario.outcomes]
    probability, error = present.probability, present.mcse
    return header(
        status=result.diagnostics.status,
        scenario=scenario.scenario,
        scenario_hash=result.case.loaded.hash,
        as_of=result.dates.as_of,
        horizon=result.dates.horizon,
        seed=result.fit.seed,
        as_recorded=result.dates.as_recorded,
        fit={"ledger_id": result.fit.id, "as_of": result.fit.as_of},
        outcomes={
            name: {
                "probability": probability[o],
                "mcse": error[o],
                "verdict": result.verdicts[o],
                "prior": prior.prior[o],
                "prior_low80": prior.prior_low80[o],
                "prior_high80": prior.prior_high80[o],
                "low80": prior.low80[o],
                "high80": prior.high80[o],
                "prior_share": prior.share[o],
                "prior_share_mcse": prior.share_mcse[o],
                "moved": prior.moved[o],
                "moved_mcse": prior.moved_mcse[o],
            }
            for o, name in enumerate(names)
        },
        rows=[_row(row, name, o) for row in result.rows for o, name in enumerate(names)],
        power_scaling=[_scaled(item, name, o) for item in result.scaled for o, name in enumerate(names)],
        findings=[
            {"kind": item.kind, "outcome": item.outcome or None, "parameter": item.parameter or None, "text": item.text}
            for item in found(result)
        ],
        warnings=[str(warning) for warning in result.warnings],
    )


def _row(row: Halved, outcome: str, o: int) -> dict[str, Any]:
    return {
        "parameter": row.parameter,
        "kind": row.kind,
        "outcome": outcome,
        "low": row.low[o],
        "high": row.high[o],
        "difference": row.difference[o],
        "mcse": row.mcse[o],
        "clear": bool(row.clear[o]),
        "pareto_k": row.pareto_k,
        "effective_draws": row.effective,
        "trusted": bool(row.trusted),
        "middle": row.middle,
        "unit": row.unit,
        "share_low": row.share_low,
        "method": "refit" if row.refitted else "reweight",
    }


def _scaled(item: Scaled, outcome: str, o: int) -> dict[str, Any]:
    return {
        "component": item.component,
        "outcome": outcome,
        "powers": item.powers,
        "low": item.low[o],
        "high": item.high[o],
        "change": item.change[o],
        "mcse": item.change_mcse[o],
        "shift": item.shift[o],
        "shift_mcse": item.shift_mcse[o],
        "spread": item.spread[o],
        "spread_mcse": item.spread_mcse[o],
        "sensitive": bool(item.sensitive[o]),
        "pareto_k": item.pareto_k,
        "trusted": bool(item.trusted),
    }
