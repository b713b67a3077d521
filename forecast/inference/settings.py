"""How much is sampled, and from which figures on a fit must not be trusted: numbers only, imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "FAIL_DIVERGENT_SHARE",
    "FAIL_ESS",
    "FAIL_RHAT",
    "REVIEW_BFMI",
    "REVIEW_ESS",
    "REVIEW_RHAT",
    "STANDARD_SAMPLING",
    "TARGET_ACCEPT",
    "Sampling",
]

FAIL_RHAT, REVIEW_RHAT = 1.02, 1.01  # REVIEW: Vehtari et al. (2021), Bayesian Analysis 16(2)
FAIL_ESS, REVIEW_ESS = 200, 400  # REVIEW: 100 for each of four chains, same source
FAIL_DIVERGENT_SHARE = 0.01
REVIEW_BFMI = 0.3  # Betancourt (2016), arXiv:1604.00695
TARGET_ACCEPT = 0.9  # smaller steps than the sampler's default of 0.8, so that no divergence hides in a tail


@dataclass(frozen=True)
class Sampling:
    """How much to sample: kept and tuning draws per chain, and the number of chains."""

    draws: int = 1000
    tune: int = 800
    chains: int = 4


STANDARD_SAMPLING = Sampling()
