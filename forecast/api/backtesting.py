"""Forecasts as of many past days, and how they fared beside baselines that knew as much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forecast.api.arguments import day_of, in_python_words
from forecast.api.labels import dataset, days
from forecast.api.plots import Plot
from forecast.api.shown import Shown, Table
from forecast.code import code_version
from forecast.evaluation.origins import OriginForecast, Question, forecast_origins
from forecast.evidence.records import Evidence
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.inference.status import Status, worst
from forecast.parallel.workers import Workers
from forecast.report.words import format_date, format_probability
from forecast.scenario.file import scenario_hash
from forecast.scenario.types import Scenario
from forecast.workflow.backtesting import last_known, origin_days
from forecast.workflow.case import silent

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from forecast.evaluation.targets.calibration import Calibration
    from forecast.evaluation.targets.scored import ScoredTarget

__all__ = ["Backtest", "backtest"]

_OVER_TIME = (720, 280)  # pixels
_DIFFERENCE = ("mean", "low", "high", "hac_low", "hac_high", "effective_n", "power")


@dataclass(frozen=True)
class Backtest(Shown):
    """Forecasts as of many past days and their scores; made by :func:`backtest`.

    Attributes
    ----------
    horizon, known_by : date
        Scores look at nothing that was reported after ``known_by``.
    origins : tuple of forecast.evaluation.origins.OriginForecast
        The forecast of each day and what it says of dated targets.
    targets : tuple of forecast.evaluation.targets.scored.ScoredTarget
    calibration : tuple of forecast.evaluation.targets.calibration.Calibration
        Of forecasts one step ahead: PIT values beside bands simulated from the model.
    """

    scenario: Scenario = field(repr=False)
    horizon: date
    known_by: date
    origins: tuple[OriginForecast, ...] = field(repr=False)
    targets: tuple[ScoredTarget, ...] = field(repr=False)
    calibration: tuple[Calibration, ...] = field(repr=False)

    @property
    def status(self) -> Status:
        """The worst of all days."""
        return worst(*(origin.forecast.status for origin in self.origins))

    @cached_property
    def data(self) -> xr.Dataset:
        """Probabilities of the outcomes under named dimensions.

        (as_of, outcome)
            ``probability`` by the horizon with its Monte Carlo error ``mcse``, ``low80``, ``high80`` and ``prior``.
        (as_of)
            ``refit``: why the day has a fit of its own; empty where it reweights the draws of an earlier one.
        """
        made = [origin.forecast for origin in self.origins]
        names = ("probability", "mcse", "low80", "high80", "prior")
        return dataset(
            {
                **{
                    name: (("as_of", "outcome"), [[getattr(item, name) for item in one.outcomes] for one in made])
                    for name in names
                },
                "refit": (("as_of",), [origin.refit for origin in self.origins]),
            },
            {
                "as_of": days([one.as_of for one in made]),
                "outcome": [item.name for item in made[0].outcomes],
                "title": ("outcome", [item.title for item in made[0].outcomes]),
            },
            horizon=self.horizon,
            status=self.status,
        )

    @cached_property
    def scores(self) -> xr.Dataset:
        """Mean losses, less is better, under named dimensions; NaN where a forecaster says nothing of a target.

        (target, forecaster)
            ``value``, the mean over ``n`` days. Of the model's gain over each other forecaster, the paired difference
            of the losses: ``gain_mean``; ``gain_low`` and ``gain_high``, its 90% interval from blocks of days;
            ``gain_hac_low`` and ``gain_hac_high``, that of the fixed-b theory; ``gain_effective_n``; and
            ``gain_power``, the chance to see a gain if the model's own distributions were right.

        Coordinates of a target: ``kind``, ``name`` (``all`` for the mean over all names of a kind), ``ahead`` in steps
        or periods (NaN for the mean over all) and ``score``: ``log`` in nats, ``brier`` from 0 to 1 for yes or no and
        from 0 to 2 over outcomes, ``crps`` in the unit of the series.
        """
        keys = list(dict.fromkeys((item.kind, item.name, item.ahead, item.score) for item in self.targets))
        names = list(dict.fromkeys(item.method for item in self.targets))
        empty = (len(keys), len(names))
        values, n = np.full(empty, np.nan), np.zeros(empty, dtype=int)
        gains = {name: np.full(empty, np.nan) for name in _DIFFERENCE}
        for item in self.targets:
            row = keys.index((item.kind, item.name, item.ahead, item.score))
            values[row, names.index(item.method)] = item.value
            n[row, names.index(item.method)] = item.n
            for other, difference in item.difference.items():
                for name, table in gains.items():
                    table[row, names.index(other)] = getattr(difference, name)  # None becomes NaN
        sides = ("target", "forecaster")
        return dataset(
            {"value": (sides, values), "n": (sides, n), **{f"gain_{name}": (sides, of) for name, of in gains.items()}},
            {
                "target": np.arange(len(keys)),
                "kind": ("target", [key[0] for key in keys]),
                "name": ("target", [key[1] for key in keys]),
                "ahead": ("target", np.array([key[2] for key in keys], dtype=float)),
                "score": ("target", [key[3] for key in keys]),
                "forecaster": names,  # not "method": a name that xarray's sel takes for itself
            },
            known_by=self.known_by,
        )

    def plot_outcomes(self) -> Plot:
        """Probability of each outcome by the horizon, as of each day."""
        data = self.data

        def draw(figure: Figure) -> None:
            from forecast.report import figures
            from forecast.report.palette import style_of

            last = self.origins[-1].forecast.outcomes
            labels = [
                figures.Label(format_probability(item.probability, item.mcse), item.title, style_of(i))
                for i, item in enumerate(last)
            ]
            axes = figures.panel(figure, left=44, right=212, top=12, bottom=42)
            dates = [origin.forecast.as_of for origin in self.origins]
            figures.draw_lines(axes, dates, data["probability"].values.T, labels, narrow=False)

        return Plot(draw, *_OVER_TIME)

    def _tables(self) -> Iterator[Table]:
        rows = [
            (
                format_date(origin.forecast.as_of),
                *(format_probability(item.probability, item.mcse) for item in origin.forecast.outcomes),
            )
            for origin in self.origins
        ]
        columns = ("As of", *(f">{item.title}" for item in self.origins[0].forecast.outcomes))
        refits = sum(bool(origin.refit) for origin in self.origins)
        yield Table(
            f"By {format_date(self.horizon)}, as of past days",
            columns,
            rows,
            [
                f"{self.status}; {refits} fits for {len(rows)} forecasts; scores of what was settled by "
                f"{format_date(self.known_by)} in .scores"
            ],
        )


def backtest(
    scenario: Scenario,
    evidence: Evidence,
    *,
    first: date | str,
    last: date | str,
    every: str = "1w",
    horizon: date | str | None = None,
    known_by: date | str | None = None,
    seed: int,
    jobs: int = 1,
    progress: Callable[[str], None] = silent,
) -> Backtest:
    """Forecast as of many past days, each from what had been reported by then, and score what was said.

    Scored are counts of reports one to eight steps ahead, types of reports, series, whether a report comes at all,
    outcomes, and questions of forecasting platforms, as ``forecast backtest`` does; nothing is kept on disk.

    Parameters
    ----------
    scenario : Scenario
    evidence : Evidence
        All there is; the cut is made for each day.
    first, last : date or str
        First day to forecast as of, and the last, or the one before.
    every : str, optional
        Days, weeks or months between them: ``"7d"``, ``"1w"``, ``"1mo"``.
    horizon : date or str, optional
        After the last day; the scenario's unless given.
    known_by : date or str, optional
        Score with what had been reported by this day; with all unless given.
    seed : int
        Of every fit and projection.
    jobs : int, optional
        Processes that work at the same time; the numbers do not depend on it.
    progress : callable, optional
        Told in words what is going on.

    Returns
    -------
    Backtest

    Raises
    ------
    InputError
        For days or an interval that cannot be.
    ForecastError
        When a day could not be forecast; names it.

    Examples
    --------
    >>> past = backtest(scenario, evidence, first="2023-03-20", last="2023-04-10", every="7d", seed=1)
    >>> past.data["probability"].dims
    ('as_of', 'outcome')
    >>> one_step = past.scores["value"].sel(target=(past.scores["kind"] == "count") & (past.scores["ahead"] == 1))
    >>> "climatology" in one_step["forecaster"]
    True
    """
    from forecast.evaluation.targets.calibration import calibrations
    from forecast.evaluation.targets.observed import History
    from forecast.evaluation.targets.scored import score_targets

    until = day_of(horizon, "horizon") or scenario.horizon
    with in_python_words({"--from": "first", "--to": "last"}):
        origins = origin_days(scenario, day_of(first, "first"), day_of(last, "last"), every, until)
        settled = last_known(evidence, day_of(known_by, "known_by"), origins)
    question = Question(
        scenario, until, seed, STANDARD_SAMPLING, scenario_hash(scenario), code_version(), evidence.questions
    )
    made = forecast_origins(
        question,
        evidence,
        origins,
        workers=Workers(jobs),
        progress=lambda done, total: progress(f"{done} of {total} blocks of days done"),
    )
    return Backtest(
        scenario,
        until,
        settled,
        made,
        score_targets(scenario, evidence, made, known_by=settled, seed=seed),
        calibrations(made, History(scenario, evidence, settled), seed=seed),
    )
