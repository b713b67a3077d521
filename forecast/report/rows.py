"""The report's lists as display strings: outcomes and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.evidence.records import VERIFIED
from forecast.report.names import with_id, word_for
from forecast.report.view import OutcomeView, ReportView
from forecast.report.words import (
    as_shown,
    format_date,
    format_error,
    format_number,
    format_probability,
    format_range,
    join_words,
    phia_term,
    plain,
    signed,
    spanned_terms,
    split_links,
)

__all__ = [
    "EvidenceRow",
    "OutcomeRow",
    "between",
    "contraction_text",
    "evidence_row",
    "number_and_term",
    "outcome_name",
    "outcome_row",
    "several_terms",
]

_USES = {
    "rate": "how often its type is reported",
    "type": "which type of its group was reported",
    "direction": "the coded direction",
}


@dataclass(frozen=True)
class OutcomeRow:
    """One row of the outcome table; ``at``, ``low``, ``high`` and ``prior_at`` place its marks from 0 to 100."""

    name: str
    probability: str
    term: str
    range80: str
    spans: str
    error: str
    prior: str
    at: float
    low: float
    high: float
    prior_at: float


@dataclass(frozen=True)
class EvidenceRow:
    """One report; ``source`` comes in pieces, each with whether it is an address."""

    id: str
    date: str
    reported: str
    kind: str
    grade: str
    directions: tuple[tuple[str, str], ...]
    actor: str
    summary: str
    source: tuple[tuple[str, bool], ...]
    verified: str
    use: str
    effect: str


def outcome_name(outcome: OutcomeView) -> str:
    """The title where there is one, the name otherwise."""
    return outcome.title or plain(outcome.name)


def number_and_term(outcome: OutcomeView) -> str:
    """The probability as printed with its term, or alone in a gap."""
    term = phia_term(as_shown(outcome.probability, outcome.mcse))
    number = format_probability(outcome.probability, outcome.mcse)
    return f"{number}, {term}" if term else number


def several_terms(outcome: OutcomeView) -> str:
    """The terms that the 80% range spans where it spans several, as ``unlikely to likely or probable``."""
    terms = spanned_terms(as_shown(outcome.low80, outcome.mcse), as_shown(outcome.high80, outcome.mcse))
    return f"“{terms[0]}” to “{terms[-1]}”" if len(terms) > 1 else ""


def outcome_row(outcome: OutcomeView) -> OutcomeRow:
    """One row of the outcome table."""
    return OutcomeRow(
        name=outcome_name(outcome),
        probability=format_probability(outcome.probability, outcome.mcse),
        term=phia_term(as_shown(outcome.probability, outcome.mcse)) or "",
        range80=format_range(outcome.low80, outcome.high80, outcome.mcse),
        spans=several_terms(outcome),
        error=format_error(outcome.mcse),
        prior=format_probability(outcome.prior, outcome.prior_mcse),
        at=round(outcome.probability * 100, 2),
        low=round(outcome.low80 * 100, 2),
        high=round(outcome.high80 * 100, 2),
        prior_at=round(outcome.prior * 100, 2),
    )


def evidence_row(report: ReportView, words: Mapping[str, str], effect: str = "") -> EvidenceRow:
    """One entry of the evidence list; ``effect`` as it is told."""
    return EvidenceRow(
        id=report.id,
        date=format_date(report.date),
        reported=format_date(report.reported) if report.reported != report.date else "same day",
        kind=with_id(word_for("events", report.event_type, words), report.event_type),
        grade=report.grade,
        directions=tuple(
            (with_id(word_for("drivers", driver, words), driver), signed(push)) for driver, push in report.directions
        ),
        actor=report.actor,
        summary=report.summary,
        source=tuple(split_links(report.source)),
        verified=VERIFIED.get(report.verified, report.verified),
        use=_use(report),
        effect=effect,
    )


def _use(report: ReportView) -> str:
    if not report.used_for:
        return "Kept, not used by the model."
    return f"The model uses {join_words([_USES[use] for use in report.used_for])}."


def contraction_text(contraction: float) -> str:
    """A contraction in whole per cent, with a true minus."""
    return f"{round(contraction * 100)}%".replace("-", "\N{MINUS SIGN}")


def between(ends: tuple[float, float]) -> str:
    """The two ends of a range in words."""
    return f"{format_number(ends[0])} to {format_number(ends[1])}"
