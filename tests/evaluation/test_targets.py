"""Dated targets: predictive distributions against the twin's simulations, what came, baselines, no leak."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.evaluation.targets.asked import Target, series_periods, window
from forecast.evaluation.targets.baselines import Baselines
from forecast.evaluation.targets.counts import count_probabilities
from forecast.evaluation.targets.observed import History
from forecast.evaluation.targets.predictive import TargetWatch
from forecast.evaluation.targets.questions import asked_states, question_predictions
from forecast.evidence.grades import fixed_weights
from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence, Question
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Selection
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence, simulate_states
from forecast.model.spec import compile_spec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.scenario.file import load_scenario
from forecast.timegrid import days_between, shift

ORIGIN, UNTIL = dt.date(2023, 3, 14), dt.date(2023, 3, 28)


@pytest.fixture(scope="module")
def scenario(project_root: Path):
    return load_scenario(project_root / "tests" / "cases" / "priors" / "harbour-strike.yaml").scenario


@pytest.fixture(scope="module")
def evidence(project_root: Path, scenario):
    return read_evidence(project_root / "tests" / "cases" / "data" / "harbour-strike", scenario)


def prior_draws(scenario, n: int, until: dt.date, seed: int) -> Draws:
    spec = compile_spec(scenario)
    unknowns = prior_unknowns(spec, n, scenario.grid.count(until), rng=np.random.default_rng(seed))
    return Draws.of(spec, unknowns)


def everything(n: int) -> Selection:
    return Selection(np.arange(n), None, 2, n)


def watched(scenario, snapshot, draws: Draws, seed: int = 1) -> TargetWatch:
    watch = TargetWatch(scenario, snapshot, draws, everything(len(draws)), until=UNTIL, seed=seed)
    project(
        scenario, build_state_space(scenario, snapshot.state, snapshot.visited), draws, draws.level[:, -1],
        begin=shift(snapshot.as_of, 1), step=snapshot.n_steps - 1, horizon=UNTIL, rng=np.random.default_rng(seed),
        watch=watch,
    )  # fmt: skip
    return watch


@pytest.fixture(scope="module")
def foreseen(scenario, evidence):
    """From prior draws, as if nothing had been seen but that a series is published."""
    published = tuple(row for row in evidence.series if row.reported <= ORIGIN)
    snapshot = take_snapshot(scenario, Evidence(series=published), ORIGIN)
    return watched(scenario, snapshot, prior_draws(scenario, 1500, ORIGIN, 5))


@pytest.fixture(scope="module")
def simulated(scenario, evidence):
    """Histories of the twin from other prior draws, with a report of the press on every day."""
    spec, n = compile_spec(scenario), 500
    draws, rng = prior_draws(scenario, n, UNTIL, 6), np.random.default_rng(7)
    press = next(row for row in evidence.reports if row.event_type == "picket_grows")
    days = [shift(ORIGIN, i) for i in range(1, days_between(ORIGIN, UNTIL) + 1)]
    template = Evidence(
        reports=tuple(replace(press, id=f"p{i}", date=day, reported=day) for i, day in enumerate(days)),
        series=tuple(row for row in evidence.series if row.end <= UNTIL),
    )
    return [
        simulate_evidence(
            scenario, spec, draws, i, until=UNTIL, template=template, weights=fixed_weights(), rng=rng
        )
        for i in range(n)
    ]  # fmt: skip


def said(watch: TargetWatch) -> dict[Target, np.ndarray]:
    return {prediction.target: prediction.distribution for prediction in watch.predictions()}


def test_counts_are_distributed_as_the_twin_simulates_them(foreseen, simulated):
    for target, chance in said(foreseen).items():
        if target.kind not in ("count", "binary"):
            continue
        counts = np.array([
            sum(row.event_type == target.name and target.first <= row.date <= target.last for row in made.reports)
            for made in simulated
        ])  # fmt: skip
        if target.kind == "binary":
            counts = np.minimum(counts, 1)
        for n in (0, 1):
            error = np.sqrt(chance[n] * (1 - chance[n]) * (1 / len(counts) + 1 / 400))  # draws on both sides
            assert abs((counts == n).mean() - chance[n]) < 4.5 * error, target


def test_series_are_distributed_as_the_twin_simulates_them(foreseen, simulated):
    found = {target: points for target, points in said(foreseen).items() if target.kind == "series"}
    assert [(target.first, target.last) for target in found] == [
        (dt.date(2023, 3, 8), dt.date(2023, 3, 14)), (dt.date(2023, 3, 15), dt.date(2023, 3, 21)),
        (dt.date(2023, 3, 22), UNTIL),
    ]  # fmt: skip
    for target, points in found.items():
        values = np.array([row.value for made in simulated for row in made.series if row.end == target.last])
        for level in (0.1, 0.5, 0.9):
            error = np.sqrt(level * (1 - level) * (1 / len(values) + 1 / 1500))
            assert abs((values <= np.quantile(points, level)).mean() - level) < 4.5 * error, target


def test_shares_of_types_are_those_the_twin_simulates(scenario, foreseen, simulated):
    # The twin's reports all have one grade; the forecast averages over grades, which moves shares by little.
    names = ["picket_grows", "picket_shrinks", "shipper_leaves"]
    shares = {target: share for target, share in said(foreseen).items() if target.kind == "share"}
    assert len(shares) == 8
    mean = np.mean(list(shares.values()), axis=0)
    drawn = [row.event_type for made in simulated for row in made.reports if row.date <= shift(ORIGIN, 8)]
    of_group = np.array([names.index(name) for name in drawn if name in names])
    for i in range(3):
        assert abs((of_group == i).mean() - mean[i]) < 0.05


def test_replicates_are_drawn_from_the_distributions(foreseen):
    drawn = foreseen.replicates()
    for j, target in enumerate(drawn.targets):
        chance = said(foreseen)[target]
        if target.kind == "count":
            error = np.sqrt(chance[0] * (1 - chance[0]) / len(drawn.values))
            assert abs((drawn.values[:, j] == 0).mean() - chance[0]) < 4 * error
        else:
            assert abs((drawn.values[:, j] <= np.median(chance)).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(drawn.values))


def test_with_known_rates_and_no_drivers_a_count_is_poisson(scenario, evidence):
    draws = prior_draws(scenario, 4, ORIGIN, 8)
    still = replace(draws, loading=np.zeros_like(draws.loading), log_rate=np.full_like(draws.log_rate, np.log(4.0)))
    snapshot = take_snapshot(scenario, Evidence(), ORIGIN)
    for target, chance in said(watched(scenario, snapshot, still)).items():
        if target.kind == "count":
            np.testing.assert_allclose(chance, count_probabilities([4 / 30.4375], None, np.ones(1)), atol=1e-12)
        if target.kind == "share":
            np.testing.assert_allclose(chance, np.full(3, 1 / 3))
    del evidence


def test_a_question_is_answered_as_the_twin_simulates_it(scenario):
    n, by = 1500, dt.date(2023, 4, 30)
    for days, name in ((2, "cooling_off"), (0, "cooling_off"), (5, "cooling_off")):
        question = Question("P", "held?", f"ever: {name}", by, days, 0)
        draws = prior_draws(scenario, n, dt.date(2023, 3, 1), 9)
        snapshot = take_snapshot(scenario, Evidence(), dt.date(2023, 3, 1))
        (answer,) = question_predictions(scenario, snapshot, [question], draws, everything(n), seed=1)
        long, rng, spec = prior_draws(scenario, 600, by, 10), np.random.default_rng(11), compile_spec(scenario)
        held = 0
        for i in range(600):
            rows = list(simulate_states(scenario, spec, long, i, until=by, rng=rng))
            starts = [row.date for row in rows if row.to == name]
            ends = [next((row.date for row in rows if row.from_ == name and row.date > day), by) for day in starts]
            open_ended = [not any(row.from_ == name and row.date > day for row in rows) for day in starts]
            held += any(
                days_between(day, end) + (1 if is_open else 0) > days - (1 if is_open else 0)
                for day, end, is_open in zip(starts, ends, open_ended, strict=True)
            )
        chance = answer.distribution[1]
        assert abs(held / 600 - chance) < 4.5 * np.sqrt(chance * (1 - chance) * (1 / 600 + 1 / 1500)) + 0.01


def test_only_questions_about_entered_states_are_answered(scenario):
    def asked(target: str, days: int = 0):
        return asked_states(scenario, Question("P", "?", target, UNTIL, days, 0))

    assert asked("ever: [cooling_off, agreement]", 5) == (frozenset({"cooling_off", "agreement"}), True)
    assert asked("never: agreement") == (frozenset({"agreement"}), False)
    for other in ("at_horizon: agreement", "ever: peace"):
        assert asked(other) is None
    assert asked("ever: cooling_off", 6) is None  # the model does not know how long it goes on after that


def test_windows_are_steps_from_the_day_after_the_origin(scenario):
    assert window(scenario, ORIGIN, 1) == (shift(ORIGIN, 1), shift(ORIGIN, 1))
    assert window(scenario.model_copy(update={"step": "week"}), ORIGIN, 3) == (shift(ORIGIN, 15), shift(ORIGIN, 21))
    month = scenario.model_copy(update={"step": "month"})
    assert window(month, dt.date(2023, 3, 31), 2) == (dt.date(2023, 5, 1), dt.date(2023, 5, 31))


def test_periods_of_a_series_go_on_as_its_last_value(scenario, evidence):
    snapshot = take_snapshot(scenario, evidence, dt.date(2023, 3, 20))
    periods = list(series_periods(scenario, snapshot, dt.date(2023, 5, 1)))
    assert [target.first for target in periods] == [dt.date(2023, 3, day) for day in (15, 22, 29)]
    monthly = replace(evidence.series[0], start=dt.date(2023, 3, 1), end=dt.date(2023, 3, 31),
                      reported=dt.date(2023, 4, 2))  # fmt: skip
    snapshot = take_snapshot(scenario, Evidence(series=(monthly,)), dt.date(2023, 4, 3))
    assert [target.last for target in series_periods(scenario, snapshot, dt.date(2023, 6, 30))] == [
        dt.date(2023, 4, 30), dt.date(2023, 5, 31), dt.date(2023, 6, 30),
    ]  # fmt: skip


def test_what_came_is_said_once_it_is_settled(scenario, evidence):
    meetings = [row for row in evidence.reports if row.event_type == "mediation_meeting"]
    day = meetings[0].date
    target = Target("count", "mediation_meeting", 1, day, day)
    assert History(scenario, evidence, shift(day, 3)).of(target) is None  # reports may be on their way
    assert History(scenario, evidence, shift(day, 4)).of(target) == (1.0,)
    assert History(scenario, evidence, shift(day, 9)).of(replace(target, kind="binary", last=shift(day, 1))) == (1.0,)
    press = Target("share", "press", 1, dt.date(2023, 3, 1), dt.date(2023, 3, 31))
    types = [("picket_grows", "picket_shrinks", "shipper_leaves").index(row.event_type)
             for row in evidence.reports
             if row.event_type in ("picket_grows", "picket_shrinks", "shipper_leaves")
             and row.date <= press.last and row.reported <= dt.date(2023, 4, 5) and not row.same_as and not row.replaces
             and row.withdrawn is None]  # fmt: skip
    came = History(scenario, evidence, dt.date(2023, 4, 5)).of(press)
    assert came is not None
    assert set(came) == set(types)


def test_climatology_is_the_closed_form_of_a_gamma_rate(scenario, evidence):
    day = dt.date(2023, 3, 20)
    target = Target("count", "mediation_meeting", 1, shift(day, 1), shift(day, 1))
    n = sum(row.event_type == "mediation_meeting" and row.reported <= day for row in evidence.reports)
    said = Baselines(History(scenario, evidence, day)).of(target, 41)
    np.testing.assert_allclose(
        said["climatology"], count_probabilities([(n + 0.5) / 20], 1 / 20, np.ones(1))
    )  # days of March so far
    assert {"climatology", "persistence", "smoothing"} == set(said)
    binary = Baselines(History(scenario, evidence, day)).of(replace(target, kind="binary", ahead=4), 2)
    np.testing.assert_allclose(binary["climatology"][0], (20 / 24) ** (n + 0.5))
    assert all(chance.sum() == pytest.approx(1) for chance in (*said.values(), *binary.values()))


def test_baselines_see_nothing_reported_later(scenario, evidence):
    day = dt.date(2023, 3, 28)
    targets = [
        Target("count", "mediation_meeting", 1, shift(day, 1), shift(day, 1)),
        Target("share", "press", 2, shift(day, 2), shift(day, 2)),
        Target("series", "boxes_per_day", 1, dt.date(2023, 3, 22), dt.date(2023, 3, 28)),
    ]
    later = replace(
        evidence,
        reports=tuple(
            replace(row, withdrawn=row.withdrawn or shift(day, 1))
            if row.reported <= day
            else replace(row, event_type="picket_grows")
            for row in evidence.reports
        ),
        series=tuple(replace(row, value=row.value * (1 + (row.reported > day))) for row in evidence.series),
    )
    for target in targets:
        one, other = (Baselines(History(scenario, rows, day)).of(target, 3) for rows in (evidence, later))
        assert one.keys() == other.keys()
        for method, chance in one.items():
            np.testing.assert_array_equal(chance, other[method])
