"""What the evidence did to each claim that the scenario encodes."""

from __future__ import annotations

from forecast.projection.results import Assumption, ClaimResult, Verdict
from forecast.scenario.claims import Direction, encoded_claims
from forecast.scenario.types import Scenario

__all__ = ["LEAST_CONTRACTION", "LEAST_SHIFT", "claim_results", "verdict"]

LEAST_CONTRACTION = 0.05
LEAST_SHIFT = 0.25  # prior standard deviations; both thresholds are this project's convention
CLEAR_BY = 2.0  # Monte Carlo standard errors: of dozens of claims, noise alone would carry some over a threshold


def claim_results(scenario: Scenario, assumptions: tuple[Assumption, ...]) -> tuple[ClaimResult, ...]:
    """Put beside every claim what became of the number that encodes it, in the order of the scenario file."""
    by_key = {item.key: item for item in assumptions}
    results = []
    for encoded in encoded_claims(scenario):
        item = by_key[f"{encoded.item}.{encoded.about}"]
        found = verdict(item, encoded.stronger_if)
        results.append(ClaimResult(encoded.claim.by, encoded.claim.text, item, found))
    return tuple(results)


def verdict(item: Assumption, stronger_if: Direction | None) -> Verdict:
    """Say in a word what the evidence did to a claim.

    Shift and contraction count less two Monte Carlo standard errors each. Not moved: contraction under 0.05 and shift
    under 0.25. Narrowed: a larger contraction, about the same centre. Strengthened or weakened: a shift of 0.25 or more
    with or against the direction in which the claim gains. Moved up or down: such a shift of a number whose claim has
    no direction.

    Parameters
    ----------
    item : Assumption
        The number that encodes the claim.
    stronger_if : {"higher", "lower"} or None
        Where the number goes if the claim gains.
    """
    if abs(item.shift) - CLEAR_BY * item.shift_mcse < LEAST_SHIFT:
        contracted = item.contraction - CLEAR_BY * item.contraction_mcse >= LEAST_CONTRACTION
        return "narrowed" if contracted else "not moved"
    if stronger_if is None:
        return "moved up" if item.shift > 0 else "moved down"
    return "strengthened" if (item.shift > 0) == (stronger_if == "higher") else "weakened"
