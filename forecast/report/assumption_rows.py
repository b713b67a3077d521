"""The report's list of assumptions as display strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from forecast.report.names import quantity_words
from forecast.report.rows import between, contraction_text
from forecast.report.view import AssumptionView
from forecast.report.words import plain, split_links

__all__ = ["AssumptionGroup", "AssumptionRow", "assumption_groups"]


@dataclass(frozen=True)
class AssumptionRow:
    """One assumption; ``key`` is its place in the scenario file, ``contraction_at`` runs from 0 to 100."""

    name: str
    key: str
    prior: str
    posterior: str
    unit: str
    contraction: str
    contraction_at: float
    reason: str
    source: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class AssumptionGroup:
    """The assumptions of one part of the scenario file."""

    name: str
    rows: tuple[AssumptionRow, ...]


def assumption_groups(assumptions: Sequence[AssumptionView], words: Mapping[str, str]) -> tuple[AssumptionGroup, ...]:
    """Assumptions by the part of the scenario file that they come from, in the file's order.

    A reason is printed once, at the first number that it is given for: the next numbers of the same thing have none,
    and those of another thing name where it stands.
    """
    first: dict[str, AssumptionView] = {}
    for item in assumptions:
        first.setdefault(item.reason, item)
    groups = groupby(assumptions, key=_section)
    return tuple(
        AssumptionGroup(plain(name).capitalize(), tuple(_row(item, first[item.reason], words) for item in items))
        for name, items in groups
    )


def _section(item: AssumptionView) -> str:
    return item.key.partition(".")[0]


def _row(item: AssumptionView, first: AssumptionView, words: Mapping[str, str]) -> AssumptionRow:
    reason, source = item.reason, item.source
    if item.reason and item is not first:
        reason = "" if _thing(item) == _thing(first) else f"As for {quantity_words(first.key, words)}."
        source = "" if item.source == first.source else item.source
    return AssumptionRow(
        name=quantity_words(item.key, words),
        key=item.key,
        prior=between(item.prior),
        posterior=between(item.posterior),
        unit=item.unit,
        contraction=contraction_text(item.contraction),
        contraction_at=round(100 * min(max(item.contraction, 0.0), 1.0), 1),
        reason=reason,
        source=tuple(split_links(source)) if source else (),
    )


def _thing(item: AssumptionView) -> list[str]:
    """The section and the driver, type or transition in it."""
    return item.key.split(".")[:2]
