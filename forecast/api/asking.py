"""Questions to a fit about the future: what if, and what to look out for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forecast.api.arguments import in_python_words, wrong_argument
from forecast.api.fitting import Fit
from forecast.api.labels import dataset
from forecast.api.shown import Shown, Table
from forecast.api.wording import points
from forecast.inference.status import Status, worst
from forecast.projection import signposts as ranking
from forecast.projection import what_if as comparing
from forecast.report.words import format_date, format_error, format_probability
from forecast.workflow.alternatives import read_alternatives
from forecast.workflow.asking import days_ahead
from forecast.workflow.case import Dates

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Signposts", "WhatIf", "signposts", "what_if"]

_SHOWN = 10  # signposts in a notebook's table; `data` has all


@dataclass(frozen=True)
class WhatIf(Shown):
    """Outcomes if drivers were set or reports were seen, beside those as things stand; made by :func:`what_if`.

    Attributes
    ----------
    horizon : date
    status : {"PASS", "REVIEW", "FAIL"}
        REVIEW also where the weights of the reports that are seen cannot be trusted.
    doubt : str
        Why they cannot; empty where they can.
    pareto_k : float or None
        Of those weights; ``None`` where nothing is weighed.
    result : forecast.projection.what_if.WhatIf
    """

    fitted: Fit = field(repr=False)
    horizon: date
    status: Status
    result: comparing.WhatIf = field(repr=False)

    @property
    def alternative(self) -> comparing.AlternativeForecast:
        """The engine's answer."""
        return self.result.alternatives[0]

    @property
    def doubt(self) -> str:
        """Why the weights cannot be trusted; empty where they can."""
        return self.alternative.doubt

    @cached_property
    def data(self) -> xr.Dataset:
        """``baseline`` and ``probability`` by outcome, and their ``difference``, each with its ``..._mcse``.

        The error of the difference is that of a paired difference on the same draws and futures; the probability's own
        is not computed.
        """
        after = self.alternative.outcomes
        return dataset(
            {
                "baseline": (("outcome",), [item.probability for item in self.result.baseline]),
                "baseline_mcse": (("outcome",), [item.mcse for item in self.result.baseline]),
                "probability": (("outcome",), [item.probability for item in after]),
                "difference": (("outcome",), [item.difference for item in after]),
                "difference_mcse": (("outcome",), [item.difference_mcse for item in after]),
            },
            {"outcome": [item.name for item in after]},
            alternative=self.alternative.alternative.name,
            as_of=self.fitted.as_of,
            horizon=self.horizon,
            status=self.status,
        )

    def _tables(self) -> Iterator[Table]:
        rows = [
            (
                before.title,
                format_probability(before.probability, before.mcse),
                format_probability(after.probability, after.difference_mcse),
                points(after.difference, after.difference_mcse),
            )
            for before, after in zip(self.result.baseline, self.alternative.outcomes, strict=True)
        ]
        caption = f"What if {self.alternative.alternative.name}: by {format_date(self.horizon)}"
        columns = ("Outcome", ">As things stand", ">Then", ">Difference, points ± MC error")
        yield Table(caption, columns, rows, [f"{self.status}: {self.doubt}"] if self.doubt else [])


def what_if(
    fitted: Fit,
    *,
    do: Mapping[str, float | tuple[float, date | str, date | str]] | None = None,
    observe: Sequence[str] = (),
    horizon: date | str | None = None,
) -> WhatIf:
    """Ask what would become of the outcomes if drivers were set, or reports were seen.

    These are different questions. Setting a driver cuts its own dynamics and says what the change would cause; seeing a
    report changes nothing and says what it would tell about all drivers. Both use the draws and futures of
    :func:`project`.

    Parameters
    ----------
    fitted : Fit
    do : mapping of driver to level, or to (level, first day, last day)
        Levels on the scenario's scale, on which -2 and 2 are the texts ``low`` and ``high``; from the day after the
        as-of date to the horizon unless days are given.
    observe : sequence of str
        Reports as ``TYPE[:DIRECTION[:GRADE]]@DATE``, the grade an Admiralty letter and digit, B2 unless given.
    horizon : date or str, optional
        The scenario's unless given.

    Returns
    -------
    WhatIf

    Raises
    ------
    InputError
        With everything that is wrong in what is asked, or where nothing is.

    Examples
    --------
    >>> driver = next(iter(scenario.drivers))
    >>> answer = what_if(fitted, do={driver: (-2, "2023-04-15", "2023-05-15")})
    >>> abs(answer.data["difference"].sum().item()) < 1e-9
    True
    >>> kind = next(name for name, event in scenario.events.items() if event.coverage.complete)
    >>> what_if(fitted, observe=[f"{kind}@2023-04-12"]).status
    'PASS'
    """
    until = fitted.horizon(horizon)
    if not do and not observe:
        raise wrong_argument("", "nothing is asked: give do={driver: level} or observe=['TYPE@DATE']")
    dates = Dates(fitted.as_of, until, as_of_defaulted=False, as_recorded=fitted.snapshot.as_recorded)
    words = [_set(driver, value) for driver, value in (do or {}).items()]
    with in_python_words():
        alternatives, _ = read_alternatives(fitted.scenario, dates, do=words, observe=observe, file=None)
    answer = comparing.what_if(fitted.present(until), alternatives)
    doubtful = any(item.doubt for item in answer.alternatives)
    return WhatIf(fitted, until, worst(fitted.status, "REVIEW" if doubtful else "PASS"), answer)


def _set(driver: str, value: float | tuple[float, date | str, date | str]) -> str:
    """Write a driver that is set in the words that the reader of alternatives checks."""
    if not isinstance(value, tuple):
        return f"{driver}={value!r}"
    level, first, last = value
    return f"{driver}={level!r}@{first}:{last}"


@dataclass(frozen=True)
class Signposts(Shown):
    """What to look out for, the most telling first; made by :func:`signposts`.

    Attributes
    ----------
    first, last : date
        The days in which a report may come.
    horizon : date
    """

    fitted: Fit = field(repr=False)
    first: date
    last: date
    horizon: date
    now: np.ndarray = field(repr=False)
    result: tuple[ranking.SignpostForecast, ...] = field(repr=False)

    @property
    def status(self) -> Status:
        """PASS, REVIEW or FAIL of the draws."""
        return self.fitted.status

    @cached_property
    def data(self) -> xr.Dataset:
        """All numbers under named dimensions.

        (signpost)
            ``p_seen``, the chance that at least one such report comes, and ``bits``, what it tells about the outcomes
            whether it comes or not (mutual information), each with its ``..._mcse``; coordinates ``type``, ``driver``
            and ``sign`` (empty where none).
        (signpost, outcome)
            ``if_seen`` and ``if_not``: probabilities in either case, NaN in one that cannot be.
        (outcome)
            ``now``: as things stand.
        """
        found = self.result
        single = ("p_seen", "p_seen_mcse", "bits", "bits_mcse")
        return dataset(
            {
                **{name: (("signpost",), [getattr(item, name) for item in found]) for name in single},
                "if_seen": (("signpost", "outcome"), [item.if_seen for item in found]),
                "if_not": (("signpost", "outcome"), [item.if_not for item in found]),
                "now": (("outcome",), self.now),
            },
            {
                "signpost": [_name(item) for item in found],
                "type": ("signpost", [item.signpost.type for item in found]),
                "driver": ("signpost", [item.signpost.driver or "" for item in found]),
                "sign": ("signpost", [item.signpost.sign or "" for item in found]),
                "outcome": [outcome.name for outcome in self.fitted.scenario.outcomes],
            },
            first=self.first,
            last=self.last,
            horizon=self.horizon,
            status=self.status,
        )

    def _tables(self) -> Iterator[Table]:
        rows = [
            (
                _name(item),
                format_probability(item.p_seen, item.p_seen_mcse),
                format_error(item.p_seen_mcse),
                f"{item.bits:.4f} ± {item.bits_mcse:.4f}",
            )
            for item in self.result[:_SHOWN]
        ]
        caption = f"What to look out for from {format_date(self.first)} to {format_date(self.last)}"
        left = len(self.result) - _SHOWN
        more = [f"{left} more in data"] if left > 0 else []
        yield Table(caption, ("Report", ">Chance to come", ">MC error", ">Bits ± MC error"), rows, more)


def _name(item: ranking.SignpostForecast) -> str:
    post = item.signpost
    return post.type if post.sign is None else f"{post.type}: {post.driver} {post.sign}"


def signposts(fitted: Fit, *, days: int | None = None, horizon: date | str | None = None) -> Signposts:
    """Rank what may be seen in the coming days by what it would tell about the outcomes.

    Parameters
    ----------
    fitted : Fit
    days : int, optional
        How many days from the as-of date on; 30, or as many as are left, unless given.
    horizon : date or str, optional
        The scenario's unless given.

    Returns
    -------
    Signposts

    Raises
    ------
    InputError
        Where the days lead beyond the horizon, or no event type has complete coverage: silence says nothing then.

    Examples
    --------
    >>> ahead = signposts(fitted, days=30)
    >>> bool((ahead.data["bits"].diff("signpost") <= 0).all())
    True
    """
    until = fitted.horizon(horizon)
    with in_python_words():
        first, last = days_ahead(fitted.scenario, fitted.as_of, until, days)
    now, found = ranking.signposts(fitted.present(until), last)
    return Signposts(fitted, first, last, until, now, found)
