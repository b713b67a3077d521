"""What the evidence did to each claim that the scenario encodes."""

from __future__ import annotations

from forecast.projection.results import Assumption, ClaimResult, Verdict
from forecast.scenario.claims import Direction, encoded_claims
from forecast.scenario.types import Scenario

__all__ = ["LEAST_CONTRACTION", "LEAST_SHIFT", "claim_results", "verdict"]

LEAST_CONTRACTION = 0.05
LEAST_SHIFT = 0.25  # prior standard deviations; both thresholds are this project's convention


def claim_results(scenario: Scenario, assumptions: tuple[Assumption, ...]) -> tuple[ClaimResult, ...]:
    """Put beside every claim what became of the number that encodes it, in the order of the scenario file."""
    by_key = {item.key: item for item in assumptions}
    results = []
    for encoded in encoded_claims(scenario):
        item = by_key[f"{encoded.item}.{encoded.about}"]
        found = verdict(item.contraction, item.shift, encoded.stronger_if)
        results.append(ClaimResult(encoded.claim.by, encoded.claim.text, item, found))
    return tuple(results)


def verdict(contraction: float, shift: float, stronger_if: Direction | None) -> Verdict:
    """Say in a word what the evidence did to a claim.

    Not moved: contraction under 0.05 and shift under 0.25. Narrowed: a larger contraction, about the same centre.
    Strengthened or weakened: a shift of 0.25 or more with or against the direction in which the claim gains. Moved up
    or down: such a shift of a number whose claim has no direction.

    Parameters
    ----------
    contraction : float
        Share of the prior variance that is gone, on the scale of the prior's normal.
    shift : float
        Of the mean, in prior standard deviations on that scale; positive where the number is higher.
    stronger_if : {"higher", "lower"} or None
        Where the number goes if the claim gains.
    """
    if abs(shift) < LEAST_SHIFT:
        return "not moved" if contraction < LEAST_CONTRACTION else "narrowed"
    if stronger_if is None:
        return "moved up" if shift > 0 else "moved down"
    return "strengthened" if (shift > 0) == (stronger_if == "higher") else "weakened"
