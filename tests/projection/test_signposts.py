"""What to look out for, against brute force: histories of reports and states simulated by the model's twin."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.grades import fixed_weights
from forecast.evidence.records import Evidence
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.projection.outlook import SIGNS, Outlook, signposts_of
from forecast.projection.signposts import information, signposts
from forecast.scenario.types import Scenario

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package
from present_of import DRIVER, ONGOING, scenario, unweighted

AS_OF, LAST = date(2024, 1, 1), date(2024, 3, 14)  # a Monday; a Thursday
SOON = "2024-03-31"
STRONG = {"mood": [3.0, 5.0]}
HARD = [{"from": "talks", "to": "deal", "within_12_months": [0.8, 0.95], "hazard_ratio": {"mood": [3.5, 5]}}]


def case(**events: dict) -> Scenario:
    return scenario(events=events, transitions=HARD, horizon=SOON)


CASES = {
    "rates with lags": case(
        march={"coverage": ONGOING, "signs": "positive", "per_month": [0.2, 0.4], "rate_ratio": STRONG,
               "report_lag": ["2d", "20d"]},
        siege={"coverage": {"complete": ["2024-02-10", "2024-03-01"]}, "signs": "negative", "per_month": [1, 2],
               "rate_ratio": {"mood": [0.2, 0.4]}, "season": {"amplitude": [0.5, 1], "peak": "02-15"}},
    ),
    "signs": case(
        speech={"coverage": ONGOING, "signs": "both", "per_month": [0.3, 0.6], "rate_ratio": {"mood": [1.5, 3]},
                "signal": {"mood": {"per_unit": [0.9, 1.5], "measures": "level", "noise": [0.3, 0.6]}}},
        visit={"coverage": ONGOING, "signs": "both", "per_month": [0.3, 0.6],
               "signal": {"mood": {"per_unit": [0.9, 1.5], "at_neutral": [0.2, 0.6]}}},
    ),
    "over-dispersed, signs on two drivers": scenario(
        drivers={"mood": DRIVER, "calm": DRIVER}, transitions=HARD, horizon=SOON, events={
            "storm": {"coverage": ONGOING, "signs": "both", "per_month": [0.6, 1], "rate_ratio": {"mood": [1.5, 3]},
                      "dispersion": [2, 4], "report_lag": ["1d", "9d"],
                      "signal": {"mood": {"per_unit": [0.9, 1.5], "measures": "level"},
                                 "calm": {"per_unit": [0.9, 1.5]}}}},
    ),
}  # fmt: skip


def sign_of(code: float) -> str:
    return SIGNS[int(np.round(np.clip(code, -1, 1))) + 1]


def simulated(made: Scenario, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether each signpost was seen, shape (n, signposts), and whether a deal came, shape (n,), in n histories."""
    spec, rng = compile_spec(made), np.random.default_rng([seed, 7])
    unknowns = prior_unknowns(spec, n, made.grid.count(made.horizon), rng=rng)
    wanted = signposts_of(spec)
    seen, deal = np.zeros((n, len(wanted)), dtype=bool), np.zeros(n, dtype=bool)
    for s in range(n):
        draw = Draws.of(spec, {name: values[s : s + 1] for name, values in unknowns.items()})
        history = simulate_evidence(
            made, spec, draw, 0, until=made.horizon, template=Evidence(), weights=fixed_weights(), rng=rng
        )
        deal[s] = any(row.date > AS_OF for row in history.transitions)
        for row in history.reports:
            if row.date > AS_OF and row.reported <= LAST:
                for i, item in enumerate(wanted):
                    if item.type == row.event_type and (
                        item.driver is None or sign_of(row.directions[item.driver]) == item.sign
                    ):
                        seen[s, i] = True
    return seen, deal


@pytest.mark.parametrize("name", CASES)
def test_chances_and_bits_are_those_of_simulated_histories(name):
    made, n = CASES[name], 2000
    seen, deal = simulated(made, n, seed=3)
    present = unweighted(made, AS_OF, n=1000)
    now, found = signposts(present, LAST)
    order = {item: i for i, item in enumerate(signposts_of(present.spec))}
    assert {item.signpost for item in found} == set(order)
    bound = stats.norm.isf(0.0005 / (4 * len(order)))  # one false alarm in a thousand, were all exact
    for item in found:
        hits = seen[:, order[item.signpost]]
        assert abs(hits.mean() - item.p_seen) < bound * np.hypot(item.p_seen_mcse, hits.std() / np.sqrt(n))
        for given, chance in ((hits, item.if_seen), (~hits, item.if_not)):
            error = np.sqrt(max(chance[0] * (1 - chance[0]), 1e-3) / given.sum())
            assert abs(deal[given].mean() - chance[0]) < bound * np.hypot(error, 0.02)
        table = np.array([[np.mean(h & d) for d in (deal, ~deal)] for h in (hits, ~hits)])
        counted, slope = information(table)
        ratios = np.where(hits[:, None], slope[0], slope[1])
        spread = np.std(np.where(deal, ratios[:, 0], ratios[:, 1])) / np.sqrt(n)
        bias = 1 / (2 * n * np.log(2))  # of counted tables of two by two
        assert abs(counted - bias - item.bits) < bound * np.hypot(spread, item.bits_mcse) + bias
    assert max(item.bits for item in found) > 0.01
    assert [item.bits for item in found] == sorted((item.bits for item in found), reverse=True)
    assert now.sum() == pytest.approx(1)


def test_what_is_seen_and_what_is_not_average_to_what_is():
    now, found = signposts(unweighted(CASES["signs"], AS_OF, n=200), LAST)
    for item in found:
        np.testing.assert_allclose(item.p_seen * item.if_seen + (1 - item.p_seen) * item.if_not, now, atol=1e-12)


def test_no_report_at_all_is_no_report_of_any_class():
    present = unweighted(CASES["over-dispersed, signs on two drivers"], AS_OF, n=100)
    outlook = Outlook(present.scenario, present.draws, LAST)
    present.project(watch=outlook)
    whole = outlook.silent(0, frozenset(range(9)))
    for item in signposts_of(present.spec):
        assert np.all(outlook.silent(0, item.cells) > whole)
    spec, draws = present.spec, present.draws
    assert not np.isnan(whole).any()
    assert spec.dispersion_type.tolist() == [0]
    assert np.all(draws.dispersion > 0)
    np.testing.assert_allclose(outlook.silent(0, frozenset()), 1.0)


def test_nothing_can_be_seen_where_nothing_is_covered():
    made = case(march={"coverage": {"complete": ["2024-03-20", "ongoing"]}, "signs": "positive", "per_month": [1, 2]})
    _, (item,) = signposts(unweighted(made, AS_OF, n=50), LAST)
    assert (item.p_seen, item.bits) == pytest.approx((0, 0), abs=1e-12)
    assert np.isnan(item.if_seen).all()
    assert not np.isnan(item.if_not).any()


def test_information_of_known_tables():
    assert information(np.array([[0.5, 0.0], [0.0, 0.5]]))[0] == pytest.approx(1)
    assert information(np.outer([0.3, 0.7], [0.2, 0.5, 0.3]))[0] == pytest.approx(0, abs=1e-12)
    table = np.array([[0.3, 0.1], [0.2, 0.4]])
    entropy = [stats.entropy(p, base=2) for p in (table.sum(axis=0), table.sum(axis=1), table.ravel())]
    bits, slope = information(table)
    assert bits == pytest.approx(entropy[0] + entropy[1] - entropy[2])
    step = np.array([[1, -1], [-1, 1]]) * 1e-6
    assert information(table + step)[0] - bits == pytest.approx(float(np.sum(slope * step)), rel=1e-4)


def test_the_error_of_bits_is_their_spread_over_repetitions():
    n, made = 50, CASES["rates with lags"]
    told = [signposts(unweighted(made, AS_OF, n=80, seed=s), LAST)[1] for s in range(n)]
    for kind in ("march", "siege"):
        bits = [next(item for item in found if item.signpost.type == kind) for found in told]
        spread = np.std([item.bits for item in bits], ddof=1)
        error = np.sqrt(np.mean([item.bits_mcse**2 for item in bits]))
        low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], n - 1) / (n - 1))
        assert 0.8 * low < spread / error < 1.2 * high
