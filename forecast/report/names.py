"""What things of a scenario are called: its own words where it has any, the name as words otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.report.words import plain
from forecast.scenario.types import Scenario

__all__ = ["quantity_words", "scenario_words", "transition_words", "with_id", "word_for"]

_ARROW = "->"
_ENDS = {"influences": "drivers", "transitions": "states"}  # what stands at both ends of an arrow
_OF_DRIVERS = {"signal", "rate_ratio", "hazard_ratio"}  # keys below which drivers are named


def scenario_words(scenario: Scenario) -> dict[str, str]:
    """Title or meaning of every driver, event type, series and state that has one, by its place in the file."""
    words = {f"drivers.{name}": driver.title for name, driver in scenario.drivers.items()}
    words |= {f"events.{name}": event.meaning for name, event in scenario.events.items()}
    words |= {f"series.{name}": series.meaning for name, series in scenario.series.items()}
    words |= {f"states.{name}": state.title for name, state in scenario.states.items()}
    return {place: text for place, text in words.items() if text}


def word_for(section: str, name: str, words: Mapping[str, str]) -> str:
    """What one thing is called."""
    return words.get(f"{section}.{name}") or plain(name)


def transition_words(name: str, words: Mapping[str, str], section: str = "states") -> str:
    """Both ends of an arrow, as ``War → Truce`` for ``war->truce``."""
    return " → ".join(word_for(section, end, words) for end in name.split(_ARROW))


def quantity_words(key: str, words: Mapping[str, str]) -> str:
    """A key of the scenario file in words, without its section, as ``War → Truce: hazard ratio, Momentum``."""
    section, _, rest = key.partition(".")
    if not rest:
        return plain(key)
    name, *steps = rest.split(".")
    named = transition_words(name, words, _ENDS[section]) if section in _ENDS else word_for(section, name, words)
    parts = [
        word_for("drivers", step, words) if index and steps[index - 1] in _OF_DRIVERS else plain(step)
        for index, step in enumerate(steps)
    ]
    return f"{named}: {', '.join(parts)}" if parts else named


def with_id(called: str, name: str) -> str:
    """The name beside the words, as in ``Aid from abroad (aid)``, unless the words are the name."""
    return called if called.casefold() == plain(name).casefold() else f"{called} ({name})"
