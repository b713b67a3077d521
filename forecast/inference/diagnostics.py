"""How far a fit can be trusted: PASS, REVIEW or FAIL, taken over what enters an outcome."""

from __future__ import annotations

import numpy as np

from forecast.inference.posterior import Posterior
from forecast.inference.status import Diagnostics, judge
from forecast.model.draws import Draws

__all__ = ["diagnose"]

TAIL = (0.05, 0.95)


def diagnose(posterior: Posterior, draws: Draws) -> Diagnostics:
    """Check the chains of everything that the projection of outcomes uses.

    These are the drivers' present levels and dynamics and the transitions' hazards.
    """
    from arviz_stats.base import array_stats

    used = [
        draws.level[:, -1],
        draws.offset,
        draws.persistence,
        draws.matrix.reshape(len(draws), -1),
        draws.shock.reshape(len(draws), -1),
        draws.season,
        draws.log_hazard,
        draws.hazard_loading.reshape(len(draws), -1),
        draws.break_hazard,
        draws.ageing,
    ]
    values = np.concatenate(used, axis=1)
    constant = np.ptp(values, axis=0) == 0
    values = np.moveaxis(posterior.by_chain(values[:, ~constant]), -1, 0)
    with np.errstate(divide="ignore"):  # chains that each stand still in a place of their own: R-hat is infinite
        rhat = float(np.max(array_stats.rhat(values)))
    bulk = float(np.min(array_stats.ess(values, method="bulk")))
    tail = float(np.min(array_stats.ess(values, method="tail", prob=TAIL)))
    bfmi = float(np.min(array_stats.bfmi(posterior.by_chain(posterior.stats["energy"]))))
    return judge(
        max_rhat=rhat,
        min_ess_bulk=bulk,
        min_ess_tail=tail,
        divergences=int(posterior.stats["diverging"].sum()),
        draws=len(posterior),
        min_bfmi=bfmi,
    )
