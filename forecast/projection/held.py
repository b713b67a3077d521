"""What if each driver were held at each of some levels: all of them at once, on fewer draws than a single question.

A draw's paths have the same shocks and differ in nothing but what is held. So the difference of two paths is paired,
and its mean needs few draws; its Monte Carlo error comes from the same differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.model.draws import Draws
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.present import Present
from forecast.projection.steering import Setting
from forecast.timegrid import shift

__all__ = ["HeldDrivers", "hold_drivers"]


@dataclass(frozen=True)
class HeldDrivers:
    """Outcomes with one driver held, less the outcomes with none held. K drivers, L levels, O outcomes.

    Attributes
    ----------
    levels : tuple of float
    n_draws : int
        From which the differences come.
    difference, mcse : ndarray, shape (K, L, O)
        And the Monte Carlo standard error.
    """

    levels: tuple[float, ...]
    n_draws: int
    difference: np.ndarray
    mcse: np.ndarray


def hold_drivers(present: Present, levels: tuple[float, ...], *, most_draws: int) -> HeldDrivers:
    """Hold each driver at each level from the day after the as-of date to the horizon.

    Parameters
    ----------
    most_draws : int
        At most so many, those of large weight first.
    """
    snapshot, n_drivers = present.snapshot, len(present.spec.drivers)
    posterior = present.update.posterior
    some = posterior.selected(most_draws)
    draws = Draws.of(present.spec, {name: values[some.index] for name, values in posterior.unknowns.items()})
    first = shift(snapshot.as_of, 1)
    n_paths = 1 + n_drivers * len(levels)  # on the first nothing is held
    settings = []
    for k in range(n_drivers):
        level = np.full(n_paths, np.nan)
        level[1 + k * len(levels) : 1 + (k + 1) * len(levels)] = levels
        settings.append(Setting(k, level, first, present.horizon))
    chance = project(
        present.scenario,
        build_state_space(present.scenario, snapshot.state, snapshot.visited, snapshot.spell),
        draws,
        draws.level[:, -1],
        begin=first,
        step=snapshot.n_steps - 1,
        horizon=present.horizon,
        rng=np.random.default_rng([present.seed, 1]),
        paths=n_paths,
        state_age=snapshot.state_age,
        spell_age=snapshot.spell_age,
        settings=settings,
        shared_shocks=True,
    ).on_path
    moved = chance[:, 1:] - chance[:, :1]
    shape = (n_drivers, len(levels), -1)
    return HeldDrivers(levels, len(some.index), some.mean(moved).reshape(shape), some.error(moved).reshape(shape))
