"""What is ranked when fits are calibrated: all parameters, drivers over time, likelihood, outcome probabilities."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.evidence.snapshot import Snapshot
from forecast.model.density import log_likelihood
from forecast.model.draws import Draws, Unknowns
from forecast.model.spec import ModelSpec
from forecast.projection.occupancy import build_state_space
from forecast.projection.paths import project
from forecast.projection.quantities import quantities
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

__all__ = ["ranked"]

_LEARNED = ("A1", "B2", "C3", "D4", "E5", "F6")  # grades whose weights are ranked where they are learned


def ranked(
    scenario: Scenario,
    spec: ModelSpec,
    snapshot: Snapshot,
    unknowns: Unknowns,
    horizon: date,
    *,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Compute everything that is ranked, by name, shape (n,) each.

    The likelihood is among them because ranks of parameters alone do not show a fit that leaves out part of the data
    (Modrak et al. 2023, Bayesian Analysis 20(2)).

    Parameters
    ----------
    unknowns : mapping of str to ndarray
        n draws, or the truth as one; as long as the history.
    """
    draws = Draws.of(spec, unknowns)
    found = {quantity.key: quantity.law.standard(quantity.of(unknowns)) for quantity in quantities(scenario, spec)}
    last = draws.level.shape[1] - 1
    for k, driver in enumerate(spec.drivers):
        found |= {f"{driver} half way": draws.level[:, last // 2, k], f"{driver} at the end": draws.level[:, last, k]}
    for q, edge in enumerate(spec.edges):
        found[f"hazard {edge}"] = draws.log_hazard[:, q]
    for i, partial in enumerate(unknowns["partial"].T):
        found[f"correlation of shocks {i + 1}"] = partial
    for m, kind in enumerate(spec.mix_type):
        found[f"share of A in {spec.events[kind]}"] = draws.letter_mix[:, m, 0]
        found[f"share of 1 in {spec.events[kind]}"] = draws.digit_mix[:, m, 0]
    if spec.learn_grades:
        found |= {f"weight of {g}": draws.weights[:, LETTERS.index(g[0]), DIGITS.index(g[1])] for g in _LEARNED}
    found["likelihood"] = log_likelihood(spec, snapshot, draws)
    if snapshot.as_of < horizon:
        found |= _outcomes(scenario, snapshot, draws, horizon, rng)
    return found


def _outcomes(
    scenario: Scenario, snapshot: Snapshot, draws: Draws, horizon: date, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Outcome probabilities: means over a few futures for truth and draws alike, so that both have the same noise."""
    outcome = project(
        scenario,
        build_state_space(scenario, snapshot.state, snapshot.visited, snapshot.spell),
        draws,
        draws.level[:, -1],
        begin=shift(snapshot.as_of, 1),
        step=snapshot.n_steps - 1,
        horizon=horizon,
        rng=rng,
        state_age=snapshot.state_age,
        spell_age=snapshot.spell_age,
    ).outcome[:, -1]
    return {f"probability of {item.name}": outcome[:, o] for o, item in enumerate(scenario.outcomes)}
