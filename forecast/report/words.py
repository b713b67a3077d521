"""Numbers and words: the PHIA yardstick, probabilities without false digits, and the sentence on confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from forecast.inference.status import Status

__all__ = [
    "PHIA",
    "Confidence",
    "EvidenceBase",
    "as_shown",
    "confidence",
    "format_date",
    "format_difference",
    "format_error",
    "format_number",
    "format_probability",
    "format_range",
    "join_words",
    "phia_term",
    "plain",
    "signed",
    "spanned_terms",
    "split_links",
]

PHIA: tuple[tuple[str, float, float], ...] = (
    ("remote chance", 0, 5),
    ("highly unlikely", 10, 20),
    ("unlikely", 25, 35),
    ("realistic possibility", 40, 50),
    ("likely or probable", 55, 75),
    ("highly likely", 80, 90),
    ("almost certain", 95, 100),
)
"""Term, low and high end in per cent (Professional Head of Intelligence Assessment, UK); the gaps are deliberate."""

_OPEN_LOW = {"remote chance"}  # "above 0"
_OPEN_HIGH = {"realistic possibility", "almost certain"}  # "below 50%", "below 100%"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The rule for confidence. It looks at the evidence and the computation only, never at how likely anything is.
_FEW_REPORTS, _MANY_REPORTS = 10, 50
_SOME_WELL_GRADED, _MOSTLY_WELL_GRADED = 1 / 3, 2 / 3
_RECENT_DAYS, _STALE_DAYS = 30, 90
_NARROWED = 0.25

ConfidenceLevel = Literal["high", "moderate", "low"]


def _percent(probability: float) -> float:
    return round(probability * 100, 9)  # 0.55 * 100 is 55.00000000000001


def phia_term(probability: float) -> str | None:
    """The yardstick's term for a probability, or ``None`` in a gap, at 0 and at 1."""
    percent = _percent(probability)
    for term, low, high in PHIA:
        above = percent > low if term in _OPEN_LOW else percent >= low
        below = percent < high if term in _OPEN_HIGH else percent <= high
        if above and below:
            return term
    return None


def spanned_terms(low: float, high: float) -> tuple[str, ...]:
    """Every term that a range of probabilities touches, from low to high."""
    least, most = _percent(low), _percent(high)
    terms = []
    for term, start, end in PHIA:
        starts = most > start if term in _OPEN_LOW else most >= start
        ends = least < end if term in _OPEN_HIGH else least <= end
        if starts and ends:
            terms.append(term)
    return tuple(terms)


def _rounded(probability: float, mcse: float) -> tuple[int, int]:
    """Per cent, rounded to the finest of 1, 5 and 10 points that is not below the Monte Carlo error; and that unit."""
    unit = next((unit for unit in (1, 5) if mcse * 100 <= unit), 10)
    return unit * math.floor(probability * 100 / unit + 0.5), unit


def as_shown(probability: float, mcse: float) -> float:
    """The probability that :func:`format_probability` prints, so that words agree with it; never rounded to 0 or 1."""
    percent, _ = _rounded(probability, mcse)
    return percent / 100 if 0 < percent < 100 else probability


def format_probability(probability: float, mcse: float = 0.0) -> str:
    """Write a probability as ``23%``, ``<1%`` or ``>99%``, with no more digits than its Monte Carlo error supports."""
    percent, unit = _rounded(probability, mcse)
    if percent < unit and probability > 0:
        return f"<{unit}%"
    if percent > 100 - unit and probability < 1:
        return f">{100 - unit}%"
    return f"{percent}%"


def format_range(low: float, high: float, mcse: float = 0.0) -> str:
    """Write a range of probabilities, as ``15-34%`` (with an en dash) or ``<1% to 4%``."""
    ends = format_probability(low, mcse), format_probability(high, mcse)
    if ends[0] == ends[1]:
        return ends[0]
    if ends[0][0] in "<>" or ends[1][0] in "<>":
        return f"{ends[0]} to {ends[1]}"
    return f"{ends[0].removesuffix('%')}\N{EN DASH}{ends[1]}"


def format_error(mcse: float) -> str:
    """Write a Monte Carlo standard error in percentage points to one significant digit."""
    points = mcse * 100
    if points < 0.05:
        return "<0.1"
    return f"{points:.1f}" if points < 0.95 else f"{points:.0f}"


def format_difference(difference: float, error: float) -> str:
    """Write a difference of probabilities in points, signed, with no digit that its Monte Carlo error belies."""
    points = difference * 100
    text = f"{points:+.0f}" if error * 100 >= 0.95 else f"{points:+.1f}"
    return "0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def format_number(value: float) -> str:
    """Write a number to three significant digits, a large one in whole units, with a true minus."""
    if abs(value) < 1e-12:  # a rounding error of something that is zero
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    if not -4 <= digits <= 6:
        return f"{value:.2e}".replace("-", "\N{MINUS SIGN}")
    rounded = round(value, max(digits, 0))
    text = f"{rounded:,.0f}" if digits <= 0 else f"{rounded:.{digits}f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def signed(value: float) -> str:
    """Write a level or a push with its sign, to one decimal: with a true minus, as ``+0.8`` or ``0``."""
    text = f"{value:+.1f}".rstrip("0").rstrip(".")
    return "0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def plain(name: str) -> str:
    """A name as words: ``steel_output`` reads ``steel output``."""
    return name.replace("_", " ")


def format_date(day: date) -> str:
    """Write a date as ``9 May 2025``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def join_words(words: Sequence[str]) -> str:
    """Write words as ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


def split_links(text: str) -> list[tuple[str, bool]]:
    """Cut a text into pieces and tell which of them are http or https addresses."""
    pieces: list[tuple[str, bool]] = []
    for word in text.split(" "):
        address = word.rstrip(".,;)")
        is_link = address.startswith(("https://", "http://")) and len(address) > len("https://")
        ends = (address, word[len(address) :]) if is_link else (word, "")
        pieces += [(ends[0], is_link), (ends[1] + " ", False)]
    merged: list[tuple[str, bool]] = []
    for piece, is_link in pieces:
        if merged and not is_link and not merged[-1][1]:
            merged[-1] = (merged[-1][0] + piece, False)
        else:
            merged.append((piece, is_link))
    last, is_link = merged[-1]
    return [*merged[:-1], (last[:-1], is_link)] if last != " " else merged[:-1]


@dataclass(frozen=True)
class EvidenceBase:
    """What the rule for confidence looks at.

    Attributes
    ----------
    n_reports : int
        Reports that the forecast may use.
    n_well_graded : int
        Of these, the ones with reliability A or B and credibility 1 or 2.
    age_days : int or None
        Days from the latest report to the as-of date.
    status : {"PASS", "REVIEW", "FAIL"}
        Of the diagnostics.
    narrowed : float
        Largest contraction among the numbers of the transitions, from which the outcomes follow.
    """

    n_reports: int
    n_well_graded: int
    age_days: int | None
    status: Status
    narrowed: float


@dataclass(frozen=True)
class Confidence:
    """A level and the sentence that gives its reasons."""

    level: ConfidenceLevel
    sentence: str


def confidence(base: EvidenceBase) -> Confidence:
    """Judge the evidence base and the computation, apart from how likely anything is.

    Low: diagnostics FAIL, or fewer than 10 reports, or less than a third of them well graded (A or B with 1 or 2), or
    none in the last 90 days. High: diagnostics PASS, at least 50 reports, two thirds of them well graded, one in the
    last 30 days, and at least one number of the transitions narrowed by a quarter: however many reports there are, what
    they leave as it was is the analyst's own. Moderate: everything else. The thresholds are this project's convention,
    not part of a standard.
    """
    share = base.n_well_graded / base.n_reports if base.n_reports else 0.0
    age = math.inf if base.age_days is None else base.age_days
    level: ConfidenceLevel = "moderate"
    if base.status == "FAIL" or base.n_reports < _FEW_REPORTS or share < _SOME_WELL_GRADED or age > _STALE_DAYS:
        level = "low"
    elif (
        base.status == "PASS"
        and base.n_reports >= _MANY_REPORTS
        and share >= _MOSTLY_WELL_GRADED
        and age <= _RECENT_DAYS
        and base.narrowed >= _NARROWED
    ):
        level = "high"
    if base.n_reports:
        days = "on the as-of date" if age == 0 else f"{base.age_days} day{'s' * (age != 1)} before the as-of date"
        plural = "s" * (base.n_reports != 1)
        grounds = (
            f"{base.n_reports} dated report{plural}, of which {base.n_well_graded} combine a source graded A or B with "
            f"content graded 1 or 2, the latest {days}"
        )
    else:
        grounds = "no dated report"
    own = "" if base.narrowed >= _NARROWED else (
        " The rates at which things change remain the analyst's own: the evidence has narrowed none by a quarter."
    )  # fmt: skip
    return Confidence(
        level,
        f"Confidence in this assessment is {level}: it rests on {grounds}; the diagnostics say {base.status}.{own}",
    )
