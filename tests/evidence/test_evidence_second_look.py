"""Rows that repeat others, and directions that the model does not use."""

from dataclasses import replace
from datetime import date

import pytest

from forecast.evidence.records import Report
from forecast.evidence.second_look import count_directions, repeated_reports
from forecast.scenario.types import Scenario

FIRST = Report(
    id="a", date=date(2030, 2, 1), reported=date(2030, 2, 2), entered=date(2030, 2, 2), event_type="storm",
    directions={"wind": 1.0, "rain": 0.0}, actor="Coast", summary="A storm", source="Gazette", reliability="B",
    credibility="2", verified="page", same_as="", origin="", replaces="", withdrawn=None, line=2,
)  # fmt: skip
COPY = replace(FIRST, id="b", reported=date(2030, 2, 5), reliability="A", directions={}, line=3)


def test_a_row_that_repeats_another_is_named_with_it():
    ((line, message),) = repeated_reports([FIRST, COPY])
    assert line == 3
    assert message.startswith("'b' repeats 'a' on line 2, and both count")
    third = replace(COPY, id="c", line=4)
    assert [line for line, _ in repeated_reports([FIRST, COPY, third])] == [3, 4]


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "flood"}, {"date": date(2030, 2, 2)}, {"actor": "Port"}, {"summary": "Another"},
        {"source": "Herald"}, {"same_as": "a"}, {"replaces": "a"}, {"withdrawn": date(2030, 3, 1)},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_differs_or_is_linked_or_taken_back_repeats_nothing(change):
    other = replace(COPY, **change)
    assert not list(repeated_reports([FIRST, other]))
    assert not list(repeated_reports([other, FIRST]))


def test_directions_without_a_signal_are_counted():
    signal = {"wind": {"per_unit": (0.3, 1.0)}}
    kind = {"coverage": {"selected": "press"}, "signs": "both", "signal": signal}
    driver = {
        "meaning": "m",
        "low": "l",
        "high": "h",
        "at_start": (-1, 1),
        "long_run": (-1, 1),
        "half_life": ["4w", "9w"],
    }
    scenario = Scenario.model_validate(
        {
            "scenario": "made",
            "title": "Made",
            "start": "2030-01-07",
            "horizon": "2031-01-07",
            "drivers": {"wind": driver, "rain": driver},
            "events": {"storm": kind, "flood": {"coverage": "selected", "signs": "positive"}},
            "states": {"dry": {"initial": True}, "wet": {}},
            "transitions": [{"from": "dry", "to": "wet", "within_12_months": (0.1, 0.4)}],
            "outcomes": [{"name": "ruin", "when": {"at_horizon": "wet"}}, {"name": "rest", "otherwise": True}],
        }
    )
    flood = replace(FIRST, id="c", event_type="flood", directions={"wind": 2.0})
    assert count_directions(scenario, [FIRST, COPY, flood]) == (3, 2)
