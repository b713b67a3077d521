"""Why a forecast changed, as display strings: every part, sums of reports, and the words of the waterfall figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecast.report.change_note import (
    evidence_parts,
    kind_words,
    largest_move,
    most_moved,
    part_text,
    with_error,
)
from forecast.report.explanations import ExplanationGroupView, ExplanationPartView, ExplanationView
from forecast.report.names import with_id, word_for
from forecast.report.rows import outcome_name
from forecast.report.steps import ELAPSED, Step, steps_between
from forecast.report.tables import FigureText, Table
from forecast.report.view import View
from forecast.report.words import format_date, format_difference, format_error, format_probability, join_words

__all__ = ["GroupTable", "WhyRow", "WhySection", "waterfall_steps", "why_section"]

_RECOMPUTATION = "Recomputation (Monte Carlo)"


@dataclass(frozen=True)
class WhyRow:
    """One part; a cell for each outcome shown, with its error, and the same in the opposite order (blank: none)."""

    date: str
    text: str
    note: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GroupTable:
    """Sums of reports: name and a cell for each outcome shown."""

    title: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class WhySection:
    """Why the forecast changed; ``figure`` and ``rows`` only since an earlier forecast, ``prior`` only without one."""

    title: str
    summary: str
    prior: tuple[tuple[str, str, str, str], ...]
    outcomes: tuple[str, ...]
    rows: tuple[WhyRow, ...]
    total: tuple[str, ...]
    groups: tuple[GroupTable, ...]
    note: str
    figure: FigureText | None


def why_section(view: View) -> WhySection | None:
    """Put the explanation into words; without one no section."""
    why = view.explanation
    if why is None:
        return None
    if not why.told:
        return _only("Why it changed", _UNTOLD)
    if why.since is None:
        return _from_prior(view, why)
    shown = most_moved(view)
    return WhySection(
        title=f"Why it changed since {format_date(why.since)}",
        summary=_summary(view, why, shown),
        prior=(),
        outcomes=tuple(outcome_name(view.outcomes[o]) for o in shown),
        rows=tuple(_row(part, shown, view.words) for part in why.parts),
        total=tuple(with_error(why.after[o] - why.before[o], why.mcse[o]) for o in shown),
        groups=tuple(
            table
            for table in (
                _group_table("Reports by event type", why.by_type, "events", view.words, shown),
                _group_table(
                    "Reports by the drivers their type speaks of", why.by_driver, "drivers", view.words, shown
                ),
            )
            if len(table.rows) > 1
        ),
        note=_NOTE + (_rough(why.pareto_k) if why.rough and why.pareto_k is not None else ""),
        figure=_figure(view, why),
    )


_UNTOLD = (
    "It cannot be told: the ledger lacks the evidence, the draws or the scenario of this forecast or of the one before "
    "it, or these cannot be compared; `forecast explain` says which."
)
_NOTE = (
    "The parts add up to the total, the difference of the published probabilities. Each row of evidence is told twice "
    "on the same draws and the same futures: in the order in which it was reported, after the time that passed before "
    "it; and below that with all time first and the rows from the last to the first. Where the two differ, what a row "
    "moved depends on what else is known. Recomputation is what new random numbers or a new fit changed; it is no "
    "evidence and stands apart."
)


def _rough(k: float) -> str:
    return f" The draws hardly carry all of it (Pareto k {k:.2f}): the parts are rough."


def _only(title: str, summary: str) -> WhySection:
    return WhySection(title, summary, (), (), (), (), (), "", None)


def _from_prior(view: View, why: ExplanationView) -> WhySection:
    rows = tuple(
        (
            outcome_name(outcome),
            format_probability(before, outcome.prior_mcse),
            format_probability(after, outcome.mcse),
            f"{format_difference(after - before, error)} ± {format_error(error)}",
        )
        for outcome, before, after, error in zip(view.outcomes, why.before, why.after, why.mcse, strict=True)
    )
    summary = (
        "There is no earlier forecast of this question to compare with. This is what the evidence has done to the "
        "prior; the change is in percentage points, with its Monte Carlo error."
    )
    section = _only("What the evidence changed", summary)
    return WhySection(**{**vars(section), "prior": rows})


def _summary(view: View, why: ExplanationView, shown: Sequence[int]) -> str:
    moved = shown[0]
    first = largest_move(view, why, moved)
    rows = evidence_parts(why)
    if not rows:
        return f"{first} Nothing was reported in between."
    largest = max(rows, key=lambda part: abs(part.change[moved]))
    by = format_difference(largest.change[moved], largest.mcse[moved])
    error = format_error(largest.mcse[moved])
    return f"{first} Of what was reported, {_named(largest)} moved it most: {by} ± {error} points."


def _named(part: ExplanationPartView) -> str:
    return f"the {kind_words(part)} {part.id}"


def _row(part: ExplanationPartView, shown: Sequence[int], words: Mapping[str, str]) -> WhyRow:
    cells = tuple(
        (
            with_error(part.change[o], part.mcse[o]),
            ""
            if part.backward is None or part.backward_mcse is None
            else with_error(part.backward[o], part.backward_mcse[o]),
        )
        for o in shown
    )
    match part.kind:
        case "time":
            return WhyRow(format_date(part.date), ELAPSED, "", cells)
        case "recomputation":
            return WhyRow(format_date(part.date), _RECOMPUTATION, part.text.removeprefix("Monte Carlo: "), cells)
        case _:
            note = f"{part.what} {kind_words(part)} {part.id}"
            return WhyRow(format_date(part.date), part_text(part, words), note, cells)


def _group_table(
    title: str, groups: Sequence[ExplanationGroupView], section: str, words: Mapping[str, str], shown: Sequence[int]
) -> GroupTable:
    rows = tuple(
        (
            join_words([with_id(word_for(section, name, words), name) for name in group.names]) or "no driver",
            tuple(with_error(group.change[o], group.mcse[o]) for o in shown),
        )
        for group in groups
    )
    return GroupTable(title, rows)


def waterfall_steps(view: View, outcome: int) -> tuple[Step, ...]:
    """Bars for one outcome, by its place; none where no change was told."""
    why = view.explanation
    if why is None or why.since is None:
        return ()
    return steps_between(
        why.parts,
        outcome,
        since=(why.since, why.before[outcome]),
        until=(view.as_of, why.after[outcome]),
        says=lambda part: part_text(part, view.words),
    )


def _figure(view: View, why: ExplanationView) -> FigureText:
    names = [outcome_name(outcome) for outcome in view.outcomes]
    described = []
    for o in most_moved(view):
        steps = waterfall_steps(view, o)
        bars = "; ".join(f"{step.label} {format_difference(step.end - step.start, step.error)}" for step in steps[1:-1])
        ends = (format_probability(value, view.outcomes[o].mcse) for value in (why.before[o], why.after[o]))
        described.append(f"{names[o]}, {' to '.join(ends)}, in points: {bars}.")
    rows = [
        (_label(part), *(with_error(*cell) for cell in zip(part.change, part.mcse, strict=True))) for part in why.parts
    ]
    total = ("Total", *(with_error(b - a, e) for a, b, e in zip(why.before, why.after, why.mcse, strict=True)))
    caption = "Each part for every outcome, in percentage points with Monte Carlo errors"
    return FigureText(
        "From the earlier forecast to this one", " ".join(described), Table(caption, ("Part", *names), (*rows, total))
    )


def _label(part: ExplanationPartView) -> str:
    names = {"time": ELAPSED, "recomputation": _RECOMPUTATION}
    return f"{format_date(part.date)}: {names.get(part.kind, part.id)}"
