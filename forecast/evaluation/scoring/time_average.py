"""Scores of forecasts that were updated: each counts for as long as it stood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from forecast.timegrid import days_between

__all__ = ["standing_days", "time_averaged", "time_coverage"]


def standing_days(days: Sequence[date], *, opened: date, ended: date) -> np.ndarray:
    """How many days each forecast stood while the question was open.

    A forecast stands from its day until the next one's; the last until the question ended. What was said before the
    question opened stands from the opening, if nothing newer had been said by then.

    Parameters
    ----------
    days : sequence of date
        Of each forecast, rising.
    opened, ended : date
        The days [opened, ended) count: ended is when the question was resolved, or its scheduled close.

    Returns
    -------
    ndarray of int, shape (len(days),)

    Raises
    ------
    ValueError
        When the days do not rise, or the question ended before it opened.
    """
    if ended < opened:
        raise ValueError(f"the question ended on {ended}, before it opened on {opened}")
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("the days of the forecasts must rise")
    edges = [min(max(days_between(opened, day), 0), days_between(opened, ended)) for day in [*days, ended]]
    return np.diff(edges) if days else np.zeros(0, dtype=int)


def time_averaged(
    scores: ArrayLike, days: Sequence[date], *, opened: date, closes: date, resolved: date | None = None
) -> float:
    """Sum of score times duration over the whole scheduled time, closes - opened.

    Zero before the first forecast and after an early resolution: the truncation keeps a proper score proper, because
    when a question ends may depend on how it ends (Metaculus, "scores FAQ"). So it is for scores whose 0 means "knows
    nothing", as the baseline and peer scores; for a loss, whose 0 is perfect, see :func:`time_coverage`.

    Parameters
    ----------
    scores : array_like, shape (n,)
        Of each forecast.
    days : sequence of date
        Of each forecast, rising.
    opened, closes : date
        As scheduled.
    resolved : date, optional
        When the question was resolved, where that was earlier.
    """
    given = np.asarray(scores, dtype=float)
    if given.shape != (len(days),):
        raise ValueError(f"scores have shape {given.shape}, days {(len(days),)}: one score for each forecast")
    if closes <= opened:
        raise ValueError(f"the question closes on {closes}, not after it opened on {opened}")
    stood = standing_days(days, opened=opened, ended=_ended(closes, resolved))
    counted = stood > 0  # a forecast that never stood has no say, not even an infinite one
    return float((given[counted] * stood[counted]).sum() / days_between(opened, closes))


def time_coverage(days: Sequence[date], *, opened: date, closes: date, resolved: date | None = None) -> float:
    """Share of the days on which the question was open and a forecast stood: beside a loss averaged over those days."""
    ended = _ended(closes, resolved)
    open_days = days_between(opened, ended)
    return float(standing_days(days, opened=opened, ended=ended).sum() / open_days) if open_days else 0.0


def _ended(closes: date, resolved: date | None) -> date:
    return closes if resolved is None else min(resolved, closes)
