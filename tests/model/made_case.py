"""A made-up scenario that uses every feature of the model, and short ways to write scenarios, rows and draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord
from forecast.model.draws import Draws, elicited_priors, partial_shape
from forecast.model.grades import DIGIT_UNKNOWNS, LETTER_UNKNOWNS
from forecast.model.spec import ModelSpec
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

START = date(2030, 1, 7)  # a Monday
AS_OF = date(2030, 5, 15)  # a Wednesday: three days of step 18
ONGOING = {"complete": ["2030-01-07", "ongoing"]}


def driver(**changes: Any) -> dict[str, Any]:
    """Write a driver whose half-life has the median 8 weeks and whose long run is centred at neutral."""
    words = {"meaning": "m", "low": "l", "high": "h"}
    return {**words, "at_start": [-1, 1.5], "long_run": [-1, 1], "half_life": ["4w", "16w"], **changes}


def scenario(**changes: Any) -> Scenario:
    """Make a small scenario of one driver, without evidence, with some of its sections replaced."""
    base = {
        "scenario": "made",
        "title": "Made",
        "start": "2030-01-07",
        "horizon": "2031-01-07",
        "drivers": {"wind": driver()},
        "states": {"dry": {"initial": True}, "wet": {}},
        "transitions": [{"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4]}],
        "outcomes": [{"name": "flood", "when": {"at_horizon": "wet"}}, {"name": "rest", "otherwise": True}],
    }
    return Scenario.model_validate(base | changes)


def full_scenario() -> Scenario:
    """Make a scenario with every feature of the model; nothing but marks graded E5 touches the driver ``idle``."""
    press, other = {"selected": "press"}, {"selected": "other"}
    level = {"per_unit": [-1.2, -0.4], "measures": "level", "noise": [0.3, 0.9]}
    push = {"per_unit": [0.4, 1.2]}
    routine = {"per_unit": [0.3, 1.0], "at_neutral": [0.4, 1.2]}
    return scenario(
        drivers={
            "wind": driver(),
            "rain": driver(half_life=["2w", "9w"], season={"amplitude": [0.1, 0.9], "peak": "03-20"}),
            "heat": driver(at_start=[-2, 0], long_run=[0.1, 1.2]),
            "idle": driver(),
        },
        correlated_shocks={"lkj": 4.0},
        influences=[
            {"from": "wind", "to": "rain", "effect": [0.1, 0.6]},
            {"from": "rain", "to": "wind", "effect": [0.1, 0.7]},
            {"from": "heat", "to": "wind", "effect": [-0.4, 0.4]},
            {"from": "wind", "to": "heat", "effect": [-0.6, -0.1]},
        ],
        events={
            "storm": {
                "coverage": ONGOING, "signs": "both", "per_month": [1, 4], "report_lag": ["0d", "6d"],
                "signal": {"wind": push, "rain": level}, "rate_ratio": {"wind": [1.3, 2.5], "heat": [0.5, 0.9]},
                "dispersion": [1.3, 3.0], "season": {"amplitude": [-0.3, 0.6], "peak": "12-01"},
            },
            "visit": {
                "coverage": {"complete": ["2030-01-24", "2030-04-03"]}, "signs": "both", "per_month": [0.5, 3],
                "signal": {"heat": routine, "idle": push},
            },
            "gale": {
                "coverage": ONGOING, "signs": "positive", "per_month": [0.3, 2], "report_lag": ["3d", "3d"],
                "rate_ratio": {"rain": [0.8, 1.6]},
            },
            "flood": {
                "coverage": press, "signs": "positive", "per_month": [0.5, 2], "rate_ratio": {"rain": [1.2, 3]},
                "season": {"amplitude": [0.1, 0.5], "peak": "04-15"},
            },
            "drought": {
                "coverage": press, "signs": "both", "per_month": [0.2, 1],
                "rate_ratio": {"rain": [0.4, 0.8], "heat": [1.1, 2]}, "signal": {"wind": push, "heat": level},
            },
            "market": {"coverage": press, "signs": "positive", "per_month": [1, 2]},
            "rumour": {"coverage": other, "signs": "both", "rate_ratio": {"idle": [1.5, 4]}, "signal": {"idle": level}},
            "gossip": {"coverage": other, "signs": "positive"},
            "vote": {"coverage": "selected", "signs": "both", "signal": {"rain": level}},
            "poll": {"coverage": "selected", "signs": "both", "signal": {"idle": push}},
        },
        series={
            "gauge": {"driver": "rain", "at_neutral": [3, 9], "per_unit": [0.5, 2], "noise": [0.3, 1], "scale": 2.0},
            "loss": {
                "driver": "wind", "transform": "log", "at_neutral": [20, 80], "per_unit": [-0.6, -0.1],
                "noise": [0.2, 0.6], "aggregate": "sum", "scale": 10.0,
            },
            "net": {
                "driver": "heat", "transform": "asinh", "at_neutral": [-50, 200], "per_unit": [-0.5, 0.9],
                "noise": [0.2, 0.8], "aggregate": "sum", "scale": 100.0,
            },
        },
        states={
            "dry": {"initial": True}, "wet": {}, "lost": {},
            "iced": {"min_duration": "10d", "breaks_before": [0.2, 0.7]},
        },
        transitions=[
            {
                "from": "dry", "to": "wet", "within_12_months": [0.2, 0.6], "hazard_ratio": {"rain": [1.5, 3]},
                "ageing": {"age0": "20d", "exponent": [0.1, 0.9]},
            },
            {
                "from": "dry", "to": "lost", "base_rate": {"events": 1, "exposure_years": 9.5},
                "hazard_ratio": {"wind": [0.4, 0.9], "heat": [0.7, 1.6]},
            },
            {"from": "wet", "to": "dry", "base_rate": {"events": 5, "exposure_years": 2.5}},
            {"from": "wet", "to": "lost", "within_12_months": [0.6, 0.98]},
            {"from": "dry", "to": "iced", "within_12_months": [0.2, 0.7], "hazard_ratio": {"wind": [1.2, 3]}},
            {
                "from": "iced", "to": "dry", "within_12_months": [0.5, 0.9],
                "ageing": {"age0": "30d", "exponent": [-1.4, -0.3]},
            },
            {"from": "iced", "to": "lost", "base_rate": {"events": 2, "exposure_years": 3.5}},
        ],
        outcomes=[{"name": "ruin", "when": {"at_horizon": "lost"}}, {"name": "rest", "otherwise": True}],
    )  # fmt: skip


def full_evidence() -> Evidence:
    """Evidence for :func:`full_scenario`: every kind of mark, period, judgement and change, spells included."""
    reports = (
        report("2030-01-07", "storm", "B2", wind=1.0, rain=-1.0),  # in step 0, both signals
        report("2030-02-13", "storm", "A1", wind=-2.0),  # one signal of two
        report("2030-02-14", "storm", "C3", idle=2.0),  # a direction for which the type has no signal
        report("2030-02-14", "storm", "E5", lag=4, wind=2.0, rain=0.5),
        report("2030-03-05", "storm", "C3", wind=1.0, rain=0.5),  # one event from three reports of two origins
        replace(report("2030-03-06", "storm", "B2", wind=2.0), same_as="storm-2030-03-05-C3", origin="agency"),
        replace(report("2030-03-06", "storm", "C2", lag=1), same_as="storm-2030-03-05-C3", origin="agency"),
        report("2030-05-15", "storm", "F6"),
        report("2030-05-14", "storm", "A2", lag=2, wind=2.0),  # reported after the as-of date
        report("2030-02-01", "visit", "D4", heat=1.0),
        report("2030-03-01", "visit", "E5", idle=2.0),
        report("2030-03-20", "gale", "B1", lag=3),
        report("2030-04-20", "gale", "A1", lag=3),
        report("2030-01-30", "flood", "B3"),
        report("2030-01-31", "drought", "C2", lag=2, wind=1.0, heat=-1.0),
        report("2030-03-12", "drought", "A1", heat=2.0),
        report("2030-04-17", "drought", "E5", wind=-1.0),
        report("2030-04-17", "market", "C3"),
        report("2030-02-20", "rumour", "E5", idle=-1.0),
        report("2030-04-10", "gossip", "E5"),
        report("2030-03-06", "vote", "B2", rain=1.5),
        report("2030-03-07", "vote", "A1", rain=-0.5),
        report("2030-05-01", "poll", "E5", idle=2.0),
    )
    series = (
        value("gauge", "2030-01-05", "2030-01-11", 11.0),  # begins before the first step
        value("gauge", "2030-01-14", "2030-01-16", 7.0),  # within one step
        value("gauge", "2030-01-17", "2030-01-23", 9.0),  # two steps
        value("gauge", "2030-04-01", "2030-05-14", 14.0),
        value("loss", "2030-01-07", "2030-02-05", 33.0),
        value("loss", "2030-02-06", "2030-02-28", 61.0),
        value("net", "2030-02-01", "2030-02-28", -80.0),
        value("net", "2030-03-01", "2030-05-15", 900.0),
    )
    judgements = (judgement("2030-02-03", "wind", -0.5, 1.5), judgement("2030-05-15", "heat", -1.0, 0.0))
    transitions = (
        transition("2030-01-12", "dry", "iced"),
        transition("2030-01-15", "iced", "dry"),  # broke on its fourth day
        transition("2030-02-20", "dry", "wet"),
        transition("2030-04-02", "wet", "dry"),
        transition("2030-04-10", "dry", "iced"),  # held from 20 April on
        transition("2030-05-02", "iced", "dry"),
        transition("2030-05-11", "dry", "iced"),  # open on the as-of date
    )
    return Evidence(reports, series, judgements, transitions)


def full_weights(table: np.ndarray) -> np.ndarray:
    """Weights in which E5 is surely spurious and A1 surely genuine."""
    weights = table.copy()
    weights[4, 4], weights[0, 0] = 0.0, 1.0
    return weights


def report(day: str, kind: str, grade: str = "B2", lag: int = 0, **directions: float) -> Report:
    """Write one report, known so many days after the event."""
    happened = date.fromisoformat(day)
    known = shift(happened, lag)
    return Report(
        f"{kind}-{day}-{grade}", happened, known, known, kind, directions, "", "", "", *grade, "", "", "", "", None, 0
    )


def value(series: str, start: str, end: str, number: float) -> SeriesValue:
    """Write one series value, published on its last day."""
    last = date.fromisoformat(end)
    return SeriesValue(series, date.fromisoformat(start), last, number, last, last, "", 0)


def judgement(day: str, driver: str, low: float, high: float) -> Judgement:
    """Write one judgement, known at once."""
    known = date.fromisoformat(day)
    return Judgement(f"{driver}-{day}", driver, known, low, high, "expert", known, known, "", 0)


def transition(day: str, from_: str, to: str) -> TransitionRecord:
    """Write one change of state, known at once."""
    known = date.fromisoformat(day)
    return TransitionRecord(known, from_, to, known, known, "", 0)


def median_unknowns(spec: ModelSpec, n_steps: int, n: int = 1) -> dict[str, np.ndarray]:
    """Unknowns with every elicited quantity at its median, no shocks and an even mix of grades."""
    unknowns = {f"{name}_z": np.zeros((n, len(prior))) for name, prior in elicited_priors(spec).items()}
    unknowns["innovation"] = np.zeros((n, n_steps, len(spec.drivers)))
    unknowns["mean_hazard"] = np.tile(spec.base_shape / spec.base_rate, (n, 1))
    unknowns["partial"] = np.full((n, len(partial_shape(spec))), 0.5)
    unknowns["letter_z"] = np.zeros((n, LETTER_UNKNOWNS * spec.learn_grades))
    unknowns["digit_z"] = np.zeros((n, DIGIT_UNKNOWNS * spec.learn_grades))
    for name in ("letter_mix", "digit_mix"):
        unknowns[name] = np.full((n, len(spec.mix_type), 6), 1 / 6)
    return unknowns


def at_level(spec: ModelSpec, level: np.ndarray) -> Draws:
    """Median draws on given driver paths of shape (n, T, K), whatever the dynamics would make of them."""
    return replace(Draws.of(spec, median_unknowns(spec, level.shape[1], len(level))), level=level)
