"""Simulated evidence has the law that the likelihood assumes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
from made_case import (
    AS_OF,
    ONGOING,
    START,
    at_level,
    driver,
    judgement,
    report,
    scenario,
    value,
)
from scipy import stats

from forecast.evidence.grades import DIGITS, LETTERS, fixed_weights
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.model.density import expected_reports
from forecast.model.draws import Draws
from forecast.model.simulate import simulate_evidence, simulate_states
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

N_STEPS = 19
TWO = {"wind": driver(), "rain": driver()}
LOADING = math.sqrt(math.log(1.25) * math.log(4))  # median of the log of [1.25, 4]
LETTER_SHARES = np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
DIGIT_SHARES = np.array([0.3, 0.2, 0.2, 0.15, 0.1, 0.05])


def storm(**changes: object) -> dict[str, object]:
    base = {"coverage": ONGOING, "signs": "both", "per_month": [20, 45], "rate_ratio": {"wind": [1.25, 4]}}
    return {**base, **changes}


def truth(case: Scenario, *levels: float) -> Draws:
    """A draw with drivers at a level each from the first day, medians elsewhere and an uneven mix of grades."""
    spec = compile_spec(case)
    draws = at_level(spec, np.broadcast_to(np.array(levels), (1, N_STEPS, len(levels))).copy())
    n = len(spec.mix_type)
    return replace(draws, letter_mix=np.tile(LETTER_SHARES, (1, n, 1)), digit_mix=np.tile(DIGIT_SHARES, (1, n, 1)))


def histories(case: Scenario, draws: Draws, n: int, seed: int, template: Evidence | None = None) -> Iterator[Evidence]:
    spec, rng = compile_spec(case), np.random.default_rng(seed)
    for _ in range(n):
        yield simulate_evidence(
            case,
            spec,
            draws,
            0,
            until=AS_OF,
            template=template or Evidence(),
            weights=fixed_weights(),
            rng=rng,
        )


def test_counts_of_complete_types_are_poisson_with_the_expected_mean() -> None:
    events = {
        "storm": storm(report_lag=["0d", "30d"]),
        "gale": storm(report_lag=["5d", "5d"], rate_ratio={"rain": [0.25, 0.8]}),
        "visit": storm(coverage={"complete": ["2030-01-24", "2030-04-03"]}, rate_ratio={}),
        "flood": {"coverage": {"selected": "press"}, "signs": "positive"},
    }
    case = scenario(drivers=TWO, events=events)
    spec = compile_spec(case)
    draws = truth(case, 1.0, 0.7)
    n = 60
    counts = np.zeros((n, 4))
    happened = np.zeros((n, 4))
    for i, evidence in enumerate(histories(case, draws, n, seed=1)):
        kinds = take_snapshot(case, evidence, AS_OF).report_type
        counts[i] = np.bincount(kinds, minlength=4)
        happened[i] = np.bincount([spec.events.index(row.event_type) for row in evidence.reports], minlength=4)
    # What has happened, known or not, by the design: rho [w r + 1 - w] times months.
    weight = LETTER_SHARES @ fixed_weights() @ DIGIT_SHARES
    ratio = np.array([math.exp(LOADING * 1.0), math.exp(-LOADING * 0.7), 1.0])
    days = np.array([129, 129, 70])
    all_ = 30.0 * (weight * ratio + 1 - weight) * days / (365.25 / 12)
    # The sum of n Poisson counts has variance n times the mean.
    np.testing.assert_array_less(np.abs(happened.mean(axis=0)[:3] - all_), 4 * np.sqrt(all_ / n))
    known = expected_reports(spec, take_snapshot(case, Evidence(), AS_OF), draws, fixed_weights())[0]
    np.testing.assert_array_less(np.abs(counts.mean(axis=0) - known)[:3], 4 * np.sqrt(known[:3] / n))
    assert known[0] < all_[0] - 8 * math.sqrt(all_[0] / n)  # late reports are missing, and by how much is seen
    assert known[3] == happened[:, 3].sum() == 0
    # Index of dispersion of n Poisson counts: chi-squared with n - 1 degrees of freedom.
    dispersion = (n - 1) * happened[:, :3].var(axis=0, ddof=1) / happened[:, :3].mean(axis=0)
    assert np.all(np.abs(stats.norm.ppf(stats.chi2.cdf(dispersion, n - 1))) < 4)


def test_genuine_reports_shift_the_grades() -> None:
    # Reports of grade g have intensity kappa_g [w_g r + 1 - w_g].
    case = scenario(events={"storm": storm()})
    counts = np.zeros((6, 6))
    for evidence in histories(case, truth(case, 2.0), 60, seed=2):
        for row in evidence.reports:
            counts[LETTERS.index(row.reliability), DIGITS.index(row.credibility)] += 1
    weights = fixed_weights()
    intensity = np.outer(LETTER_SHARES, DIGIT_SHARES) * (weights * math.exp(2 * LOADING) + 1 - weights)
    expected = counts.sum() * intensity / intensity.sum()
    assert expected.min() > 5  # for the chi-squared law to hold
    assert stats.chisquare(counts.ravel(), expected.ravel()).pvalue > 1e-4
    plain = counts.sum() * np.outer(LETTER_SHARES, DIGIT_SHARES)
    assert stats.chisquare(counts.ravel(), plain.ravel()).pvalue < 1e-8


def test_directions_mix_the_genuine_and_the_rest() -> None:
    # E[d] of a grade: the genuine share w r / (w r + 1 - w) times b x, or b eps.
    signal = {
        "wind": {"per_unit": [0.5, 2], "measures": "level", "noise": [0.25, 1]},
        "rain": {"per_unit": [-2, -0.5], "measures": "push", "noise": [0.25, 1]},
    }
    case = scenario(drivers=TWO, events={"storm": storm(signal=signal)})
    draws = replace(truth(case, 1.5, 0.0), innovation=np.full((1, N_STEPS, 2), 0.8))
    rows = [row for evidence in histories(case, draws, 40, seed=3) for row in evidence.reports]
    weights, ratio = fixed_weights(), math.exp(1.5 * LOADING)
    for grade in ("B2", "C3", "D4"):
        codes = np.array(
            [[r.directions["wind"], r.directions["rain"]] for r in rows if r.reliability + r.credibility == grade]
        )
        weight = weights[LETTERS.index(grade[0]), DIGITS.index(grade[1])]
        genuine = weight * ratio / (weight * ratio + 1 - weight)
        error = codes.std(axis=0) / math.sqrt(len(codes))
        assert np.all(np.abs(codes.mean(axis=0) - genuine * np.array([1.5, -0.8])) < 4 * error)
        variance = (
            genuine * (0.25 + np.array([1.5, 0.8]) ** 2) + (1 - genuine) * 2 - (genuine * np.array([1.5, 0.8])) ** 2
        )
        spread = codes.var(axis=0)
        kurtosis = stats.kurtosis(codes, fisher=False)
        assert np.all(np.abs(spread - variance) < 4 * spread * np.sqrt((kurtosis - 1) / len(codes)))


def test_types_of_selected_reports_follow_their_group() -> None:
    ratios = {"a": [1.25, 4], "b": [0.25, 0.8], "c": None}
    rates = {"a": [1, 4], "b": [0.5, 8], "c": [2, 3]}
    press = {"coverage": {"selected": "press"}, "signs": "positive"}
    events = {
        k: {**press, "per_month": rates[k], "rate_ratio": {"wind": ratios[k]} if ratios[k] else {}} for k in "abc"
    }
    case = scenario(events=events)
    n = 6000
    template = Evidence((report("2030-02-20", "a", "B3", lag=3),) * n)
    (evidence,) = histories(case, truth(case, -1.2), 1, seed=4, template=template)
    weight = fixed_weights()[1, 2]
    intensity = np.array([2.0, 2.0, math.sqrt(6)]) * (
        weight * np.exp(-1.2 * LOADING * np.array([1, -1, 0])) + 1 - weight
    )
    shares = intensity / intensity.sum()
    counts = Counter(row.event_type for row in evidence.reports)
    assert stats.chisquare([counts[k] for k in "abc"], n * shares).pvalue > 1e-4
    row = evidence.reports[0]
    assert (row.date, row.reported - row.date, row.reliability + row.credibility) == (
        template.reports[0].date,
        timedelta(days=3),
        "B3",
    )
    assert len({row.id for row in evidence.reports}) == n


def test_a_selected_report_is_genuine_as_often_as_its_rate_says() -> None:
    # Share of genuine reports of the type that occurred: w r / (w r + 1 - w); only those follow the driver.
    signal = {"rain": {"per_unit": [0.5, 2], "measures": "level", "noise": [0.25, 1]}}
    vote = {"coverage": {"selected": "press"}, "signs": "both", "rate_ratio": {"wind": [1.25, 4]}, "signal": signal}
    case = scenario(drivers=TWO, events={"vote": vote})
    template = Evidence((report("2030-02-20", "vote", "D4"),) * 4000)
    (evidence,) = histories(case, truth(case, 1.5, 2.0), 1, seed=9, template=template)
    codes = np.array([row.directions["rain"] for row in evidence.reports])
    weight, ratio = fixed_weights()[3, 3], math.exp(1.5 * LOADING)
    genuine = weight * ratio / (weight * ratio + 1 - weight)
    assert abs(codes.mean() - genuine * 2.0) < 4 * codes.std() / math.sqrt(len(codes))
    assert genuine - weight > 0.1


def test_series_scatter_around_their_driver() -> None:
    level = {"per_unit": [0.5, 2], "noise": [0.25, 1], "driver": "wind"}
    series = {
        "gauge": {**level, "at_neutral": [3, 9], "scale": 2.0},
        "loss": {**level, "transform": "log", "at_neutral": [20, 80], "aggregate": "sum"},
        "net": {**level, "transform": "asinh", "at_neutral": [-50, 50], "aggregate": "sum", "scale": 100.0},
    }
    case = scenario(series=series)
    spec = compile_spec(case)
    rising = at_level(spec, np.linspace(-1, 2, N_STEPS)[None, :, None])
    periods = [START + timedelta(days=n) for n in range(0, 120, 5)]
    rows = tuple(
        value(name, first.isoformat(), (first + timedelta(days=4)).isoformat(), 1.0)
        for name in series
        for first in periods
    )
    late = replace(rows[0], reported=rows[0].end + timedelta(days=9))
    template = Evidence(series=(late, *rows[1:]))
    centre = {"gauge": 3.0, "loss": math.log(40), "net": 0.0}
    to_scale = {
        "gauge": lambda y: y / 2,
        "loss": lambda y: math.log(y / (5 / (365.25 / 12))),
        "net": lambda y: math.asinh(y / (5 / (365.25 / 12)) / 100),
    }
    residuals: dict[str, list[float]] = {name: [] for name in series}
    for evidence in histories(case, rising, 150, seed=5, template=template):
        assert [(row.start, row.end, row.reported) for row in evidence.series] == [
            (row.start, row.end, row.reported) for row in template.series
        ]
        for row in evidence.series:
            days = [(row.start - START).days + n for n in range(5)]
            mean = np.mean([rising.level[0, d // 7, 0] for d in days])
            residuals[row.series].append((to_scale[row.series](row.value) - centre[row.series] - mean) / 0.5)
    for values in residuals.values():
        assert stats.kstest(values, stats.t(5).cdf).pvalue > 1e-4


def test_judgements_scatter_around_the_level_with_their_own_width() -> None:
    case = scenario()
    template = Evidence(judgements=(judgement("2030-02-04", "wind", -1.0, 1.5),) * 4000)
    (evidence,) = histories(case, truth(case, 0.6), 1, seed=6, template=template)
    centres = [(row.low + row.high) / 2 for row in evidence.judgements]
    np.testing.assert_allclose([row.high - row.low for row in evidence.judgements], 2.5, rtol=1e-12)
    assert stats.kstest(centres, stats.norm(0.6, 2.5 / (2 * stats.norm.ppf(0.95))).cdf).pvalue > 1e-4


def test_nothing_simulated_happens_after_the_last_day() -> None:
    case = scenario(events={"storm": storm()})
    after = (AS_OF + timedelta(days=1)).isoformat()
    template = Evidence(judgements=(judgement(after, "wind", 0, 1),))
    for evidence in histories(case, truth(case, 0.0), 3, seed=7, template=template):
        assert min(row.date for row in evidence.reports) >= START
        assert max(row.date for row in evidence.reports) <= AS_OF
        assert evidence.judgements == ()


def test_transitions_happen_at_their_hazards() -> None:
    ratio = {"hazard_ratio": {"wind": [1.25, 4]}}
    edges = [
        {"from": "dry", "to": "wet", "within_12_months": [0.5, 0.9], **ratio},
        {"from": "dry", "to": "lost", "within_12_months": [0.2, 0.6]},
        {"from": "wet", "to": "dry", "within_12_months": [0.7, 0.99]},
    ]
    case = scenario(states={"dry": {"initial": True}, "wet": {}, "lost": {}}, transitions=edges)
    spec, rng = compile_spec(case), np.random.default_rng(8)
    draws = truth(case, 1.0)
    hazard = [
        math.sqrt(math.log(2) * math.log(10)) * math.exp(LOADING),
        math.sqrt(math.log(1 / 0.8) * math.log(1 / 0.4)),
        math.sqrt(math.log(1 / 0.3) * math.log(100)),
    ]
    n = 1000
    left = 0
    counts, exposure = np.zeros(3), np.zeros(3)
    for _ in range(n):
        rows = tuple(simulate_states(case, spec, draws, 0, until=AS_OF, rng=rng))
        assert [row.from_ for row in rows] == ["dry", *(row.to for row in rows)][: len(rows)]
        left += bool(rows)
        snapshot = take_snapshot(case, Evidence(transitions=rows), AS_OF)
        counts += np.bincount(snapshot.transition_index, minlength=3)
        exposure += snapshot.state_years.sum(axis=0)[spec.edge_from]
    # Leaving the first state within 129 days.
    chance = 1 - math.exp(-(hazard[0] + hazard[1]) * 129 / 365.25)
    assert abs(left / n - chance) < 4 * math.sqrt(chance * (1 - chance) / n)
    # The score of the log hazards, counts minus hazard times exposure, has mean zero and as variance the mean count.
    # The day of a change counts as wholly after it: that shortens exposure by half a day for each change.
    expected = np.array(hazard) * exposure
    half_days = np.array(hazard) * np.array([counts[0] + counts[1], counts[0] + counts[1], counts[2]]) * 0.5 / 365.25
    assert np.all(half_days < np.sqrt(expected))  # smaller than the Monte Carlo error
    assert np.all(np.abs(counts - expected) < 4 * np.sqrt(expected) + half_days)


def test_an_absorbing_state_is_never_left() -> None:
    case = scenario(transitions=[{"from": "dry", "to": "wet", "within_12_months": [0.98, 0.999]}])
    spec, rng = compile_spec(case), np.random.default_rng(8)
    assert (
        max(len(list(simulate_states(case, spec, truth(case, 0.0), 0, until=AS_OF, rng=rng))) for _ in range(50)) == 1
    )
