"""What changed since the last forecast, for the top of a report, and the words for parts of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.report.explanations import ExplanationPartView, ExplanationView
from forecast.report.names import word_for
from forecast.report.rows import outcome_name
from forecast.report.view import View
from forecast.report.words import format_date, format_difference, format_error, format_probability

__all__ = [
    "Change",
    "change_note",
    "evidence_parts",
    "kind_words",
    "largest_move",
    "most_moved",
    "part_text",
    "with_error",
]

_PANELS = 3  # outcomes shown beside each other
_TOLD_FIRST = 3  # rows of evidence named at the top
_CLEAR_BY = 2.0  # Monte Carlo errors that a change must exceed


@dataclass(frozen=True)
class Change:
    """What changed, in a sentence, and the evidence that moved it most: text, note and change of each.

    ``clear`` says of each whether its change exceeds what the Monte Carlo error can do; ``ids`` names them.
    """

    sentence: str
    reports: tuple[tuple[str, str, str], ...]
    clear: tuple[bool, ...] = ()
    ids: tuple[str, ...] = ()


def most_moved(view: View) -> tuple[int, ...]:
    """Places of the outcomes to show: those that moved most, at most three; none where no change was told."""
    why = view.explanation
    if why is None or why.since is None:
        return ()
    order = sorted(range(len(why.after)), key=lambda o: -abs(why.after[o] - why.before[o]))
    return tuple(order[:_PANELS])


def change_note(view: View) -> Change | None:
    """What changed since the last forecast, for the top of the report; none where there is no earlier one."""
    why = view.explanation
    if why is None or not why.told or why.since is None:
        return None
    moved = most_moved(view)[0]
    sentence = f"Since the forecast of {format_date(why.since)}, {largest_move(view, why, moved)}"
    sentence += _waited(why, moved) + _recomputed(why, moved)
    first = sorted(evidence_parts(why), key=lambda part: -abs(part.change[moved]))[:_TOLD_FIRST]
    if not first:
        return Change(f"{sentence} Nothing was reported in between.", ())
    return Change(
        sentence,
        tuple(
            (
                part_text(part, view.words),
                f"{format_date(part.date)}, {part.what} {kind_words(part)} {part.id}",
                f"{with_error(part.change[moved], part.mcse[moved])} points",
            )
            for part in first
        ),
        tuple(abs(part.change[moved]) > _CLEAR_BY * part.mcse[moved] for part in first),
        tuple(part.id for part in first),
    )


def largest_move(view: View, why: ExplanationView, o: int) -> str:
    """From where to where the outcome went that moved most, and whether that can be told from nothing."""
    outcome, error = view.outcomes[o], why.mcse[o]
    difference = why.after[o] - why.before[o]
    before, after = (format_probability(value, outcome.mcse) for value in (why.before[o], why.after[o]))
    ends = f"at {after} as before" if before == after else f"from {before} to {after}"
    told = f"“{outcome_name(outcome)}” has moved most, {ends} ({with_error(difference, error)} points)"
    unclear = abs(difference) < _CLEAR_BY * error
    return f"{told}; no more than the Monte Carlo error can do." if unclear else f"{told}."


def evidence_parts(why: ExplanationView) -> list[ExplanationPartView]:
    """The parts that are rows of evidence: neither time nor recomputation."""
    return [part for part in why.parts if part.kind not in {"time", "recomputation"}]


def _waited(why: ExplanationView, o: int) -> str:
    """Tell of time where it moved the outcome more than any row of evidence."""
    change = sum(part.change[o] for part in why.parts if part.kind == "time")
    if abs(change) <= max((abs(part.change[o]) for part in evidence_parts(why)), default=0.0):
        return ""
    return f" Elapsed time and silence made {format_difference(change, why.mcse[o])} points."


def _recomputed(why: ExplanationView, o: int) -> str:
    """Warn where half of a change or more is no news."""
    change = sum(part.change[o] for part in why.parts if part.kind == "recomputation")
    if abs(change) < abs(why.after[o] - why.before[o]) / 2:
        return ""
    return f" New random numbers or a new fit, which are no news, made {format_difference(change, why.mcse[o])} points."


def kind_words(part: ExplanationPartView) -> str:
    """What kind of row a part is."""
    return part.kind.replace("transition", "change of state")


def part_text(part: ExplanationPartView, words: Mapping[str, str]) -> str:
    """What a row of evidence says; of a series only the value is its text, and its id begins with the name."""
    if part.kind == "series":
        return f"{word_for('series', part.id.partition(' ')[0], words)}: {part.text}"
    return part.text or part.id


def with_error(change: float, error: float) -> str:
    """Write a change of probability in percentage points with its Monte Carlo error, where it has one."""
    return f"{format_difference(change, error)} ± {format_error(error)}" if error else format_difference(change, error)
