"""Where a forecast stands on its as-of date: draws ready to be projected again and again along the same futures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import Snapshot
from forecast.inference.montecarlo import error_of_some
from forecast.inference.posterior import Selection
from forecast.inference.updating import Update
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.forecast import PROJECTED_DRAWS
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import PATHS_PER_DRAW, Projection, project
from forecast.projection.steering import Setting, Watch
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["LEAST_EFFECTIVE", "Present", "effective_draws"]

LEAST_EFFECTIVE = 100  # draws under weights: fewer say little, and nothing of how little


@dataclass(frozen=True)
class Present:
    """Draws of a fit, carried on to the as-of date.

    The n draws that are projected, their order and their J futures are those of the forecast that ``update`` makes, so
    that its probabilities are the baseline of every question.

    Attributes
    ----------
    evidence : Evidence
        What is known, as :func:`forecast.evidence.visible.visible_evidence` cuts it.
    snapshot : Snapshot
        The same as arrays.
    update : Update
        All draws of the fit, extended and weighted.
    horizon : date
        After the as-of date.
    seed : int
        Of the fit.
    paths : int
        J, futures of each draw; those of the forecast only where there are as many.
    """

    scenario: Scenario
    evidence: Evidence
    snapshot: Snapshot
    update: Update
    horizon: date
    seed: int
    paths: int = PATHS_PER_DRAW

    @cached_property
    def spec(self) -> ModelSpec:
        """The scenario as arrays."""
        return compile_spec(self.scenario)

    @cached_property
    def selection(self) -> Selection:
        """The draws that are projected."""
        return self.update.posterior.selected(PROJECTED_DRAWS)

    @cached_property
    def draws(self) -> Draws:
        """Quantities of these n draws."""
        unknowns = self.update.posterior.unknowns
        return Draws.of(self.spec, {name: values[self.selection.index] for name, values in unknowns.items()})

    @cached_property
    def weight(self) -> np.ndarray:
        """Of each path, shape (n, J); sums to 1."""
        n, own = len(self.selection.index), self.selection.weight
        of_draw = np.full(n, 1 / n) if own is None else own
        return np.repeat(of_draw[:, None] / self.paths, self.paths, axis=1)

    def project(self, *, settings: Sequence[Setting] = (), watch: Watch | None = None) -> Projection:
        """Go through the futures, with the same shocks every time."""
        snapshot = self.snapshot
        return project(
            self.scenario,
            build_state_space(self.scenario, snapshot.state, snapshot.visited, snapshot.spell),
            self.draws,
            self.draws.level[:, -1],
            begin=shift(snapshot.as_of, 1),
            step=snapshot.n_steps - 1,
            horizon=self.horizon,
            rng=np.random.default_rng([self.seed, 1]),
            paths=self.paths,
            weight=self.selection.weight,
            state_age=snapshot.state_age,
            spell_age=snapshot.spell_age,
            settings=settings,
            watch=watch,
        )

    def mean(self, values: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean over paths, and what each draw contributes to it: its paths are not independent of each other.

        Parameters
        ----------
        values : ndarray, shape (n, J, ...)
        weight : ndarray, shape (n, J)
            Sums to 1.

        Returns
        -------
        mean : ndarray, shape (...)
        contributions : ndarray, shape (n, ...)
            n sum over j of w (x - mean), the delta method for a ratio of means; :meth:`error` makes errors of them.
        """
        mean = np.tensordot(weight, values, axes=2)
        per_draw = np.einsum("nj,nj...->n...", weight, values)
        of_draw = weight.sum(axis=1).reshape(-1, *(1,) * mean.ndim)
        return mean, len(weight) * (per_draw - of_draw * mean)

    def error(self, contributions: np.ndarray) -> np.ndarray:
        """Monte Carlo standard error of a mean, or of a sum or difference of means, from contributions (n, ...)."""
        return error_of_some(contributions, self.selection.chain)


def effective_draws(weight: np.ndarray) -> float:
    """As many equally weighted draws have the same variance; paths of one draw are not independent of each other.

    Parameters
    ----------
    weight : ndarray, shape (n, J)
    """
    of_draw = weight.sum(axis=1)
    return float(of_draw.sum() ** 2 / np.sum(of_draw**2))
