"""One projection of a posterior that many questions share: what each draw says of the outcomes at the horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.montecarlo import weighted_mean
from forecast.inference.posterior import Posterior, Selection
from forecast.model.draws import Draws, Unknowns
from forecast.model.spec import ModelSpec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["SHARED_PATHS", "Chances", "project_chances"]

SHARED_DRAWS, SHARED_PATHS = 4000, 4  # many draws: half of them must still be enough


@dataclass(frozen=True)
class Chances:
    """Draws at the as-of date with what each says of the O outcomes at the horizon. n draws, T steps, K drivers.

    Attributes
    ----------
    unknowns : mapping of str to ndarray
        Of the model.
    draws : Draws
        What they imply.
    selection : Selection
        Which draws of the posterior these are, and what each weighs.
    chance : ndarray, shape (n, O)
        Mean over each draw's futures.
    noise : ndarray, shape (n, O)
        Variance of that mean, since the futures are few.
    pareto_k : float, optional
        Of the posterior's weights, where a selection of fewer draws shows these as multiples, which have no tail.
    """

    unknowns: Unknowns
    draws: Draws
    selection: Selection
    chance: np.ndarray
    noise: np.ndarray
    pareto_k: float | None = None

    @property
    def weight(self) -> np.ndarray:
        """Weight of each draw, shape (n,), sums to 1."""
        n = len(self.chance)
        return np.full(n, 1 / n) if self.selection.weight is None else self.selection.weight

    @property
    def probability(self) -> np.ndarray:
        """Probability of each outcome, shape (O,)."""
        return weighted_mean(self.chance, self.selection.weight)

    @property
    def mcse(self) -> np.ndarray:
        """Monte Carlo standard error of ``probability``, shape (O,)."""
        return self.selection.error(self.chance)

    def error(self, contributions: np.ndarray) -> np.ndarray:
        """Monte Carlo standard error of a mean from what each draw contributes to it, its weight included.

        Parameters
        ----------
        contributions : ndarray, shape (n, ...)
            n times the weight times the deviation from the mean.
        """
        return self.selection.error_of(contributions)


def project_chances(
    scenario: Scenario, spec: ModelSpec, snapshot: Snapshot, posterior: Posterior, *, horizon: date, seed: int
) -> Chances:
    """Project up to 4000 draws of a posterior from the as-of date to the horizon.

    Parameters
    ----------
    posterior : Posterior
        As long as the history. Evenly spaced draws are taken and keep their weights, where they have some.
    seed : int
        Of the futures: the same for all projections that are to be compared.
    """
    selection = _thinned(posterior)
    unknowns = {name: values[selection.index] for name, values in posterior.unknowns.items()}
    draws = Draws.of(spec, unknowns)
    projection = project(
        scenario,
        build_state_space(scenario, snapshot.state, snapshot.visited, snapshot.spell),
        draws,
        draws.level[:, -1],
        begin=shift(snapshot.as_of, 1),
        step=snapshot.n_steps - 1,
        horizon=horizon,
        rng=np.random.default_rng([seed, 1]),
        paths=SHARED_PATHS,
        weight=selection.weight,
        state_age=snapshot.state_age,
        spell_age=snapshot.spell_age,
    )
    noise = projection.outcome_variance / projection.paths
    return Chances(unknowns, draws, selection, projection.outcome[:, -1], noise)


def _thinned(posterior: Posterior) -> Selection:
    """Evenly spaced draws with their own weights: drawn by weight, they would hide what the largest weights are."""
    even = replace(posterior, weight=None).selected(SHARED_DRAWS)
    if posterior.weight is None:
        return even
    weight = posterior.weight[even.index]
    return replace(even, weight=weight / weight.sum())
