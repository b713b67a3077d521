"""How much is sampled: numbers only, imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STANDARD_SAMPLING", "TARGET_ACCEPT", "Sampling"]

TARGET_ACCEPT = 0.9  # smaller steps than the sampler's default of 0.8, so that no divergence hides in a tail


@dataclass(frozen=True)
class Sampling:
    """How much to sample: kept and tuning draws per chain, and the number of chains."""

    draws: int = 1000
    tune: int = 800
    chains: int = 4


STANDARD_SAMPLING = Sampling()
