"""The sentence that a forecast comes down to, and which outcomes it may put first."""

from __future__ import annotations

import math
from collections.abc import Sequence

from forecast.report.rows import number_and_term, outcome_name
from forecast.report.view import OutcomeView
from forecast.report.words import join_words

__all__ = ["headline", "leading", "ranking"]


def ranking(outcomes: Sequence[OutcomeView]) -> list[int]:
    """The outcomes' places, the most probable first."""
    return sorted(range(len(outcomes)), key=lambda o: -outcomes[o].probability)


def leading(outcomes: Sequence[OutcomeView]) -> list[OutcomeView]:
    """The likeliest outcome, with those that are within two Monte Carlo errors of it and so cannot be ranked."""
    lead, *others = (outcomes[o] for o in ranking(outcomes))
    return [lead, *(other for other in others if lead.probability - other.probability < 2 * _error(lead, other))]


def _error(lead: OutcomeView, other: OutcomeView) -> float:
    """Of the difference, as if the two were independent."""
    return math.hypot(lead.mcse, other.mcse)


def headline(outcomes: Sequence[OutcomeView], horizon: str) -> str:
    """One sentence, with number and word."""
    lead, *tied = leading(outcomes)
    if tied:
        names = [f"“{outcome_name(item)}” ({number_and_term(item)})" for item in (lead, *tied)]
        return f"By {horizon}, {join_words(names)} are too close to rank."
    return f"The likeliest outcome by {horizon} is “{outcome_name(lead)}”: {number_and_term(lead)}."
