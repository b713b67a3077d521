"""What the words in capitals of an example stand for that is about a scenario's outcomes or about the ledger."""

from __future__ import annotations

import re

from forecast.errors import ForecastError

__all__ = ["recorded_words"]

_OF_SCENARIO = re.compile(r"\b(OUTCOME|START|HORIZON)\b")
_OF_LEDGER = re.compile(r"\bENTRY\b")


def recorded_words(text: str) -> dict[str, str]:
    """What ``OUTCOME``, ``START`` and ``HORIZON`` of the first scenario are, and ``ENTRY``, the latest forecast.

    Parameters
    ----------
    text : str
        Nothing is read for words that are not in it.

    Returns
    -------
    dict
        Without what is not there: an example then keeps its word.
    """
    from forecast.workspace import find_workspace

    words: dict[str, str] = {}
    try:
        workspace = find_workspace()
        if _OF_LEDGER.search(text):
            from forecast.ledger.store import Ledger

            latest = Ledger(workspace.ledger).latest()
            words |= {"ENTRY": latest.short_id} if latest else {}
        name = next(iter(workspace.names()), "")
        if name and _OF_SCENARIO.search(text):
            from forecast.scenario.file import load_scenario

            scenario = load_scenario(workspace.scenario_path(name)).scenario
            words |= {
                "OUTCOME": scenario.outcomes[-1].name,
                "START": scenario.start.isoformat(),
                "HORIZON": scenario.horizon.isoformat(),
            }
    except (ForecastError, OSError):  # help is help all the same
        pass
    return words
