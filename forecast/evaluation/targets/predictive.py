r"""What a forecast says of dated targets: mixtures over its draws and along the futures that it simulated.

With draws s of weight w_s and J futures j of each, drivers x_sj, and m_sj the reports of a complete type expected in a
window given the path (:mod:`forecast.projection.intensity`):

- a count: P(N = n) = sum_s w_s / J sum_j Poisson(n; m_sj), or negative binomial where the type has a dispersion: within
  a window its excess is one, so sizes of days add up;
- at least one report within some steps: 1 - sum_s w_s / J sum_j P(N = 0 | m_sj), m over all the steps;
- the type of a report of a group: the mean of its shares along the paths, days of the window alike;
- a value of a series: a_s + b_s mean(x_sj over the period's days) + sigma_s t, the part of the period that has passed
  from the draw's own path, with one t of :data:`~forecast.model.marks.SERIES_TAIL_DF` degrees a path.

No hard count is drawn for a distribution. Counts and values one step ahead are also drawn jointly, path by path: from
these the bands of calibration come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forecast.evaluation.targets.asked import (
    BINARY_AHEAD,
    Prediction,
    Target,
    covered,
    groups_of,
    series_periods,
    windows,
)
from forecast.evaluation.targets.counts import count_probabilities, log_none
from forecast.evidence.snapshot import Snapshot
from forecast.inference.montecarlo import weighted_quantile
from forecast.inference.posterior import Selection
from forecast.model.draws import Draws
from forecast.model.marks import SERIES_TAIL_DF
from forecast.model.spec import compile_spec
from forecast.projection.intensity import Intensities
from forecast.projection.paths import PATHS_PER_DRAW
from forecast.scenario.types import Scenario
from forecast.timegrid import DAYS_PER_MONTH, days_between

__all__ = ["LEVELS", "REPLICATES", "Replicates", "TargetWatch"]

LEVELS = (np.arange(400) + 0.5) / 400
"""Where the predictive distribution of a series is kept."""
REPLICATES = 200


@dataclass(frozen=True)
class Replicates:
    """What might come one step ahead, all targets drawn from one path at a time.

    Attributes
    ----------
    targets : tuple of Target
        Counts one step and series one period ahead.
    values : ndarray, shape (REPLICATES, targets)
    """

    targets: tuple[Target, ...]
    values: np.ndarray


class TargetWatch:
    """A watch that takes note of what the targets need. S draws, J paths each.

    Parameters
    ----------
    snapshot : Snapshot
        At the origin.
    draws : Draws
        The S draws projected.
    selection : Selection
        What each weighs.
    until : date
        The horizon projected to; targets that end later are left out.
    seed : int
        Of the noise of series and of the replicates.
    """

    def __init__(
        self, scenario: Scenario, snapshot: Snapshot, draws: Draws, selection: Selection, *, until: date, seed: int
    ) -> None:
        self._scenario, self._draws, self._spec = scenario, draws, compile_spec(scenario)
        self._intensities = Intensities(self._spec, draws, scenario.grid.count(until))
        self._windows = windows(scenario, snapshot.as_of, until)
        self._as_of = snapshot.as_of
        paths, n = PATHS_PER_DRAW, len(draws)
        weight = np.full(n, 1 / n) if selection.weight is None else selection.weight
        self._weight = np.repeat(weight / paths, paths)
        self._rng = np.random.default_rng([seed, 2])
        self._mean = {
            (int(e), h): np.zeros((n, paths))
            for h, days in enumerate(self._windows)
            for e in np.flatnonzero(self._spec.complete & covered(scenario, *days))
        }
        names = list(scenario.events)
        self._members = {group: np.array([names.index(m) for m in of]) for group, of in groups_of(scenario).items()}
        self._share = {
            (group, h): np.zeros(len(of)) for group, of in self._members.items() for h in range(len(self._windows))
        }
        self._series = {
            target: self._passed(target, paths) for target in series_periods(scenario, snapshot, until)
        }  # sums of a driver over the days of a period

    def __call__(self, first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        """Note what is expected on these days."""
        step = self._scenario.grid.index(first)
        for h, days in enumerate(self._windows):
            if (inside := _common((first, last), days)) > 0:
                for e in {e for e, other in self._mean if other == h}:
                    genuine, spurious = self._intensities.of_complete(e, step, level)
                    self._mean[e, h] += inside / DAYS_PER_MONTH * (genuine + spurious)
                for group, members in self._members.items():
                    share = self._intensities.shares(members, step, level)
                    flat = share.reshape(-1, share.shape[-1])
                    self._share[group, h] += inside / _length(days) * (self._weight @ flat)
        for target, total in self._series.items():
            inside = _common((first, last), (target.first, target.last))
            if inside > 0:
                total += inside * level[:, :, self._driver(target)]

    def predictions(self) -> tuple[Prediction, ...]:
        """Return the distributions, once all futures have been simulated."""
        made = [*self._counts(), *self._binaries(), *self._shares()]
        for target, values in self._series_values.items():
            points = weighted_quantile(values.ravel(), tuple(LEVELS), self._weight)
            made.append(Prediction(target, np.sort(points)))
        return tuple(made)

    def replicates(self) -> Replicates:
        """Draw what might come one step ahead."""
        rng, n_paths = self._rng, len(self._weight)
        path = rng.choice(n_paths, size=REPLICATES, p=self._weight)
        targets, values = [], []
        for (e, h), mean in self._mean.items():
            if h:
                continue
            expected, excess = mean.ravel()[path], self._excess(e)
            if excess is not None:  # negative binomial as a Poisson of a Gamma mean
                spread = excess[path]
                expected = rng.gamma(expected / spread, spread)
            targets.append(self._count(e, h))
            values.append(rng.poisson(np.minimum(expected, 1e9)).astype(float))
        for target, made in self._series_values.items():
            if target.ahead == 1:
                targets.append(target)
                values.append(made.ravel()[path])
        return Replicates(tuple(targets), np.array(values).reshape(len(targets), REPLICATES).T)

    def _count(self, e: int, h: int) -> Target:
        return Target("count", self._spec.events[e], h + 1, *self._windows[h])

    def _counts(self) -> list[Prediction]:
        return [
            Prediction(self._count(e, h), count_probabilities(mean.ravel(), self._excess(e), self._weight))
            for (e, h), mean in self._mean.items()
        ]

    def _binaries(self) -> list[Prediction]:
        made = []
        for e in sorted({e for e, _ in self._mean}):
            for steps in BINARY_AHEAD:
                if all((e, h) in self._mean for h in range(steps)):
                    mean = np.sum([self._mean[e, h] for h in range(steps)], axis=0).ravel()
                    none = float(self._weight @ np.exp(log_none(mean, self._excess(e))))
                    target = Target(
                        "binary", self._spec.events[e], steps, self._windows[0][0], self._windows[steps - 1][1]
                    )
                    made.append(Prediction(target, np.array([none, 1 - none])))
        return made

    def _shares(self) -> list[Prediction]:
        return [
            Prediction(Target("share", group, h + 1, *self._windows[h]), share / share.sum())
            for (group, h), share in self._share.items()
        ]

    def _excess(self, e: int) -> np.ndarray | None:
        """Variance over mean of a type's counts, less 1, on every path."""
        dispersed = np.flatnonzero(self._spec.dispersion_type == e)
        return np.repeat(self._draws.dispersion[:, dispersed[0]], PATHS_PER_DRAW) if len(dispersed) else None

    @cached_property
    def _series_values(self) -> dict[Target, np.ndarray]:
        """Values in their own units on every path, shape (S, J)."""
        made, draws, rng = {}, self._draws, self._rng
        for target, total in self._series.items():
            m = self._spec.series.index(target.name)
            mean = total / self._days(target)
            noise = draws.series_noise[:, m, None] * rng.standard_t(SERIES_TAIL_DF, size=mean.shape)
            value = self._spec.restore(m)(
                draws.series_level[:, m, None] + draws.series_slope[:, m, None] * mean + noise
            )
            months = _length((target.first, target.last)) / DAYS_PER_MONTH
            made[target] = value * (months if self._scenario.series[target.name].aggregate == "sum" else 1)
        return made

    def _passed(self, target: Target, paths: int) -> np.ndarray:
        """Sum of a driver over the days of a period that have passed, shape (S, J)."""
        grid, k = self._scenario.grid, self._driver(target)
        total = np.zeros(len(self._draws))
        for t in range(self._draws.level.shape[1]):
            days = (grid.first_day(t), min(grid.last_day(t), self._as_of))
            total += max(0, _common(days, (target.first, target.last))) * self._draws.level[:, t, k]
        return np.repeat(total[:, None], paths, axis=1)

    def _days(self, target: Target) -> int:
        """Days of a period that lie on the grid."""
        return _length((max(target.first, self._scenario.start), target.last))

    def _driver(self, target: Target) -> int:
        return int(self._spec.series_driver[self._spec.series.index(target.name)])


def _common(one: tuple[date, date], other: tuple[date, date]) -> int:
    """Days that two stretches share, from 0 on."""
    return max(0, days_between(max(one[0], other[0]), min(one[1], other[1])) + 1)


def _length(days: tuple[date, date]) -> int:
    return days_between(*days) + 1
