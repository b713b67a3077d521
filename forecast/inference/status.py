"""What the diagnostics of a fit amount to: PASS, REVIEW or FAIL. Numbers only, imports nothing heavy."""

from __future__ import annotations

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
