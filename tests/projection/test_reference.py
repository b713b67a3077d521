"""Other reference classes without a new fit: against closed forms, direct sampling, and sums over the history."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import special, stats

from forecast.inference.posterior import Posterior
from forecast.model.density import state_log_likelihood
from forecast.model.draws import Draws, Unknowns
from forecast.projection.reference import history_terms, reweighted

AS_OF, HORIZON = date(2024, 5, 8), date(2024, 12, 31)
ELAPSED = ((AS_OF - date(2024, 1, 1)).days + 1) / 365.25
AHEAD = (HORIZON - AS_OF).days / 365.25


def base_rate(events, years, **others):
    alternatives = [{"name": name, "events": n, "exposure_years": y} for name, (n, y) in others.items()]
    return {"base_rate": {"events": events, "exposure_years": years, "name": "own", "alternatives": alternatives}}


def competing(shape: np.ndarray, rate: float) -> np.ndarray:
    """Chance of each exit by the horizon when both hazards are Gamma with one rate."""
    return shape / shape.sum() * (1 - (rate / (rate + AHEAD)) ** shape.sum())


@pytest.fixture(scope="module")
def two_exits(scenario_of):
    """No hazard ratios, so the alternatives have the closed form of competing exits; `deals` is about one only."""
    return scenario_of(
        ["strike", "deal", "lockout"],
        [
            ("strike", "deal", base_rate(3, 2.5, slow=(5, 40.0), fast=(6, 1.5), deals=(0, 2.5))),
            ("strike", "lockout", base_rate(1, 2.5, slow=(2, 40.0), fast=(1, 1.5))),
        ],
        {"deal": {"at_horizon": "deal"}, "lockout": {"ever": "lockout"}},
        horizon=HORIZON,
    )


def test_constant_hazards_give_the_closed_form_of_each_class(
    two_exits, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    n = 1000
    hazard = np.random.default_rng(2).gamma([3.5, 1.5], 1 / (2.5 + ELAPSED), size=(n, 2))
    snapshot = snapshot_of(two_exits, AS_OF)
    unknowns = unknowns_at(spec_of(two_exits), n, snapshot.n_steps, mean_hazard=hazard)
    got = forecast_of(two_exits, snapshot, posterior_of(unknowns))
    exact = {
        "slow": competing(np.array([5.5, 2.5]), 40 + ELAPSED),
        "fast": competing(np.array([6.5, 1.5]), 1.5 + ELAPSED),
        "deals": competing(np.array([0.5, 1.5]), 2.5 + ELAPSED),
    }
    assert [item.name for item in got.reference_classes] == list(exact)
    baseline = competing(np.array([3.5, 1.5]), 2.5 + ELAPSED)
    for item in got.reference_classes:
        assert (item.pareto_k, item.trusted, item.instead_of) == (None, True, ("own",))  # all weights are equal
        for i, outcome in enumerate(item.outcomes[:2]):
            difference = exact[item.name][i] - baseline[i]
            assert abs(outcome.difference - difference) < 3 * outcome.difference_mcse
            assert outcome.probability - got.outcomes[i].probability == pytest.approx(outcome.difference, abs=1e-12)
        assert sum(outcome.difference for outcome in item.outcomes) == pytest.approx(0, abs=1e-12)
    rates = [(rate.transition, rate.events, rate.used_events) for rate in got.reference_classes[0].rates]
    assert rates == [("strike->deal", 5, 3), ("strike->lockout", 2, 1)]
    assert [rate.transition for rate in got.reference_classes[2].rates] == ["strike->deal"]


def test_common_quantiles_make_the_paired_error_small(
    two_exits, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    hazard = np.random.default_rng(3).gamma([3.5, 1.5], 1 / (2.5 + ELAPSED), size=(1000, 2))
    snapshot = snapshot_of(two_exits, AS_OF)
    unknowns = unknowns_at(spec_of(two_exits), 1000, snapshot.n_steps, mean_hazard=hazard)
    got = forecast_of(two_exits, snapshot, posterior_of(unknowns))
    fast = got.reference_classes[1]
    independent = np.hypot(got.outcomes[0].mcse, got.outcomes[0].mcse)
    assert fast.outcomes[0].difference_mcse < independent / 2


MOODY = {"hazard_ratio": {"mood": (1.5, 4.0)}}


@pytest.fixture(scope="module")
def moody(scenario_of):
    """Hazards that follow a driver: exposures differ between draws, and so do the weights."""
    return scenario_of(
        ["on", "off"],
        [
            ("on", "off", {**base_rate(2, 0.8, slow=(1, 3.0), far=(0, 400.0)), **MOODY}),
            ("off", "on", {**base_rate(1, 1.0, slow=(4, 2.0)), **MOODY}),
        ],
        {"off": {"at_horizon": "off"}},
        horizon=date(2024, 9, 30),
    )


CHANGES = ((date(2024, 2, 7), "on", "off"), (date(2024, 3, 12), "off", "on"))


def posterior_by_weights(spec, snapshot, unknowns: Unknowns, prior, posterior_of) -> Posterior:
    """Draws of everything else from the prior, resampled by their marginal likelihood; then the hazards, exactly."""
    rng = np.random.default_rng(9)
    events, exposure = history_terms(spec, snapshot, unknowns)
    shape, rate = np.array(prior).T
    weight = np.exp(-(shape + events) * np.log1p(exposure / rate)).prod(axis=1)
    picked = rng.choice(len(weight), size=4000, p=weight / weight.sum())
    chosen = {name: values[picked] for name, values in unknowns.items()}
    chosen["mean_hazard"] = rng.gamma(shape + events, 1 / (rate + exposure[picked]))
    return posterior_of(chosen)


def test_a_class_gives_what_its_own_posterior_gives(
    moody, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    spec, snapshot = spec_of(moody), snapshot_of(moody, AS_OF, CHANGES)
    pool = unknowns_at(spec, 60_000, snapshot.n_steps)
    used = forecast_of(
        moody, snapshot, posterior_by_weights(spec, snapshot, pool, [(2.5, 0.8), (1.5, 1)], posterior_of)
    )
    own = forecast_of(moody, snapshot, posterior_by_weights(spec, snapshot, pool, [(1.5, 3), (4.5, 2)], posterior_of))
    slow = used.reference_classes[0]
    assert slow.name == "slow"
    assert slow.pareto_k is not None
    assert slow.trusted
    error = np.hypot(own.outcomes[0].mcse, np.hypot(used.outcomes[0].mcse, slow.outcomes[0].difference_mcse))
    assert abs(slow.outcomes[0].probability - own.outcomes[0].probability) < 3.5 * error
    assert abs(slow.outcomes[0].difference) > 6 * error  # it could have told the two apart


def test_events_and_exposure_are_those_of_the_history(moody, spec_of, snapshot_of, unknowns_at):
    spec, snapshot = spec_of(moody), snapshot_of(moody, AS_OF, CHANGES)
    unknowns = unknowns_at(spec, 50, snapshot.n_steps)
    events, exposure = history_terms(spec, snapshot, unknowns)
    assert events.tolist() == [1, 1]
    draws = Draws.of(spec, unknowns)
    spread = np.einsum("nqk,kl,nql->nq", draws.hazard_loading, spec.covariance, draws.hazard_loading)
    relative = np.exp(np.einsum("nqk,ntk->ntq", draws.hazard_loading, draws.level) - spread[:, None] / 2)
    expected = np.einsum("tq,ntq->nq", snapshot.state_years[:, [0, 1]], relative)
    np.testing.assert_allclose(exposure, expected, rtol=1e-8)


def test_the_history_is_as_conjugate_as_the_weights_say(moody, spec_of, snapshot_of, unknowns_at):
    """log L(h') - log L(h) = m log(h' / h) - (h' - h) E for any two hazards."""
    spec, snapshot = spec_of(moody), snapshot_of(moody, AS_OF, CHANGES)
    unknowns = unknowns_at(spec, 50, snapshot.n_steps)
    events, exposure = history_terms(spec, snapshot, unknowns)
    other = {**unknowns, "mean_hazard": unknowns["mean_hazard"] * np.array([0.3, 5.0])}
    change = np.subtract(*(state_log_likelihood(spec, snapshot, Draws.of(spec, u)) for u in (other, unknowns)))
    expected = events * np.log([0.3, 5.0]) - (other["mean_hazard"] - unknowns["mean_hazard"]) * exposure
    np.testing.assert_allclose(change, expected.sum(axis=1), rtol=1e-8)


def test_a_hazard_keeps_its_quantile_and_its_weight_is_the_ratio_of_evidences():
    rng = np.random.default_rng(4)
    exposure, hazard = rng.uniform(0, 3, 200), rng.gamma(2.0, 0.4, 200)
    hazard[:3] = 1e-12, 40.0, 150.0  # far in the tails
    moved, log_weight = reweighted(hazard, (2.5, 1.0), (0.5, 30.0), events=2, exposure=exposure)
    before, after = stats.gamma(4.5, scale=1 / (1 + exposure)), stats.gamma(2.5, scale=1 / (30 + exposure))
    np.testing.assert_allclose(after.logsf(moved), before.logsf(hazard), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(after.cdf(moved), before.cdf(hazard), rtol=1e-6)

    def evidence(shape, rate):
        gammas = special.gammaln(shape + 2) - special.gammaln(shape)
        return shape * np.log(rate) + gammas - (shape + 2) * np.log(rate + exposure)

    ratio = evidence(0.5, 30.0) - evidence(2.5, 1.0)
    np.testing.assert_allclose(log_weight - log_weight[0], ratio - ratio[0], atol=1e-12)
    same, flat = reweighted(hazard, (2.5, 1.0), (2.5, 1.0), events=2, exposure=exposure)
    np.testing.assert_allclose(same, hazard, rtol=1e-9)
    assert np.all(flat == 0)


def test_weights_that_a_few_draws_carry_are_flagged(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    """Under the used class long exposure without an event is all but excluded, under the other one it is nothing."""
    steep = scenario_of(
        ["on", "off"],
        [("on", "off", {**base_rate(12, 0.8, far=(0, 400.0)), "hazard_ratio": {"mood": (3.0, 9.0)}})],
        {"off": {"at_horizon": "off"}},
    )
    spec, snapshot = spec_of(steep), snapshot_of(steep, AS_OF)
    posterior = posterior_by_weights(
        spec, snapshot, unknowns_at(spec, 20_000, snapshot.n_steps), [(12.5, 0.8)], posterior_of
    )
    (far,) = forecast_of(steep, snapshot, posterior).reference_classes
    assert far.pareto_k > 0.7
    assert not far.trusted


def test_a_scenario_without_alternatives_has_no_such_part(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    plain = scenario_of(["on", "off"], [("on", "off", base_rate(1, 1.0))], {"off": {"ever": "off"}})
    snapshot = snapshot_of(plain, AS_OF)
    got = forecast_of(plain, snapshot, posterior_of(unknowns_at(spec_of(plain), 40, snapshot.n_steps)))
    assert got.reference_classes == ()
    assert got.claims == ()
