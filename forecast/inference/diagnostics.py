"""How far a fit can be trusted: PASS, REVIEW or FAIL, taken over what enters an outcome."""

from __future__ import annotations

import numpy as np

from forecast.inference.posterior import Posterior
from forecast.inference.status import (
    FAIL_DIVERGENT_SHARE,
    FAIL_ESS,
    FAIL_RHAT,
    REVIEW_BFMI,
    REVIEW_ESS,
    REVIEW_RHAT,
    Diagnostics,
    Status,
)
from forecast.model.draws import Draws

__all__ = ["diagnose", "monte_carlo_error"]

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
    divergences = int(posterior.stats["diverging"].sum())
    failures = [
        (
            bool(np.isnan([rhat, bulk, tail, bfmi]).any()),
            "R-hat and effective sample size need two chains or more, of four draws or more, all of them numbers",
        ),
        (rhat > FAIL_RHAT, f"R-hat {rhat:.3f} is above {FAIL_RHAT}"),
        (min(bulk, tail) < FAIL_ESS, f"effective sample size {min(bulk, tail):.0f} is under {FAIL_ESS:.0f}"),
        (
            divergences > FAIL_DIVERGENT_SHARE * len(posterior),
            f"{divergences} of {len(posterior)} draws diverged, more than {FAIL_DIVERGENT_SHARE:.0%}",
        ),
    ]
    reviews = [
        (rhat > REVIEW_RHAT, f"R-hat {rhat:.3f} is above {REVIEW_RHAT}"),
        (min(bulk, tail) < REVIEW_ESS, f"effective sample size {min(bulk, tail):.0f} is under {REVIEW_ESS:.0f}"),
        (divergences > 0, f"{divergences} of {len(posterior)} draws diverged"),
        (bfmi < REVIEW_BFMI, f"BFMI {bfmi:.2f} is under {REVIEW_BFMI}"),
    ]
    failed = tuple(text for bad, text in failures if bad)
    doubtful = tuple(text for bad, text in reviews if bad)
    status: Status = "FAIL" if failed else "REVIEW" if doubtful else "PASS"
    return Diagnostics(status, failed or doubtful, rhat, bulk, tail, divergences, len(posterior), bfmi)


def monte_carlo_error(series: np.ndarray) -> np.ndarray:
    """Monte Carlo standard error of the mean of per-draw series.

    Parameters
    ----------
    series : ndarray, shape (chains, draws, ...)

    Returns
    -------
    ndarray, shape (...)
        0 for a constant series.
    """
    from arviz_stats.base import array_stats

    flat = series.reshape(*series.shape[:2], -1)
    varies = np.ptp(flat, axis=(0, 1)) > 0
    error = np.zeros(flat.shape[2])
    if varies.any():
        error[varies] = array_stats.mcse(np.moveaxis(flat[:, :, varies], -1, 0), method="mean")
    return error.reshape(series.shape[2:])
