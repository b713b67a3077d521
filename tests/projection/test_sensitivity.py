"""Halves of priors: against rejection in a conjugate case, weighted simulation, and numbers that do not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from forecast.evidence.records import Evidence, Judgement
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Posterior
from forecast.model.density import log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.projection.chances import Chances, project_chances
from forecast.projection.quantities import quantities
from forecast.projection.sensitivity import CLEAR_BY, halved_drivers, halved_priors, largest_first

AS_OF, HORIZON = date(2024, 5, 8), date(2024, 12, 31)
ELAPSED = ((AS_OF - date(2024, 1, 1)).days + 1) / 365.25
AHEAD = (HORIZON - AS_OF).days / 365.25


@pytest.fixture(scope="module")
def two_exits(scenario_of):
    return scenario_of(
        ["strike", "deal", "lockout"],
        [
            ("strike", "deal", {"base_rate": {"events": 3, "exposure_years": 2.5}}),
            ("strike", "lockout", {"base_rate": {"events": 1, "exposure_years": 2.5}}),
        ],
        {"deal": {"at_horizon": "deal"}, "lockout": {"at_horizon": "lockout"}},
    )


def chances(hazard: np.ndarray) -> np.ndarray:
    """Exact chances of both exits and of neither."""
    total = hazard.sum(axis=1, keepdims=True)
    gone = -np.expm1(-total * AHEAD)
    return np.concatenate([hazard / total * gone, 1 - gone], axis=1)


def conjugate(two_exits, spec_of, snapshot_of, unknowns_at, posterior_of, *, n: int, seed: int) -> Chances:
    """Exact draws of the posterior: Gamma hazards survive the time at risk."""
    snapshot, spec = snapshot_of(two_exits, AS_OF), spec_of(two_exits)
    hazard = np.random.default_rng(seed).gamma([3.5, 1.5], 1 / (2.5 + ELAPSED), size=(n, 2))
    posterior = posterior_of(unknowns_at(spec, n, snapshot.n_steps, mean_hazard=hazard))
    return project_chances(two_exits, spec, snapshot, posterior, horizon=HORIZON, seed=seed)


def test_halves_are_what_rejection_gives(two_exits, spec_of, snapshot_of, unknowns_at, posterior_of):
    present = conjugate(two_exits, spec_of, snapshot_of, unknowns_at, posterior_of, n=4000, seed=3)
    np.testing.assert_allclose(present.chance, chances(present.unknowns["mean_hazard"]), atol=1e-9)
    rows = {row.parameter: row for row in halved_priors(present, quantities(two_exits, spec_of(two_exits)))}
    big = np.random.default_rng(9).gamma([3.5, 1.5], 1 / (2.5 + ELAPSED), size=(1_000_000, 2))
    for i, name in enumerate(("deal", "lockout")):
        row = rows[f"transitions.strike->{name}.base_rate"]
        middle = stats.gamma.ppf(0.5, [3.5, 1.5][i]) / 2.5
        assert row.middle == pytest.approx(middle)
        lower = big[:, i] <= middle
        exact_low, exact_high = (chances(big[inside]).mean(axis=0) for inside in (lower, ~lower))
        assert np.all(np.abs(row.difference - (exact_high - exact_low)) < 4 * row.mcse)
        assert np.all(np.abs(row.low - exact_low) < 4 * row.mcse)
        assert np.all(np.abs(row.high - exact_high) < 4 * row.mcse)
        assert row.share_low == pytest.approx(lower.mean(), abs=0.03)
        assert row.clear[i]
        assert row.trusted
        assert row.pareto_k == -np.inf


def test_the_stated_error_is_the_spread_over_independent_sets(
    two_exits, spec_of, snapshot_of, unknowns_at, posterior_of
):
    sets = 40
    told = [
        halved_priors(
            conjugate(two_exits, spec_of, snapshot_of, unknowns_at, posterior_of, n=400, seed=seed),
            quantities(two_exits, spec_of(two_exits))[-2:],
        )
        for seed in range(sets)
    ]
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], sets - 1) / (sets - 1))
    for i in range(2):
        spread = np.std([rows[i].difference for rows in told], axis=0, ddof=1)
        stated = np.sqrt(np.mean([rows[i].mcse ** 2 for rows in told], axis=0))
        assert np.all((spread / stated > low) & (spread / stated < high))


@pytest.fixture(scope="module")
def moody(scenario_of):
    """A hazard that follows one of two drivers, and rises while it falls."""
    return scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"mood": (0.2, 0.6)}})],
        {"off": {"at_horizon": "off"}},
        drivers={"mood": {}, "idle": {}},
        horizon=date(2024, 6, 30),
    )


JUDGED = date(2024, 3, 3)


def judged(moody):
    row = Judgement("one", "mood", date(2024, 2, 1), 0.2, 1.4, "expert", JUDGED, JUDGED, "", 0)
    return take_snapshot(moody, Evidence(judgements=(row,)), JUDGED)


def weighted(spec, snapshot, n: int, seed: int) -> Posterior:
    """Prior draws with the likelihood as weight: an exact posterior as an update leaves it."""
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=np.random.default_rng(seed))
    log_weight = log_likelihood(spec, snapshot, Draws.of(spec, unknowns))
    weight = np.exp(log_weight - log_weight.max())
    stats_ = {"diverging": np.zeros(n, dtype=bool), "energy": np.zeros(n), "n_steps": np.ones(n, dtype=np.uint64)}
    return Posterior(unknowns, 4, stats_, {}, weight / weight.sum())


def test_halves_are_the_posterior_under_the_truncated_prior(moody, spec_of):
    """Draw from the prior with one quantity in a half, weigh by the likelihood, project: the other way to the same."""
    spec, snapshot = spec_of(moody), judged(moody)
    present = project_chances(moody, spec, snapshot, weighted(spec, snapshot, 4000, 1), horizon=moody.horizon, seed=1)
    everything = quantities(moody, spec)
    for quantity, row in zip(everything, halved_priors(present, everything), strict=True):
        if "idle" in quantity.key:
            continue
        for upper, got in ((False, row.low), (True, row.high)):
            pool = weighted(spec, snapshot, 8000, 2)
            inside = (quantity.law.standard(quantity.of(pool.unknowns)) > 0) == upper
            unknowns = {name: values[inside][:3000] for name, values in pool.unknowns.items()}
            weight = pool.weight[inside][:3000]
            half = replace(pool, unknowns=unknowns, weight=weight / weight.sum(), stats={"diverging": np.zeros(3000)})
            again = project_chances(moody, spec, snapshot, half, horizon=moody.horizon, seed=2)
            error = np.hypot(row.mcse, again.mcse)
            assert np.all(np.abs(got - again.probability) < 4 * error), quantity.key


def test_the_lower_half_is_lower_where_the_modelled_scale_runs_the_other_way(moody, spec_of):
    spec, snapshot = spec_of(moody), judged(moody)
    present = project_chances(moody, spec, snapshot, weighted(spec, snapshot, 4000, 1), horizon=moody.horizon, seed=1)
    quantity = next(q for q in quantities(moody, spec) if "hazard_ratio" in q.key)
    (row,) = halved_priors(present, [quantity])
    ratio = np.exp(present.draws.hazard_loading[:, 0, 0])
    lower = ratio <= row.middle
    assert row.middle == pytest.approx(np.exp(-np.sqrt(np.log(0.2) * np.log(0.6))))  # median of a signed log-normal
    weight = present.weight
    np.testing.assert_allclose(row.low, weight[lower] @ present.chance[lower] / weight[lower].sum())


def test_a_number_that_does_not_matter_stands_out_at_the_stated_rate(moody, spec_of):
    spec, snapshot = spec_of(moody), judged(moody)
    idle = [q for q in quantities(moody, spec) if "idle" in q.key]
    scores = []
    for seed in range(120):
        posterior = weighted(spec, snapshot, 800, 100 + seed)
        present = project_chances(moody, spec, snapshot, posterior, horizon=moody.horizon, seed=seed)
        rows = (*halved_priors(present, idle), halved_drivers(present, spec.drivers)[1])
        scores.extend(float(row.difference[0] / row.mcse[0]) for row in rows)
    size = np.abs(scores)
    for bound in (2.0, CLEAR_BY):
        rate = 2 * stats.norm.sf(bound)
        low, high = stats.binom.ppf([0.001, 0.999], len(scores), rate)
        assert low <= (size > bound).sum() <= high, (bound, (size > bound).sum())


def test_a_driver_that_matters_does_so_by_its_present_level(moody, spec_of):
    spec, snapshot = spec_of(moody), judged(moody)
    present = project_chances(moody, spec, snapshot, weighted(spec, snapshot, 4000, 1), horizon=moody.horizon, seed=1)
    mood, idle = halved_drivers(present, spec.drivers)
    assert (mood.parameter, mood.kind) == ("drivers.mood.now", "driver")
    assert mood.share_low == pytest.approx(0.5, abs=0.01)
    assert mood.clear[0]
    assert mood.difference[0] < 0
    assert not idle.clear[0]


def test_a_half_without_draws_is_flagged_and_comes_first(two_exits, spec_of, snapshot_of, unknowns_at, posterior_of):
    snapshot, spec = snapshot_of(two_exits, AS_OF), spec_of(two_exits)
    hazard = np.random.default_rng(1).gamma([3.5, 1.5], 1 / 2.5, size=(1000, 2))
    hazard[:, 0] += 3
    hazard[0, 0] = 1e-3
    posterior = posterior_of(unknowns_at(spec, 1000, snapshot.n_steps, mean_hazard=hazard))
    present = project_chances(two_exits, spec, snapshot, posterior, horizon=HORIZON, seed=1)
    rows = halved_priors(present, quantities(two_exits, spec))
    first = largest_first(rows)[0]
    assert first.parameter == "transitions.strike->deal.base_rate"
    assert not first.trusted
    assert first.effective[0] == pytest.approx(1, abs=0.01)
    hazard[0, 0] = 3
    posterior = posterior_of(unknowns_at(spec, 1000, snapshot.n_steps, mean_hazard=hazard))
    present = project_chances(two_exits, spec, snapshot, posterior, horizon=HORIZON, seed=1)
    row = next(r for r in halved_priors(present, quantities(two_exits, spec)) if r.parameter == first.parameter)
    assert np.isnan(row.low).all()
    assert np.isnan(row.mcse).all()
    assert not row.clear.any()
    assert not row.trusted
