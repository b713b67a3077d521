"""A forecast as one paragraph to publish: numbers with words, dates, ranges, what moved it, and whether to trust it."""

from __future__ import annotations

from typing import Literal

from forecast.report.change_note import change_note
from forecast.report.headline import headline, leading, ranking
from forecast.report.page import evidence_base
from forecast.report.rows import number_and_term, outcome_name, several_terms
from forecast.report.view import OutcomeView, View
from forecast.report.words import confidence, format_date, format_probability, format_range, join_words

__all__ = ["brief_paragraph"]

_MOST_OTHERS = 6  # outcomes told besides the leading ones
_LONGEST = 240  # characters of what a report says


def brief_paragraph(view: View, *, stage: Literal["draft", "published"], short_id: str) -> str:
    """Tell a forecast to readers who see nothing else of it.

    Parameters
    ----------
    stage, short_id : str
        Of its entry in the ledger.
    """
    recorded = ", from what had been entered by then" if view.as_recorded else ""
    lead = leading(view.outcomes)
    return " ".join(
        part
        for part in (
            _status(view),
            f"{view.title}: forecast as of {format_date(view.as_of)}{recorded}.",
            headline(view.outcomes, format_date(view.horizon)),
            _ranges(lead),
            _others(view, lead),
            _moved(view),
            confidence(evidence_base(view)).sentence,
            f"Words for probabilities follow the PHIA yardstick. Ledger entry {short_id}, {stage}.",
        )
        if part
    )


def _status(view: View) -> str:
    found = view.diagnostics
    reasons = f" ({'; '.join(found.reasons)})" if found.reasons else ""
    match found.status:
        case "FAIL":
            return f"NOT TO BE RELIED ON: the diagnostics of this forecast failed{reasons}."
        case "REVIEW":
            return f"Under review: the diagnostics of this forecast ask for a review before it is used{reasons}."
        case _:
            return ""


def _ranges(lead: list[OutcomeView]) -> str:
    """Of the likeliest outcome, or of those that cannot be ranked."""
    if len(lead) == 1:
        spans = several_terms(lead[0])
        more = f", which spans several terms, {spans}" if spans else ""
        return f"Its 80% range, over parameters and present drivers, is {_range(lead[0])}{more}."
    told = [f"{_range(outcome)} for “{outcome_name(outcome)}”" for outcome in lead]
    return f"The 80% ranges, over parameters and present drivers, are {join_words(told)}."


def _range(outcome: OutcomeView) -> str:
    return format_range(outcome.low80, outcome.high80, outcome.mcse)


def _others(view: View, lead: list[OutcomeView]) -> str:
    names = {outcome.name for outcome in lead}
    rest = [view.outcomes[o] for o in ranking(view.outcomes) if view.outcomes[o].name not in names]
    told = [f"“{outcome_name(item)}” {number_and_term(item)} ({_range(item)})" for item in rest[:_MOST_OTHERS]]
    more = len(rest) - len(told)
    if not told:
        return ""
    return f"The others: {'; '.join(told)}{f'; and {more} more' if more else ''}."


def _moved(view: View) -> str:
    """What changed since the forecast before, and the report that moved it most, if one can be told to have."""
    change = change_note(view)
    if change is not None:
        for (text, note, by), clear, name in zip(change.reports, change.clear, change.ids, strict=True):
            if clear:
                said = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
                grade = _grade(view, name)
                told = f"this moved it clearly: “{said}” ({note}{grade}; {by})"
                return f"{change.sentence} Of what was reported since, {told}."
        none = " No single report moved it by more than the Monte Carlo error can do." if change.reports else ""
        return change.sentence + none
    if view.explanation is not None and not view.explanation.told:
        return "What moved it since the forecast before cannot be told from the ledger."
    first = leading(view.outcomes)[0]
    prior = format_probability(first.prior, first.prior_mcse)
    return f"Without the evidence, the same assumptions gave “{outcome_name(first)}” {prior}."


def _grade(view: View, report: str) -> str:
    grade = next((row.grade for row in view.evidence if row.id == report), "")
    return f", graded {grade} by source and content" if grade else ""
