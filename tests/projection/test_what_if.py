"""Drivers that are set and reports that are seen: against updates, closed forms, each other and repetition."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.grades import fixed_weights
from forecast.evidence.records import Evidence, Judgement, Report
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.status import judge
from forecast.inference.updating import refit_reason, reweight
from forecast.model.draws import Draws
from forecast.model.marks import SPURIOUS_DIRECTION_SD
from forecast.model.spec import compile_spec
from forecast.projection.alternatives import Alternative, DoDriver, ObserveReport
from forecast.projection.forecast import make_forecast
from forecast.projection.future_reports import FutureReports, hypothetical
from forecast.projection.paths import PATHS_PER_DRAW
from forecast.projection.present import Present
from forecast.projection.what_if import assimilated, what_if

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from present_of import DRIVER, ONGOING, near, prior_fit, scenario, unweighted, updated

START, FITTED, AS_OF = date(2024, 1, 1), date(2024, 1, 21), date(2024, 2, 14)  # a Wednesday
SPEECH = {
    "coverage": ONGOING, "signs": "both", "per_month": [0.5, 2], "rate_ratio": {"mood": [1.3, 2.5]},
    "signal": {"mood": {"per_unit": [0.4, 1.2], "measures": "level"}},
}  # fmt: skip
CASE = scenario(
    events={
        "speech": SPEECH,
        "march": {"coverage": ONGOING, "signs": "positive", "per_month": [0.5, 2], "dispersion": [1.5, 3],
                  "rate_ratio": {"mood": [1.2, 2]}, "report_lag": ["1d", "5d"]},
        "praise": {"coverage": {"selected": "press"}, "signs": "positive", "rate_ratio": {"mood": [1.5, 3]}},
        "blame": {"coverage": {"selected": "press"}, "signs": "negative", "rate_ratio": {"mood": [0.3, 0.7]}},
        "rumour": {"coverage": "selected", "signs": "positive"},
    }
)  # fmt: skip


def on(text: str) -> date:
    return date.fromisoformat(f"2024-{text}")


def row(name: str, kind: str, day: str, **directions: float) -> Report:
    when = on(day)
    return Report(name, when, when, when, kind, directions, "", "", "", "C", "3", "", "", "", "", None, 2)


KNOWN = Evidence(
    reports=(row("r1", "speech", "01-25", mood=1.0), row("r2", "march", "02-05"), row("r3", "praise", "02-10")),
    judgements=(Judgement("j", "mood", on("02-01"), -1.5, 2.5, "desk", on("02-02"), on("02-02"), "", 2),),
)


def seen(kind: str, day: str, grade: str = "B2", **directions: float) -> ObserveReport:
    return ObserveReport(kind, directions, grade, on(day))


def held(level: float, first: str = "02-15", last: str = "06-30", driver: str = "mood") -> DoDriver:
    return DoDriver(driver, level, on(first), on(last))


@pytest.fixture(scope="module")
def present() -> Present:
    return updated(CASE, KNOWN, FITTED, AS_OF)


def test_the_baseline_is_the_forecast_that_an_update_makes(present):
    diagnostics = judge(
        max_rhat=1.0, min_ess_bulk=4e3, min_ess_tail=4e3, divergences=0, draws=4000, min_bfmi=1.0, pareto_k=0.1
    )
    forecast = make_forecast(
        CASE, present.snapshot, present.update.posterior, diagnostics=diagnostics, horizon=CASE.horizon, seed=1,
        scenario_hash="", code_version="",
    )  # fmt: skip
    answer = what_if(present, [])
    assert [item.name for item in answer.baseline] == ["deal", "talks"]
    for mine, theirs in zip(answer.baseline, forecast.outcomes, strict=True):
        assert mine.probability == pytest.approx(theirs.probability, abs=1e-12)
        assert mine.mcse == pytest.approx(theirs.mcse, rel=1e-9)


# Reports of the past


@pytest.mark.parametrize(
    "reports",
    [
        [seen("speech", "02-12", mood=2.0)],
        [seen("speech", "01-05", "A1")],
        [seen("march", "02-05"), seen("march", "02-06", "D4")],  # the counts of an over-dispersed type depend on it
        [seen("blame", "02-14"), seen("speech", "02-13", "F6", mood=-1.0)],
    ],
    ids=["direction", "before the fit", "over-dispersed", "several"],
)
def test_a_report_of_the_past_weighs_as_an_update_with_it_in_the_file(present, reports):
    rows = tuple(
        replace(row(f"new {i}", item.event_type, "01-01"), date=item.date, reported=item.date, entered=item.date,
                directions=item.directions, reliability=item.grade[0], credibility=item.grade[1])
        for i, item in enumerate(reports)
    )  # fmt: skip
    again = updated(CASE, replace(KNOWN, reports=KNOWN.reports + rows), FITTED, AS_OF)
    past = assimilated(present, reports)
    np.testing.assert_allclose(past.log_weight, again.update.log_weight, rtol=0, atol=1e-9)
    np.testing.assert_allclose(past.posterior.weight, again.update.posterior.weight, rtol=1e-6, atol=1e-12)
    told = what_if(present, [Alternative("", (), tuple(reports))]).alternatives[0]
    direct = what_if(again, []).baseline
    for mine, theirs in zip(told.outcomes, direct, strict=True):
        assert mine.probability == pytest.approx(theirs.probability, abs=4 * (theirs.mcse + mine.difference_mcse))
    reason = refit_reason(again.update.pareto_k, again.update.effective_draws, 4000)
    assert told.doubt == reason if reason else told.pareto_k == again.update.pareto_k


# Reports of the future

LAMBDA, SLOPE, NOISE = 0.8, 0.9, 0.5
MEAN, SD, PHI = 0.4, 0.7, 2 ** (-1 / 5)


def exact_case(**events: dict) -> Present:
    """Every parameter known: the driver is Normal on every future day."""
    words = {"meaning": "m", "low": "l", "high": "h"}
    made = scenario(
        drivers={
            "mood": {
                **words, "at_start": [MEAN - 1.6448536 * SD, MEAN + 1.6448536 * SD], "long_run": near(-0.3),
                "half_life": ["4.999999w", "5.000001w"],
            }
        },
        events=events,
    )  # fmt: skip
    return unweighted(made, START, n=4000)


def paths_under(present: Present, report: ObserveReport) -> tuple[float, float]:
    """Mean of the driver on the day of a report along futures weighted by it, and its Monte Carlo error."""
    watch, levels = FutureReports(present.scenario, present.draws, PATHS_PER_DRAW, [report]), []

    def both(first: date, last: date, level: np.ndarray, push: np.ndarray) -> None:
        watch(first, last, level, push)
        if first <= report.date <= last:
            levels.append(level[..., 0].copy())

    present.project(watch=both)
    weight = np.exp(watch.log_weight - watch.log_weight.max())
    mean, series = present.mean(levels[0], weight / weight.sum())
    return float(mean), float(present.error(series))


def law(weeks: int) -> tuple[float, float]:
    """Mean and variance of the driver so many weeks on."""
    decay = PHI**weeks
    return -0.3 + decay * (MEAN + 0.3), decay**2 * SD**2 + 1 - decay**2


def test_a_future_report_of_a_rate_tilts_its_driver():
    """Weight w exp(lambda x) + 1 - w on a Normal: a mixture of the Normal shifted by lambda times its variance."""
    sure = near(np.exp(LAMBDA), 1e-9)
    present = exact_case(march={"coverage": ONGOING, "signs": "positive", "per_month": near(1.0),
                                "rate_ratio": {"mood": sure}})  # fmt: skip
    got, error = paths_under(present, seen("march", "02-08", "C3"))
    mean, variance = law(5)
    w = fixed_weights()[2, 2]
    genuine = w * np.exp(LAMBDA * mean + LAMBDA**2 * variance / 2)
    exact = mean + LAMBDA * variance * genuine / (genuine + 1 - w)
    assert abs(got - exact) < 4 * error
    assert error < 0.03
    assert abs(exact - mean) > 10 * error


@pytest.mark.parametrize("code", [2.0, -1.0])
def test_a_future_direction_measures_the_level(code):
    """A mixture of the prior and of its conjugate update."""
    sure = {"per_unit": near(SLOPE), "measures": "level", "noise": near(NOISE)}
    present = exact_case(speech={"coverage": "selected", "signs": "both", "signal": {"mood": sure}})
    got, error = paths_under(present, seen("speech", "03-01", "B3", mood=code))
    mean, variance = law(8)
    spread = np.sqrt(SLOPE**2 * variance + NOISE**2)
    w = fixed_weights()[1, 2]
    genuine = w * stats.norm.pdf(code, SLOPE * mean, spread)
    share = genuine / (genuine + (1 - w) * stats.norm.pdf(code, 0, SPURIOUS_DIRECTION_SD))
    exact = mean + share * SLOPE * variance / spread**2 * (code - SLOPE * mean)
    assert abs(got - exact) < 4 * error
    assert abs(exact - mean) > 10 * error


def test_a_future_push_moves_what_comes_after_and_not_what_came_before():
    sure = {"per_unit": near(SLOPE), "measures": "push", "noise": near(NOISE)}
    present = exact_case(speech={"coverage": "selected", "signs": "both", "signal": {"mood": sure}})
    report = seen("speech", "03-01", "A1", mood=2.0)
    got, error = paths_under(present, report)
    mean, _ = law(8)
    spread = np.sqrt(SLOPE**2 + NOISE**2)
    genuine = 0.97069 * stats.norm.pdf(2.0, 0, spread)
    share = genuine / (genuine + (1 - 0.97069) * stats.norm.pdf(2.0, 0, SPURIOUS_DIRECTION_SD))
    assert fixed_weights()[0, 0] == pytest.approx(0.97069, abs=1e-5)
    exact = mean + np.sqrt(1 - PHI**2) * share * SLOPE / spread**2 * 2.0
    assert abs(got - exact) < 4 * error
    assert abs(exact - mean) > 10 * error


def test_a_future_report_counts_no_silence_and_no_other_report(present):
    """The weight along a path is the report's own likelihood: twice the same report, twice its logarithm."""
    once, twice = (FutureReports(CASE, present.draws, PATHS_PER_DRAW, [seen("march", "03-08")] * n) for n in (1, 2))
    present.project(watch=once)
    present.project(watch=twice)
    np.testing.assert_allclose(twice.log_weight, 2 * once.log_weight, atol=1e-12)


# Setting and seeing


def confounded(effect: list[float]) -> Present:
    """What is hidden drives both the sign and the end; the sign drives the end as far as `effect` says."""
    made = scenario(
        drivers={"hidden": DRIVER, "sign": DRIVER},
        influences=[{"from": "hidden", "to": "sign", "effect": [0.8, 1.0]}],
        events={
            "poll": {"coverage": "selected", "signs": "both",
                     "signal": {"sign": {"per_unit": [0.9, 1.1], "measures": "level", "noise": [0.3, 0.4]}}}
        },
        transitions=[
            {"from": "talks", "to": "deal", "within_12_months": [0.4, 0.6],
             "hazard_ratio": {"hidden": [2.5, 4], "sign": effect}}
        ],
    )  # fmt: skip
    return unweighted(made, AS_OF, n=2000)


def test_setting_a_symptom_changes_nothing_and_seeing_it_does():
    present = confounded(near(1.0, 1e-9))
    do = Alternative("", (held(2.0, driver="sign"),), ())
    look = Alternative("", (), (seen("poll", "03-06", "A1", sign=2.0),))
    both = Alternative("", do.do, look.observe)
    assert [item.kind for item in (do, look, both)] == ["do", "observe", "both"]
    set_, saw, set_and_saw = what_if(present, [do, look, both]).alternatives
    assert set_.outcomes[0].difference == pytest.approx(0, abs=1e-9)
    assert saw.outcomes[0].difference > 5 * saw.outcomes[0].difference_mcse
    assert saw.outcomes[0].difference > 0.03
    assert set_.pareto_k is None
    # A poll of what was set says nothing of what is hidden.
    assert abs(set_and_saw.outcomes[0].difference) < 4 * set_and_saw.outcomes[0].difference_mcse + 1e-9


def test_setting_a_cause_changes_less_than_seeing_it_where_something_drives_both():
    present = confounded([1.5, 2.0])
    base = what_if(present, []).baseline[0].probability
    levels = []
    present.project(watch=lambda first, last, level, push: levels.append(level[..., 1].mean()))
    usual = Alternative("", (held(float(np.mean(levels)), driver="sign"),), ())
    high = Alternative("", (held(float(np.mean(levels)) + 1, driver="sign"),), ())
    at_usual, at_high = what_if(present, [usual, high]).alternatives
    assert at_high.outcomes[0].difference - at_usual.outcomes[0].difference > 0.02
    assert sum(item.difference for item in at_high.outcomes) == pytest.approx(0, abs=1e-12)
    assert base + at_high.outcomes[0].difference == pytest.approx(at_high.outcomes[0].probability)


def test_an_alternative_does_not_depend_on_those_beside_it(present):
    items = [
        Alternative("set", (held(1.0),), ()),
        Alternative("seen", (), (seen("speech", "03-08", mood=1.0),)),
        Alternative("both", (held(1.0),), (seen("praise", "03-08"), seen("blame", "02-01"))),
    ]
    together = what_if(present, items)
    for i, item in enumerate(items):
        alone = what_if(present, [item])
        assert alone.baseline == together.baseline
        assert alone.alternatives[0] == together.alternatives[i]


def test_a_report_that_speaks_of_no_driver_changes_nothing(present):
    for day in ("02-01", "04-01"):
        told = what_if(present, [Alternative("", (), (seen("rumour", day),))]).alternatives[0]
        assert told.outcomes[0].difference == pytest.approx(0, abs=1e-9)
        assert told.doubt == ""


def test_weights_that_few_draws_carry_are_told(present):
    reports = tuple(seen("speech", f"03-{day:02}", "A1", mood=-2.0) for day in range(1, 31, 2))
    told = what_if(present, [Alternative("", (), reports)]).alternatives[0]
    assert "Pareto k" in told.doubt or "effective draws" in told.doubt
    assert told.effective_draws < 100


@pytest.mark.parametrize(
    ("item", "draws"),
    [
        (Alternative("", (held(1.5),), ()), 80),
        pytest.param(Alternative("", (), (seen("speech", "03-08", mood=2.0),)), 400, marks=pytest.mark.long),
        pytest.param(
            Alternative("", (held(-1.0, "03-01", "04-10"),), (seen("march", "04-20", "C3"), seen("praise", "02-02"))),
            400,
            marks=pytest.mark.long,
        ),
    ],
    ids=["set", "seen", "both"],
)
def test_the_error_of_a_difference_is_its_spread_over_repetitions(item, draws):
    n = 50
    told = [what_if(unweighted(CASE, AS_OF, n=draws, seed=s), [item]).alternatives[0].outcomes[0] for s in range(n)]
    spread = np.std([one.difference for one in told], ddof=1)
    error = np.sqrt(np.mean([one.difference_mcse**2 for one in told]))
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1))
    assert 0.9 * low < spread / error < 1.1 * high


def test_hypothetical_reports_are_events_of_their_own():
    rows = hypothetical([seen("speech", "02-01"), seen("speech", "02-01")])
    snapshot = take_snapshot(CASE, Evidence(reports=(*KNOWN.reports, *rows)), AS_OF)
    assert len(snapshot.report_type) == 5


def test_draws_of_a_present_are_those_of_its_selection(present):
    whole = Draws.of(compile_spec(CASE), present.update.posterior.unknowns)
    np.testing.assert_array_equal(present.draws.level, whole.level[present.selection.index])
    assert present.weight.sum() == pytest.approx(1)
    fit, spec = prior_fit(CASE, 400, 3, 1), compile_spec(CASE)
    then = take_snapshot(CASE, Evidence(), FITTED)
    same = Present(CASE, Evidence(), then, reweight(spec, fit, then, then, seed=1), CASE.horizon, 1)
    assert same.selection.weight is None
    np.testing.assert_allclose(same.weight, 1 / same.weight.size)
    assert timedelta(0) < AS_OF - FITTED
