"""What deserves a second look: each finding alone, at its place, and silence where prior and data agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.evidence.records import Evidence, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.projection.first_year import StateYear, TransitionYear
from forecast.projection.long_run import LongRun, Loop, Spread, Stability
from forecast.projection.predictive import CountCheck, JudgementCheck, Predicted, SeriesCheck, ShareCheck, Tail
from forecast.projection.prior import PriorSummary
from forecast.projection.second_look import doubtful, second_look, unstable_loops
from forecast.scenario.types import Condition, EventType, Outcome, Scenario, Series

AS_OF = date(2024, 3, 31)
STABLE = Stability(0.0, 0.0, ())
USUAL = Tail(0.2, below=True)
FAR = Tail(0.004, below=False)
ONE = Spread(1, 1, 1, 1)
COUNT = CountCheck(Predicted(1, 3, 6), Predicted(0, 2, 4), 1.5, 2, USUAL, 21, 0.5)
SHARE = ShareCheck("press", "gale", Predicted(0.2, 0.5, 0.8), 3, 7, USUAL)
SERIES = SeriesCheck(0.8, 5.0, 9.0, 6, -4.0, 123.0, {"mean": USUAL, "highest": USUAL})
YEAR = TransitionYear((0.2, 0.4), False, (0.2, 0.35, 0.5), 1.1, 1.2, 0.3, 0.01)


@pytest.fixture
def scenario(scenario_of) -> Scenario:
    events = {
        "storm": {"coverage": {"complete": ["2024-01-01", "ongoing"]}, "signs": "positive", "per_month": [1, 3],
                  "rate_ratio": {"rain": [1.2, 2]}},
        "gale": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"wind": [1.2, 2]}},
        "calm": {"coverage": {"selected": "press"}, "signs": "positive"},
    }  # fmt: skip
    series = {"driver": "rain", "at_neutral": [1, 2], "per_unit": [0.1, 0.4], "noise": [0.1, 0.3]}
    base = scenario_of(
        ["on", "off"], [("on", "off", {"within_12_months": (0.2, 0.4)})], {"off": {"at_horizon": "off"}},
        drivers={"rain": {}, "wind": {}},
        influences=[{"from": "rain", "to": "wind", "effect": (0.1, 0.5)},
                    {"from": "wind", "to": "rain", "effect": (-0.9, -0.2)}],
    )  # fmt: skip
    return base.model_copy(
        update={
            "events": {name: EventType.model_validate(given) for name, given in events.items()},
            "series": {"gauge": Series.model_validate(series)},
        }
    )


@pytest.fixture
def seen_of(scenario):
    def make(*kinds: str):
        rows = []
        for i, kind in enumerate(kinds):
            day = date(2024, 1, 2) + timedelta(days=i)
            rows.append(Report(f"r{i}", day, day, day, kind, {}, "", "", "", "B", "2", "", "", "", "", None, i + 2))
        return take_snapshot(scenario, Evidence(reports=tuple(rows)), AS_OF)

    return make


def summary(**changes) -> PriorSummary:
    settled = LongRun({"rain": replace(ONE, at_medians=0.3), "wind": ONE}, {"rain": ONE, "wind": ONE}, {}, np.eye(2))
    base = PriorSummary(
        (), {}, {"on": StateYear({0: YEAR}, {})}, settled, {"storm": COUNT}, (SHARE,), {"gauge": SERIES}, (), (2, 1)
    )
    return replace(base, **changes)


def test_nothing_is_said_where_prior_and_data_agree(scenario, seen_of):
    assert second_look(scenario, seen_of("storm", "gale"), summary(), STABLE) == []
    assert second_look(scenario, None, summary(), STABLE) == []


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"counts": {"storm": replace(COUNT, observed=9, tail=FAR)}}, ("events", "storm", "per_month"),
         "9 reports, where the prior expects 0 to 4 (90%), and 1.5 if drivers were neutral; the prior gives as much or"
         " more 0.4%"),
        ({"counts": {"storm": replace(COUNT, silence_tail=0.0005)}}, ("events", "storm", "coverage", "complete"),
         "21 days without a report although coverage is complete: the prior gives a silence as long <0.1%"),
        ({"counts": {"storm": replace(COUNT, tail=FAR, silence_tail=0.0005)}}, ("events", "storm", "per_month"),
         "short overlap"),  # few reports and long silence are one problem
        ({"shares": (replace(SHARE, tail=Tail(0.001, below=True)),)}, ("events", "gale"),
         "3 of the 7 reports of the group press, where the prior expects a share of 20% to 80% (90%); the prior gives"
         " as little or less 0.1%"),
        ({"series": {"gauge": replace(SERIES, tails={"mean": USUAL, "highest": FAR})}}, ("series", "gauge"),
         "the highest of 6 values, which range from -4.00 to 123, where the prior expects 0.800 to 9.00"),
        ({"judgements": (JudgementCheck("wind", AS_OF, FAR),)}, ("drivers", "wind"), "an expert's judgement"),
        ({"first_year": {"on": StateYear({0: replace(YEAR, net=(0.3, 0.6, 0.8), mean_factor=1.9)}, {})}},
         ("transitions", 0, "within_12_months"),
         "the chance of on -> off within 12 months is 60% if no other exit existed, outside the 20% to 40% that was"
         " given at neutral drivers: drivers that are not neutral on average make the hazard 1.9 times, their spread"
         " 1.2 times; with all exits competing the chance is 30%"),
        ({"first_year": {"on": StateYear({0: replace(YEAR, net=(0.01, 0.05, 0.8), from_base_rate=True)}, {})}},
         ("transitions", 0, "base_rate"), "that the base rate stands for"),
        ({"long_run": LongRun({"rain": replace(ONE, at_medians=-2.4)}, {"rain": ONE}, {}, np.eye(2))},
         ("drivers", "rain", "long_run"), "settles at -2.4"),
        ({"long_run": LongRun({"rain": ONE}, {"rain": replace(ONE, at_medians=2.6)}, {}, np.eye(2))},
         ("drivers", "rain"), "the standard deviation is 2.6"),
    ],
)  # fmt: skip
def test_each_finding_alone(scenario, seen_of, changes, path, said):
    ((place, message),) = second_look(scenario, seen_of("storm", "gale"), summary(**changes), STABLE)
    assert place == path
    assert said in message


@pytest.mark.parametrize(
    ("changes", "doubted"),
    [
        ({}, False),
        ({"counts": {"storm": replace(COUNT, tail=FAR)}}, True),
        ({"counts": {"storm": replace(COUNT, silence_tail=0.0005)}}, True),
        ({"shares": (replace(SHARE, tail=FAR),)}, True),
        ({"series": {"gauge": replace(SERIES, tails={"mean": USUAL, "highest": FAR})}}, True),
        ({"judgements": (JudgementCheck("wind", AS_OF, FAR),)}, True),
        ({"first_year": {"on": StateYear({0: replace(YEAR, net=(0.3, 0.6, 0.8))}, {})}}, False),
        ({"long_run": LongRun({"rain": replace(ONE, at_medians=-2.4)}, {"rain": ONE}, {}, np.eye(2))}, False),
    ],
)
def test_evidence_that_the_prior_hardly_allows_makes_a_forecast_doubtful(scenario, changes, doubted):
    assert doubtful(scenario, summary(**changes), STABLE) == doubted


def test_unstable_drivers_and_unreached_outcomes_make_a_forecast_doubtful(scenario):
    assert doubtful(scenario, summary(), replace(STABLE, unstable=0.002))
    assert not doubtful(scenario, summary(), replace(STABLE, unstable=0.0009))
    never = Outcome(name="never", when=Condition(at_horizon=("off",), never=("off",)))
    assert doubtful(scenario.model_copy(update={"outcomes": (never, *scenario.outcomes)}), summary(), STABLE)


@pytest.mark.parametrize(("median", "told"), [(0.44, False), (0.48, True), (0.18, False), (0.15, True)])
def test_a_transition_must_leave_its_range_by_a_lot(scenario, median, told):
    # hazards of the ends 0.2 and 0.4 are 0.223 and 0.511 a year; 1.25 times beyond them lie 0.163 and 0.472
    changes = {"first_year": {"on": StateYear({0: replace(YEAR, net=(0.1, median, 0.9))}, {})}}
    assert bool(second_look(scenario, None, summary(**changes), STABLE)) == told


def test_types_and_drivers_without_evidence_are_named(scenario, seen_of):
    found = dict(second_look(scenario, seen_of("storm"), summary(), STABLE))
    assert list(found) == [("events", "gale"), ("drivers", "wind")]  # rain: a complete type, even where it is silent
    assert "no report of this type or its group by 2024-03-31" in found["events", "gale"]
    assert "no evidence by 2024-03-31 measures this driver" in found["drivers", "wind"]
    assert second_look(scenario, seen_of("calm"), summary(), STABLE) == []  # another type of the group tells of it


def test_a_loop_is_placed_at_its_strongest_influence(scenario):
    loop = Loop(("rain", "wind"), (0, 1), 0.004)
    found = Stability(0.004, 0.0004, (loop, replace(loop, unstable=0.0)))
    ((path, message),) = unstable_loops(scenario, found)
    assert path == ("influences", 1, "effect")
    assert "(rain -> wind, wind -> rain) make the drivers unstable in 0.4% of prior draws" in message
    assert second_look(scenario, None, summary(), found) == [(path, message)]
    assert second_look(scenario, None, summary(), replace(found, unstable=0.0009)) == []
