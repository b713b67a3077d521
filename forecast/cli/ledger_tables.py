"""The ledger for people: one line an entry, and all fields of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from forecast.cli.output import table
from forecast.ledger.entry import (
    Entry,
    ForecastEntry,
    JudgementEntry,
    PublishEntry,
    RecordedOutcome,
    ResolutionEntry,
    shortened,
)
from forecast.ledger.standing import Standing

__all__ = ["entry_lines", "entry_table", "list_table", "said_of"]

_COLUMNS = ("Id", "Kind", "Created (UTC)", "Scenario", "As of", "Status", "Says", "Resolved")


def list_table(entries: Sequence[Entry], known: Standing) -> Any:
    """The ledger, one row an entry; of forecasts the stage stands under the kind."""
    return table("", _COLUMNS, [_row(entry, known) for entry in entries])


def _row(entry: Entry, known: Standing) -> tuple[str, ...]:
    match entry:
        case ForecastEntry():
            begin = _begin(entry, known.stage(entry))
            resolved = _resolved(known.resolution(entry))
            status = f"{entry.status}\nseed {entry.seed}"
            as_of = f"{entry.as_of}{'\nas recorded' if entry.as_recorded else ''}"
            return (*begin, _question(entry), as_of, status, _top_forecast(entry), resolved)
        case PublishEntry():
            return (*_begin(entry), entry.scenario, "", "", f"publishes {shortened(entry.forecast)}", "")
        case ResolutionEntry():
            return (*_begin(entry), _question(entry), entry.date.isoformat(), "", said_of(entry), "")
        case JudgementEntry():
            begin = _begin(entry, "published")
            says, resolved = f"{_top(entry)}\n{entry.by}", _resolved(known.resolution(entry))
            return (*begin, _question(entry), entry.date.isoformat(), "", says, resolved)


def _begin(entry: Entry, stage: str = "") -> tuple[str, str, str]:
    return entry.short_id, f"{entry.kind}\n{stage}".strip(), entry.created.replace("T", "\n").rstrip("Z")


def _question(entry: ForecastEntry | ResolutionEntry | JudgementEntry) -> str:
    return f"{entry.scenario}\nby {entry.horizon}"


def _top_forecast(entry: ForecastEntry) -> str:
    from forecast.report.words import format_probability

    return f"{entry.top_outcome.name} {format_probability(entry.top_outcome.probability, entry.top_outcome.mcse)}"


def _top(entry: JudgementEntry) -> str:
    return f"{entry.top_outcome.name} {entry.top_outcome.probability:.3g}"  # as it was given


def said_of(entry: ResolutionEntry) -> str:
    """What a resolution says, in a word or two."""
    return "void" if entry.outcome is None else f"was {entry.outcome}"


def _resolved(entry: ResolutionEntry | None) -> str:
    return entry.outcome or "void" if entry else ""


def entry_lines(entry: Entry, known: Standing) -> list[str]:
    """All single fields of an entry."""
    fields = {
        "id": entry.id,
        "number": entry.number,
        "kind": entry.kind,
        "created": entry.created,
        "scenario": entry.scenario,
        **_fields(entry, known),
        "previous hash": entry.previous_hash,
    }
    return [f"{name:<20}{_shown(value)}".rstrip() for name, value in fields.items()]


def _fields(entry: Entry, known: Standing) -> Mapping[str, object]:
    match entry:
        case ForecastEntry():
            return _forecast_fields(entry, known)
        case PublishEntry():
            return {"forecast": entry.forecast}
        case ResolutionEntry():
            return {
                "outcome": entry.outcome or "void",
                "date": entry.date,
                "horizon": entry.horizon,
                "note": entry.note,
                "source": entry.source,
                "scenario hash": entry.scenario_hash,
            }
        case JudgementEntry():
            return {
                "by": entry.by,
                "date": entry.date,
                "horizon": entry.horizon,
                "outcomes": "all, one forecast" if entry.complete else "some, each a yes/no question",
                "note": entry.note,
                "source": entry.source,
                "resolved": _resolved(known.resolution(entry)) or "not yet",
                "scenario hash": entry.scenario_hash,
            }


def _forecast_fields(entry: ForecastEntry, known: Standing) -> Mapping[str, object]:
    publication = known.publications.get(entry.id)
    return {
        "stage": f"published {publication.created}" if publication else "draft",
        "title": entry.title,
        "as of": entry.as_of,
        "as recorded": "yes" if entry.as_recorded else "no",
        "horizon": entry.horizon,
        "status": entry.status,
        "method": entry.method,
        "seed": entry.seed,
        "resolved": _resolved(known.resolution(entry)) or "not yet",
        "scenario hash": entry.scenario_hash,
        "evidence hash": entry.evidence_hash,
        "code version": entry.code_version,
        "model code hash": entry.model_code_hash or "not kept",
        "draws hash": entry.draws_hash,
        "view hash": entry.view_hash,
        "scenario text hash": entry.scenario_text_hash or "not kept",
        "evidence file hash": entry.evidence_file_hash or "not kept",
        "fit": entry.fit or "its own",
        **{
            name.replace("_", " "): value
            for name, value in entry.diagnostics.items()
            if name not in {"status", "reasons"}
        },
        "reasons": "; ".join(entry.diagnostics["reasons"]) or "none",
    }


def _shown(value: object) -> str:
    return "not defined" if value is None else str(value)


def entry_table(entry: ForecastEntry | JudgementEntry) -> Any:
    """Outcomes of an entry, unrounded enough to compare with other records."""
    if isinstance(entry, JudgementEntry):
        return table(
            "", ("Outcome", ">Probability"), [(item.name, f"{item.probability:.4f}") for item in entry.outcomes]
        )
    return table(
        "",
        ("Outcome", ">Probability", ">MC error", ">Low 80%", ">High 80%", ">Prior"),
        [(outcome.name, *_numbers(outcome)) for outcome in entry.outcomes],
    )


def _numbers(outcome: RecordedOutcome) -> list[str]:
    shown = asdict(outcome)
    return [f"{shown[name]:.4f}" for name in ("probability", "mcse", "low80", "high80", "prior")]
