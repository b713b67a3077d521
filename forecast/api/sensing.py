"""What the outcomes hinge on: prior ranges, drivers, prior against evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forecast.api.fitting import Fit
from forecast.api.labels import dataset
from forecast.api.shown import Shown, Table
from forecast.inference.status import Status
from forecast.projection.hinges import Hinges, find_hinges
from forecast.report.words import format_date, format_error, format_probability, plain, signed

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Sensitivity", "sensitivity"]


@dataclass(frozen=True)
class Sensitivity(Shown):
    """What the outcomes of a forecast hinge on; made by :func:`sensitivity`.

    Attributes
    ----------
    horizon : date
    result : Hinges
    """

    fitted: Fit = field(repr=False)
    horizon: date
    result: Hinges = field(repr=False)

    @property
    def status(self) -> Status:
        """PASS, REVIEW or FAIL of the draws."""
        return self.fitted.status

    @cached_property
    def data(self) -> xr.Dataset:
        """All numbers under named dimensions.

        (parameter, outcome)
            ``low`` and ``high``: probability given the lower and the upper half of the parameter's prior (of the
            posterior for a driver's present level), and their ``difference`` with ``difference_mcse``. Along the
            parameters ``middle``, where the halves meet, ``share_low``, the part of the posterior in the lower half,
            and ``trusted``; coordinates ``kind`` and ``unit``.
        (component, outcome)
            Power-scaling of the prior, the likelihood and their parts: ``change`` of the probability per doubling of
            the power, the same as a ``shift`` in posterior standard deviations, and ``spread``, the change of the log
            of that deviation, each with its ``..._mcse``; ``sensitive``; and along the components ``scaled_trusted``.
        (outcome)
            ``probability`` with ``mcse``, ``prior``, ``prior_share`` (how much of it is still prior, 0 to 1) and
            ``moved`` (in prior standard deviations of the log odds), each with its ``..._mcse``, and ``verdict``.
        """
        found, rows = self.result, (*self.result.priors, *self.result.drivers)
        parts = ("component", "outcome")
        scaled = ("change", "shift", "spread")
        return dataset(
            {
                "low": (("parameter", "outcome"), [row.low for row in rows]),
                "high": (("parameter", "outcome"), [row.high for row in rows]),
                "difference": (("parameter", "outcome"), [row.difference for row in rows]),
                "difference_mcse": (("parameter", "outcome"), [row.mcse for row in rows]),
                **{
                    name: (("parameter",), [getattr(row, name) for row in rows])
                    for name in ("middle", "share_low", "trusted")
                },
                **{
                    name: (parts, [getattr(item, name) for item in found.scaled])
                    for name in (*scaled, *(f"{name}_mcse" for name in scaled), "sensitive")
                },
                "scaled_trusted": (("component",), [item.trusted for item in found.scaled]),
                "probability": (("outcome",), found.present.probability),
                "mcse": (("outcome",), found.present.mcse),
                "prior": (("outcome",), found.prior.prior),
                "prior_share": (("outcome",), found.prior.share),
                "prior_share_mcse": (("outcome",), found.prior.share_mcse),
                "moved": (("outcome",), found.prior.moved),
                "moved_mcse": (("outcome",), found.prior.moved_mcse),
                "verdict": (("outcome",), list(found.verdicts)),
            },
            {
                "parameter": [row.parameter for row in rows],
                "kind": ("parameter", [row.kind for row in rows]),
                "unit": ("parameter", [row.unit for row in rows]),
                "component": [item.component for item in found.scaled],
                "outcome": [outcome.name for outcome in self.fitted.scenario.outcomes],
            },
            as_of=self.fitted.as_of,
            horizon=self.horizon,
            status=self.status,
        )

    def _tables(self) -> Iterator[Table]:
        found = self.result
        prior = found.prior
        rows = [
            (
                outcome.title or plain(outcome.name),
                format_probability(float(found.present.probability[o]), float(found.present.mcse[o])),
                format_error(float(found.present.mcse[o])),
                _known(prior.share[o], f"{prior.share[o]:.0%} ± {prior.share_mcse[o]:.0%}"),
                _known(prior.moved[o], f"{signed(prior.moved[o])} ± {prior.moved_mcse[o]:.2f}"),
                found.verdicts[o],
            )
            for o, outcome in enumerate(self.fitted.scenario.outcomes)
        ]
        columns = ("Outcome", ">Probability", ">MC error", ">Still prior", ">Moved, prior SD", "Hangs on")
        yield Table(f"What the outcomes by {format_date(self.horizon)} hang on", columns, rows)


def _known(value: float, text: str) -> str:
    return "\N{EN DASH}" if np.isnan(value) else text


def sensitivity(fitted: Fit, *, horizon: date | str | None = None) -> Sensitivity:
    """Say what the outcomes hang on: each prior range and driver in halves, prior and evidence counted more or less.

    Half of a prior is an exact importance weight on the draws; power-scaling follows Kallioinen et al. (2024),
    Statistics and Computing 34, 57.

    Parameters
    ----------
    fitted : Fit
    horizon : date or str, optional
        The scenario's unless given.

    Returns
    -------
    Sensitivity
        Rows that the draws cannot carry are there and not ``trusted``.

    Raises
    ------
    InputError
        When the horizon does not lie after the as-of date.

    Examples
    --------
    >>> hangs = sensitivity(fitted)
    >>> hangs.data["difference"].dims
    ('parameter', 'outcome')
    >>> hangs.data["verdict"].sizes["outcome"] == len(scenario.outcomes)
    True
    """
    until = fitted.horizon(horizon)
    found = find_hinges(fitted.scenario, fitted.snapshot, fitted.carried.posterior, horizon=until, seed=fitted.seed)
    return Sensitivity(fitted, until, found)
