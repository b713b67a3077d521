"""Series, judgements and the history of states, against closed forms written from the design's equations."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from made_case import AS_OF, START, at_level, driver, full_evidence, judgement, scenario, transition
from scipy import stats

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import (
    judgement_log_likelihood,
    log_prior,
    series_log_likelihood,
    state_log_likelihood,
)
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import compile_spec
from forecast.timegrid import days_between

SUMS = {"rtol": 1e-12, "atol": 1e-11}  # sums of at most some hundred terms near 1 in double precision
WIDTH = 2 * stats.norm.ppf(0.95)  # standard deviations in a 90% range


@pytest.fixture(scope="module")
def draws(full) -> Draws:
    return Draws.of(full.spec, prior_unknowns(full.spec, 3, full.snapshot.n_steps, rng=np.random.default_rng(5)))


def test_series_measure_the_mean_of_their_driver_over_the_days_of_their_period(full, draws) -> None:
    to_scale = {
        "gauge": lambda y, months: y / 2.0,
        "loss": lambda y, months: math.log(y / months / 10.0),
        "net": lambda y, months: math.asinh(y / months / 100.0),
    }
    measured = {"gauge": 1, "loss": 0, "net": 2}
    for i in range(len(draws)):
        expected = []
        for row in full_evidence().series:
            n_days = (row.end - row.start).days + 1
            days = [row.start + timedelta(days=j) for j in range(n_days)]
            steps = [(day - START).days // 7 for day in days if day >= START]
            mean = np.mean([draws.level[i, t, measured[row.series]] for t in steps])
            m = list(measured).index(row.series)
            centre = draws.series_level[i, m] + draws.series_slope[i, m] * mean
            y = to_scale[row.series](row.value, n_days / (365.25 / 12))
            expected.append(stats.t.logpdf(y, 5, centre, draws.series_noise[i, m]))
        actual = series_log_likelihood(full.spec, full.snapshot, draws)[i]
        np.testing.assert_allclose(actual, expected, **SUMS)


def test_a_judgement_is_a_normal_observation_of_the_level(full, draws) -> None:
    expected = np.column_stack(
        [
            stats.norm.logpdf(draws.level[:, 3, 0], 0.5, 2.0 / WIDTH),  # 3 February 2030 is the last day of step 3
            stats.norm.logpdf(draws.level[:, 18, 2], -0.5, 1.0 / WIDTH),
        ]
    )
    np.testing.assert_allclose(judgement_log_likelihood(full.snapshot, draws), expected, **SUMS)


def test_judgements_are_placed_on_their_day() -> None:
    case = scenario()
    evidence = Evidence(judgements=(judgement("2030-01-13", "wind", -1, 1), judgement("2030-01-14", "wind", 0, 1)))
    assert take_snapshot(case, evidence, AS_OF).judgement_step.tolist() == [0, 1]


def test_the_history_of_states_is_survival_times_hazards(full, draws) -> None:
    # Each day adds minus the hazards of leaving that day's state, each change the log of its hazard in its step. Ice
    # counts after ten days; until then it is left only by breaking. Two hazards change with the age of their state,
    # which a spell that breaks does not make younger.
    leaving = {"dry": (0, 1, 4), "wet": (2, 3), "iced": (5, 6), "fresh ice": ()}
    changes = {
        date(2030, 1, 12): ("fresh ice", 4),
        date(2030, 1, 15): ("dry", None),
        date(2030, 2, 20): ("wet", 0),
        date(2030, 4, 2): ("dry", 2),
        date(2030, 4, 10): ("fresh ice", 4),
        date(2030, 5, 2): ("dry", 5),
        date(2030, 5, 11): ("fresh ice", 4),
    }
    entered = {"2030-01-07": "dry", "2030-02-20": "wet", "2030-04-02": "dry", "2030-04-20": "iced", "2030-05-02": "dry"}
    unknowns = prior_unknowns(full.spec, 3, full.snapshot.n_steps, rng=np.random.default_rng(5))
    ageing = full.spec.ageing.value(unknowns["ageing_z"])
    breaks = 1 / (1 + np.exp(-full.spec.breaks.value(unknowns["breaks_z"])[:, 0]))
    ratios = full.spec.ratio.value(unknowns["ratio_z"])
    net = full.spec.net.value(unknowns["net_z"])
    spread = [ratios[:, 1:3] @ full.spec.covariance[np.ix_([0, 2], [0, 2])] @ ratios[:, 1:3].T]
    for i in range(len(draws)):
        expected, state, born = 0.0, "dry", START
        per_day = -math.log(1 - breaks[i]) / 10
        mean = unknowns["mean_hazard"][i]
        gamma = np.array(
            [
                net[i, 0],
                math.log(mean[0]) - spread[0][i, i] / 2,
                math.log(mean[1]),
                net[i, 1],
                net[i, 2] - math.log(1 - breaks[i]),
                net[i, 3],
                math.log(mean[2]),
            ]
        )
        for j in range(days_between(START, AS_OF) + 1):
            day, x = START + timedelta(days=j), draws.level[i, j // 7]
            age = (day - born).days + 0.5
            log_hazard = gamma + np.array(
                [
                    ratios[i, 0] * x[1] + ageing[i, 0] * math.log(1 + age / 20),
                    ratios[i, 1] * x[0] + ratios[i, 2] * x[2],
                    0,
                    0,
                    ratios[i, 3] * x[0],
                    ageing[i, 1] * math.log(1 + age / 30),
                    0,
                ]
            )
            if day in changes:
                state, edge = changes[day]
                expected += math.log(per_day * 365.25) if edge is None else log_hazard[edge]
            if str(day) in entered:
                state, born = entered[str(day)], day
                age = 0.5
                log_hazard[0] = gamma[0] + ratios[i, 0] * x[1] + ageing[i, 0] * math.log(1 + age / 20)
                log_hazard[5] = gamma[5] + ageing[i, 1] * math.log(1 + age / 30)
            expected -= np.exp(log_hazard[list(leaving[state])]).sum() / 365.25
            expected -= per_day * (state == "fresh ice")
        np.testing.assert_allclose(state_log_likelihood(full.spec, full.snapshot, draws)[i], expected, **SUMS)


def test_that_nothing_has_happened_speaks_against_the_hazard() -> None:
    ratio = {"hazard_ratio": {"wind": [1.5, 3]}}
    case = scenario(transitions=[{"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4], **ratio}])
    spec = compile_spec(case)
    levels = at_level(spec, np.repeat(np.linspace(-3, 3, 25)[:, None, None], 19, axis=1))
    quiet = state_log_likelihood(spec, take_snapshot(case, Evidence(), AS_OF), levels)
    assert np.all(np.diff(quiet) < 0)
    happened = Evidence(transitions=(transition("2030-01-08", "dry", "wet"),))
    assert np.all(np.diff(state_log_likelihood(spec, take_snapshot(case, happened, AS_OF), levels)) > 0)


def test_hazards_follow_the_ranges_and_the_drivers() -> None:
    # At neutral drivers the median chance within a year is that of g(p) = log(-log(1 - p)) half-way between the ends;
    # one unit of the driver multiplies the hazard by the ratio.
    ratio = {"hazard_ratio": {"rain": [0.25, 0.5]}}
    edge = {"from": "dry", "to": "wet", "within_12_months": [0.1, 0.4], **ratio}
    spec = compile_spec(scenario(drivers={"wind": driver(), "rain": driver()}, transitions=[edge]))
    draws = at_level(spec, np.zeros((1, 1, 2)))
    hazard = math.sqrt(math.log(1 / 0.9) * math.log(1 / 0.6))
    assert math.exp(draws.log_hazard[0, 0]) == pytest.approx(hazard, rel=1e-12)
    np.testing.assert_allclose(
        draws.hazard_loading[0, 0], [0, -math.sqrt(math.log(4) * math.log(2))], rtol=1e-12, atol=0
    )


def test_the_prior_density_is_that_of_its_parts(full) -> None:
    unknowns = prior_unknowns(full.spec, 4, full.snapshot.n_steps, rng=np.random.default_rng(6))
    for i in range(4):
        expected = sum(
            stats.norm.logpdf(value[i]).sum()
            for name, value in unknowns.items()
            if name == "innovation" or name.endswith("_z")
        )
        expected += stats.gamma.logpdf(
            unknowns["mean_hazard"][i], [1.5, 5.5, 2.5], scale=[1 / 9.5, 1 / 2.5, 1 / 3.5]
        ).sum()
        # Four drivers and LKJ(4): the columns of the Cholesky factor have Beta(4 + (2 - j) / 2) partial correlations.
        expected += stats.beta.logpdf(unknowns["partial"][i], *[[5, 5, 4.5, 5, 4.5, 4]] * 2).sum()
        for name, alpha in (("letter_mix", LETTER_MIX), ("digit_mix", DIGIT_MIX)):
            for mix in unknowns[name][i]:
                expected += stats.dirichlet.logpdf(mix / mix.sum(), alpha)
        np.testing.assert_allclose(log_prior(full.spec, unknowns)[i], expected, **SUMS)
