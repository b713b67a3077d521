"""Over-dispersed counts and seasons against expressions written out."""

from __future__ import annotations

import numpy as np
import pytest
from made_case import driver, median_unknowns, report, scenario
from scipy import stats

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import expected_reports, report_log_likelihood, silence_log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.timegrid import DAYS_PER_MONTH

AS_OF = report("2030-03-03", "storm").date  # the end of step 7


def storms(**event):
    """A scenario with one complete type, and its log likelihood of given rows at prior medians."""
    base = {"coverage": {"complete": ["2030-01-07", "ongoing"]}, "signs": "positive", "per_month": [2, 8]}
    return scenario(events={"storm": base | event})


def likelihood(case, rows) -> float:
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(tuple(rows)), AS_OF)
    draws = Draws.of(spec, median_unknowns(spec, snapshot.n_steps))
    marks = report_log_likelihood(spec, snapshot, draws).sum()
    return float(marks + silence_log_likelihood(spec, snapshot, draws)[0])


ROWS = [report(f"2030-01-{day:02d}", "storm", f"A{i + 1}") for i, day in enumerate((7, 8, 9, 10, 22))]


def test_counts_are_negative_binomial() -> None:
    # Five reports, four in step 0 and one in step 2; eight steps of mean 4 * 7 / 30.4375, variance D times that.
    extra = np.sqrt(0.5 * 3)  # median of D - 1 for [1.5, 4]
    mean = 4 * 7 / DAYS_PER_MONTH
    counts = [4, 0, 1, 0, 0, 0, 0, 0]
    expected = stats.nbinom.logpmf(counts, mean / extra, 1 / (1 + extra)).sum()
    # The rows are points in time: n! orders of n reports, each with the density 1 / (exposure in months).
    expected += np.log(24) - 5 * np.log(7 / DAYS_PER_MONTH)
    assert likelihood(storms(dispersion=[1.5, 4.0]), ROWS) == pytest.approx(expected, rel=1e-12)


def test_hardly_dispersed_counts_are_poisson() -> None:
    plain = likelihood(storms(), ROWS)
    assert likelihood(storms(dispersion=[1 + 1e-7, 1 + 2e-7]), ROWS) == pytest.approx(plain, rel=1e-5)
    assert abs(likelihood(storms(dispersion=[1.5, 4.0]), ROWS) - plain) > 0.1


def test_reports_still_to_come_thin_the_counts() -> None:
    # Each report is in with probability p: a negative binomial of variance D m becomes one of mean p m and variance
    # (1 + p (D - 1)) p m. By enumeration over the number of events.
    case = storms(dispersion=[1.5, 4.0], report_lag=["2d", "9d"])
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(()), AS_OF)
    draws = Draws.of(spec, median_unknowns(spec, snapshot.n_steps))
    extra, mean = np.sqrt(1.5), 4 * 7 / DAYS_PER_MONTH
    events = np.arange(400)
    total = 0.0
    for share in snapshot.reported_share[:, 0]:
        pmf = stats.nbinom.pmf(events, mean / extra, 1 / (1 + extra))
        total += np.log(pmf @ (1 - share) ** events)  # none of them in
    assert 0 < snapshot.reported_share[-1, 0] < 0.5 < snapshot.reported_share[-2, 0] < 1
    assert silence_log_likelihood(spec, snapshot, draws)[0] == pytest.approx(total, rel=1e-10)


def test_simulated_counts_have_the_dispersion() -> None:
    case = storms(dispersion=[1.9, 2.1], per_month=[19, 21])
    spec = compile_spec(case)
    n = 400
    unknowns = median_unknowns(spec, 8, n)
    draws = Draws.of(spec, unknowns)
    rng = np.random.default_rng(7)
    weights = np.ones((6, 6))
    totals = np.array(
        [
            len(
                simulate_evidence(
                    case, spec, draws, i, until=AS_OF, template=Evidence(), weights=weights, rng=rng
                ).reports
            )
            for i in range(n)
        ]
    )
    mean = float(expected_reports(spec, take_snapshot(case, Evidence(), AS_OF), draws)[0, 0])
    ratio = 1 + float(draws.dispersion[0, 0])
    assert abs(totals.mean() - mean) < 4 * np.sqrt(ratio * mean / n)
    # Of a variance v estimated from n counts that are nearly normal, the standard error is v sqrt(2 / (n - 1)).
    assert abs(totals.var(ddof=1) - ratio * mean) < 4 * ratio * mean * np.sqrt(2 / (n - 1)) * 1.2


def test_a_season_moves_the_rate() -> None:
    case = storms(season={"amplitude": [0.4, 0.8], "peak": "01-10"})  # the middle of step 0
    amplitude = np.sqrt(0.32)
    spec, snapshot = compile_spec(case), take_snapshot(case, Evidence(()), AS_OF)
    draws = Draws.of(spec, median_unknowns(spec, snapshot.n_steps))
    wave = np.cos(2 * np.pi * 7 * np.arange(8) / 365.25)
    expected = (4 * 7 / DAYS_PER_MONTH * np.exp(amplitude * wave)).sum()
    assert expected_reports(spec, snapshot, draws)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_a_seasonal_driver_swings_by_its_amplitude_and_forgets_shocks_as_before() -> None:
    season = {"amplitude": [0.5, 1.5], "peak": "07-01"}
    case = scenario(drivers={"wind": driver(season=season)})
    spec = compile_spec(case)
    n_steps = 53 * 4
    calm = median_unknowns(spec, n_steps)
    level = Draws.of(spec, calm).level[0, :, 0]
    course = np.array([case.grid.middle(t) for t in range(n_steps)])
    wave = np.cos(2 * np.pi * np.array([(day - day.replace(month=7, day=1)).days for day in course]) / 365.25)
    # Without shocks the level is the season after the start has been forgotten (half-life 8 weeks).
    np.testing.assert_allclose(level[106:], np.sqrt(0.75) * wave[106:], atol=1e-3)
    shocked = {name: values.copy() for name, values in calm.items()}
    shocked["innovation"][0, 110, 0] = 1.0
    moved = Draws.of(spec, shocked).level[0, :, 0] - level
    assert moved[118] / moved[110] == pytest.approx(0.5, rel=1e-9)


def test_prior_draws_of_every_feature_are_finite(full) -> None:
    draws = Draws.of(full.spec, prior_unknowns(full.spec, 200, 30, rng=np.random.default_rng(8)))
    for name, values in vars(draws).items():
        assert np.all(np.isfinite(values)), name
