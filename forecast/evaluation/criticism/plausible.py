"""Whether the prior says what the analyst calls plausible: reports by the horizon, series values, outcomes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.evaluation.criticism.checks import Check, Positions, short
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.status import Status, worst
from forecast.model.density import expected_reports_by_step
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import SERIES_TAIL_DF
from forecast.model.spec import ModelSpec
from forecast.projection.predictive import simulate_counts
from forecast.projection.prior import PriorForecast
from forecast.scenario.types import Scenario

__all__ = ["plausible_check"]

OUTSIDE_REVIEW, OUTSIDE_FAIL = 0.1, 0.5  # share of the prior: a plausible range is a 90% range like any other
ODDS_FAIL = 3.0  # times beyond the end of a range of a probability: a convention
_CLEAR_BY = 2.0  # Monte Carlo standard errors
_DRAWS = 4000


@dataclass(frozen=True)
class _Row:
    name: str
    plausible: tuple[float, float]
    low: float
    middle: float
    high: float
    outside: float  # share of the prior, or for a probability 0 or 1
    status: Status

    @property
    def position(self) -> float:
        """Where the prior's middle lies when the plausible range is drawn from -1 to 1."""
        low, high = self.plausible
        return 2 * (self.middle - low) / (high - low) - 1


def plausible_check(scenario: Scenario, spec: ModelSpec, prior: PriorForecast, *, horizon: date, seed: int) -> Check:
    """Compare the prior predictive distribution with every ``plausible`` range of a scenario.

    Parameters
    ----------
    prior : PriorForecast
        From the scenario's first day to ``horizon``.
    seed : int
    """
    rng = np.random.default_rng([seed, 8])
    rows = [*_of_evidence(scenario, spec, horizon, rng), *_of_outcomes(scenario, prior)]
    statuses = [row.status for row in rows]
    status: Status = worst("PASS", *statuses)
    off = [row for row in rows if row.status != "PASS"]
    if not rows:
        sentence = "The scenario calls no range plausible, so that the prior is compared with none."
    elif not off:
        sentence = f"The prior stays within all {len(rows)} ranges that the scenario calls plausible."
    else:
        first = max(off, key=lambda row: (row.status == "FAIL", row.outside))
        sentence = (
            f"The prior leaves {len(off)} of {len(rows)} ranges that the scenario calls plausible: {first.name} is"
            f" {short(first.low)} to {short(first.high)} beforehand, where {short(first.plausible[0])} to"
            f" {short(first.plausible[1])} was called plausible."
        )
    return Check(
        key="plausible",
        title="Prior against what is plausible",
        kind="guide",
        status=status,
        statistic=max((row.outside for row in rows), default=0.0),
        threshold=OUTSIDE_REVIEW,
        statistic_name="largest share of the prior outside a plausible range",
        source="a plausible range is a 90% range, as every range of a scenario; FAIL from half outside, or for a"
        " probability from three times the odds beyond its end, conventions",
        sentence=sentence,
        columns=("What", ">Plausible", ">Prior, 90%", ">Outside", "Verdict"),
        rows=tuple(
            (
                row.name,
                f"{short(row.plausible[0])} to {short(row.plausible[1])}",
                f"{short(row.low)} to {short(row.high)}",
                row.outside,
                row.status,
            )
            for row in rows
        ),
        picture=Positions(
            tuple(row.name for row in rows),
            np.array([row.position for row in rows]),
            np.array([row.status != "PASS" for row in rows]),
        )
        if rows
        else None,
    )


def _of_evidence(scenario: Scenario, spec: ModelSpec, horizon: date, rng: np.random.Generator) -> list[_Row]:
    events = [event.plausible for event in scenario.events.values()]
    if not any((*events, *(series.plausible for series in scenario.series.values()))):
        return []
    whole = take_snapshot(scenario, Evidence(), horizon)
    draws = Draws.of(spec, prior_unknowns(spec, _DRAWS, whole.n_steps, rng=rng))
    expected = expected_reports_by_step(spec, whole, draws)
    rows = []
    for e, (name, event) in enumerate(scenario.events.items()):
        if event.plausible:
            counts = simulate_counts(spec, whole, expected(e), draws.dispersion, e, rng=rng).sum(axis=1)
            rows.append(_row(f"{name}: reports by {horizon}", event.plausible, counts))
    for m, (name, series) in enumerate(scenario.series.items()):
        if series.plausible:
            level = draws.level[:, :, spec.series_driver[m]]
            noise = draws.series_noise[:, m, None] * rng.standard_t(SERIES_TAIL_DF, size=level.shape)
            values = spec.restore(m)(draws.series_level[:, m, None] + draws.series_slope[:, m, None] * level + noise)
            rows.append(_row(f"{name}: single values", series.plausible, values.ravel()))
    return rows


def _row(name: str, plausible: tuple[float, float], values: np.ndarray) -> _Row:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    outside = float(np.mean((values < plausible[0]) | (values > plausible[1])))
    error = math.sqrt(outside * (1 - outside) / _DRAWS)
    status: Status = "PASS" if outside - _CLEAR_BY * error <= OUTSIDE_REVIEW else "REVIEW"
    if outside - _CLEAR_BY * error > OUTSIDE_FAIL:
        status = "FAIL"
    return _Row(name, plausible, float(low), float(middle), float(high), outside, status)


def _of_outcomes(scenario: Scenario, prior: PriorForecast) -> list[_Row]:
    rows = []
    for o, outcome in enumerate(scenario.outcomes):
        if outcome.plausible is None:
            continue
        low, high = outcome.plausible
        p, error = float(prior.outcome[o]), _CLEAR_BY * float(prior.outcome_mcse[o])
        off = p + error < low or p - error > high
        end = low if p < low else high
        factor = math.exp(abs(_log_odds(p) - _log_odds(end))) if 0 < p < 1 else math.inf
        status: Status = "PASS" if not off else "FAIL" if factor > ODDS_FAIL else "REVIEW"
        name = f"probability of {outcome.name}"
        rows.append(_Row(name, outcome.plausible, p - error, p, p + error, float(off), status))
    return rows


def _log_odds(p: float) -> float:
    return math.log(p / (1 - p))
