"""What every check returns: PASS, REVIEW or FAIL with its number, threshold, source, sentence, table and figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.inference.status import Status, worst

__all__ = [
    "Bars",
    "Check",
    "Comparison",
    "Criticism",
    "CriticismSummary",
    "Kind",
    "Picture",
    "Positions",
    "RankCurves",
    "short",
]


def short(value: float) -> str:
    """Three significant digits, a large number in whole units."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


Kind = Literal["test", "guide"]


@dataclass(frozen=True)
class Comparison:
    """One number of the data beside what the model expects of it.

    Attributes
    ----------
    name : str
    found : float
        What the data say.
    low, middle, high : float
        5%, 50% and 95% point of what the model expects.
    p : float
        Chance, were the model right, of a number at least as far out, on either side.
    adjusted : float
        The same after allowing for all comparisons of all tests; NaN before that.
    """

    name: str
    found: float
    low: float
    middle: float
    high: float
    p: float
    adjusted: float = float("nan")

    @property
    def position(self) -> float:
        """Distance from the middle in units of that from the middle to the end of the 90% range on the same side."""
        away = self.found - self.middle
        reach = (self.high if away >= 0 else self.low) - self.middle
        if away == 0:
            return 0.0
        return float(np.sign(away)) * (abs(away / reach) if reach else float("inf"))


@dataclass(frozen=True)
class Positions:
    """Figure of comparisons: where each lies when every 90% range is drawn from -1 to 1."""

    names: tuple[str, ...]
    at: np.ndarray
    flagged: np.ndarray


@dataclass(frozen=True)
class Bars:
    """Figure of values, each beside the threshold that none should pass."""

    names: tuple[str, ...]
    values: np.ndarray
    threshold: float
    unit: str


@dataclass(frozen=True)
class RankCurves:
    """Figure of ECDFs less the uniform one, with their simultaneous band.

    Attributes
    ----------
    names : tuple of str
        Of the curves.
    at, low, high : ndarray, shape (L,)
        Between 0 and 1, and the band's ends there.
    curves : ndarray, shape (curves, L)
    """

    names: tuple[str, ...]
    at: np.ndarray
    curves: np.ndarray
    low: np.ndarray
    high: np.ndarray


Picture = Positions | Bars | RankCurves


@dataclass(frozen=True)
class Check:
    """One check of a model.

    Attributes
    ----------
    key, title : str
        Its name for programs and for people.
    kind : {"test", "guide"}
        A test has a null distribution and takes part in the family-wise rule; a guide compares with a convention.
    status : {"PASS", "REVIEW", "FAIL"}
    statistic, threshold : float
        The number that decided, and what it was compared with.
    statistic_name, source : str
        What the number is, and where the threshold comes from.
    sentence : str
        What was found, in one sentence.
    columns : tuple of str
        Headings of the table; one that begins with ``>`` is set to the right.
    rows : tuple of tuple of (str or float)
    picture : Positions, Bars, RankCurves or None
        ``None`` where there was nothing to compare.
    """

    key: str
    title: str
    kind: Kind
    status: Status
    statistic: float
    threshold: float
    statistic_name: str
    source: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    picture: Picture | None


@dataclass(frozen=True)
class Criticism:
    """All checks of one fit.

    Attributes
    ----------
    checks : tuple of Check
    comparisons : int
        How many numbers the tests compared together.
    rate : float
        At most this share of right models has a test that is not PASS.
    """

    checks: tuple[Check, ...]
    comparisons: int
    rate: float

    @property
    def status(self) -> Status:
        """The most doubtful of the checks."""
        return worst("PASS", *(check.status for check in self.checks))

    @property
    def flagged(self) -> tuple[Check, ...]:
        """Checks that are not PASS, the most doubtful first."""
        found = [check for check in self.checks if check.status != "PASS"]
        return tuple(sorted(found, key=lambda check: check.status != "FAIL"))

    def summary(self) -> CriticismSummary:
        """What a report carries."""
        return CriticismSummary(
            status=self.status,
            passed=sum(check.status == "PASS" for check in self.checks),
            flagged=tuple((check.title, check.status, check.sentence) for check in self.flagged),
            comparisons=self.comparisons,
            rate=self.rate,
        )


@dataclass(frozen=True)
class CriticismSummary:
    """All that a report says of the checks: plain values, ready to be stored.

    Attributes
    ----------
    status : {"PASS", "REVIEW", "FAIL"}
    passed : int
        Number of checks that are PASS.
    flagged : tuple of (str, str, str)
        Title, status and sentence of each of the others.
    comparisons : int
    rate : float
        As in :class:`Criticism`.
    """

    status: Status
    passed: int
    flagged: tuple[tuple[str, Status, str], ...]
    comparisons: int
    rate: float
