"""The two cases in the repository: complete, reasoned, consistent with their data and stable under their priors."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from forecast.scenario.types import Condition, Scenario
from forecast.timegrid import iso_date

ROOT = Path(__file__).resolve().parents[1]
CASES = {"ukraine-2025": ROOT, "harbour-strike": ROOT / "tests" / "cases"}
CODEBOOK_ROW = re.compile(r"^\| (?P<type>[a-z_]+) \| [^|]+ \| (?P<signs>both|\+|-) \| (?P<coverage>[^|]+) \|")
SIGNS = {"both": "both", "+": "positive", "-": "negative"}
FIRST_MONTH_OF_CASE = "2024-11-01"

Floats = NDArray[np.float64]


def scenario_of(name: str) -> Scenario:
    text = (CASES[name] / "priors" / f"{name}.yaml").read_text(encoding="utf-8")
    return Scenario.model_validate(yaml.safe_load(text))


def rows_of(name: str, file: str) -> list[dict[str, str]]:
    with (CASES[name] / "data" / name / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def directions(row: Mapping[str, str]) -> dict[str, float]:
    drivers, codes = row["driver"].split(";"), row["direction"].split(";")
    return dict(zip(drivers, map(float, codes), strict=True))


def median(low: float, high: float) -> float:
    """Median of the prior that a 90% range stands for: log-normal on its side of zero, normal across it."""
    return (low + high) / 2 if low * high <= 0 else float(np.sign(low) * np.sqrt(low * high))


def influence_at_medians(scenario: Scenario) -> tuple[Floats, Floats]:
    """Persistence phi (K,) per step and influence matrix A (K, K), rows the drivers influenced."""
    index = {name: k for k, name in enumerate(scenario.drivers)}
    half_lives = np.array([median(*driver.half_life) for driver in scenario.drivers.values()])
    influence = np.zeros((len(index), len(index)))
    for item in scenario.influences:
        influence[index[item.to], index[item.from_]] = median(*item.effect)
    return 2.0 ** (-scenario.grid.step_days / half_lives), influence


@pytest.fixture(scope="module", params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, Scenario]:
    return request.param, scenario_of(request.param)


def names_of_drivers_used(scenario: Scenario) -> Iterator[str]:
    for influence in scenario.influences:
        yield from (influence.from_, influence.to)
    for event in scenario.events.values():
        yield from (*event.signal, *event.rate_ratio)
    for series in scenario.series.values():
        yield series.driver
    for transition in scenario.transitions:
        yield from transition.hazard_ratio


def test_every_range_has_a_reason(case: tuple[str, Scenario]) -> None:
    _, scenario = case
    items: dict[str, Any] = {
        **{f"drivers.{k}": v for k, v in scenario.drivers.items()},
        **{f"influences.{v.from_}.{v.to}": v for v in scenario.influences},
        **{f"events.{k}": v for k, v in scenario.events.items()},
        **{f"series.{k}": v for k, v in scenario.series.items()},
        **{f"transitions.{v.from_}.{v.to}": v for v in scenario.transitions},
        **{f"outcomes.{v.name}": v for v in scenario.outcomes},
    }
    assert [key for key, item in items.items() if not (item.reason or "").strip()] == []


def test_names_refer_to_what_is_declared(case: tuple[str, Scenario]) -> None:
    _, scenario = case
    assert set(names_of_drivers_used(scenario)) <= set(scenario.drivers)
    assert {state for t in scenario.transitions for state in (t.from_, t.to)} == set(scenario.states)
    assert sum(state.initial for state in scenario.states.values()) == 1
    assert scenario.outcomes[-1].otherwise


def test_event_types_use_only_what_their_coverage_and_signs_allow(case: tuple[str, Scenario]) -> None:
    _, scenario = case
    weighted: dict[str, set[bool]] = {}
    for name, event in scenario.events.items():
        assert not event.signal or event.signs == "both", name
        if event.coverage.complete:
            assert event.per_month is not None, name
        elif event.coverage.selected is None:
            assert event.rate_ratio == {}, name
            assert event.per_month is None, name
        else:
            weighted.setdefault(event.coverage.selected, set()).add(event.per_month is not None)
    members = [event.coverage.selected for event in scenario.events.values() if event.coverage.selected]
    assert all(members.count(group) >= 2 for group in weighted)
    assert all(len(given) == 1 for given in weighted.values())


def test_ratios_and_loadings_keep_one_sign(case: tuple[str, Scenario]) -> None:
    _, scenario = case
    ratios = [r for item in (*scenario.events.values(),) for r in item.rate_ratio.values()]
    ratios += [r for item in scenario.transitions for r in item.hazard_ratio.values()]
    assert [(low, high) for low, high in ratios if low < 1 < high] == []
    loadings = [s.per_unit for e in scenario.events.values() for s in e.signal.values()]
    loadings += [s.per_unit for s in scenario.series.values()]
    assert [(low, high) for low, high in loadings if low * high <= 0] == []


def test_events_fit_the_scenario(case: tuple[str, Scenario]) -> None:
    name, scenario = case
    rows = rows_of(name, "events.csv")
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        event = scenario.events[row["event_type"]]
        codes = directions(row)
        assert set(codes) <= set(scenario.drivers), row["id"]
        assert all(-2 <= code <= 2 for code in codes.values()), row["id"]
        if event.signs != "both":
            sign = 1 if event.signs == "positive" else -1
            assert all(sign * code >= 0 for code in codes.values()), row["id"]
        day, reported = iso_date(row["date"]), iso_date(row["reported"])
        assert scenario.start <= day <= reported, row["id"]
        if event.coverage.complete:
            first, last = event.coverage.complete
            assert first <= day, row["id"]
            assert last == "ongoing" or day <= last, row["id"]


def test_other_tables_fit_the_scenario(case: tuple[str, Scenario]) -> None:
    name, scenario = case
    values = rows_of(name, "series.csv")
    assert {row["series"] for row in values} == set(scenario.series)
    assert all(row["start"] <= row["end"] < row["reported"] for row in values)
    assert all(a["end"] < b["start"] for a, b in pairwise(values) if a["series"] == b["series"])
    assert {row["driver"] for row in rows_of(name, "judgements.csv")} <= set(scenario.drivers)
    moves = {(t.from_, t.to) for t in scenario.transitions}
    assert {(row["from"], row["to"]) for row in rows_of(name, "transitions.csv")} <= moves
    for question in rows_of(name, "questions.csv"):
        target = Condition.model_validate(yaml.safe_load(question["target"]))
        named = [*(target.ever or ()), *(target.never or ()), *(target.at_horizon or ())]
        assert set(named) <= set(scenario.states)
        assert scenario.start < iso_date(question["by"]) <= scenario.horizon
        assert int(question["min_duration_days"]) >= 0


def test_drivers_are_stable_and_keep_their_scale_at_prior_medians(case: tuple[str, Scenario]) -> None:
    _, scenario = case
    phi, influence = influence_at_medians(scenario)
    size = len(phi)
    step = np.diag(phi) + (np.eye(size) - np.diag(phi)) @ influence
    assert np.abs(np.linalg.eigvals(step)).max() < 1
    assert np.abs(np.linalg.eigvals(np.abs(influence))).max() < 1  # enough for all half-lives
    shocks = np.diag(1 - phi**2)
    covariance = np.linalg.solve(np.eye(size**2) - np.kron(step, step), shocks.ravel()).reshape(size, size)
    np.testing.assert_allclose(covariance, step @ covariance @ step.T + shocks, atol=1e-10)
    spread = np.sqrt(np.diag(covariance))
    assert spread.min() > 0.8
    assert spread.max() < 1.6


def test_ukraine_codebook_and_scenario_list_the_same_types() -> None:
    scenario = scenario_of("ukraine-2025")
    text = (ROOT / "data" / "ukraine-2025" / "CODEBOOK.md").read_text(encoding="utf-8")
    listed = {m["type"]: m for m in map(CODEBOOK_ROW.match, text.splitlines()) if m}
    assert set(listed) == set(scenario.events)
    assert len(listed) == 24
    for name, event in scenario.events.items():
        coverage = "complete" if event.coverage.complete else event.coverage.selected or "alone"
        assert listed[name]["coverage"].split()[0] == coverage, name
        assert SIGNS[listed[name]["signs"]] == event.signs, name


def test_ukraine_states_and_outcomes_are_the_agreed_ones() -> None:
    scenario = scenario_of("ukraine-2025")
    assert list(scenario.states) == ["war", "truce", "us_exit", "collapse", "settlement"]
    assert scenario.initial_state == "war"
    names = ["collapse", "settlement", "deal_holds", "deal_failed", "us_exit", "war_continues"]
    assert [outcome.name for outcome in scenario.outcomes] == names


def test_ukraine_long_series_are_centred_on_months_before_the_case() -> None:
    scenario = scenario_of("ukraine-2025")
    for name in ("net_area_km2_isw", "missiles_launched"):
        history = [
            float(row["value"])
            for row in rows_of("ukraine-2025", "series.csv")
            if row["series"] == name and "2023-01-01" <= row["start"] < FIRST_MONTH_OF_CASE
        ]
        low, high = scenario.series[name].at_neutral
        assert len(history) == 22
        assert low < np.median(history) < high, name


def test_harbour_case_uses_every_feature() -> None:
    scenario = scenario_of("harbour-strike")
    events = scenario.events.values()
    assert scenario.step == "day"
    assert {signal.measures for event in events for signal in event.signal.values()} == {"push", "level"}
    assert {bool(t.base_rate) for t in scenario.transitions} == {True, False}
    assert any(state.min_duration for state in scenario.states.values())
    assert {event.signs for event in events} == {"both", "positive", "negative"}
    assert {bool(event.coverage.complete) for event in events} == {True, False}
    assert any(event.coverage.selected is None and not event.coverage.complete for event in events)
    assert len(rows_of("harbour-strike", "transitions.csv")) == 1
    assert len(rows_of("harbour-strike", "judgements.csv")) == 2
