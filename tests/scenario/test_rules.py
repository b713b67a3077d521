"""What must hold between the parts of a scenario, what it is warned of, and which outcomes can happen."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.scenario.histories import holds, reachable_states, unmatched_outcomes
from forecast.scenario.rules import problems, warnings
from forecast.scenario.types import Scenario


def driver() -> dict[str, Any]:
    return {
        "meaning": "more",
        "low": "little",
        "high": "much",
        "at_start": [-1, 1],
        "long_run": [-1, 1],
        "half_life": ["4w", "20w"],
    }


def chance(from_: str, to: str, **more: Any) -> dict[str, Any]:
    return {"from": from_, "to": to, "within_12_months": [0.1, 0.4], **more}


def based(from_: str, to: str, years: float) -> dict[str, Any]:
    return {"from": from_, "to": to, "base_rate": {"events": 2, "exposure_years": years}}


COMPLETE = {"complete": ["2030-01-07", "ongoing"]}
GROUPED = {"selected": "press"}


def scenario(**changes: Any) -> Scenario:
    """Make a scenario without problems or warnings, with some of its sections replaced."""
    base = {
        "scenario": "made",
        "title": "Made",
        "start": "2030-01-07",
        "horizon": "2031-01-07",
        "drivers": {"wind": driver(), "rain": driver()},
        "influences": [{"from": "wind", "to": "rain", "effect": [0.1, 0.5]}],
        "events": {
            "storm": {
                "coverage": COMPLETE,
                "signs": "both",
                "per_month": [0.5, 2],
                "signal": {"wind": {"per_unit": [0.3, 1]}},
                "rate_ratio": {"rain": [1.2, 2]},
            },
            "flood": {"coverage": GROUPED, "signs": "positive", "rate_ratio": {"rain": [1.2, 3]}},
            "gale": {"coverage": GROUPED, "signs": "positive"},
        },
        "series": {"gauge": {"driver": "rain", "at_neutral": [1, 2], "per_unit": [0.1, 0.4], "noise": [0.1, 0.3]}},
        "states": {"dry": {"initial": True}, "wet": {}, "lost": {}},
        "transitions": [
            chance("dry", "wet", hazard_ratio={"rain": [1.5, 3]}),
            chance("wet", "dry"),
            chance("wet", "lost"),
        ],
        "outcomes": [
            {"name": "ruin", "when": {"at_horizon": "lost"}},
            {"name": "scare", "when": {"ever": "wet"}},
            {"name": "calm", "otherwise": True},
        ],
    }
    return Scenario.model_validate(base | changes)


def event(**changes: Any) -> dict[str, Any]:
    return {"coverage": COMPLETE, "signs": "both", "per_month": [0.5, 2]} | changes


def influence(from_: str, to: str, effect: tuple[float, float] = (0.1, 0.5)) -> dict[str, Any]:
    return {"from": from_, "to": to, "effect": effect}


def series(**changes: Any) -> dict[str, Any]:
    return {"driver": "rain", "at_neutral": [1, 2], "per_unit": [0.1, 0.4], "noise": [0.1, 0.3]} | changes


def test_the_example_is_clean() -> None:
    assert problems(scenario()) == []
    assert warnings(scenario()) == []


OTHERWISE = {"name": "rest", "otherwise": True}
ONE = {"selected": "alone"}


@pytest.mark.parametrize(
    ("changes", "path", "fragment"),
    [
        ({"horizon": "2030-01-07"}, ("horizon",), "must be after the start 2030-01-07"),
        ({"influences": [influence("wynd", "rain")]}, ("influences", 0, "from"), "'wynd'; did you mean 'wind'?"),
        ({"influences": [influence("wind", "sun")]}, ("influences", 0, "to"), "'sun'; known: wind, rain"),
        ({"influences": [influence("wind", "wind")]}, ("influences", 0), "cannot influence itself"),
        ({"influences": [influence("wind", "rain")] * 2}, ("influences", 1), "is given twice"),
        (
            {"events": {"e": event(signal={"rein": {"per_unit": [0.1, 1]}})}},
            ("events", "e", "signal", "rein"),
            "unknown driver 'rein'; did you mean 'rain'?",
        ),
        ({"events": {"e": event(rate_ratio={"win": [1.1, 2]})}}, ("events", "e", "rate_ratio", "win"), "mean 'wind'?"),
        ({"events": {"e": event(per_month=None)}}, ("events", "e", "per_month"), "complete coverage needs its rate"),
        (
            {"events": {"e": event(coverage="selected", rate_ratio={"wind": [1.1, 2]})}},
            ("events", "e", "rate_ratio"),
            "name a group",
        ),
        (
            {"events": {"e": event(signs="negative", signal={"wind": {"per_unit": [0.1, 1]}})}},
            ("events", "e", "signal"),
            "only where signs is both, and here it is negative",
        ),
        (
            {"events": {"a": event(coverage=ONE), "b": event(coverage=ONE, per_month=None)}},
            ("events", "b", "per_month"),
            "give all of them one, or none",
        ),
        (
            {"events": {"e": event(coverage={"complete": ["2029-01-01", "2030-01-06"]})}},
            ("events", "e", "coverage", "complete"),
            "coverage ends on 2030-01-06, before the scenario starts on 2030-01-07",
        ),
        ({"series": {"s": series(driver="rains")}}, ("series", "s", "driver"), "did you mean 'rain'?"),
        (
            {"series": {"s": series(transform="log", at_neutral=[0, 2])}},
            ("series", "s", "at_neutral"),
            "above 0 for a log transform",
        ),
        ({"states": {"dry": {}, "wet": {}, "lost": {}}}, ("states",), "one state must have initial: true"),
        (
            {"states": {"dry": {"initial": True}, "wet": {"initial": True}, "lost": {}}},
            ("states", "wet", "initial"),
            "'dry' is it already",
        ),
        (
            {"states": {"dry": {"initial": True}, "wet": {}, "lost": {}, "far": {}}},
            ("states", "far"),
            "no path of transitions leads here from 'dry'",
        ),
        (
            {"states": {"dry": {"initial": True}, "wet": {"breaks_before": [0.1, 0.3]}, "lost": {}}},
            ("states", "wet", "breaks_before"),
            "needs a min_duration",
        ),
        (
            {"states": {"dry": {"initial": True}, "wet": {"min_duration": "30d"}, "lost": {}}},
            ("states", "wet", "min_duration"),
            "needs the chance of breaking before it",
        ),
        (
            {
                "states": {
                    "dry": {"initial": True},
                    "wet": {"min_duration": "0d", "breaks_before": [0.1, 0.3]},
                    "lost": {},
                }
            },
            ("states", "wet", "min_duration"),
            "above 0",
        ),
        (
            {"transitions": [chance("dry", "wet"), chance("wet", "lost"), chance("wet", "losst")]},
            ("transitions", 2, "to"),
            "unknown state 'losst'; did you mean 'lost'?",
        ),
        (
            {"transitions": [chance("dry", "wet"), chance("wet", "lost"), chance("dri", "lost")]},
            ("transitions", 2, "from"),
            "unknown state 'dri'; did you mean 'dry'?",
        ),
        (
            {"transitions": [chance("dry", "wet"), chance("wet", "lost"), chance("wet", "wet")]},
            ("transitions", 2),
            "from 'wet' to itself",
        ),
        (
            {"transitions": [chance("dry", "wet"), chance("wet", "lost"), chance("dry", "wet")]},
            ("transitions", 2),
            "from 'dry' to 'wet' is given twice",
        ),
        (
            {"transitions": [chance("dry", "wet", hazard_ratio={"rian": [1.1, 2]}), chance("wet", "lost")]},
            ("transitions", 0, "hazard_ratio", "rian"),
            "unknown driver 'rian'; did you mean 'rain'?",
        ),
        (
            {"outcomes": [{"name": "rest", "when": {"ever": "wet"}}, OTHERWISE]},
            ("outcomes", 1, "name"),
            "'rest' is given already",
        ),
        (
            {"outcomes": [{"name": "a", "when": {"ever": "wet"}}, {"name": "b", "when": {"never": "wet"}}]},
            ("outcomes", 1),
            "the last outcome must be `otherwise: true`",
        ),
        (
            {"outcomes": [{"name": "a", "otherwise": True}, OTHERWISE]},
            ("outcomes", 0, "otherwise"),
            "only the last outcome",
        ),
        (
            {"outcomes": [{"name": "a", "when": {"never": ["wet", "dryy"]}}, OTHERWISE]},
            ("outcomes", 0, "when", "never"),
            "unknown state 'dryy'; did you mean 'dry'?",
        ),
    ],
)
def test_each_problem_alone(changes: dict[str, Any], path: tuple[Any, ...], fragment: str) -> None:
    found = problems(scenario(**changes))
    assert [place for place, _ in found] == [path]
    assert fragment in found[0][1]


@pytest.mark.parametrize(
    ("changes", "path", "fragment"),
    [
        ({"influences": [influence("wind", "rain", (-0.1, 0.5))]}, ("influences", 0, "effect"), "holds 0"),
        (
            {"events": {"e": event(signal={"wind": {"per_unit": [-0.1, 1]}})}},
            ("events", "e", "signal", "wind", "per_unit"),
            "two mirror-image solutions",
        ),
        ({"events": {"e": event(rate_ratio={"wind": [0.9, 2]})}}, ("events", "e", "rate_ratio", "wind"), "holds 1"),
        ({"series": {"gauge": series(per_unit=[-0.4, 0.4])}}, ("series", "gauge", "per_unit"), "the sign is open"),
        (
            {"transitions": [chance("dry", "wet", hazard_ratio={"rain": [0.5, 3]}), chance("wet", "lost")]},
            ("transitions", 0, "hazard_ratio", "rain"),
            "the sign is open",
        ),
        (
            {"events": {"e": event(coverage=ONE, rate_ratio={"wind": [1.2, 2]})}},
            ("events", "e", "rate_ratio"),
            "only type of the group 'alone': its rate cancels",
        ),
        ({"events": {"e": event(coverage="selected")}}, ("events", "e"), "kept and unused"),
        ({"drivers": {"wind": driver(), "rain": driver(), "sun": driver()}}, ("drivers", "sun"), "nothing observes"),
        (
            {"drivers": {"wind": driver(), "rain": driver() | {"half_life": ["1d", "6d"]}}},
            ("drivers", "rain", "half_life"),
            "fade within one step (a week)",
        ),
        (
            {"transitions": [based("dry", "wet", years=0.5), chance("wet", "lost"), based("lost", "dry", years=1.0)]},
            ("transitions", 0, "base_rate", "exposure_years"),
            "0.5 years in all",
        ),
        (
            {
                "transitions": [
                    chance("dry", "wet"),
                    chance("wet", "lost", ageing={"age0": "30d", "exponent": [-0.8, 0.1]}),
                ]
            },
            ("transitions", 1, "ageing", "exponent"),
            "holds 0",
        ),
        (
            {"outcomes": [{"name": "a", "when": {"at_horizon": "lost", "never": "wet"}}, OTHERWISE]},
            ("outcomes", 0),
            "no history of states reaches the outcome 'a'",
        ),
        (
            {"outcomes": [{"name": "a", "when": {"ever": "dry"}}, OTHERWISE]},
            ("outcomes", 1),
            "no history of states reaches the outcome 'rest'",
        ),
    ],
)
def test_each_warning_alone(changes: dict[str, Any], path: tuple[Any, ...], fragment: str) -> None:
    made = scenario(**changes)
    assert problems(made) == []
    found = warnings(made)
    assert [place for place, _ in found] == [path]
    assert fragment in found[0][1]


def test_a_range_that_only_touches_neutral_has_a_sign() -> None:
    made = scenario(
        influences=[influence("wind", "rain", (0.0, 0.5))], events={"e": event(rate_ratio={"wind": [0.5, 1]})}
    )
    assert warnings(made) == []


def test_a_complete_type_without_any_loading_is_quiet() -> None:
    assert warnings(scenario(events={"e": event()})) == []


NAMES = ("a", "b", "c", "d")
PAIRS = [pair for pair in itertools.product(NAMES, NAMES) if pair[0] != pair[1]]
condition = st.dictionaries(
    st.sampled_from(["at_horizon", "ever", "never"]),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=2),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PAIRS), min_size=1, unique=True), st.lists(condition, min_size=1, max_size=4))
def test_outcomes_that_can_happen_agree_with_walking_every_short_history(
    pairs: list[tuple[str, str]], conditions: list[dict[str, list[str]]]
) -> None:
    made = scenario(
        states={name: {"initial": name == "a"} for name in NAMES},
        transitions=[chance(*pair) for pair in pairs],
        outcomes=[{"name": f"o{i}", "when": when} for i, when in enumerate(conditions)] + [OTHERWISE],
    )
    # Four states: every (state, visited set) that can be reached at all is reached within 4 + 3 + 2 + 1 changes.
    histories = {("a", frozenset("a"))}
    for _ in range(10):
        histories |= {(to, seen | {to}) for state, seen in histories for from_, to in pairs if from_ == state}
    happened = {
        next(i for i, o in enumerate(made.outcomes) if o.when is None or holds(o.when, state, visited))
        for state, visited in histories
    }
    assert unmatched_outcomes(made) == sorted(set(range(len(made.outcomes))) - happened)
    assert reachable_states(made) == {state for state, _ in histories}
