"""Refuse a scenario whose prior makes unstable drivers likely: before anything is drawn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.errors import InputError
from forecast.workflow.case import Case

if TYPE_CHECKING:
    from forecast.projection.long_run import Stability

__all__ = ["require_stable"]

_SEED = 0  # whether a scenario is refused must not depend on the seed of a forecast


def require_stable(case: Case) -> Stability:
    """Estimate how often prior draws are unstable.

    Raises
    ------
    InputError
        When they are unstable too often; names the influences that feed back on each other.
    """
    import numpy as np

    from forecast.model.spec import compile_spec
    from forecast.projection.long_run import stability
    from forecast.projection.second_look import REFUSED, unstable_loops

    found = stability(compile_spec(case.scenario), rng=np.random.default_rng(_SEED))
    if found.unstable > REFUSED:
        raise InputError(case.loaded.place(unstable_loops(case.scenario, found)))
    return found
