"""Refuse a scenario whose prior makes unstable drivers likely: before anything is drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from forecast.errors import InputError, Problem
from forecast.scenario.rules import Finding
from forecast.scenario.types import Scenario
from forecast.workflow.case import Case

if TYPE_CHECKING:
    from forecast.projection.long_run import Stability

__all__ = ["require_stable", "require_stable_prior"]

_SEED = 0  # whether a scenario is refused must not depend on the seed of a forecast


def require_stable(case: Case) -> Stability:
    """Estimate how often prior draws of a case are unstable; raises as :func:`require_stable_prior`."""
    return require_stable_prior(case.scenario, case.loaded.place)


def require_stable_prior(scenario: Scenario, place: Callable[[Iterable[Finding]], tuple[Problem, ...]]) -> Stability:
    """Estimate how often prior draws are unstable.

    Parameters
    ----------
    place : callable
        Gives findings their place in the scenario.

    Raises
    ------
    InputError
        When they are unstable too often; names the influences that feed back on each other.
    """
    import numpy as np

    from forecast.model.spec import compile_spec
    from forecast.projection.long_run import stability
    from forecast.projection.second_look import REFUSED, unstable_loops

    found = stability(compile_spec(scenario), rng=np.random.default_rng(_SEED))
    if found.unstable > REFUSED:
        raise InputError(place(unstable_loops(scenario, found)))
    return found
