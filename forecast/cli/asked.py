"""What answers to questions about the future have in common: the head of their JSON, and lines on their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.cli.output import header

if TYPE_CHECKING:
    from forecast.inference.status import Status
    from forecast.projection.outlook import Signpost
    from forecast.workflow.present import Standing

__all__ = ["asked_header", "named", "signpost_words", "status_lines"]


def asked_header(standing: Standing, /, *, status: Status, **more: Any) -> dict[str, Any]:
    """Begin the JSON document of an answer."""
    asked = standing.asked
    return header(
        status=status,
        scenario=asked.case.scenario.scenario,
        scenario_hash=asked.case.loaded.hash,
        as_of=asked.dates.as_of,
        horizon=asked.dates.horizon,
        seed=asked.fit.entry.seed,
        fit={"ledger_id": asked.fit.entry.id, "as_of": asked.fit.entry.as_of},
        reasons=list(standing.reasons),
        **more,
    )


def status_lines(standing: Standing, status: Status) -> list[str]:
    """Whether the numbers can be trusted, and on which draws they rest."""
    fit = standing.asked.fit.entry
    return [
        f"Status   {status}: draws of the fit {fit.short_id}, as of {fit.as_of}, with all that is known since",
        *(f"         {reason}" for reason in standing.reasons),
    ]


def named(standing: Standing, values: Any) -> dict[str, float]:
    """Values by the name of the outcome."""
    names = [outcome.name for outcome in standing.asked.case.scenario.outcomes]
    return dict(zip(names, values.tolist(), strict=True))


def signpost_words(item: Signpost) -> str:
    """A signpost as people read it."""
    return item.type if item.sign is None else f"{item.type}, {item.sign} ({item.driver})"
