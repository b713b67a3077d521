"""Updating without a new fit, against closed forms, the full likelihood and its own invariances; nothing is sampled.

Prior draws are an exact posterior of no evidence. Reweighting them must therefore give the posteriors that are known:
of drivers under Gaussian observations, of a rate under counts, of a hazard under survival.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from forecast.evidence.readers import read_evidence
from forecast.evidence.records import Evidence, Judgement, Report, TransitionRecord
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.importance import largest_reliable_k
from forecast.inference.montecarlo import monte_carlo_error, weighted_mean
from forecast.inference.posterior import Posterior, Selection
from forecast.inference.updating import extend, refit_near, refit_reason, report_log_ratio, reweight
from forecast.model.density import log_likelihood, report_log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, grade_counts
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario

ROUNDING = 1e-9  # of sums of some hundred log densities
FALSE_ALARM = 1e-3  # of each test with random draws, were the code exact; seeds are fixed
Z95 = NormalDist().inv_cdf(0.95)
START = date(2024, 1, 1)  # a Monday
CHAINS = 4


def days(n: int) -> date:
    return START + timedelta(days=n)


def prior_draws(scenario: Scenario, n: int, n_steps: int, seed: int = 5) -> Posterior:
    """Draws from the prior as if a sampler had made them."""
    unknowns = prior_unknowns(compile_spec(scenario), n, n_steps, rng=np.random.default_rng(seed))
    return Posterior(unknowns, CHAINS, {"diverging": np.zeros(n)}, {})


def bound(comparisons: int) -> float:
    """Largest of so many standard normal numbers, Bonferroni."""
    return NormalDist().inv_cdf(1 - FALSE_ALARM / (2 * comparisons))


# Closed forms

PHI, LONG_RUN, AT_START, AT_START_SD = 2 ** (-1 / 4), 0.5, -0.3, 0.6
JUDGED = ((3, 0.6, 0.8), (24, -0.9, 0.7), (25, -0.2, 1.0), (66, 1.1, 0.9))  # day, mean, standard deviation
FIT_STEPS, AS_OF = 4, days(80)  # the fit is of the first weeks: the rest of every path is an extension
RATE, N_MEETINGS = (0.5, 2.0), 5  # 90% range per month
HAZARD = (2, 1.0)  # events and years of the reference class
CHANGES = ((30, "calm", "strike"), (58, "strike", "calm"))


def near(value: float, width: float = 1e-6) -> list[float]:
    return [value - width, value + width]


def spread(mean: float, sd: float) -> list[float]:
    return [mean - Z95 * sd, mean + Z95 * sd]


@pytest.fixture(scope="module")
def simple() -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "simple",
            "title": "Simple",
            "start": START,
            "horizon": date(2024, 12, 31),
            "drivers": {
                "mood": {
                    "meaning": "mood", "low": "low", "high": "high", "at_start": spread(AT_START, AT_START_SD),
                    "long_run": near(LONG_RUN), "half_life": ["3.999999w", "4.000001w"],
                }
            },
            "events": {
                "meeting": {
                    "coverage": {"complete": [START, "ongoing"]}, "signs": "both", "per_month": list(RATE),
                }
            },
            "states": {"calm": {"initial": True}, "strike": {}},
            "transitions": [
                {"from": a, "to": b, "base_rate": {"events": HAZARD[0], "exposure_years": HAZARD[1]}}
                for a, b in (("calm", "strike"), ("strike", "calm"))
            ],
            "outcomes": [{"name": "strike", "when": {"at_horizon": "strike"}}, {"name": "calm", "otherwise": True}],
        }
    )  # fmt: skip


def meeting(identifier: str, day: date, **changes: object) -> Report:
    row = Report(identifier, day, day, day, "meeting", {}, "", "", "", "B", "2", "", "", "", "", None, 0)
    return replace(row, **changes)


@pytest.fixture(scope="module")
def seen() -> Evidence:
    return Evidence(
        reports=tuple(meeting(f"m{i}", days(14 * i + 3)) for i in range(N_MEETINGS)),
        judgements=tuple(
            Judgement(f"j{i}", "mood", days(n), *spread(mean, sd), "desk", days(n), days(n), "", 0)
            for i, (n, mean, sd) in enumerate(JUDGED)
        ),
        transitions=tuple(TransitionRecord(days(n), a, b, days(n), days(n), "", 0) for n, a, b in CHANGES),
    )


def before_anything(scenario: Scenario) -> Snapshot:
    """A history in which nothing could have been seen, not even silence, as long as the fit's paths."""
    start = take_snapshot(scenario, Evidence(), days(7 * FIT_STEPS - 1))
    assert start.n_steps == FIT_STEPS
    unseen = {name: 0 * getattr(start, name) for name in ("exposure", "state_years", "pending_years")}
    return replace(start, **unseen, stays=start.stays[:0])


@pytest.fixture(scope="module")
def updated(simple, seen):
    fit, now = prior_draws(simple, 40_000, FIT_STEPS), take_snapshot(simple, seen, AS_OF)
    made = reweight(compile_spec(simple), fit, before_anything(simple), now, seed=3)
    assert made.pareto_k < 0.5  # so that the errors below are finite and estimated well
    assert made.effective_draws > 1000
    return made


def scores(posterior: Posterior, values: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(Weighted mean - expected) / Monte Carlo error, for each column of per-draw values."""
    error = monte_carlo_error(posterior.by_chain(values), posterior.by_chain(posterior.weight))
    return (weighted_mean(values, posterior.weight) - expected) / error


def kalman_smoother(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of every step of x' = m + phi (x - m) + sqrt(1 - phi^2) e given all judgements."""
    mean, variance = AT_START, AT_START_SD**2
    filtered, predicted = [], []
    for t in range(n_steps):
        predicted.append((mean, variance))
        for n, value, sd in JUDGED:
            if n // 7 == t:
                gain = variance / (variance + sd**2)
                mean, variance = mean + gain * (value - mean), (1 - gain) * variance
        filtered.append((mean, variance))
        mean, variance = LONG_RUN + PHI * (mean - LONG_RUN), PHI**2 * variance + 1 - PHI**2
    smoothed = [filtered[-1]]
    for (now, spread_now), (after, spread_after) in zip(filtered[-2::-1], predicted[:0:-1], strict=True):
        back = PHI * spread_now / spread_after
        later, spread_later = smoothed[-1]
        smoothed.append((now + back * (later - after), spread_now + back**2 * (spread_later - spread_after)))
    means, variances = np.array(smoothed[::-1]).T
    return means, variances


def test_judgements_give_what_the_kalman_smoother_gives(updated, simple):
    level = Draws.of(compile_spec(simple), updated.posterior.unknowns).level[:, :, 0]
    mean, variance = kalman_smoother(level.shape[1])
    assert level.shape[1] == 12
    assert np.ptp(mean) > 0.5
    values = np.concatenate([level, (level - mean) ** 2], axis=1)
    found = scores(updated.posterior, values, np.concatenate([mean, variance]))
    assert np.abs(found).max() < bound(len(found))


def test_counts_and_silence_give_the_posterior_of_a_poisson_rate(updated, simple):
    low, high = np.log(RATE)
    loc, scale = (low + high) / 2, (high - low) / (2 * Z95)
    months = ((AS_OF - START).days + 1) / (365.25 / 12)

    def moment(power: int) -> float:
        def weighted(z: float) -> float:
            log_rate = loc + scale * z
            return z**power * math.exp(-0.5 * z**2 + N_MEETINGS * log_rate - months * math.exp(log_rate))

        return integrate.quad(weighted, -9, 9)[0]

    expected = np.array([moment(power) / moment(0) for power in (1, 2)])
    assert expected[0] > 0.5  # the counts have moved it
    z = updated.posterior.unknowns["rate_z"]
    assert np.abs(scores(updated.posterior, np.hstack([z, z**2]), expected)).max() < bound(2)


def test_survival_gives_the_conjugate_gamma_posterior_of_a_hazard(updated):
    days_in = {"calm": 30 + (AS_OF - START).days + 1 - 58, "strike": 28}
    for i, state in enumerate(days_in):
        shape, rate = HAZARD[0] + 0.5 + 1, HAZARD[1] + days_in[state] / 365.25
        hazard = updated.posterior.unknowns["mean_hazard"][:, i]
        values = np.stack([hazard, (hazard - shape / rate) ** 2], axis=1)
        found = scores(updated.posterior, values, np.array([shape / rate, shape / rate**2]))
        assert np.abs(found).max() < bound(4)


# Extension


def test_extending_twice_is_extending_once(simple):
    fit = prior_draws(simple, 40, 3)
    once, twice = extend(fit, 11, seed=8), extend(extend(fit, 6, seed=8), 11, seed=8)
    assert once.unknowns.keys() == twice.unknowns.keys()
    for name, values in once.unknowns.items():
        np.testing.assert_array_equal(values, twice.unknowns[name])
    assert once.unknowns["innovation"].shape == (40, 11, 1)
    np.testing.assert_array_equal(once.unknowns["innovation"][:, :3], fit.unknowns["innovation"])


def test_an_extension_depends_on_draw_step_and_seed_only(simple):
    many, few = (extend(prior_draws(simple, n, 3, seed=n), 9, seed=8).unknowns["innovation"] for n in (40, 12))
    np.testing.assert_array_equal(few[:, 3:], many[:12, 3:])
    shorter = extend(prior_draws(simple, 40, 5), 7, seed=8).unknowns["innovation"]
    np.testing.assert_array_equal(shorter[:, 5:], many[:, 5:7])
    other = extend(prior_draws(simple, 40, 3, seed=40), 9, seed=9).unknowns["innovation"]
    assert not np.any(other[:, 3:] == many[:, 3:])
    assert len(np.unique(many[:, 3:])) == 40 * 6  # no step repeats another


def test_a_fit_is_not_made_shorter(simple):
    fit = prior_draws(simple, 8, 5)
    assert extend(fit, 5, seed=1) is fit
    with pytest.raises(ValueError, match="the fit has 5 steps, more than 4"):
        extend(fit, 4, seed=1)


# The weights, for histories of the made-up case that differ in every way that evidence can


def made_up(project_root: Path) -> tuple[Scenario, Evidence]:
    cases = project_root / "tests" / "cases"
    plain = load_scenario(cases / "priors" / "harbour-strike.yaml").scenario
    events = dict(plain.events)
    for name in ("mediation_meeting", "written_offer"):  # one with a loading on its grades' mix and one without
        events[name] = events[name].model_copy(update={"dispersion": (1.3, 3.0)})
    scenario = plain.model_copy(update={"events": events, "learn_grades": True})
    return scenario, read_evidence(cases / "data" / plain.scenario, scenario)


SCENARIO, EVIDENCE = made_up(Path(__file__).resolve().parents[2])
SPEC = compile_spec(SCENARIO)
FIRST, LAST = date(2023, 3, 9), date(2023, 4, 24)
DRAWS = Draws.of(SPEC, prior_unknowns(SPEC, 5, SCENARIO.grid.count(LAST), rng=np.random.default_rng(4)))
FIT = prior_draws(SCENARIO, 8, SCENARIO.grid.count(FIRST), seed=4)

as_of_dates = st.dates(FIRST, LAST)


@st.composite
def edited(draw: st.DrawFn) -> Evidence:
    """The case with some rows gone, withdrawn, told apart differently, or told twice."""
    rows: list[Report] = []
    for row in EVIDENCE.reports:
        match draw(st.sampled_from(["as it is", "as it is", "gone", "withdrawn", "changed", "twice"])):
            case "gone":
                continue
            case "withdrawn":
                rows.append(replace(row, withdrawn=row.reported + timedelta(days=draw(st.integers(0, 9)))))
            case "changed":
                grade = {"reliability": draw(st.sampled_from("ABF")), "credibility": draw(st.sampled_from("146"))}
                directions = {name: draw(st.sampled_from([-1.0, 0.5, 2.0])) for name in row.directions}
                late = row.reported + timedelta(days=draw(st.integers(0, 9)))
                changed = {"id": f"{row.id}c", "replaces": row.id, "directions": directions, "reported": late}
                rows.extend([row, replace(row, **grade, **changed)])
            case "twice":
                linked = {"same_as": row.id, "origin": draw(st.sampled_from(["", "desk"]))}
                again = replace(row, id=f"{row.id}t", credibility=draw(st.sampled_from("126")), date=FIRST)
                rows.extend([row, replace(again, **(linked if draw(st.booleans()) else {}))])
            case _:
                rows.append(row)
    kept = {
        name: tuple(row for row in getattr(EVIDENCE, name) if draw(st.booleans()))
        for name in ("series", "judgements", "transitions")
    }
    return Evidence(reports=tuple(draw(st.permutations(rows))), **kept)


def log_weights(then: Snapshot, now: Snapshot) -> np.ndarray:
    fit = replace(FIT, unknowns=extend(FIT, then.n_steps, seed=1).unknowns)
    return reweight(SPEC, fit, then, now, seed=1).log_weight


def log_mixes(unknowns: Mapping[str, np.ndarray], snapshot: Snapshot) -> np.ndarray:
    """Log density of each draw's mixes given the grades of a history, over that given none: up to a constant."""
    letters, digits = grade_counts(SPEC, snapshot)
    total = np.zeros(len(unknowns["letter_mix"]))
    for name, alpha, counts in (("letter_mix", LETTER_MIX, letters), ("digit_mix", DIGIT_MIX, digits)):
        for m, seen in enumerate(counts):
            mix = unknowns[name][:, m].T
            total += stats.dirichlet(alpha + seen).logpdf(mix) - stats.dirichlet(alpha).logpdf(mix)
    return total


@settings(max_examples=120)
@given(edited(), edited(), as_of_dates, as_of_dates)
def test_weights_are_the_ratio_of_two_likelihoods_over_that_of_the_laws_of_the_mixes(before, after, one, other):
    then, now = (take_snapshot(SCENARIO, *cut) for cut in ((before, min(one, other)), (after, max(one, other))))
    fit = replace(FIT, unknowns=extend(FIT, then.n_steps, seed=1).unknowns)
    made = reweight(SPEC, fit, then, now, seed=1)
    ratio = np.zeros(len(fit))
    for snapshot, unknowns, sign in ((now, made.posterior.unknowns, 1), (then, fit.unknowns, -1)):
        ratio += sign * log_likelihood(SPEC, snapshot, Draws.of(SPEC, unknowns))
        ratio -= sign * log_mixes(unknowns, snapshot)
    left = made.log_weight - ratio
    np.testing.assert_allclose(left, left[0], rtol=0, atol=ROUNDING)


@settings(max_examples=60)
@given(edited(), edited())
def test_what_both_histories_know_cancels(before, after):
    then, now = (take_snapshot(SCENARIO, rows, LAST) for rows in (before, after))
    full = [report_log_likelihood(SPEC, snapshot, DRAWS).sum(axis=1) for snapshot in (then, now)]
    np.testing.assert_allclose(report_log_ratio(SPEC, DRAWS, then, now), full[1] - full[0], rtol=0, atol=ROUNDING)


def test_events_whose_numbers_are_the_same_in_other_places_are_told_apart():
    """Three independent A3 reports of one event without a direction; one with direction 2 on the driver of index 2."""
    (row,) = (row for row in EVIDENCE.reports if row.id == "hs-02")
    plain = replace(row, reliability="A", credibility="3", directions={})
    three = tuple(replace(plain, id=f"o{i}", same_as="o0" if i else "") for i in range(3))
    one = (replace(plain, directions={SPEC.drivers[2]: 2.0}),)
    then, now = (take_snapshot(SCENARIO, Evidence(reports=rows), LAST) for rows in (three, one))
    assert not set(then.marks) & set(now.marks)
    full = [report_log_likelihood(SPEC, snapshot, DRAWS).sum(axis=1) for snapshot in (then, now)]
    exact = full[1] - full[0]
    assert np.ptp(exact) > 0.01
    np.testing.assert_allclose(report_log_ratio(SPEC, DRAWS, then, now), exact, rtol=0, atol=ROUNDING)


@given(as_of_dates, as_of_dates)
def test_withdrawing_and_adding_again_changes_no_weight(one, other):
    begun, ended = min(one, other), max(one, other)
    then = take_snapshot(SCENARIO, EVIDENCE, begun)
    visible = {row.id for row in take_snapshot(SCENARIO, EVIDENCE, ended).reports}
    gone = [replace(row, withdrawn=ended) if row.reported <= ended else row for row in EVIDENCE.reports]
    again = [replace(row, id=f"{row.id}-again", same_as=row.same_as and f"{row.same_as}-again", replaces="")
             for row in EVIDENCE.reports if row.id in visible]  # fmt: skip
    weights = [
        log_weights(then, take_snapshot(SCENARIO, replace(EVIDENCE, reports=tuple(rows)), ended))
        for rows in (EVIDENCE.reports, [*gone, *again], gone)
    ]
    np.testing.assert_allclose(weights[1], weights[0], rtol=0, atol=ROUNDING)
    assert np.ptp(weights[2] - weights[0]) > 1e-3  # though each report says something


def test_without_news_all_draws_weigh_the_same():
    fit = prior_draws(SCENARIO, 80, DRAWS.level.shape[1])
    snapshot = take_snapshot(SCENARIO, EVIDENCE, LAST)
    made = reweight(SPEC, fit, snapshot, snapshot, seed=1)
    assert made.posterior.weight is None
    assert (made.pareto_k, made.effective_draws) == (-math.inf, pytest.approx(80, abs=ROUNDING))
    assert not made.log_weight.any()


# When to refit


@pytest.mark.parametrize(
    ("k", "effective", "draws", "said"),
    [
        (None, 4000, 4000, ""),
        (-math.inf, 4000, 4000, ""),
        (0.7, 4000, 4000, ""),
        (0.7001, 4000, 4000, "Pareto k of the weights is 0.70, above 0.70"),
        (1 - 1 / 3, 1000, 1000, ""),
        (0.6667, 1000, 1000, "Pareto k of the weights is 0.67, above 0.67"),
        (math.nan, 4000, 4000, "Pareto k of the weights is nan"),
        (0.1, 400, 4000, ""),
        (0.1, 399.9, 4000, "400 effective draws of 4000 are left, under 400"),
        (0.1, 1000, 10_000, ""),
        (0.1, 999, 10_000, "999 effective draws of 10000 are left, under 1000"),
        (0.1, 399, 1000, "399 effective draws of 1000 are left, under 400"),
        (0.9, 10, 4000, "Pareto k"),
    ],
)
def test_a_refit_is_asked_for_beyond_the_thresholds_and_not_at_them(k, effective, draws, said):
    reason = refit_reason(k, effective, draws)
    assert reason.startswith(said)
    assert bool(reason) == bool(said)


@pytest.mark.parametrize(
    ("k", "effective", "draws", "said"),
    [
        (None, 4000, 4000, ""),
        (0.6, 600, 4000, ""),
        (0.3, 599, 4000, "599 effective draws of 4000 are left, and under 400 it is made"),
        (0.3, 1499, 10_000, "1499 effective draws of 10000 are left, and under 1000 it is made"),
        (0.61, 4000, 4000, "Pareto k of the weights is 0.61, and above 0.70 it is made"),
        (0.57, 1000, 1000, "Pareto k of the weights is 0.57, and above 0.67 it is made"),
    ],
)
def test_a_refit_is_near_within_half_of_the_least_draws_or_a_tenth_of_k(k, effective, draws, said):
    assert refit_near(k, effective, draws) == said
    assert refit_reason(k, effective, draws) == ""


def test_the_limit_of_pareto_k_is_that_of_its_source():
    assert [largest_reliable_k(n) for n in (100, 1000, 10_000)] == pytest.approx([0.5, 2 / 3, 0.7])


# Draws picked by weight


def weighted(weight: np.ndarray) -> Posterior:
    return Posterior({}, CHAINS, {"diverging": np.zeros(len(weight))}, {}, weight)


@given(st.integers(1, 2000), st.floats(0.01, 5), st.integers(0, 2**32 - 1))
def test_a_draw_is_met_in_proportion_to_its_weight(n: int, uneven: float, seed: int):
    log_weight = uneven * np.random.default_rng(seed).normal(size=400)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    picked = weighted(weight).selected(n)
    counts = np.zeros(400)
    counts[picked.index] = n * picked.weight
    np.testing.assert_allclose(counts, counts.round(), rtol=0, atol=1e-9 * n)
    assert np.abs(counts - n * weight).max() < 1 + 1e-9 * n
    assert picked.weight.sum() == pytest.approx(1, abs=1e-12)
    assert (picked.chains, picked.total) == (CHAINS, 400)


def test_the_error_of_picked_draws_covers():
    """Chains with memory, weights that shift a normal, noisy values: known mean, so errors can be counted."""
    rng, per_chain, memory, shift, n_runs = np.random.default_rng(12), 1000, 0.5, 0.6, 400
    shocks = rng.normal(size=(n_runs, CHAINS, per_chain)) * math.sqrt(1 - memory**2)
    shocks[:, :, 0] = rng.normal(size=(n_runs, CHAINS))
    chain = np.zeros(shocks.shape)
    for t in range(per_chain):
        chain[:, :, t] = memory * chain[:, :, t - 1] * (t > 0) + shocks[:, :, t]
    draws = chain.reshape(n_runs, -1)
    errors = []
    for x in draws:
        weight = np.exp(shift * x)
        picked: Selection = weighted(weight / weight.sum()).selected(1000)
        chance = 1 / (1 + np.exp(-x[picked.index]))
        values = rng.beta(4 * chance, 4 * (1 - chance))  # mean over futures of one draw: noisy around its chance
        errors.append([picked.mean(values), picked.error(values)])
    found, error = np.array(errors).T
    target = NormalDist(shift, 1)
    expected = integrate.quad(lambda x: target.pdf(x) / (1 + math.exp(-x)), -9, 9)[0]
    z = (found - expected) / error
    assert abs(z.mean()) < bound(3) / math.sqrt(n_runs) * z.std()
    covered = np.mean(np.abs(z) < NormalDist().inv_cdf(0.975))
    # Within the binomial error of 95%, and at most 20% off in size.
    assert abs(covered - 0.95) < bound(3) * math.sqrt(0.95 * 0.05 / n_runs)
    assert 0.8 < z.std() < 1.2
