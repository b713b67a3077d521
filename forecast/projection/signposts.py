"""What to look out for: how much it would tell about the outcomes whether a report comes or not, in bits.

With s a path, c_s the chance that the report comes along it and p_s(o) that of an outcome, both are independent given
the path, so that P(seen and o) = E[c_s p_s(o)]: nothing is drawn but the paths. The mutual information of "seen" and
the outcome is that of this table (Cover and Thomas 2006, Elements of Information Theory, ch. 2). Drawn counts instead
of chances would leave it a bias of (outcomes - 1) / (2 n log 2) bits, more than most reports are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.projection.outlook import Outlook, Signpost, signposts_of
from forecast.projection.present import Present

__all__ = ["SignpostForecast", "information", "ranked", "signposts"]


@dataclass(frozen=True)
class SignpostForecast:
    """One thing to look out for. O outcomes.

    Attributes
    ----------
    signpost : Signpost
    p_seen, p_seen_mcse : float
        Chance that at least one such report comes.
    if_seen, if_not : ndarray, shape (O,)
        Outcome probabilities in either case; NaN in a case that cannot be.
    bits, bits_mcse : float
        Mutual information, and its Monte Carlo standard error together with the bias that noise leaves in it.
    """

    signpost: Signpost
    p_seen: float
    p_seen_mcse: float
    if_seen: np.ndarray
    if_not: np.ndarray
    bits: float
    bits_mcse: float


def signposts(present: Present, last: date) -> tuple[np.ndarray, tuple[SignpostForecast, ...]]:
    """Rank all that may be seen from the day after the as-of date to a last day, the most telling first.

    Parameters
    ----------
    last : date
        After the as-of date, not after the horizon.

    Returns
    -------
    ndarray, shape (O,)
        Outcome probabilities as things stand.
    tuple of SignpostForecast
    """
    outlook = Outlook(present.scenario, present.draws, last)
    chance = present.project(watch=outlook).on_path
    return present.mean(chance, present.weight)[0], ranked(present, outlook, chance)


def ranked(present: Present, outlook: Outlook, chance: np.ndarray) -> tuple[SignpostForecast, ...]:
    """Rank what an outlook noted along futures on which the outcomes have these chances, shape (n, J, O)."""
    found = [_forecast(present, item, outlook, chance) for item in signposts_of(present.spec)]
    return tuple(sorted(found, key=lambda item: -item.bits))


def _forecast(present: Present, item: Signpost, outlook: Outlook, chance: np.ndarray) -> SignpostForecast:
    seen = 1 - outlook.silent(item.kind, item.cells)
    both = np.stack([seen, 1 - seen], axis=-1)[..., :, None] * chance[..., None, :]  # (n, J, 2, O)
    table, series = present.mean(both, present.weight)
    bits, slope = information(table)
    tables = (series, table), (series.sum(axis=2), table.sum(axis=1)), (series.sum(axis=1), table.sum(axis=0))
    # What noise in the table adds to the plug-in estimate, to second order.
    cells, *margins = (float(np.sum(_relative(present.error(part) ** 2, total))) for part, total in tables)
    bias = (cells - sum(margins)) / (2 * math.log(2))
    error = float(present.error(np.tensordot(series, slope, axes=2)))
    with np.errstate(divide="ignore", invalid="ignore"):
        if_seen, if_not = table / table.sum(axis=1, keepdims=True)
    return SignpostForecast(
        signpost=item,
        p_seen=float(table[0].sum()),
        p_seen_mcse=float(present.error(series[:, 0].sum(axis=1))),
        if_seen=if_seen,
        if_not=if_not,
        bits=bits,
        bits_mcse=math.hypot(error, bias),
    )


def _relative(variance: np.ndarray, probability: np.ndarray) -> np.ndarray:
    return np.divide(variance, probability, out=np.zeros_like(variance), where=probability > 0)


def information(table: np.ndarray) -> tuple[float, np.ndarray]:
    """Mutual information of rows and columns in bits, and how fast it changes with each cell.

    Parameters
    ----------
    table : ndarray, shape (rows, columns)
        Joint probabilities.

    Returns
    -------
    bits : float
        Never below 0.
    slope : ndarray, shape (rows, columns)
        Log ratio of each cell to the product of its margins, 0 for empty cells; the derivative but for a constant,
        which changes of a table that sums to 1 do not feel.
    """
    margins = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    slope = np.zeros_like(table)
    full = table > 0
    slope[full] = np.log2(table[full] / margins[full])
    return max(0.0, float(np.sum(table * slope))), slope
