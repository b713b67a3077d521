"""What the diagnostics of a fit amount to: PASS, REVIEW or FAIL. Numbers only, imports nothing heavy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "FAIL_DIVERGENT_SHARE",
    "FAIL_ESS",
    "FAIL_RHAT",
    "REVIEW_BFMI",
    "REVIEW_ESS",
    "REVIEW_RHAT",
    "Diagnostics",
    "Status",
    "judge",
    "worst",
]

Status = Literal["PASS", "REVIEW", "FAIL"]

FAIL_RHAT, REVIEW_RHAT = 1.02, 1.01  # REVIEW: Vehtari et al. (2021), Bayesian Analysis 16(2)
FAIL_ESS, REVIEW_ESS = 200, 400  # REVIEW: 100 for each of four chains, same source
FAIL_DIVERGENT_SHARE = 0.01
REVIEW_BFMI = 0.3  # Betancourt (2016), arXiv:1604.00695


@dataclass(frozen=True)
class Diagnostics:
    """Worst values over everything that enters an outcome, and what they mean together."""

    status: Status
    reasons: tuple[str, ...]
    max_rhat: float
    min_ess_bulk: float
    min_ess_tail: float
    divergences: int
    draws: int
    min_bfmi: float
    pareto_k: float | None = None
    effective_draws: float | None = None  # of reweighted draws


def judge(
    *,
    max_rhat: float,
    min_ess_bulk: float,
    min_ess_tail: float,
    divergences: int,
    draws: int,
    min_bfmi: float,
    pareto_k: float | None = None,
    effective_draws: float | None = None,
) -> Diagnostics:
    """Say what the worst values of a fit, or of an update of one, mean together."""
    least = min(min_ess_bulk, min_ess_tail)
    failures = [
        (
            any(math.isnan(value) for value in (max_rhat, min_ess_bulk, min_ess_tail, min_bfmi)),
            "R-hat and effective sample size need two chains or more, of four draws or more, all of them numbers",
        ),
        (max_rhat > FAIL_RHAT, f"R-hat {max_rhat:.3f} is above {FAIL_RHAT}"),
        (least < FAIL_ESS, f"effective sample size {least:.0f} is under {FAIL_ESS:.0f}"),
        (
            divergences > FAIL_DIVERGENT_SHARE * draws,
            f"{divergences} of {draws} draws diverged, more than {FAIL_DIVERGENT_SHARE:.0%}",
        ),
    ]
    reviews = [
        (max_rhat > REVIEW_RHAT, f"R-hat {max_rhat:.3f} is above {REVIEW_RHAT}"),
        (least < REVIEW_ESS, f"effective sample size {least:.0f} is under {REVIEW_ESS:.0f}"),
        (divergences > 0, f"{divergences} of {draws} draws diverged"),
        (min_bfmi < REVIEW_BFMI, f"BFMI {min_bfmi:.2f} is under {REVIEW_BFMI}"),
    ]
    failed = tuple(text for bad, text in failures if bad)
    doubtful = tuple(text for bad, text in reviews if bad)
    status: Status = "FAIL" if failed else "REVIEW" if doubtful else "PASS"
    return Diagnostics(
        status=status,
        reasons=failed or doubtful,
        max_rhat=max_rhat,
        min_ess_bulk=min_ess_bulk,
        min_ess_tail=min_ess_tail,
        divergences=divergences,
        draws=draws,
        min_bfmi=min_bfmi,
        pareto_k=pareto_k,
        effective_draws=effective_draws,
    )


def worst(*statuses: Status) -> Status:
    """The most doubtful of some statuses."""
    return max(statuses, key=("PASS", "REVIEW", "FAIL").index)
