"""What the prior expects of the evidence, against the laws that the narrowest priors leave."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue
from forecast.evidence.snapshot import take_snapshot
from forecast.model.draws import Draws, prior_unknowns
from forecast.projection.predictive import check_counts, check_judgements, check_series, check_shares
from forecast.scenario.types import EventType, Scenario, Series
from forecast.timegrid import DAYS_PER_MONTH

START, AS_OF, HORIZON = date(2024, 1, 1), date(2024, 3, 31), date(2024, 6, 30)
DAYS, ALL_DAYS = 91, 182
N = 4000
MOOD = {"at_start": [-1.645, 1.645], "long_run": [-1e-4, 1e-4]}
COMPLETE = {"coverage": {"complete": [START, "ongoing"]}, "signs": "both"}


@pytest.fixture
def case_of(scenario_of):
    """Scenario with these event types and series."""

    def make(events=None, series=None, mood=MOOD) -> Scenario:
        base = scenario_of(
            ["on", "off"], [("on", "off", {"within_12_months": (0.2, 0.8)})], {"off": {"at_horizon": "off"}},
            drivers={"mood": mood}, horizon=HORIZON,
        )  # fmt: skip
        parts = {
            "events": {name: EventType.model_validate(given) for name, given in (events or {}).items()},
            "series": {name: Series.model_validate(given) for name, given in (series or {}).items()},
        }
        return base.model_copy(update=parts)

    return make


@pytest.fixture
def draws_of(spec_of):
    def make(scenario) -> tuple:
        spec = spec_of(scenario)
        rng = np.random.default_rng(1)
        return spec, Draws.of(spec, prior_unknowns(spec, N, scenario.grid.count(HORIZON), rng=rng)), rng

    return make


def report(kind: str, day: date, number: int) -> Report:
    return Report(
        id=f"r{number}", date=day, reported=day, entered=day, event_type=kind, directions={}, actor="", summary="",
        source="", reliability="A", credibility="1", verified="", same_as="", origin="", replaces="", withdrawn=None,
        line=number,
    )  # fmt: skip


def near(rate: float) -> list[float]:
    return [rate * (1 - 1e-6), rate * (1 + 1e-6)]


def error(p: float) -> float:
    return 4 * np.sqrt(p * (1 - p) / N) + 1 / N


@pytest.mark.parametrize("seen", [0, 3, 9, 20])
@pytest.mark.parametrize("dispersion", [None, [2.9999, 3.0001]])
def test_counts_are_poisson_or_negative_binomial(case_of, draws_of, seen, dispersion):
    storm = COMPLETE | {"per_month": near(2.0)} | ({"dispersion": dispersion} if dispersion else {})
    scenario = case_of(events={"storm": storm})
    rows = tuple(report("storm", START + timedelta(days=4 * i), i) for i in range(seen))
    snapshot = take_snapshot(scenario, Evidence(reports=rows), AS_OF)
    spec, draws, rng = draws_of(scenario)
    got = check_counts(spec, draws, take_snapshot(scenario, Evidence(), HORIZON), snapshot, rng=rng)["storm"]
    mean = 2.0 * DAYS / DAYS_PER_MONTH
    law = stats.nbinom(mean / 2, 1 / 3) if dispersion else stats.poisson(mean)
    assert got.observed == seen
    assert got.at_neutral == pytest.approx(mean, rel=1e-4)
    assert got.by_as_of.mean == pytest.approx(mean, abs=4 * law.std() / np.sqrt(N))
    assert abs(got.by_as_of.low - law.ppf(0.05)) <= 1
    assert abs(got.by_as_of.high - law.ppf(0.95)) <= 1
    assert got.by_horizon.mean == pytest.approx(
        mean * ALL_DAYS / DAYS, abs=4 * law.std() * np.sqrt(ALL_DAYS / DAYS) / np.sqrt(N)
    )
    exact = min(law.cdf(seen), law.sf(seen - 1))
    assert abs(got.tail.probability - exact) < error(exact)
    assert got.tail.below == (law.cdf(seen) < law.sf(seen - 1))


def test_a_silence_is_judged_by_the_longest_run_without_reports(case_of, draws_of):
    scenario = case_of(events={"storm": COMPLETE | {"per_month": near(DAYS_PER_MONTH / 7)}})  # one a week
    rows = tuple(report("storm", START + timedelta(weeks=week), week) for week in (0, 1, 8, 9, 10, 11, 12))
    spec, draws, rng = draws_of(scenario)
    snapshot = take_snapshot(scenario, Evidence(reports=rows), AS_OF)
    got = check_counts(spec, draws, take_snapshot(scenario, Evidence(), HORIZON), snapshot, rng=rng)["storm"]
    assert got.silence_days == 6 * 7
    # chance that 13 weeks, each silent with probability 1/e, hold a run of at least six: by first passage
    quiet = np.exp(-1)
    run = np.eye(1, 7)[0]
    for _ in range(13):
        ended = (1 - quiet) * run[:6].sum()
        run = np.array([ended, *(quiet * run[:5]), run[6] + quiet * run[5]])
    assert abs(got.silence_tail - run[6]) < error(run[6])


def test_no_evidence_leaves_only_what_is_to_come(case_of, draws_of):
    scenario = case_of(
        events={"storm": COMPLETE | {"per_month": near(2.0)}},
        series={"gauge": {"driver": "mood", "at_neutral": near(5.0), "per_unit": near(2.0), "noise": near(0.5)}},
    )
    spec, draws, rng = draws_of(scenario)
    got = check_counts(spec, draws, take_snapshot(scenario, Evidence(), HORIZON), None, rng=rng)["storm"]
    assert (got.by_as_of, got.observed, got.tail, got.silence_tail) == (None, None, None, None)
    series = check_series(spec, draws, None, rng=rng)["gauge"]
    assert (series.count, series.least, series.tails) == (0, None, {})
    assert series.median == pytest.approx(5, abs=0.2)


def test_shares_are_binomial_when_the_drivers_say_nothing(case_of, draws_of):
    kinds = {
        name: {"coverage": {"selected": "press"}, "signs": "positive", "per_month": near(rate)}
        for name, rate in (("storm", 3.0), ("calm", 1.0))
    }
    lone = {"coverage": {"selected": "alone"}, "signs": "positive"}
    scenario = case_of(events=kinds | {"lone": lone})
    rows = [report("storm" if i < 3 else "calm", START + timedelta(days=i), i) for i in range(10)]
    snapshot = take_snapshot(scenario, Evidence(reports=(*rows, report("lone", START, 99))), AS_OF)
    spec, draws, rng = draws_of(scenario)
    storm, calm = check_shares(spec, draws, snapshot, {"press": ["storm", "calm"], "alone": ["lone"]}, rng=rng)
    law = stats.binom(10, 0.75)
    assert (storm.event_type, storm.observed, storm.total, calm.observed) == ("storm", 3, 10, 7)
    assert storm.predicted.mean == pytest.approx(0.75, abs=4 * law.std() / 10 / np.sqrt(N))
    assert storm.tail.below
    assert not calm.tail.below
    assert abs(storm.tail.probability - law.cdf(3)) < error(law.cdf(3))
    assert calm.tail.probability == storm.tail.probability  # the same event


def test_a_driver_moves_the_shares_of_reports_by_their_grade(case_of, draws_of):
    kinds = {
        "storm": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"mood": near(3.0)}},
        "calm": {"coverage": {"selected": "press"}, "signs": "positive"},
    }
    scenario = case_of(events=kinds, mood={"at_start": [0.9999, 1.0001]})
    snapshot = take_snapshot(scenario, Evidence(reports=(report("storm", START, 1),)), AS_OF)
    spec, draws, rng = draws_of(scenario)
    storm, _ = check_shares(spec, draws, snapshot, {"press": ["storm", "calm"]}, rng=rng)
    odds = 3 * 0.97069 + 1 - 0.97069  # A1 is worth logit 3.5
    assert storm.predicted.mean == pytest.approx(odds / (1 + odds), abs=error(odds / (1 + odds)))


def test_series_values_are_level_slope_and_noise_in_the_units_of_the_data(case_of, draws_of):
    gauge = {"driver": "mood", "transform": "log", "at_neutral": near(100.0), "per_unit": near(0.3),
             "noise": near(0.2), "aggregate": "sum"}  # fmt: skip
    scenario = case_of(series={"gauge": gauge})
    value = SeriesValue("gauge", date(2024, 1, 1), date(2024, 1, 7), 70.0, date(2024, 1, 7), date(2024, 1, 7), "", 2)
    snapshot = take_snapshot(scenario, Evidence(series=(value,)), AS_OF)
    spec, draws, rng = draws_of(scenario)
    got = check_series(spec, draws, snapshot, rng=rng)["gauge"]
    per_month = 70 / 7 * DAYS_PER_MONTH
    assert (got.count, got.least, got.most) == (1, pytest.approx(per_month), pytest.approx(per_month))
    rng = np.random.default_rng(9)
    made = 0.3 * rng.normal(size=400_000) + 0.2 * rng.standard_t(5, size=400_000)
    assert got.median == pytest.approx(100, rel=0.03)
    assert got.high == pytest.approx(100 * np.exp(np.quantile(made, 0.95)), rel=0.06)
    exact = np.mean(made >= np.log(per_month / 100))
    for what in ("mean", "lowest", "highest"):  # one value is all three
        assert abs(got.tails[what].probability - exact) < error(exact)
        assert not got.tails[what].below


def test_judgements_are_levels_with_the_spread_of_the_range(case_of, draws_of):
    scenario = case_of()
    day = START + timedelta(days=3)
    row = Judgement("j", "mood", day, -2.6, -1.4, "desk", day, day, "", 2)
    snapshot = take_snapshot(scenario, Evidence(judgements=(row,)), AS_OF)
    spec, draws, rng = draws_of(scenario)
    (got,) = check_judgements(spec, draws, snapshot, rng=rng)
    exact = stats.norm.cdf(-2 / np.hypot(1, 1.2 / 3.29))
    assert (got.driver, got.step, got.tail.below) == ("mood", START, True)
    assert abs(got.tail.probability - exact) < error(exact)


def test_what_no_draw_reaches_counts_as_one_draw_more(case_of, draws_of):
    scenario = case_of()
    row = Judgement("j", "mood", START, 59.0, 61.0, "desk", START, START, "", 2)
    spec, draws, rng = draws_of(scenario)
    snapshot = take_snapshot(scenario, Evidence(judgements=(row,)), AS_OF)
    (got,) = check_judgements(spec, draws, snapshot, rng=rng)
    assert (got.tail.probability, got.tail.below) == (1 / (N + 1), False)


def test_what_has_no_evidence_yet_hides_nothing_after_it(case_of, draws_of):
    gauge = {"driver": "mood", "at_neutral": [1, 9], "per_unit": [0.1, 2], "noise": [0.1, 1]}
    kinds = {
        name: {"coverage": {"selected": group}, "signs": "positive"}
        for name, group in (("fog", "quiet"), ("haze", "quiet"), ("storm", "press"), ("calm", "press"))
    }
    scenario = case_of(events=kinds, series={"early": gauge, "late": gauge})
    value = SeriesValue("late", START, AS_OF, 5.0, AS_OF, AS_OF, "", 2)
    evidence = Evidence(reports=(report("storm", START, 1),), series=(value,))
    snapshot = take_snapshot(scenario, evidence, AS_OF)
    spec, draws, rng = draws_of(scenario)
    got = check_series(spec, draws, snapshot, rng=rng)
    assert [(name, check.count) for name, check in got.items()] == [("early", 0), ("late", 1)]
    assert got["early"].low < got["early"].median < got["early"].high
    shares = check_shares(spec, draws, snapshot, {"quiet": ["fog", "haze"], "press": ["storm", "calm"]}, rng=rng)
    assert [(share.event_type, share.observed) for share in shares] == [("storm", 1), ("calm", 0)]
