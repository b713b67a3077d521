"""What the report calls things, and that each reason is printed once."""

from __future__ import annotations

import pytest

from forecast.report.assumption_rows import assumption_groups
from forecast.report.names import quantity_words, scenario_words, with_id
from forecast.report.page import build_page
from forecast.report.view import AssumptionView, View

WORDS = {
    "drivers.us_aid": "Aid from abroad",
    "drivers.effect": "A driver called effect",
    "events.talks": "formal meeting, of delegations",
    "states.war": "War",
    "series.area": "net area gained",
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("drivers.us_aid.half_life", "Aid from abroad: half life"),
        ("drivers.us_aid.season.amplitude", "Aid from abroad: season, amplitude"),
        ("influences.us_aid->public_mood.effect", "Aid from abroad → public mood: effect"),
        ("events.talks.signal.us_aid.per_unit", "formal meeting, of delegations: signal, Aid from abroad, per unit"),
        ("events.raid.rate_ratio.us_aid", "raid: rate ratio, Aid from abroad"),
        ("series.area.noise", "net area gained: noise"),
        ("transitions.war->truce.hazard_ratio.effect", "War → truce: hazard ratio, A driver called effect"),
        ("transitions.war->truce.base_rate", "War → truce: base rate"),
        ("grades.A1", "A1"),
        ("anything else", "anything else"),
    ],
)
def test_a_key_reads_in_the_scenarios_own_words(key, expected):
    assert quantity_words(key, WORDS) == expected


def test_the_id_stands_beside_words_that_are_not_the_id():
    assert with_id("Aid from abroad", "us_aid") == "Aid from abroad (us_aid)"
    assert with_id("US aid", "us_aid") == "US aid"


def test_words_are_those_that_the_scenario_gives(scenario):
    assert scenario_words(scenario) == {}  # neither titles nor meanings of types
    war = scenario.states["war"].model_copy(update={"title": "War"})
    aid = scenario.drivers["us_aid"].model_copy(update={"title": "Aid"})
    talks = scenario.events["talks_round"].model_copy(update={"meaning": "a meeting"})
    titled = scenario.model_copy(
        update={
            "states": scenario.states | {"war": war},
            "drivers": scenario.drivers | {"us_aid": aid},
            "events": scenario.events | {"talks_round": talks},
        }
    )
    assert scenario_words(titled) == {"drivers.us_aid": "Aid", "events.talks_round": "a meeting", "states.war": "War"}


def assumption(key: str, reason: str, source: str = "") -> AssumptionView:
    return AssumptionView(
        key=key, unit="", prior=(0, 1), posterior=(0, 1), contraction=0.1, reason=reason, source=source
    )


def test_a_reason_is_printed_once():
    groups = assumption_groups(
        [
            assumption("drivers.us_aid.at_start", "Counts.", "A"),
            assumption("drivers.us_aid.long_run", "Counts.", "A"),
            assumption("drivers.mood.at_start", "Counts.", "B"),
            assumption("drivers.mood.long_run", ""),
            assumption("drivers.mood.half_life", ""),
            assumption("transitions.war->truce.base_rate", "Counts.", "A"),
        ],
        WORDS,
    )
    assert [group.name for group in groups] == ["Drivers", "Transitions"]
    shown = [(row.key, row.reason, "".join(text for text, _ in row.source)) for group in groups for row in group.rows]
    elsewhere = "As for Aid from abroad: at start."
    assert shown == [
        ("drivers.us_aid.at_start", "Counts.", "A"),
        ("drivers.us_aid.long_run", "", ""),
        ("drivers.mood.at_start", elsewhere, "B"),
        ("drivers.mood.long_run", "", ""),
        ("drivers.mood.half_life", "", ""),
        ("transitions.war->truce.base_rate", elsewhere, ""),
    ]


def test_evidence_and_assumptions_show_words_and_ids(view: View):
    words = {"drivers.negotiation_momentum": "How close talks are", "events.talks_round": "a meeting of delegations"}
    page = build_page(view.model_copy(update={"words": words}))
    talks = [row for row in page.evidence if row.kind == "a meeting of delegations (talks_round)"]
    assert talks
    assert {driver for row in talks for driver, _ in row.directions} == {"How close talks are (negotiation_momentum)"}
    names = {row.key: row.name for group in page.assumptions for row in group.rows}
    assert names["events.talks_round.per_month"] == "a meeting of delegations: per month"
    assert names["transitions.war->truce.hazard_ratio.negotiation_momentum"] == (
        "war → truce: hazard ratio, How close talks are"
    )
