"""What could change a forecast, as display strings: held drivers, signposts and the tornado of sensitivity."""

from __future__ import annotations

import math
from dataclasses import dataclass

from forecast.report.names import quantity_words, with_id, word_for
from forecast.report.outlooks import OutlookView, SensitivityView, SignpostView
from forecast.report.rows import outcome_name
from forecast.report.tables import FigureText, Table
from forecast.report.view import View
from forecast.report.words import (
    format_date,
    format_difference,
    format_error,
    format_number,
    format_probability,
    signed,
)

__all__ = [
    "HeldRow",
    "HeldTable",
    "SignpostRow",
    "SignpostTable",
    "TornadoBar",
    "held_table",
    "most_likely",
    "signpost_table",
    "tornado_bars",
    "tornado_figure",
    "with_error",
]

_COLUMNS = 3  # outcomes shown beside each other; the table behind has all
_SIGNPOSTS, _BARS = 6, 10
_LEAST_BITS = 1e-6  # what says less is not worth a line, nor another decimal
_NONE = "\N{EN DASH}"
_CLEAR_BY = 3.0  # Monte Carlo errors: as in forecast.projection.sensitivity


@dataclass(frozen=True)
class HeldRow:
    """A driver held at one end of its scale: what that means, and a change with error for each outcome shown."""

    driver: str
    level: str
    meaning: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class HeldTable:
    """Drivers held at both ends; ``full`` has every level and outcome."""

    outcomes: tuple[str, ...]
    rows: tuple[HeldRow, ...]
    note: str
    full: Table


@dataclass(frozen=True)
class SignpostRow:
    """One thing to look out for; ``seen`` and ``unseen`` are the outcome that would move most, in both cases."""

    what: str
    chance: str
    outcome: str
    seen: str
    unseen: str
    bits: str


@dataclass(frozen=True)
class SignpostTable:
    """The most telling things to look out for; ``full`` has all and every outcome."""

    until: str
    rows: tuple[SignpostRow, ...]
    full: Table


@dataclass(frozen=True)
class TornadoBar:
    """One quantity: where the outcome stands with it in its lower and in its upper half."""

    label: str
    low: float
    high: float
    error: float


def most_likely(view: View) -> int:
    """Place of the most probable outcome."""
    return max(range(len(view.outcomes)), key=lambda o: view.outcomes[o].probability)


def with_error(change: float, error: float) -> str:
    """A change of a probability in points with its error."""
    return f"{format_difference(change, error)} ± {format_error(error)}"


def held_table(view: View, outlook: OutlookView) -> HeldTable | None:
    """Put held drivers into words; none without any."""
    if not outlook.held:
        return None
    names = [outcome_name(outcome) for outcome in view.outcomes]
    largest = [max(abs(item.difference[o]) for item in outlook.held) for o in range(len(names))]
    shown = sorted(range(len(names)), key=lambda o: -largest[o])[:_COLUMNS]
    drivers = {driver.name: driver for driver in view.drivers}
    ends = {level for item in outlook.held for level in [item.level]}
    rows = tuple(
        HeldRow(
            driver=word_for("drivers", item.driver, view.words),
            level=signed(item.level),
            meaning=getattr(drivers[item.driver], "low" if item.level < 0 else "high")
            if item.driver in drivers
            else "",
            cells=tuple(with_error(item.difference[o], item.mcse[o]) for o in shown),
        )
        for item in outlook.held
        if item.level in (min(ends), max(ends))
    )
    full = tuple(
        (
            f"{word_for('drivers', item.driver, view.words)} at {signed(item.level)}",
            *(with_error(change, error) for change, error in zip(item.difference, item.mcse, strict=True)),
        )
        for item in outlook.held
    )
    note = (
        f"Held from the day after {format_date(view.as_of)} to {format_date(view.horizon)}, whatever else moves the "
        "driver; what it influences responds. Changes against the forecast in percentage points, with Monte Carlo "
        f"errors from {outlook.held_draws:,} draws; “forecast whatif” uses more, and holds for shorter times."
    )
    caption = "Every driver at every level: change of each outcome in percentage points, with Monte Carlo errors"
    return HeldTable(tuple(names[o] for o in shown), rows, note, Table(caption, ("Held", *names), full))


def signpost_table(view: View, outlook: OutlookView) -> SignpostTable | None:
    """Put signposts into words, those whose information can be told from none; none without any."""
    if not outlook.signposts or outlook.signposts_until is None:
        return None
    names = [outcome_name(outcome) for outcome in view.outcomes]
    told = [item for item in outlook.signposts if item.bits > max(2 * item.bits_mcse, _LEAST_BITS)][:_SIGNPOSTS]
    full = tuple(
        (
            _what(item, view),
            f"{format_probability(item.p_seen, item.p_seen_mcse)}",
            _bits(item),
            *(f"{_share(seen)} / {_share(unseen)}" for seen, unseen in zip(item.if_seen, item.if_not, strict=True)),
        )
        for item in outlook.signposts
    )
    header = ("Report", "Chance", "Thousandths of a bit", *(f"{name}: if seen / if not" for name in names))
    caption = f"Everything that may be reported by {format_date(outlook.signposts_until)}"
    return SignpostTable(
        format_date(outlook.signposts_until),
        tuple(_signpost(item, view) for item in told),
        Table(caption, header, full),
    )


def _signpost(item: SignpostView, view: View) -> SignpostRow:
    moves = [
        -math.inf if seen is None or unseen is None else abs(seen - unseen)
        for seen, unseen in zip(item.if_seen, item.if_not, strict=True)
    ]
    o = max(range(len(moves)), key=moves.__getitem__)
    return SignpostRow(
        what=_what(item, view),
        chance=format_probability(item.p_seen, item.p_seen_mcse),
        outcome=outcome_name(view.outcomes[o]),
        seen=_share(item.if_seen[o]),
        unseen=_share(item.if_not[o]),
        bits=_bits(item),
    )


def _what(item: SignpostView, view: View) -> str:
    called = with_id(word_for("events", item.type, view.words), item.type)
    if item.sign is None or item.driver is None:
        return called
    return f"{called}, {item.sign} for {word_for('drivers', item.driver, view.words)}"


def _share(probability: float | None) -> str:
    return _NONE if probability is None else f"{100 * probability:.1f}%"


def _bits(item: SignpostView) -> str:
    error = max(item.bits_mcse, _LEAST_BITS)
    decimals = max(0, -math.floor(math.log10(1000 * error)))
    return f"{1000 * item.bits:.{decimals}f} ± {1000 * item.bits_mcse:.{decimals}f}"


def tornado_bars(view: View) -> tuple[TornadoBar, ...]:
    """What moves the most probable outcome most, as far as it can be told from nothing; the largest first."""
    if view.outlook is None or not view.outlook.sensitivity:
        return ()
    o = most_likely(view)
    bars = []
    for row in view.outlook.sensitivity:
        low, high, error = row.low[o], row.high[o], row.mcse[o]
        if not row.trusted or low is None or high is None or error is None:
            continue
        if abs(high - low) > _CLEAR_BY * error:
            bars.append(TornadoBar(_quantity(row, view), low, high, error))
    return tuple(sorted(bars, key=lambda bar: -abs(bar.high - bar.low))[:_BARS])


def tornado_figure(view: View) -> FigureText | None:
    """Text of the tornado; none where nothing can be told from nothing."""
    bars, outlook = tornado_bars(view), view.outlook
    if not bars or outlook is None:
        return None
    names = [outcome_name(outcome) for outcome in view.outcomes]
    described = "; ".join(f"{bar.label}: {_share(bar.low)} to {_share(bar.high)}" for bar in bars)
    rows = tuple(
        (_quantity(row, view), *(_halves(row, o) for o in range(len(names)))) for row in _ordered(view, outlook)
    )
    caption = (
        "Each outcome with the quantity in the lower / upper half of its prior (a driver: of where it stands now); "
        "in brackets the difference in points with its Monte Carlo error"
    )
    return FigureText(
        f"What “{names[most_likely(view)]}” hangs on",
        f"With the quantity in its lower and in its upper half: {described}.",
        Table(caption, ("Quantity", *names), rows),
    )


def _ordered(view: View, outlook: OutlookView) -> list[SensitivityView]:
    o = most_likely(view)
    return sorted(
        (row for row in outlook.sensitivity if row.trusted),
        key=lambda row: -abs((row.high[o] or 0) - (row.low[o] or 0)),
    )


def _quantity(row: SensitivityView, view: View) -> str:
    called = quantity_words(row.parameter, view.words)
    unit = f" {row.unit}" if row.unit else ""
    return f"{called}, below or above {format_number(row.middle)}{unit}"


def _halves(row: SensitivityView, o: int) -> str:
    low, high, error = row.low[o], row.high[o], row.mcse[o]
    if low is None or high is None or error is None:
        return _NONE
    return f"{_share(low)} / {_share(high)} ({with_error(high - low, error)})"
