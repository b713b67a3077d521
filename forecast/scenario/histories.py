"""Histories of states that the transitions allow: which states and which outcomes can happen at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.scenario.types import Condition, Scenario

__all__ = ["holds", "reachable_states", "unmatched_outcomes"]


def reachable_states(scenario: Scenario) -> frozenset[str]:
    """States that some path of transitions reaches from the initial state, itself included."""
    exits = _exits(scenario)
    reached, pending = {scenario.initial_state}, [scenario.initial_state]
    while pending:
        new = exits.get(pending.pop(), set()) - reached
        reached |= new
        pending.extend(new)
    return frozenset(reached)


def holds(condition: Condition, state: str, visited: frozenset[str]) -> bool:
    """Whether a history that visited these states, and is in ``state`` at the horizon, satisfies a condition."""
    return (
        (condition.at_horizon is None or state in condition.at_horizon)
        and (condition.ever is None or not visited.isdisjoint(condition.ever))
        and (condition.never is None or visited.isdisjoint(condition.never))
    )


def unmatched_outcomes(scenario: Scenario) -> list[int]:
    """Outcomes that no history can have, by trying every state with every set of states visited before.

    Returns
    -------
    list of int
        Positions in ``scenario.outcomes``.
    """
    exits = _exits(scenario)
    conditions = [outcome.when for outcome in scenario.outcomes]
    # Only visits that some condition asks about tell histories apart; the rest would only multiply them.
    asked = {name for when in conditions if when for name in (*(when.ever or ()), *(when.never or ()))}
    first = scenario.initial_state
    pending = [(first, frozenset({first} & asked))]
    seen = set(pending)
    open_outcomes = set(range(len(conditions)))
    while pending and open_outcomes:
        state, visited = pending.pop()
        matches = (index for index, when in enumerate(conditions) if when is None or holds(when, state, visited))
        open_outcomes.discard(next(matches, -1))
        for following in exits.get(state, ()):
            history = (following, visited | ({following} & asked))
            if history not in seen:
                seen.add(history)
                pending.append(history)
    return sorted(open_outcomes)


def _exits(scenario: Scenario) -> Mapping[str, set[str]]:
    exits: dict[str, set[str]] = {}
    for transition in scenario.transitions:
        exits.setdefault(transition.from_, set()).add(transition.to)
    return exits
