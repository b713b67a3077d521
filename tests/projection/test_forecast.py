"""A forecast from a posterior drawn exactly by NumPy: closed forms, days counted, sums, errors and repeatability."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecast.projection.occupancy import build_state_space
from forecast.projection.prior import prior_forecast, prior_summary

AS_OF, HORIZON = date(2024, 5, 8), date(2024, 12, 31)  # a Wednesday, within its week
DAY = timedelta(days=1)


def years(earlier: date, later: date) -> float:
    return (later - earlier).days / 365.25


@pytest.fixture(scope="module")
def strike(scenario_of):
    """Two exits that compete, each from a reference class; no hazard ratio, so drivers do not matter."""
    return scenario_of(
        ["strike", "deal", "lockout"],
        [
            ("strike", "deal", {"base_rate": {"events": 3, "exposure_years": 2.5}}),
            ("strike", "lockout", {"base_rate": {"events": 1, "exposure_years": 2.5}}),
        ],
        {"deal": {"at_horizon": "deal"}, "lockout": {"ever": "lockout"}},
        horizon=HORIZON,
    )


SHAPE = np.array([3.5, 1.5])
RATE = 2.5 + ((AS_OF - date(2024, 1, 1)).days + 1) / 365.25  # nothing has happened up to the end of the as-of date


def competing(shape: np.ndarray, rate: float, tau: float) -> np.ndarray:
    """Chance of each exit within tau when both hazards are Gamma with one rate: the share is independent of the sum."""
    return shape / shape.sum() * (1 - (rate / (rate + tau)) ** shape.sum())


def test_competing_risks_with_gamma_rates(strike, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of):
    n = 1000
    hazard = np.random.default_rng(11).gamma(SHAPE, 1 / RATE, size=(n, 2))
    snapshot = snapshot_of(strike, AS_OF)
    unknowns = unknowns_at(spec_of(strike), n, snapshot.n_steps, mean_hazard=hazard)
    got = forecast_of(strike, snapshot, posterior_of(unknowns))
    assert len(got.path.dates) > 30
    total = hazard.sum(axis=1)
    for t, day in enumerate(got.path.dates):
        tau = years(AS_OF, day)
        exact = competing(SHAPE, RATE, tau)
        assert np.all(np.abs(got.path.outcomes[t, :2] - exact) < 3 * got.path.outcomes_mcse[t, :2])
        # Given the draws the average is known without any error:
        by_draw = hazard / total[:, None] * -np.expm1(-total * tau)[:, None]
        np.testing.assert_allclose(got.path.outcomes[t, :2], by_draw.mean(axis=0), rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            got.path.states[t], [1 - by_draw.mean(axis=0).sum(), *by_draw.mean(axis=0)], atol=1e-10
        )
        # and for independent draws so is its error, within that of an estimated standard deviation of a skewed series
        mcse = by_draw.std(axis=0, ddof=1) / np.sqrt(n)
        np.testing.assert_allclose(got.path.outcomes_mcse[t, :2], mcse, rtol=0.2)
    for i, name in enumerate(("deal", "lockout")):
        outcome = got.outcomes[i]
        assert outcome.name == name
        low, high = np.quantile(by_draw[:, i], (0.1, 0.9))  # no future noise: nothing to shrink
        assert (outcome.low80, outcome.high80) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_the_prior_knows_what_has_not_happened_and_nothing_else(
    strike, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    snapshot = snapshot_of(strike, AS_OF)
    got = forecast_of(strike, snapshot, posterior_of(unknowns_at(spec_of(strike), 100, snapshot.n_steps)))
    # Having survived to the as-of date adds that time to the rate of each Gamma prior.
    elapsed = years(date(2024, 1, 1), AS_OF + DAY)
    exact = competing(SHAPE, 2.5 + elapsed, years(AS_OF + DAY, HORIZON + DAY))
    for outcome, probability in zip(got.outcomes[:2], exact, strict=True):
        assert abs(outcome.prior - probability) < 3 * outcome.prior_mcse
        assert 0.002 < outcome.prior_mcse < 0.01
    assert sum(outcome.prior for outcome in got.outcomes) == pytest.approx(1, abs=1e-9)


def test_the_prior_starts_on_the_first_day_with_the_level_at_start(scenario_of, spec_of):
    """A driver that starts at 3 and loses half of it a week, hazards e^x times 2 a year: 23 days by hand."""
    horizon, chance = date(2024, 1, 23), 1 - np.exp(-2.0)

    def prior(ratio: float) -> tuple[float, float]:
        scenario = scenario_of(
            ["on", "off"],
            [
                (
                    "on",
                    "off",
                    {
                        "within_12_months": (chance - 1e-9, chance + 1e-9),
                        "hazard_ratio": {"mood": (ratio, ratio * (1 + 1e-9))},
                    },
                )
            ],
            {"off": {"at_horizon": "off"}},
            drivers={
                "mood": {"at_start": [2.999, 3.001], "long_run": [-1e-6, 1e-6], "half_life": ["0.9999w", "1.0001w"]}
            },
        )
        got = prior_forecast(scenario, spec_of(scenario), horizon=horizon, seed=3)
        return got.outcome[0], got.outcome_mcse[0]

    assert prior(1.0) == (pytest.approx(-np.expm1(-2 * 23 / 365.25), abs=1e-6), pytest.approx(0, abs=1e-6))
    rng, x, hazard = np.random.default_rng(1), 3.0, 0.0
    for days in (7, 7, 7, 2):
        hazard = hazard + 2 * np.exp(x) * days / 365.25
        x = x / 2 + np.sqrt(0.75) * rng.normal(size=100_000)
    probability, error = prior(np.e)
    assert probability == pytest.approx(-np.expm1(-hazard).mean(), abs=4 * error)
    assert error < 0.005


@pytest.mark.parametrize(
    ("step", "as_of"),
    [
        ("day", date(2024, 3, 6)),
        ("week", date(2024, 1, 1)),
        ("week", date(2024, 3, 3)),  # the last day of a step
        ("week", date(2024, 3, 4)),  # the first
        ("week", date(2024, 3, 6)),
        ("month", date(2024, 2, 29)),
        ("month", date(2024, 3, 1)),
        ("month", date(2024, 3, 6)),
    ],
)
@pytest.mark.parametrize("horizon", [date(2024, 3, 7), date(2024, 4, 9), date(2024, 4, 30)])
def test_every_day_after_the_as_of_date_counts_once(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of, step, as_of, horizon
):
    """Whether the as-of date ends a step, begins one or lies within."""
    hazard = 1.7
    scenario = scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8)})],
        {"off": {"at_horizon": "off"}},
        step=step,
        horizon=horizon,
    )
    snapshot = snapshot_of(scenario, as_of)
    unknowns = unknowns_at(spec_of(scenario), 40, snapshot.n_steps, net=np.log(hazard))
    got = forecast_of(scenario, snapshot, posterior_of(unknowns))
    exact = [-np.expm1(-hazard * years(as_of, day)) for day in got.path.dates]
    np.testing.assert_allclose(got.path.outcomes[:, 0], exact, rtol=0, atol=1e-10)
    assert got.path.dates[0] > as_of
    assert got.path.dates[-1] == horizon
    ends = {scenario.grid.last_day(t) for t in range(scenario.grid.count(horizon))}
    assert got.path.dates == tuple(sorted(day for day in ends | {horizon} if as_of < day <= horizon))
    assert (
        len(got.drivers.dates) == len(got.drivers.mean) == len(got.drivers.prior_mean) == scenario.grid.count(horizon)
    )
    assert got.drivers.n_observed == scenario.grid.count(as_of)
    assert [outcome.mcse for outcome in got.outcomes] == [0, 0]  # all draws alike, nothing random


def test_the_history_so_far_decides_where_the_projection_starts(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    scenario = scenario_of(
        ["war", "truce", "peace"],
        [
            ("war", "truce", {"within_12_months": (0.2, 0.8)}),
            ("truce", "war", {"within_12_months": (0.2, 0.8)}),
            ("truce", "peace", {"within_12_months": (0.2, 0.8)}),
        ],
        {"peace": {"at_horizon": "peace"}, "truce_failed": {"at_horizon": "war", "ever": "truce"}},
    )
    as_of, q = date(2024, 6, 30), np.array([0.5, 1.5, 0.8])
    changes = [(date(2024, 2, 1), "war", "truce"), (date(2024, 3, 1), "truce", "war")]
    snapshot = snapshot_of(scenario, as_of, changes)
    unknowns = unknowns_at(spec_of(scenario), 40, snapshot.n_steps, net=np.log(q))
    got = forecast_of(scenario, snapshot, posterior_of(unknowns))
    chance = dict(zip(got.path.outcome_names, got.path.outcomes[0], strict=True))
    tau = years(as_of, got.path.dates[0])
    assert chance["truce_failed"] == pytest.approx(1 - q[0] * tau, abs=(q.sum() * tau) ** 2)  # it has failed already
    assert chance["nothing"] == pytest.approx(q[0] * tau, abs=(q.sum() * tau) ** 2)  # a new truce stands
    fresh = forecast_of(scenario, snapshot_of(scenario, as_of), posterior_of(unknowns))
    assert fresh.path.outcomes[0, 1] < (q.sum() * tau) ** 2


def test_a_history_that_has_ended_stays_ended(strike, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of):
    snapshot = snapshot_of(strike, AS_OF, [(date(2024, 4, 1), "strike", "deal")])
    got = forecast_of(strike, snapshot, posterior_of(unknowns_at(spec_of(strike), 40, snapshot.n_steps)))
    assert [outcome.probability for outcome in got.outcomes] == [1, 0, 0]
    assert [outcome.prior for outcome in got.outcomes] == pytest.approx([1, 0, 0], abs=1e-12)
    assert [(outcome.low80, outcome.high80) for outcome in got.outcomes] == [(1, 1), (0, 0), (0, 0)]


RATIO = st.sampled_from([(0.2, 0.6), (0.5, 2.0), (1.5, 4.0)])


@settings(max_examples=10)
@given(data=st.data())
def test_probabilities_of_random_scenarios_sum_to_one(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of, data
):
    n = data.draw(st.integers(2, 4))
    names = [f"s{i}" for i in range(n)]
    pairs = [(a, b) for a in names for b in names if a != b]
    edges = [
        (a, b, {"within_12_months": (0.1, 0.9), "hazard_ratio": {"mood": data.draw(RATIO)}})
        for a, b in data.draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    ]
    some = st.lists(st.sampled_from(names), min_size=1, unique=True)
    parts = st.dictionaries(st.sampled_from(["at_horizon", "ever", "never"]), some, min_size=1)
    outcomes = {f"o{i}": when for i, when in enumerate(data.draw(st.lists(parts, min_size=1, max_size=3)))}
    scenario = scenario_of(
        names, edges, outcomes, step=data.draw(st.sampled_from(["week", "month"])), horizon=date(2024, 3, 20)
    )
    as_of = date(2024, 1, 1) + timedelta(days=data.draw(st.integers(0, 70)))
    snapshot = snapshot_of(scenario, as_of)
    got = forecast_of(scenario, snapshot, posterior_of(unknowns_at(spec_of(scenario), 40, snapshot.n_steps)))
    for table in (got.path.outcomes, got.path.states):
        np.testing.assert_allclose(table.sum(axis=1), 1, rtol=0, atol=1e-9)
        assert table.min() >= 0
    final = [outcome.probability for outcome in got.outcomes]
    assert sum(final) == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(got.path.outcomes[-1], final, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.path.outcomes_mcse[-1], [outcome.mcse for outcome in got.outcomes], atol=1e-12)
    ends = [end for outcome in got.outcomes for end in (outcome.low80, outcome.high80)]
    assert min(ends) >= 0
    assert max(ends) <= 1 + 1e-12


@pytest.fixture(scope="module")
def moody(scenario_of):
    return scenario_of(
        ["on", "off"],
        [("on", "off", {"within_12_months": (0.2, 0.8), "hazard_ratio": {"mood": (1.5, 4.0)}})],
        {"off": {"at_horizon": "off"}},
        horizon=date(2024, 7, 31),
    )


@pytest.fixture(scope="module")
def moody_parts(moody, spec_of, snapshot_of, unknowns_at, posterior_of):
    snapshot = snapshot_of(moody, AS_OF)
    return snapshot, posterior_of(unknowns_at(spec_of(moody), 4000, snapshot.n_steps))


def test_the_same_seed_gives_the_same_bits(moody, moody_parts, forecast_of):
    one, two, other = (forecast_of(moody, *moody_parts, seed=seed) for seed in (1, 1, 2))
    assert one.outcomes == two.outcomes
    for part in ("outcomes", "outcomes_mcse", "states", "states_mcse"):
        np.testing.assert_array_equal(getattr(one.path, part), getattr(two.path, part))
    for part in ("mean", "low80", "high80", "prior_mean"):
        np.testing.assert_array_equal(getattr(one.drivers, part), getattr(two.drivers, part))
    assert one.outcomes != other.outcomes
    assert one.assumptions == two.assumptions


def test_two_seeds_differ_by_no_more_than_the_printed_error(moody, moody_parts, forecast_of):
    """Futures are drawn anew, draws stay: the difference must not exceed what the error, which covers both, allows."""
    got = [forecast_of(moody, *moody_parts, seed=seed).outcomes[0] for seed in range(1, 9)]
    probabilities = np.array([outcome.probability for outcome in got])
    assert 0 < probabilities.std(ddof=1) < got[0].mcse
    prior = np.array([outcome.prior for outcome in got])
    assert prior.std(ddof=1) / got[0].prior_mcse == pytest.approx(1, abs=0.7)  # chi on 7 degrees of freedom


def test_drivers_now_are_the_last_observed_step_and_futures_start_from_it(
    moody, moody_parts, forecast_of, spec_of, posterior_of
):
    snapshot, posterior = moody_parts
    pushed = posterior.unknowns["innovation"].copy()
    pushed[:, -1] += 3  # so that no other step could be taken for the last
    posterior = posterior_of(posterior.unknowns | {"innovation": pushed})
    got = forecast_of(moody, snapshot, posterior).drivers
    spec = spec_of(moody)
    phi = np.exp2(-1 / spec.half_life.value(posterior.unknowns["half_life_z"]))
    mu = spec.long_run.value(posterior.unknowns["long_run_z"])
    x = 2 / (2 * stats.norm.ppf(0.95)) * posterior.unknowns["innovation"][:, 0]  # at_start is [-1, 1]
    for t in range(1, snapshot.n_steps):
        x = mu + phi * (x - mu) + np.sqrt(1 - phi**2) * posterior.unknowns["innovation"][:, t]
    np.testing.assert_allclose(got.now_mean, x.mean(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.now_sd, x.std(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(got.mean[snapshot.n_steps - 1], x.mean(axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.low80[snapshot.n_steps - 1], np.quantile(x, 0.1, axis=0), rtol=0, atol=1e-12)
    following = (mu + phi * (x - mu)).mean(axis=0)
    assert np.abs(got.mean[snapshot.n_steps] - following) < 4 * x.std() / np.sqrt(1000)  # 1,000 draws are projected


def test_a_horizon_at_or_before_the_as_of_date_is_refused(moody, moody_parts, forecast_of):
    with pytest.raises(ValueError, match="does not lie after"):
        forecast_of(moody, *moody_parts, horizon=AS_OF)


def test_assumptions_show_the_files_own_ranges_and_what_was_learned(moody, moody_parts, forecast_of, posterior_of):
    snapshot, posterior = moody_parts
    rows = {row.key: row for row in forecast_of(moody, snapshot, posterior).assumptions}
    written = {
        "drivers.mood.at_start": (-1, 1),
        "drivers.mood.long_run": (-0.5, 0.5),
        "drivers.mood.half_life": (3, 12),  # weeks
        "transitions.on->off.within_12_months": (0.2, 0.8),
        "transitions.on->off.hazard_ratio.mood": (1.5, 4.0),
    }
    assert list(rows) == list(written)
    for key, ends in written.items():
        assert rows[key].prior == pytest.approx(ends, rel=1e-9)
        assert rows[key].posterior == pytest.approx(ends, rel=0.1, abs=0.05)  # drawn from the prior
        assert abs(rows[key].contraction) < 4 * np.sqrt(2 / 4000)
    learned = dict(posterior.unknowns) | {"ratio_z": 0.5 + 0.5 * posterior.unknowns["ratio_z"]}
    row = forecast_of(moody, snapshot, posterior_of(learned)).assumptions[-1]
    assert row.contraction == pytest.approx(0.75, abs=0.05)
    on_log_log = np.log(np.log([1.5, 4.0]))  # a log ratio of one sign is log-normal
    at = np.interp(0.5 + 0.5 * stats.norm.ppf([0.05, 0.95]), stats.norm.ppf([0.05, 0.95]), on_log_log)
    ends = np.exp(np.exp(at))
    assert row.posterior == pytest.approx(tuple(ends), rel=0.05)


def test_an_open_spell_is_carried_into_the_forecast(
    scenario_of, spec_of, snapshot_of, unknowns_at, posterior_of, forecast_of
):
    """Begun nine days before the as-of date's end, it holds with P(hold)^(21/30); its chance is an assumption."""
    states = {"on": {}, "pause": {"min_duration": "30d", "breaks_before": (0.3, 0.8)}}
    ageing = {"age0": "30d", "exponent": (-0.8, -0.1)}
    never = {"within_12_months": (1e-9, 2e-9)}
    for aged in ({}, {"ageing": ageing}):
        scenario = scenario_of(states, [("on", "pause", never), ("pause", "on", {**never, **aged})], PAUSED)
        as_of = date(2024, 3, 6)
        spec = spec_of(scenario)
        snapshot = snapshot_of(scenario, as_of, [(date(2024, 2, 27), "on", "pause")])
        assert snapshot.spell_age == 9
        posterior = posterior_of(unknowns_at(spec, 400, snapshot.n_steps, breaks=0.0))
        got = forecast_of(scenario, snapshot, posterior, horizon=date(2024, 6, 1))
        share = dict(zip(got.path.dates, got.path.states[:, 1], strict=True))
        exact = 0.5 ** (21 / 30)
        error = 3.5 * np.sqrt(exact * (1 - exact) / (400 * 16)) if aged else 1e-6
        assert share[date(2024, 3, 24)] == pytest.approx(0, abs=1e-6)  # held in the evening of 27 March
        assert share[date(2024, 3, 31)] == pytest.approx(exact, abs=error)
        assert got.outcomes[0].probability == pytest.approx(exact, abs=error)
        keys = {row.key: row for row in got.assumptions}
        chance = keys["states.pause.breaks_before"]
        np.testing.assert_allclose([*chance.prior, *chance.posterior], [0.3, 0.8, 0.5, 0.5], rtol=1e-9)
        assert ("transitions.pause->on.ageing.exponent" in keys) == bool(aged)
        if aged:
            np.testing.assert_allclose(keys["transitions.pause->on.ageing.exponent"].prior, [-0.8, -0.1], rtol=1e-9)
            assert (
                got.outcomes[0].high80 - got.outcomes[0].low80 < 0.1
            )  # the noise of one history a path is shrunk away


PAUSED = {"paused": {"ever": "pause"}}


def test_the_prior_summary_is_what_the_equations_say(strike):
    summary = prior_summary(strike, None, horizon=HORIZON, seed=3)
    year = competing(SHAPE, 2.5, 365 / 365.25)
    got = summary.first_year[strike.initial_state].states
    for name, exact in zip(("deal", "lockout"), year, strict=True):
        assert abs(got[name][0] - exact) < 4 * got[name][1]
    assert sum(p for p, _ in got.values()) == pytest.approx(1, abs=1e-9)
    assert sum(probability for _, probability, _ in summary.outcomes) == pytest.approx(1, abs=1e-9)
    space = build_state_space(strike, strike.initial_state, frozenset({strike.initial_state}))
    assert summary.state_space == (len(space), len(space.source), 0)
    assert (summary.shares, summary.judgements) == ((), ())


def test_check_and_run_say_the_same_of_the_prior(strike, snapshot_of, spec_of):
    summary = prior_summary(strike, snapshot_of(strike, date(2024, 2, 1)), horizon=HORIZON, seed=3)
    forecast = prior_forecast(strike, spec_of(strike), horizon=HORIZON, seed=3)
    assert [probability for _, probability, _ in summary.outcomes] == forecast.outcome.tolist()
