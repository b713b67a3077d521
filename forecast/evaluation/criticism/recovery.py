"""Recovery of the drivers from simulated histories: how much of their course a fit finds again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.evaluation.criticism.checks import Bars, Check
from forecast.evaluation.criticism.simulated import History
from forecast.inference.status import Status
from forecast.scenario.types import Scenario

__all__ = ["recovery_check"]

_CLEAR_BY = 3.0  # standard errors over histories
_COVERAGE = 0.8
_MANY_FAILED = 0.1  # of the fits, which are shorter than those of forecasts


def recovery_check(scenario: Scenario, histories: Sequence[History]) -> Check:
    """Compare posterior and true paths of each driver over histories simulated from the prior.

    The share found again is 1 - sum (truth - posterior mean)^2 / sum (truth - mean of truths)^2, over steps and
    histories; its standard error, as that of the coverage of the 80% range, is that of a mean over histories. It is no
    fault of a fit that evidence says little: REVIEW is for paths that are farther off than knowing nothing, and for
    ranges that cover clearly more or less than they say.
    """
    truth, mean, low, high = (
        np.stack([getattr(h, name) for h in histories]) for name in ("truth", "mean", "low", "high")
    )
    n = len(histories)
    spread = ((truth - truth.mean(axis=0)) ** 2).sum(axis=1) * n / max(n - 1, 1)  # (histories, drivers)
    error = ((truth - mean) ** 2).sum(axis=1)
    found = 1 - error.sum(axis=0) / spread.sum(axis=0)
    found_error = _error(error - (1 - found) * spread) / spread.mean(axis=0)
    inside = ((truth >= low) & (truth <= high)).mean(axis=1)
    covered, covered_error = inside.mean(axis=0), _error(inside)
    away = np.abs(covered - _COVERAGE) - _CLEAR_BY * np.maximum(covered_error, 1 / np.sqrt(truth.shape[1] * n))
    off = (found + _CLEAR_BY * found_error < 0) | (away > 0)
    failed = sum(history.status == "FAIL" for history in histories)
    status: Status = "REVIEW" if off.any() or failed > _MANY_FAILED * n else "PASS"
    names = list(scenario.drivers)
    best, least = int(found.argmax()), int(found.argmin())
    return Check(
        key="recovery",
        title="Recovery of the drivers",
        kind="guide",
        status=status,
        statistic=float(found.min()),
        threshold=0.0,
        statistic_name="smallest share of a driver's course found again",
        source="an estimate worse than none, coverage three standard errors from 80%, or more than a tenth of the fits"
        " failed: conventions",
        sentence=f"Of {n} simulated histories a fit finds {100 * found[best]:.0f}% of the course of {names[best]} again"
        f" and {100 * found[least]:.0f}% of that of {names[least]}, the most and the least of all drivers;"
        f" {failed or 'none'} of the fits, which are short, failed the diagnostics.",
        columns=("Driver", ">Found again", ">Error", ">Covered by 80%", ">Error"),
        rows=tuple(
            (name, float(found[k]), float(found_error[k]), float(covered[k]), float(covered_error[k]))
            for k, name in enumerate(names)
        ),
        picture=Bars(tuple(names), 1 - found, 1.0, "share of the course not found again"),
    )


def _error(values: np.ndarray) -> np.ndarray:
    """Standard error of the mean over histories."""
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))
