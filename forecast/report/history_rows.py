"""The earlier forecasts of a question, and what others said of it, as display strings."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.report.rows import outcome_name
from forecast.report.tables import FigureText, Table
from forecast.report.view import View
from forecast.report.words import format_date, format_probability, format_range, split_links

__all__ = ["Rival", "RivalTable", "history_figure", "rival_table"]

_NONE = "\N{EN DASH}"  # not named or not given


@dataclass(frozen=True)
class Rival:
    """Who said something, and when; ``source`` comes in pieces, each with whether it is an address."""

    name: str
    date: str
    note: str
    source: tuple[tuple[str, bool], ...]
    partial: bool


@dataclass(frozen=True)
class RivalTable:
    """The model's probabilities beside others'; a row is an outcome's name, the model's number and the others'."""

    rivals: tuple[Rival, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def history_figure(view: View) -> FigureText | None:
    """Text of the figure of earlier forecasts; none without any."""
    if not view.history:
        return None
    names = [outcome_name(outcome) for outcome in view.outcomes]
    rows = [
        (
            format_date(past.as_of) + ("" if past.same_scenario else " *"),
            *(
                _NONE
                if None in (p, low, high)
                else f"{format_probability(p or 0)} ({format_range(low or 0, high or 0)})"
                for p, low, high in zip(past.probability, past.low80, past.high80, strict=True)
            ),
        )
        for past in view.history
    ]
    now = (
        format_date(view.as_of),
        *(
            f"{format_probability(o.probability, o.mcse)} ({format_range(o.low80, o.high80, o.mcse)})"
            for o in view.outcomes
        ),
    )
    first = view.history[0]
    described = "; ".join(
        f"{name} from {_NONE if before is None else format_probability(before)} to"
        f" {format_probability(outcome.probability, outcome.mcse)}"
        for name, before, outcome in zip(names, first.probability, view.outcomes, strict=True)
    )
    marked = "" if all(past.same_scenario for past in view.history) else "; * from another version of the scenario"
    return FigureText(
        f"Forecasts for {format_date(view.horizon)} by the day they were made for",
        f"From {format_date(first.as_of)} to {format_date(view.as_of)}: {described}.",
        Table(f"Probability of each outcome with its 80% range{marked}", ("As of", *names), (*rows, now)),
    )


def rival_table(view: View, order: list[int]) -> RivalTable | None:
    """Put the others beside the model, outcomes in the order of their places given; none without others."""
    if not view.rivals:
        return None
    rivals = tuple(
        Rival(
            name=item.by,
            date=format_date(item.date),
            note=item.note,
            source=tuple(split_links(item.source)) if item.source else (),
            partial=not item.complete,
        )
        for item in view.rivals
    )
    rows = tuple(
        (
            outcome_name(view.outcomes[o]),
            format_probability(view.outcomes[o].probability, view.outcomes[o].mcse),
            tuple(_NONE if (p := item.probability[o]) is None else format_probability(p) for item in view.rivals),
        )
        for o in order
    )
    return RivalTable(rivals, rows)
