"""Fits under half of a prior: by a sampler that is exact, against rejection from the whole posterior."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from forecast.evidence.records import Evidence, Judgement, Report, TransitionRecord
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.posterior import Posterior
from forecast.model.density import log_likelihood
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.chances import project_chances
from forecast.projection.halved_fits import fit_half, refitted
from forecast.projection.quantities import Quantity, quantities
from forecast.projection.sensitivity import halved_priors
from forecast.scenario.types import Scenario

AS_OF = date(2024, 2, 4)


def make_scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "scenario": "made-up",
            "title": "Made up",
            "start": "2024-01-01",
            "horizon": "2024-06-30",
            "drivers": {
                "mood": {
                    "meaning": "m", "low": "l", "high": "h", "at_start": [-1, 1], "long_run": [-0.5, 0.5],
                    "half_life": ["3w", "12w"],
                }
            },
            "events": {
                "speech": {
                    "coverage": "selected", "signs": "both", "signal": {"mood": {"per_unit": [0.4, 1.2]}},
                }
            },
            "states": {"on": {"initial": True}, "off": {}},
            "transitions": [
                {"from": "on", "to": "off", "within_12_months": [0.2, 0.8], "hazard_ratio": {"mood": [0.3, 0.8]}},
                {"from": "off", "to": "on", "base_rate": {"events": 2, "exposure_years": 1.5}},
            ],
            "outcomes": [{"name": "off", "when": {"at_horizon": "off"}}, {"name": "on", "otherwise": True}],
        }
    )  # fmt: skip


SCENARIO = make_scenario()
SPEC = compile_spec(SCENARIO)


def evidence() -> Evidence:
    """A push in the first step, a judgement of the level then, and one change of state each way."""
    first, later = date(2024, 1, 3), date(2024, 1, 25)
    push = Report("one", first, first, first, "speech", {"mood": 1.0}, "", "", "", "B", "2", "", "", "", "", None, 0)
    said = Judgement("two", "mood", date(2024, 1, 4), 0.3, 1.5, "expert", first, first, "", 0)
    changes = (
        TransitionRecord(date(2024, 1, 10), "on", "off", date(2024, 1, 10), date(2024, 1, 10), "", 0),
        TransitionRecord(later, "off", "on", later, later, "", 0),
    )
    return Evidence(reports=(push,), judgements=(said,), transitions=changes)


SNAPSHOT = take_snapshot(SCENARIO, evidence(), AS_OF)


def exact_sampler(n: int, seed: int) -> Callable[[ModelSpec, Snapshot], Posterior]:
    """Resample prior draws by their likelihood: independent draws of the posterior under any specification."""

    def sample(spec: ModelSpec, snapshot: Snapshot) -> Posterior:
        rng = np.random.default_rng(seed)
        pool = prior_unknowns(spec, 60_000, SNAPSHOT.n_steps, rng=rng)
        log_weight = log_likelihood(spec, snapshot, Draws.of(spec, pool))
        weight = np.exp(log_weight - log_weight.max())
        picked = rng.choice(len(weight), size=n, p=weight / weight.sum())
        stats = {"diverging": np.zeros(n, dtype=bool), "energy": rng.normal(size=n), "n_steps": np.ones(n)}
        return Posterior({name: values[picked] for name, values in pool.items()}, 4, stats, {})

    return sample


@pytest.fixture(scope="module")
def whole() -> Posterior:
    return exact_sampler(20_000, 1)(SPEC, SNAPSHOT)


def quantity_of(key: str) -> Quantity:
    return next(item for item in quantities(SCENARIO, SPEC) if item.key.endswith(key))


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("key", ["at_start", "half_life", "within_12_months", "hazard_ratio.mood", "base_rate"])
def test_a_new_fit_gives_the_truncated_posterior(whole, key, upper):
    quantity = quantity_of(key)
    present = project_chances(SCENARIO, SPEC, SNAPSHOT, whole, horizon=SCENARIO.horizon, seed=1)
    half = fit_half(SPEC, SNAPSHOT, quantity, upper, present, exact_sampler(4000, 2))
    assert half.pareto_k < 0.7
    assert half.effective_draws > 1000  # the tilt puts most draws into the half, and none counts much more than others
    raw, law = quantity.of(whole.unknowns), quantity.law
    standard = law.standard(raw)
    middle = float(law.standard(np.array(law.quantile(0.5))))
    kept = standard[(standard > middle) == upper]
    got = law.standard(quantity.of(half.posterior.unknowns))
    weight = half.posterior.weight
    assert weight is not None
    assert np.all(((got > middle) == upper)[weight > 0])
    mean = weight @ got
    error = np.hypot(kept.std() / np.sqrt(len(kept)), np.sqrt(weight**2 @ (got - mean) ** 2))
    assert abs(mean - kept.mean()) < 4 * error
    # What goes along with it, too: the level of the driver in the last step.
    level, now = (Draws.of(SPEC, draws.unknowns).level[:, -1, 0] for draws in (whole, half.posterior))
    of_whole = level[(standard > middle) == upper]
    error = np.hypot(of_whole.std() / np.sqrt(len(of_whole)), np.sqrt(weight**2 @ (now - weight @ now) ** 2))
    assert abs(weight @ now - of_whole.mean()) < 4 * error


def test_a_refitted_row_agrees_with_the_reweighted_one(whole):
    present = project_chances(SCENARIO, SPEC, SNAPSHOT, whole, horizon=SCENARIO.horizon, seed=1)
    quantity = quantity_of("within_12_months")
    (row,) = halved_priors(present, [quantity])
    halves = [fit_half(SPEC, SNAPSHOT, quantity, upper, present, exact_sampler(4000, 3)) for upper in (False, True)]
    low, high = (
        project_chances(SCENARIO, SPEC, SNAPSHOT, half.posterior, horizon=SCENARIO.horizon, seed=1) for half in halves
    )
    again = refitted(row, (halves[0], halves[1]), (low, high))
    assert again.refitted
    assert again.trusted
    assert np.all(np.abs(again.difference - row.difference) < 4 * np.hypot(again.mcse, row.mcse))


def test_a_half_that_the_evidence_left_empty_is_reached(whole):
    """Of independent draws hardly one lies in the half; the fit of its own finds it where rejection from many does."""
    quantity = quantity_of("base_rate")
    shape, rate = quantity.law.shape, quantity.law.rate
    none = take_snapshot(SCENARIO, Evidence(), AS_OF)
    rng = np.random.default_rng(4)
    n = 4000

    def sample(spec: ModelSpec, snapshot: Snapshot) -> Posterior:
        """As if 30 changes in half a year had been seen besides: Gamma draws, exactly."""
        unknowns = prior_unknowns(spec, n, none.n_steps, rng=np.random.default_rng(5))
        unknowns["mean_hazard"] = rng.gamma(spec.base_shape + 30, 1 / (spec.base_rate + 0.5), size=(n, 1))
        stats = {"diverging": np.zeros(n, dtype=bool), "energy": rng.normal(size=n), "n_steps": np.ones(n)}
        return Posterior(unknowns, 4, stats, {})

    middle = quantity.law.quantile(0.5)
    base = sample(SPEC, none)
    present = project_chances(SCENARIO, SPEC, none, base, horizon=SCENARIO.horizon, seed=1)
    (row,) = halved_priors(present, [quantity])
    assert not row.trusted
    half = fit_half(SPEC, none, quantity, False, present, sample)
    got, weight = quantity.of(half.posterior.unknowns), half.posterior.weight
    assert weight is not None
    grid = np.linspace(1e-6, middle, 20_001)
    density = np.exp((shape + 29) * np.log(grid) - (rate + 0.5) * grid)
    exact = float((grid * density).sum() / density.sum())
    mean = float(weight @ got)
    assert half.effective_draws > 300
    assert abs(mean - exact) < 4 * np.sqrt(weight**2 @ (got - mean) ** 2)
