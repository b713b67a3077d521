"""Why a forecast changed, as display strings, and the steps of its waterfall figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import numpy as np

from forecast.report.explanations import ExplanationGroupView, ExplanationPartView, ExplanationView
from forecast.report.names import with_id, word_for
from forecast.report.rows import outcome_name
from forecast.report.tables import FigureText, Table
from forecast.report.view import View
from forecast.report.words import (
    format_date,
    format_difference,
    format_error,
    format_probability,
    join_words,
)

__all__ = [
    "Change",
    "GroupTable",
    "Step",
    "WhyRow",
    "WhySection",
    "change_note",
    "most_moved",
    "steps_between",
    "waterfall_steps",
    "why_section",
]

_PANELS = 3  # outcomes shown beside each other
_TOLD_FIRST = 3  # reports named at the top
_MOST_STEPS = 10  # bars of the figure; the smallest rows beyond that are summed
_CLEAR_BY = 2.0  # Monte Carlo errors that a change must exceed
_TIME, _RECOMPUTATION = "Elapsed time and silence", "Recomputation (Monte Carlo)"


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


@dataclass(frozen=True)
class Change:
    """What changed, in a sentence, and the evidence that moved it most: text, note and change of each.

    ``clear`` says of each whether its change exceeds what the Monte Carlo error can do; ``ids`` names them.
    """

    sentence: str
    reports: tuple[tuple[str, str, str], ...]
    clear: tuple[bool, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall, from one probability to another; both ends are levels themselves."""

    label: str
    kind: Literal["level", "row", "other"]
    start: float
    end: float
    error: float


def most_moved(view: View) -> tuple[int, ...]:
    """Places of the outcomes to show: those that moved most, at most three; none where no change was told."""
    why = view.explanation
    if why is None or why.since is None:
        return ()
    order = sorted(range(len(why.after)), key=lambda o: -abs(why.after[o] - why.before[o]))
    return tuple(order[:_PANELS])


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
        total=tuple(_with_error(why.after[o] - why.before[o], why.mcse[o]) for o in shown),
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


def change_note(view: View) -> Change | None:
    """What changed since the last forecast, for the top of the report; none where there is no earlier one."""
    why = view.explanation
    if why is None or not why.told or why.since is None:
        return None
    moved = most_moved(view)[0]
    sentence = f"Since the forecast of {format_date(why.since)}, {_largest_move(view, why, moved)}"
    sentence += _waited(why, moved) + _recomputed(why, moved)
    first = sorted(_evidence(why), key=lambda part: -abs(part.change[moved]))[:_TOLD_FIRST]
    if not first:
        return Change(f"{sentence} Nothing was reported in between.", ())
    return Change(
        sentence,
        tuple(
            (
                _says(part, view.words),
                f"{format_date(part.date)}, {part.what} {_kind(part)} {part.id}",
                f"{_with_error(part.change[moved], part.mcse[moved])} points",
            )
            for part in first
        ),
        tuple(abs(part.change[moved]) > _CLEAR_BY * part.mcse[moved] for part in first),
        tuple(part.id for part in first),
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
    first = _largest_move(view, why, moved)
    rows = _evidence(why)
    if not rows:
        return f"{first} Nothing was reported in between."
    largest = max(rows, key=lambda part: abs(part.change[moved]))
    by = format_difference(largest.change[moved], largest.mcse[moved])
    error = format_error(largest.mcse[moved])
    return f"{first} Of what was reported, {_named(largest)} moved it most: {by} ± {error} points."


def _largest_move(view: View, why: ExplanationView, o: int) -> str:
    """From where to where the outcome went that moved most, and whether that can be told from nothing."""
    outcome, error = view.outcomes[o], why.mcse[o]
    difference = why.after[o] - why.before[o]
    before, after = (format_probability(value, outcome.mcse) for value in (why.before[o], why.after[o]))
    ends = f"at {after} as before" if before == after else f"from {before} to {after}"
    told = f"“{outcome_name(outcome)}” has moved most, {ends} ({_with_error(difference, error)} points)"
    unclear = abs(difference) < _CLEAR_BY * error
    return f"{told}; no more than the Monte Carlo error can do." if unclear else f"{told}."


def _evidence(why: ExplanationView) -> list[ExplanationPartView]:
    return [part for part in why.parts if part.kind not in {"time", "recomputation"}]


def _waited(why: ExplanationView, o: int) -> str:
    """Tell of time where it moved the outcome more than any row of evidence."""
    change = sum(part.change[o] for part in why.parts if part.kind == "time")
    if abs(change) <= max((abs(part.change[o]) for part in _evidence(why)), default=0.0):
        return ""
    return f" Elapsed time and silence made {format_difference(change, why.mcse[o])} points."


def _recomputed(why: ExplanationView, o: int) -> str:
    """Warn where half of a change or more is no news."""
    change = sum(part.change[o] for part in why.parts if part.kind == "recomputation")
    if abs(change) < abs(why.after[o] - why.before[o]) / 2:
        return ""
    return f" New random numbers or a new fit, which are no news, made {format_difference(change, why.mcse[o])} points."


def _kind(part: ExplanationPartView) -> str:
    return part.kind.replace("transition", "change of state")


def _named(part: ExplanationPartView) -> str:
    return f"the {_kind(part)} {part.id}"


def _says(part: ExplanationPartView, words: Mapping[str, str]) -> str:
    """What a row of evidence says; of a series only the value is its text, and its id begins with the name."""
    if part.kind == "series":
        return f"{word_for('series', part.id.partition(' ')[0], words)}: {part.text}"
    return part.text or part.id


def _row(part: ExplanationPartView, shown: Sequence[int], words: Mapping[str, str]) -> WhyRow:
    cells = tuple(
        (
            _with_error(part.change[o], part.mcse[o]),
            ""
            if part.backward is None or part.backward_mcse is None
            else _with_error(part.backward[o], part.backward_mcse[o]),
        )
        for o in shown
    )
    match part.kind:
        case "time":
            return WhyRow(format_date(part.date), _TIME, "", cells)
        case "recomputation":
            return WhyRow(format_date(part.date), _RECOMPUTATION, part.text.removeprefix("Monte Carlo: "), cells)
        case _:
            note = f"{part.what} {_kind(part)} {part.id}"
            return WhyRow(format_date(part.date), _says(part, words), note, cells)


def _with_error(change: float, error: float) -> str:
    return f"{format_difference(change, error)} ± {format_error(error)}" if error else format_difference(change, error)


def _group_table(
    title: str, groups: Sequence[ExplanationGroupView], section: str, words: Mapping[str, str], shown: Sequence[int]
) -> GroupTable:
    rows = tuple(
        (
            join_words([with_id(word_for(section, name, words), name) for name in group.names]) or "no driver",
            tuple(_with_error(group.change[o], group.mcse[o]) for o in shown),
        )
        for group in groups
    )
    return GroupTable(title, rows)


class _Part(Protocol):
    """A part of a change, whoever tells it."""

    @property
    def kind(self) -> str:
        """What it is: ``time``, ``recomputation``, or a row of evidence."""

    @property
    def change(self) -> Sequence[float] | np.ndarray:
        """Of each outcome."""

    @property
    def mcse(self) -> Sequence[float] | np.ndarray:
        """Monte Carlo standard error of each change."""


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
        says=lambda part: _says(part, view.words),
    )


def steps_between[Told: _Part](
    parts: Sequence[Told],
    outcome: int,
    *,
    since: tuple[date, float],
    until: tuple[date, float],
    says: Callable[[Told], str],
) -> tuple[Step, ...]:
    """Bars for one outcome: all time together, then rows as reported, the smallest summed, and recomputation.

    Parameters
    ----------
    outcome : int
        Its place among the changes of a part.
    since, until : (date, float)
        Days and probabilities of both forecasts.
    says : callable
        What a row of evidence says.
    """
    rows = [part for part in parts if part.kind not in {"time", "recomputation"}]
    kept = {
        id(part) for part in sorted(rows, key=lambda part: -max(abs(change) for change in part.change))[:_MOST_STEPS]
    }
    others = [part for part in rows if id(part) not in kept]
    label = f"{len(others)} smaller rows together"
    bars: list[tuple[str, Literal["row", "other"], Sequence[Told]]] = [
        (_TIME, "other", [part for part in parts if part.kind == "time"]),
        *((says(part), "row", [part]) for part in rows if id(part) in kept),
        (label, "row", others),
        ("Recomputation", "other", [part for part in parts if part.kind == "recomputation"]),
    ]
    day, level = since
    steps = [Step(f"Forecast of {format_date(day)}", "level", level, level, 0.0)]
    for text, kind, told in bars:
        if told:
            change = float(sum(part.change[outcome] for part in told))
            error = float(sum(part.mcse[outcome] for part in told))  # of several at most that
            steps.append(Step(text, kind, level, level + change, error))
            level += change
    return (*steps, Step(f"Forecast of {format_date(until[0])}", "level", until[1], until[1], 0.0))


def _figure(view: View, why: ExplanationView) -> FigureText:
    names = [outcome_name(outcome) for outcome in view.outcomes]
    described = []
    for o in most_moved(view):
        steps = waterfall_steps(view, o)
        bars = "; ".join(f"{step.label} {format_difference(step.end - step.start, step.error)}" for step in steps[1:-1])
        ends = (format_probability(value, view.outcomes[o].mcse) for value in (why.before[o], why.after[o]))
        described.append(f"{names[o]}, {' to '.join(ends)}, in points: {bars}.")
    rows = [
        (_label(part), *(_with_error(*cell) for cell in zip(part.change, part.mcse, strict=True))) for part in why.parts
    ]
    total = ("Total", *(_with_error(b - a, e) for a, b, e in zip(why.before, why.after, why.mcse, strict=True)))
    caption = "Each part for every outcome, in percentage points with Monte Carlo errors"
    return FigureText(
        "From the earlier forecast to this one", " ".join(described), Table(caption, ("Part", *names), (*rows, total))
    )


def _label(part: ExplanationPartView) -> str:
    names = {"time": _TIME, "recomputation": _RECOMPUTATION}
    return f"{format_date(part.date)}: {names.get(part.kind, part.id)}"
