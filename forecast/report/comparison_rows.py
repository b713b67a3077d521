"""The report's two comparisons as display strings: other reference classes, and what became of claims."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from forecast.projection.claims import CLEAR_BY, LEAST_CONTRACTION, LEAST_SHIFT
from forecast.projection.results import MAX_PARETO_K
from forecast.report.comparisons import ClaimView, ReferenceClassView
from forecast.report.names import quantity_words, transition_words
from forecast.report.rows import between, contraction_text, outcome_name
from forecast.report.view import OutcomeView, View
from forecast.report.words import (
    format_difference,
    format_error,
    format_number,
    format_probability,
    join_words,
    split_links,
)

__all__ = ["ClaimRow", "ClaimTable", "ClassNote", "ClassSection", "ClassTable", "claim_table", "class_section"]

_CLASSES_ABREAST = 3  # more columns than that fit neither a page nor a screen
_MARK = "\N{DAGGER}"


@dataclass(frozen=True)
class ClassNote:
    """What one class is: each transition with its counts, why, and from where."""

    name: str
    flag: str
    rates: tuple[tuple[str, str, str, tuple[tuple[str, bool], ...]], ...]


@dataclass(frozen=True)
class ClassTable:
    """Outcomes by class: heads of the columns; rows of name, probability as used, and (value, change) pairs."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class ClassSection:
    """Sensitivity to the reference class."""

    summary: str
    tables: tuple[ClassTable, ...]
    notes: tuple[ClassNote, ...]


@dataclass(frozen=True)
class ClaimRow:
    """One claim; ``contraction_at`` runs from 0 to 100."""

    text: str
    by: str
    number: str
    unit: str
    prior: str
    posterior: str
    contraction: str
    contraction_at: float
    verdict: str
    shift: str
    moved: bool


@dataclass(frozen=True)
class ClaimTable:
    """Claims and what the evidence did to them, those that it moved first."""

    summary: str
    rule: str
    rows: tuple[ClaimRow, ...]


def class_section(view: View, ranked: list[OutcomeView]) -> ClassSection | None:
    """Put the other classes into words; ``ranked`` gives the outcomes in the order shown."""
    classes = view.reference_classes
    if not classes:
        return None
    blocks = [classes[at : at + _CLASSES_ABREAST] for at in range(0, len(classes), _CLASSES_ABREAST)]
    return ClassSection(
        _summary(view),
        tuple(_class_table(block, ranked) for block in blocks),
        tuple(_class_note(item, view.words) for item in classes),
    )


def _summary(view: View) -> str:
    names = {outcome.name: outcome_name(outcome) for outcome in view.outcomes}
    changes = [(abs(shift.difference), item, shift) for item in view.reference_classes for shift in item.outcomes]
    _, item, shift = max(changes, key=lambda change: change[0])
    used = dict.fromkeys(name for item in view.reference_classes for name in item.instead_of)
    points = format_difference(shift.difference, shift.difference_mcse)
    change = f"The largest change is that of “{names[shift.name]}” by {points} points, under {item.name}."
    return f"The forecast uses {join_words(list(used))}. {change}"


def _class_table(block: tuple[ReferenceClassView, ...], ranked: list[OutcomeView]) -> ClassTable:
    rows = []
    for outcome in ranked:
        shifts = [next(shift for shift in item.outcomes if shift.name == outcome.name) for item in block]
        cells = tuple(
            (
                format_probability(shift.probability, math.hypot(outcome.mcse, shift.difference_mcse)),
                f"{format_difference(shift.difference, shift.difference_mcse)} ± {format_error(shift.difference_mcse)}",
            )
            for shift in shifts
        )
        rows.append((outcome_name(outcome), format_probability(outcome.probability, outcome.mcse), cells))
    names = (f"{item.name}{'' if item.trusted else f' {_MARK}'}" for item in block)
    return ClassTable(("Outcome", "As used", *names), tuple(rows))


def _class_note(item: ReferenceClassView, words: Mapping[str, str]) -> ClassNote:
    flag = ""
    if not item.trusted:
        flag = (
            f"{_MARK} Not to be relied on: the weights are too uneven (Pareto k {format_number(item.pareto_k or 0)}, "
            f"above {MAX_PARETO_K}); only a new fit can tell."
        )
    first = {(rate.reason, rate.source): rate for rate in reversed(item.rates)}  # a reason is printed once
    rates = tuple(
        (
            transition_words(rate.transition, words),
            f"{rate.events} in {format_number(rate.exposure_years)} years instead of {rate.used_events} in "
            f"{format_number(rate.used_exposure_years)}",
            rate.reason if first[rate.reason, rate.source] is rate else "",
            tuple(split_links(rate.source)) if rate.source and first[rate.reason, rate.source] is rate else (),
        )
        for rate in item.rates
    )
    return ClassNote(item.name, flag, rates)


def claim_table(claims: tuple[ClaimView, ...], words: Mapping[str, str]) -> ClaimTable | None:
    """Put the claims into words; none: no section."""
    if not claims:
        return None
    moved = sum(claim.verdict != "not moved" for claim in claims)
    count = f"{moved} of {len(claims)} claims" if moved else f"none of the {len(claims)} claims"
    rule = (
        f"Not moved: less than {LEAST_CONTRACTION:.0%} of the prior variance is gone and the mean has moved by less "
        f"than {LEAST_SHIFT} prior standard deviations, each after taking off {CLEAR_BY:.0f} Monte Carlo errors. "
        "Narrowed: a smaller variance about the same centre. Strengthened or weakened: the mean has moved further than "
        "that in the direction of the claim or against it; up or down where a claim has no direction."
    )
    rows = sorted((_claim_row(claim, words) for claim in claims), key=lambda row: not row.moved)
    return ClaimTable(f"The evidence has moved {count}.", rule, tuple(rows))


def _claim_row(claim: ClaimView, words: Mapping[str, str]) -> ClaimRow:
    number = claim.assumption
    shift = f"{number.shift:+.2f}".replace("-", "\N{MINUS SIGN}")
    return ClaimRow(
        text=claim.text,
        by=claim.by,
        number=quantity_words(number.key, words),
        unit=number.unit,
        prior=between(number.prior),
        posterior=between(number.posterior),
        contraction=f"{contraction_text(number.contraction)} ± {round(number.contraction_mcse * 100)}",
        contraction_at=round(100 * min(max(number.contraction, 0.0), 1.0), 1),
        verdict=claim.verdict,
        shift=f"{shift} ± {number.shift_mcse:.2f} sd",
        moved=claim.verdict != "not moved",
    )
