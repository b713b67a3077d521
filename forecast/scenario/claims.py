"""Which numbers of a scenario encode what somebody claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from forecast.scenario.types import Claim, Driver, EventType, Influence, Scenario, Transition
from forecast.scenario.yamltext import KeyPath

__all__ = ["EncodedClaim", "encoded_claims"]

Direction = Literal["higher", "lower"]


@dataclass(frozen=True)
class EncodedClaim:
    """A claim with the number that encodes it.

    Attributes
    ----------
    path : tuple
        Key path of the claim in the file.
    item : str
        Where the number stands, as in ``transitions.war->truce``.
    about : str or None
        The number within the item, as in ``hazard_ratio.momentum``; ``None`` when it is not said and not obvious.
    choices : tuple of str
        The numbers that the item has.
    stronger_if : {"higher", "lower"} or None
        Where the number goes if the claim gains; ``None`` for a claim without such a direction.
    """

    path: KeyPath
    item: str
    claim: Claim
    about: str | None
    choices: tuple[str, ...]
    stronger_if: Direction | None


def encoded_claims(scenario: Scenario) -> Iterator[EncodedClaim]:
    """Every claim in the order of the file, whether its ``about`` is right or not."""
    for name, driver in scenario.drivers.items():
        yield from _claims(("drivers", name), f"drivers.{name}", driver, dict.fromkeys(_DRIVER_NUMBERS), "long_run")
    for i, item in enumerate(scenario.influences):
        effect = {"effect": _away(item.effect, 0.0)}
        yield from _claims(("influences", i), f"influences.{item.from_}->{item.to}", item, effect, "effect")
    for name, event in scenario.events.items():
        yield from _claims(("events", name), f"events.{name}", event, _event_numbers(event))
    for i, edge in enumerate(scenario.transitions):
        level = "base_rate" if edge.base_rate else "within_12_months"
        ratios = {f"hazard_ratio.{driver}": _away(ratio, 1.0) for driver, ratio in edge.hazard_ratio.items()}
        numbers: dict[str, Direction | None] = {level: None, **ratios}
        yield from _claims(("transitions", i), f"transitions.{edge.from_}->{edge.to}", edge, numbers)


_DRIVER_NUMBERS = ("at_start", "long_run", "half_life")


def _event_numbers(event: EventType) -> dict[str, Direction | None]:
    rate: dict[str, Direction | None] = {"per_month": None} if event.per_month else {}
    signals = {f"signal.{driver}.per_unit": _away(item.per_unit, 0.0) for driver, item in event.signal.items()}
    ratios = {f"rate_ratio.{driver}": _away(ratio, 1.0) for driver, ratio in event.rate_ratio.items()}
    return {**rate, **signals, **ratios}


def _claims(
    path: KeyPath,
    name: str,
    item: Driver | Influence | EventType | Transition,
    numbers: Mapping[str, Direction | None],
    obvious: str | None = None,
) -> Iterator[EncodedClaim]:
    """The claims at one item; ``numbers`` maps what the item has to the direction of a stronger effect."""
    for i, claim in enumerate(item.claims):
        about = claim.about or obvious
        stronger_if = claim.stronger_if or (numbers.get(about) if about else None)
        yield EncodedClaim((*path, "claims", i), name, claim, about, tuple(numbers), stronger_if)


def _away(ends: tuple[float, float], neutral: float) -> Direction | None:
    """Direction away from no effect, where the range has one sign."""
    if ends[0] >= neutral:
        return "higher"
    return "lower" if ends[1] <= neutral else None
