"""The JSON documents of the commands about the ledger: the names are a promise, as in :mod:`forecast.cli.documents`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forecast.cli.documents import entry_header
from forecast.cli.output import header, problem_rows
from forecast.ledger.entry import Entry, ForecastEntry, JudgementEntry, PublishEntry, ResolutionEntry
from forecast.ledger.standing import Standing

if TYPE_CHECKING:
    from forecast.ledger.verify import Verification
    from forecast.workflow import JudgementResult, PublishResult, ResolutionResult

__all__ = [
    "judgement_document",
    "list_document",
    "publish_document",
    "resolution_document",
    "show_document",
    "verify_document",
]


def list_document(entries: Sequence[Entry], known: Standing) -> dict[str, Any]:
    """Of ``ledger list``: the same names for every entry, ``None`` where one does not apply to its kind."""
    return header(status="PASS", entries=[_row(entry, known) for entry in entries])


def _row(entry: Entry, known: Standing) -> dict[str, Any]:
    names = (
        "as_of",
        "as_recorded",
        "horizon",
        "seed",
        "method",
        "status",
        "stage",
        "top_outcome",
        "resolution",
        "forecast",
        "outcome",
    )
    row: dict[str, Any] = {
        "id": entry.id,
        "number": entry.number,
        "kind": entry.kind,
        "created": entry.created,
        "scenario": entry.scenario,
        **dict.fromkeys((*names, "void", "by")),
    }
    match entry:
        case ForecastEntry():
            top = {"name": entry.top_outcome.name, "probability": entry.top_outcome.probability}
            return row | {
                "as_of": entry.as_of,
                "as_recorded": entry.as_recorded,
                "horizon": entry.horizon,
                "seed": entry.seed,
                "method": entry.method,
                "status": entry.status,
                "stage": known.stage(entry),
                "top_outcome": top,
                "resolution": _resolution(known.resolution(entry)),
            }
        case PublishEntry():
            return row | {"forecast": entry.forecast}
        case ResolutionEntry():
            return row | {
                "as_of": entry.date,
                "horizon": entry.horizon,
                "outcome": entry.outcome,
                "void": entry.void,
            }
        case JudgementEntry():
            return row | {
                "as_of": entry.date,
                "horizon": entry.horizon,
                "stage": "published",
                "top_outcome": asdict(entry.top_outcome),
                "resolution": _resolution(known.resolution(entry)),
                "by": entry.by,
            }


def show_document(entry: Entry, known: Standing) -> dict[str, Any]:
    """Of ``ledger show``."""
    said = {"id": entry.id, **asdict(entry)}
    match entry:
        case ForecastEntry():
            publication = known.publications.get(entry.id)
            return entry_header(
                entry,
                entry=said,
                stage=known.stage(entry),
                published=publication.created if publication else None,
                resolution=_resolution(known.resolution(entry)),
            )
        case PublishEntry():
            return header(status="PASS", scenario=entry.scenario, entry=said)
        case ResolutionEntry():
            return _dated_header(entry, entry=said)
        case JudgementEntry():
            return _dated_header(entry, entry=said, resolution=_resolution(known.resolution(entry)))


def verify_document(found: Verification) -> dict[str, Any]:
    """Of ``ledger verify``."""
    return header(
        status="FAIL" if found.problems else "PASS",
        entries=found.n_entries,
        files=found.n_files,
        head=found.head,
        problems=problem_rows(found.problems),
    )


def publish_document(result: PublishResult) -> dict[str, Any]:
    """Of ``publish``."""
    return entry_header(
        result.forecast,
        ledger_id=result.entry.id,
        forecast=result.forecast.id,
        published=result.entry.created,
        answer_known=result.answer is not None,
    )


def resolution_document(result: ResolutionResult) -> dict[str, Any]:
    """Of ``resolve``."""
    return _dated_header(
        result.entry,
        ledger_id=result.entry.id,
        outcome=result.entry.outcome,
        void=result.entry.void,
        date=result.entry.date,
        note=result.entry.note,
        source=result.entry.source,
        corrects=_resolution(result.corrects),
    )


def judgement_document(result: JudgementResult) -> dict[str, Any]:
    """Of ``record``."""
    return _dated_header(
        result.entry,
        ledger_id=result.entry.id,
        by=result.entry.by,
        date=result.entry.date,
        outcomes={outcome.name: {"probability": outcome.probability} for outcome in result.entry.outcomes},
        complete=result.entry.complete,
        missing=list(result.missing),
        answer_known=result.answer is not None,
        note=result.entry.note,
        source=result.entry.source,
    )


def _dated_header(entry: ResolutionEntry | JudgementEntry, /, **more: Any) -> dict[str, Any]:
    return header(
        status="PASS",
        scenario=entry.scenario,
        scenario_hash=entry.scenario_hash,
        as_of=entry.date,
        horizon=entry.horizon,
        **more,
    )


def _resolution(entry: ResolutionEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"id": entry.id, "outcome": entry.outcome, "void": entry.void, "date": entry.date}
