"""What ``backtest`` says of scores and calibration: fields of the JSON document, tables and lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.output import table

if TYPE_CHECKING:
    from forecast.evaluation.targets.calibration import Calibration
    from forecast.evaluation.targets.scored import ScoredTarget
    from forecast.workflow import BacktestResult

__all__ = ["calibration_fields", "score_lines", "score_tables", "target_fields", "target_words"]

_WORDS = {
    "count": "reports of",
    "share": "types of reports:",
    "series": "series",
    "binary": "at least one",
    "outcome": "",
    "question": "",
}
_SHOWN_AHEAD = (1, 4, 8)


def target_words(kind: str, name: str, ahead: int | None) -> str:
    """Say which target it is."""
    what = f"{_WORDS[kind]} {name.replace('_', ' ')}".strip()
    if kind in ("outcome", "question"):
        return what
    unit = "periods" if kind == "series" else "steps"
    when = f"all {unit}" if ahead is None else f"within {ahead} {unit}" if kind == "binary" else f"{unit[:-1]} {ahead}"
    return f"{what}, {when}"


def target_fields(target: ScoredTarget) -> dict[str, Any]:
    """One entry of ``targets``."""
    return {
        "target": target_words(target.kind, target.name, target.ahead),
        "kind": target.kind,
        "name": target.name,
        "ahead": target.ahead,
        "method": target.method,
        "score": target.score,
        "value": target.value,
        "n": target.n,
        "difference": {name: asdict(difference) for name, difference in target.difference.items()},
    }


def calibration_fields(check: Calibration) -> dict[str, Any]:
    """One entry of ``calibration``."""
    return {
        "target": check.name,
        "kind": check.kind,
        "n": check.n,
        "excess": check.excess,
        "within_band": check.within,
        **{name: getattr(check, name).tolist() for name in ("at", "ecdf", "low", "high")},
    }


def score_tables(result: BacktestResult) -> tuple[Any, ...]:
    """Differences to baselines, and calibration; the JSON document holds all targets."""
    rows = [
        (
            target_words(target.kind, target.name, target.ahead),
            target.score,
            f"{target.value:.3g}",
            name,
            f"{difference.mean:+.2g}",
            _range(difference.low, difference.high),
            _range(difference.hac_low, difference.hac_high),
            "" if difference.effective_n is None else f"{difference.effective_n:.0f} of {difference.n}",
            "" if difference.power is None else f"{difference.power:.0%}",
        )
        for target in result.scores
        if _shown(target)
        for name, difference in target.difference.items()
    ]
    head = ("Target", "Score", ">Model", "Beside", ">Gain", "Blocks 90%", "Fixed-b 90%", ">Effective n", ">Power")
    title = f"Mean losses, and by how much the model's are less than a baseline's, as known by {result.known_by}"
    checks = [
        (check.kind, check.name.replace("_", " "), str(check.n), f"{check.excess:.2f}", _verdict(check))
        for check in result.calibration
    ]
    pit = table(
        "One step ahead: PIT beside bands from histories of the model",
        ("Kind", "Name", ">n", ">Distance in bands", "Verdict"),
        checks,
    )
    return (table(title, head, rows), pit) if rows else ()


def score_lines(result: BacktestResult) -> list[str]:
    """Conventions of the scores."""
    if not result.scores:
        return [f"Scores   none: no target was settled by {result.known_by}"]
    return [
        "Scores   losses, less is better; a gain above 0 says that the model is better",
        "         log: -ln of the probability of what happened, in nats; crps: in the unit of the series",
        "         brier: from 0 to 1 for yes or no, from 0 to 2 summed over outcomes",
        "         Blocks: whole origins resampled, in blocks at least as long as the target's horizon",
        "         Power: chance that the fixed-b interval lies above 0 if the model's distributions are right,",
        "         simulated without the outcomes",
        "         --json has single types, all steps and the questions of platforms too",
    ]


def _shown(target: ScoredTarget) -> bool:
    """Single types and questions would fill pages: the JSON document has them."""
    if target.kind in ("count", "share", "binary"):
        return target.name == "all" and target.ahead in _SHOWN_AHEAD
    return target.kind == "outcome" or (target.kind == "series" and target.ahead is not None)


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:+.2g} to {high:+.2g}"


def _verdict(check: Calibration) -> str:
    return "within" if check.within else "outside"
