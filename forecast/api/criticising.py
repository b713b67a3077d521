"""Whether the model fits its evidence: all checks of one fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from forecast.api.arguments import wrong_argument
from forecast.api.fitting import Fit
from forecast.api.labels import dataset
from forecast.api.plots import Plot
from forecast.api.shown import Shown, Table
from forecast.inference.status import Status
from forecast.parallel.workers import Workers
from forecast.projection.stages import Known
from forecast.report.words import format_date, format_number
from forecast.workflow.case import Progress, silent

if TYPE_CHECKING:
    import xarray as xr

    from forecast.evaluation.criticism.checks import Check
    from forecast.evaluation.criticism.checks import Criticism as Checked

__all__ = ["Criticism", "criticise"]

_FEWEST = 10  # histories; fewer show next to nothing


@dataclass(frozen=True)
class Criticism(Shown):
    """All checks of a fit; made by :func:`criticise`.

    Attributes
    ----------
    horizon : date
    result : forecast.evaluation.criticism.checks.Criticism
    """

    fitted: Fit = field(repr=False)
    horizon: date
    result: Checked = field(repr=False)

    @property
    def status(self) -> Status:
        """The most doubtful of the checks."""
        return self.result.status

    @property
    def checks(self) -> dict[str, Check]:
        """Every check by its key, with ``status``, ``sentence``, ``columns`` and ``rows``."""
        return {check.key: check for check in self.result.checks}

    @cached_property
    def data(self) -> xr.Dataset:
        """Along ``check``: ``statistic``, ``threshold``, ``statistic_name``, ``source``, ``kind`` and ``verdict``."""
        names = ("statistic", "threshold", "statistic_name", "source", "kind")
        found = self.result.checks
        return dataset(
            {
                **{name: (("check",), [getattr(check, name) for check in found]) for name in names},
                "verdict": (("check",), [check.status for check in found]),
            },
            {"check": [check.key for check in found]},
            as_of=self.fitted.as_of,
            horizon=self.horizon,
            status=self.status,
        )

    def plot(self, check: str) -> Plot:
        """The figure of one check.

        Raises
        ------
        KeyError
            When there is no such check, or it had nothing to compare.
        """
        from forecast.report.checks import check_figure

        picture = self.checks[check].picture
        if picture is None:
            raise KeyError(f"check {check!r} had nothing to compare")
        return Plot(*check_figure(picture))

    def _tables(self) -> Iterator[Table]:
        rows = [
            (check.title, check.status, f"{format_number(check.statistic)} {check.statistic_name}", check.sentence)
            for check in self.result.checks
        ]
        caption = f"Criticism of the model as of {format_date(self.fitted.as_of)}"
        yield Table(caption, ("Check", "Verdict", "Number", "Found"), rows)


def criticise(
    fitted: Fit,
    *,
    horizon: date | str | None = None,
    simulations: int = 0,
    jobs: int = 1,
    progress: Progress = silent,
) -> Criticism:
    """Check the model against its evidence: tests judged as one family, and guides that compare with conventions.

    Parameters
    ----------
    fitted : Fit
    horizon : date or str, optional
        The scenario's unless given.
    simulations : int
        How many histories to simulate and fit from the prior, and as many on from the present, at least 10; 0 leaves
        out calibration and recovery of drivers.
    jobs : int
        Processes that fit at the same time; the numbers do not depend on it.
    progress : callable
        As for :func:`fit`.

    Returns
    -------
    Criticism

    Raises
    ------
    InputError
        When the horizon does not lie after the as-of date, or for fewer than 10 histories.

    Examples
    --------
    >>> found = criticise(fitted)
    >>> found.checks["sampler"].status
    'PASS'
    >>> found.data["verdict"].dims
    ('check',)
    """
    until = fitted.horizon(horizon)
    if 0 < simulations < _FEWEST or simulations < 0:
        raise wrong_argument("simulations", f"give at least {_FEWEST}, or 0 for none")
    from forecast.evaluation.criticism.whole import Criticised
    from forecast.evaluation.criticism.whole import criticise as check_all

    standing = Criticised(
        scenario=fitted.scenario,
        sampled=fitted.sampled.posterior,
        knew=fitted.sampled.known,
        posterior=fitted.carried.posterior,
        now=Known(fitted.as_of, fitted.evidence),
        snapshot=fitted.snapshot,
        diagnostics=fitted.diagnostics,
    )
    found = check_all(
        standing, horizon=until, seed=fitted.seed, simulations=simulations, workers=Workers(jobs), progress=progress
    )
    return Criticism(fitted, until, found)
