"""The forecast itself: probabilities of outcomes, states and drivers by date, with their errors and ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.api.fitting import Fit
from forecast.api.labels import dataset, days
from forecast.api.plots import Plot
from forecast.api.shown import Shown, Table
from forecast.api.wording import diagnostics_text
from forecast.code import code_version
from forecast.inference.status import Diagnostics, Status, worst
from forecast.inference.updating import refit_reason
from forecast.projection import results
from forecast.projection.forecast import make_forecast
from forecast.report.words import format_date, format_error, format_probability, format_range
from forecast.scenario.file import scenario_hash

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["Forecast", "project"]

_OVER_TIME, _DRIVER = (720, 280), (720, 240)  # pixels
_LIMIT = 3.0  # of a driver's axis, in standard deviations, at least


@dataclass(frozen=True)
class Forecast(Shown):
    """Probabilities of the outcomes by a horizon; made by :func:`project`.

    Attributes
    ----------
    fitted : Fit
        What it rests on.
    horizon : date
    diagnostics : Diagnostics
        Of the draws; for reweighted ones ``pareto_k`` is the largest of the weights' and of each outcome's.
    result : forecast.projection.results.Forecast
        Everything that a report shows.
    """

    fitted: Fit = field(repr=False)
    horizon: date
    diagnostics: Diagnostics
    result: results.Forecast = field(repr=False)

    @property
    def status(self) -> Status:
        """PASS, REVIEW or FAIL; of a FAIL nothing must be trusted."""
        return self.diagnostics.status

    @cached_property
    def data(self) -> xr.Dataset:
        """All numbers under named dimensions.

        (outcome)
            ``probability`` at the horizon with its Monte Carlo standard error ``mcse``; ``low80`` and ``high80``, its
            80% range over parameters and present drivers; ``prior`` and ``prior_mcse``, the same probability knowing
            only which states were entered so far.
        (date, outcome), (date, state)
            ``outcome_by_date`` and ``state_by_date``, each with its ``..._mcse``, on every date until the horizon: for
            an outcome as if that date were the horizon.
        (step, driver)
            ``driver_mean``, ``driver_low80``, ``driver_high80`` and ``driver_prior_mean``, ``driver_prior_low80``,
            ``driver_prior_high80`` on the first day of each step; after the as-of date they are projections.

        Probabilities lie in 0 to 1, levels of drivers on the scenario's scale.
        """
        made, path, drivers = self.result, self.result.path, self.result.drivers
        names = ("probability", "mcse", "low80", "high80", "prior", "prior_mcse")
        levels = ("mean", "low80", "high80", "prior_mean", "prior_low80", "prior_high80")
        return dataset(
            {
                **{name: (("outcome",), [getattr(item, name) for item in made.outcomes]) for name in names},
                "outcome_by_date": (("date", "outcome"), path.outcomes),
                "outcome_by_date_mcse": (("date", "outcome"), path.outcomes_mcse),
                "state_by_date": (("date", "state"), path.states),
                "state_by_date_mcse": (("date", "state"), path.states_mcse),
                **{f"driver_{name}": (("step", "driver"), getattr(drivers, name)) for name in levels},
            },
            {
                "outcome": [item.name for item in made.outcomes],
                "title": ("outcome", [item.title for item in made.outcomes]),
                "date": days(path.dates),
                "state": list(path.state_names),
                "step": days(drivers.dates),
                "driver": list(drivers.names),
            },
            scenario=made.scenario,
            as_of=made.as_of,
            horizon=made.horizon,
            seed=made.seed,
            status=self.status,
        )

    def plot_outcomes(self) -> Plot:
        """Probability of each outcome by date, if that date were the horizon."""
        path, made = self.result.path, self.result.outcomes
        return self._over_time("draw_lines", [item.title for item in made], path.outcomes, path.outcomes_mcse)

    def plot_states(self) -> Plot:
        """Probability of being in each state by date, stacked."""
        path = self.result.path
        names = [name.replace("_", " ") for name in path.state_names]
        return self._over_time("draw_stack", names, path.states, path.states_mcse)

    def plot_driver(self, name: str) -> Plot:
        """A driver's mean and 80% range over time, prior dotted, and after the as-of date projected.

        Raises
        ------
        KeyError
            When the scenario has no such driver.
        """
        drivers = self.result.drivers
        if name not in drivers.names:
            raise KeyError(f"unknown driver {name!r}; the scenario has {', '.join(drivers.names)}")
        k = drivers.names.index(name)

        def draw(figure: Figure) -> None:
            from forecast.report.figures import Band, draw_driver, panel

            posterior = Band(drivers.mean[:, k], drivers.low80[:, k], drivers.high80[:, k])
            prior = Band(drivers.prior_mean[:, k], drivers.prior_low80[:, k], drivers.prior_high80[:, k])
            furthest = np.abs([posterior.low, posterior.high, prior.low, prior.high]).max()
            limit = max(_LIMIT, float(np.ceil(furthest)))
            axes = panel(figure, left=34, right=14, top=8, bottom=40)
            draw_driver(axes, drivers.dates, posterior, prior, self.result.as_of, (), limit=limit)

        return Plot(draw, *_DRIVER)

    def _over_time(
        self, kind: Literal["draw_lines", "draw_stack"], names: list[str], values: np.ndarray, errors: np.ndarray
    ) -> Plot:
        def draw(figure: Figure) -> None:
            from forecast.report import figures
            from forecast.report.palette import style_of

            labels = [
                figures.Label(format_probability(float(value), float(error)), name, style_of(i))
                for i, (name, value, error) in enumerate(zip(names, values[-1], errors[-1], strict=True))
            ]
            axes = figures.panel(figure, left=44, right=212, top=12, bottom=42)
            getattr(figures, kind)(axes, self.result.path.dates, values.T, labels, narrow=False)

        return Plot(draw, *_OVER_TIME)

    def _tables(self) -> Iterator[Table]:
        made = self.result
        rows = [
            (
                item.title,
                format_probability(item.probability, item.mcse),
                format_range(item.low80, item.high80, item.mcse),
                format_error(item.mcse),
                format_probability(item.prior, item.prior_mcse),
            )
            for item in made.outcomes
        ]
        caption = f"{made.title}: by {format_date(made.horizon)}, as of {format_date(made.as_of)}"
        columns = ("Outcome", ">Probability", ">80% range", ">MC error", ">Prior")
        yield Table(caption, columns, rows, [diagnostics_text(self.diagnostics)])


def project(fitted: Fit, *, horizon: date | str | None = None) -> Forecast:
    """Follow the draws of a fit to a horizon: the probability of every outcome and state on every date until then.

    Sixteen futures of each of a thousand draws; along each the states' transition matrices are multiplied, so that no
    state is drawn.

    Parameters
    ----------
    fitted : Fit
    horizon : date or str, optional
        After the as-of date; the scenario's unless given.

    Returns
    -------
    Forecast
        Its status is REVIEW where the weights of reweighted draws do not carry an outcome: only a new fit can tell.

    Raises
    ------
    InputError
        When the horizon does not lie after the as-of date.

    Examples
    --------
    >>> forecast = project(fitted)
    >>> forecast.data["probability"].sum().round(6).item()
    1.0
    >>> bool((forecast.data["low80"] <= forecast.data["high80"]).all())
    True
    >>> forecast.data["outcome_by_date"].dims
    ('date', 'outcome')
    """
    until = fitted.horizon(horizon)
    made = make_forecast(
        fitted.scenario,
        fitted.snapshot,
        fitted.carried.posterior,
        diagnostics=fitted.diagnostics if fitted.method == "reweight" else None,
        horizon=until,
        seed=fitted.seed,
        scenario_hash=scenario_hash(fitted.scenario),
        code_version=code_version(),
    )
    found = made.diagnostics
    if fitted.method == "reweight":
        of = "the weights times an outcome's chance"
        effective, n = fitted.carried.effective_draws, len(fitted.carried.posterior)
        if reason := refit_reason(found.pareto_k, effective, n, of=of):
            found = replace(found, status=worst(found.status, "REVIEW"), reasons=(*found.reasons, reason))
    return Forecast(fitted, until, found, replace(made, diagnostics=found))
