"""Claims at a scenario's items and alternative reference classes: which number is meant, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.scenario.claims import encoded_claims
from forecast.scenario.rules import problems
from forecast.scenario.types import Scenario

DRIVER = {
    "meaning": "more", "low": "little", "high": "much",
    "at_start": [-1, 1], "long_run": [-1, 1], "half_life": ["4w", "20w"],
}  # fmt: skip


def claim(about: str | None = None, **more: Any) -> dict[str, Any]:
    return {"by": "Critic", "text": "It is so.", **({"about": about} if about else {}), **more}


def scenario(
    *,
    driver: tuple[dict[str, Any], ...] = (),
    influence: tuple[dict[str, Any], ...] = (),
    event: tuple[dict[str, Any], ...] = (),
    edge: tuple[dict[str, Any], ...] = (),
    base_rate: dict[str, Any] | None = None,
) -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "made",
            "title": "Made",
            "start": "2030-01-07",
            "horizon": "2031-01-07",
            "drivers": {"wind": {**DRIVER, "claims": driver}, "rain": DRIVER},
            "influences": [{"from": "wind", "to": "rain", "effect": [-0.5, -0.1], "claims": influence}],
            "events": {
                "storm": {
                    "coverage": {"complete": ["2030-01-07", "ongoing"]},
                    "signs": "both",
                    "per_month": [0.5, 2],
                    "signal": {"wind": {"per_unit": [0.3, 1]}},
                    "rate_ratio": {"rain": [0.4, 0.8], "wind": [0.8, 1.5]},
                    "claims": event,
                }
            },
            "states": {"dry": {"initial": True}, "wet": {}},
            "transitions": [
                {
                    "from": "dry",
                    "to": "wet",
                    "base_rate": base_rate or {"events": 3, "exposure_years": 8},
                    "hazard_ratio": {"rain": [1.5, 3]},
                    "claims": edge,
                }
            ],
            "outcomes": [{"name": "flood", "when": {"ever": "wet"}}, {"name": "calm", "otherwise": True}],
        }
    )


def test_a_claim_names_its_number_or_means_the_obvious_one():
    made = scenario(
        driver=(claim(), claim("half_life", stronger_if="higher")),
        influence=(claim(),),
        event=(claim("per_month"), claim("signal.wind.per_unit"), claim("rate_ratio.rain"), claim("rate_ratio.wind")),
        edge=(claim("base_rate", stronger_if="lower"), claim("hazard_ratio.rain")),
    )
    assert problems(made) == []
    assert [(item.item, item.about, item.stronger_if) for item in encoded_claims(made)] == [
        ("drivers.wind", "long_run", None),
        ("drivers.wind", "half_life", "higher"),
        ("influences.wind->rain", "effect", "lower"),  # away from no effect
        ("events.storm", "per_month", None),
        ("events.storm", "signal.wind.per_unit", "higher"),
        ("events.storm", "rate_ratio.rain", "lower"),
        ("events.storm", "rate_ratio.wind", None),  # the range spans 1
        ("transitions.dry->wet", "base_rate", "lower"),
        ("transitions.dry->wet", "hazard_ratio.rain", "higher"),
    ]


def test_a_claim_may_turn_the_direction_round():
    made = scenario(edge=(claim("hazard_ratio.rain", stronger_if="lower"),))
    assert next(encoded_claims(made)).stronger_if == "lower"


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ({"edge": (claim(),)}, ("transitions", 0, "claims", 0, "about"), "base_rate, hazard_ratio.rain"),
        ({"event": (claim("per_month"), claim())}, ("events", "storm", "claims", 1, "about"), "which number"),
        ({"edge": (claim("within_12_months"),)}, ("transitions", 0, "claims", 0, "about"), "no number"),
        (
            {"edge": (claim("hazard_ratio.rian"),)},
            ("transitions", 0, "claims", 0, "about"),
            "did you mean 'hazard_ratio.rain'",
        ),
        ({"driver": (claim("effect"),)}, ("drivers", "wind", "claims", 0, "about"), "no number 'effect'"),
    ],
)
def test_a_claim_about_nothing_is_a_problem(parts, path, words):
    ((found, message),) = problems(scenario(**parts))
    assert found == path
    assert words in message


def other(name: str) -> dict[str, Any]:
    return {"name": name, "events": 1, "exposure_years": 2.0, "reason": "because"}


@pytest.mark.parametrize(
    ("name", "others", "path", "words"),
    [
        (None, ["a"], ("name",), "need a name"),
        ("own", ["a", "a"], ("alternatives", 1, "name"), "has a class 'a' already"),
        ("own", ["own"], ("alternatives", 0, "name"), "has a class 'own' already"),
    ],
)
def test_classes_of_a_transition_have_names_of_their_own(name, others, path, words):
    rate = {"events": 3, "exposure_years": 8, "alternatives": [other(item) for item in others]}
    if name:
        rate["name"] = name
    ((found, message),) = problems(scenario(base_rate=rate))
    assert found == ("transitions", 0, "base_rate", *path)
    assert words in message


def test_named_classes_are_no_problem():
    rate = {"events": 3, "exposure_years": 8, "name": "own", "alternatives": [other("a"), other("b")]}
    assert problems(scenario(base_rate=rate)) == []
