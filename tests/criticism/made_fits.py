"""A small case, truths from its prior, evidence simulated from them, and fits: what the checks are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.records import Evidence, Report, SeriesValue
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.inference.settings import Sampling
from forecast.model.draws import Draws, Unknowns, prior_unknowns
from forecast.model.simulate import simulate_evidence
from forecast.model.spec import compile_spec
from forecast.scenario.file import load_scenario
from forecast.scenario.types import Scenario
from forecast.timegrid import shift

ROOT = Path(__file__).resolve().parents[2]
CASE = "tests/criticism/ferry-dispute.yaml"
AS_OF = date(2023, 12, 31)
SAMPLING = Sampling(draws=600, tune=500, chains=2)
_PRESS_EVERY = 12  # days between reports of the selected group
_GRADES = ("A1", "B2", "C3", "B2", "E5", "B2")


@dataclass(frozen=True)
class Made:
    """A truth with the evidence it led to."""

    scenario: Scenario
    draws: Draws
    evidence: Evidence


def case() -> Scenario:
    return load_scenario(ROOT / CASE).scenario


def template(scenario: Scenario, press_every: int = _PRESS_EVERY) -> Evidence:
    """When selected reports and series values come, and how they are graded."""
    days = range(5, 720, press_every)
    reports = tuple(_report(shift(scenario.start, i), _GRADES[n % 6], n) for n, i in enumerate(days))
    values = []
    for n in range(26):
        first = shift(scenario.start, 28 * n)
        last = shift(first, 27)
        values.append(SeriesValue("passengers", first, last, 1.0, shift(last, 6), shift(last, 6), "made", n + 2))
    return Evidence(reports=reports, series=tuple(values))


def _report(day: date, grade: str, line: int) -> Report:
    return Report(
        id=f"t{line}", date=day, reported=day, entered=day, event_type="rally", directions={}, actor="", summary="",
        source="made", reliability=grade[0], credibility=grade[1], verified="", same_as="", origin="", replaces="",
        withdrawn=None, line=line + 2,
    )  # fmt: skip


def make(
    scenario: Scenario,
    run: int,
    *,
    until: date = AS_OF,
    change=lambda spec, unknowns: unknowns,
    weights=None,
    press_every: int = _PRESS_EVERY,
) -> Made:
    """Draw a truth from the prior, change it, and simulate evidence."""
    spec = compile_spec(scenario)
    rng = np.random.default_rng([77, run])
    unknowns = change(spec, prior_unknowns(spec, 1, scenario.grid.count(until), rng=rng))
    draws = Draws.of(spec, unknowns)
    evidence = simulate_evidence(
        scenario, spec, draws, 0, until=until, template=template(scenario, press_every),
        weights=draws.weights[0] if weights is None else weights, rng=rng,
    )  # fmt: skip
    return Made(scenario, draws, evidence)


def fitted(scenario: Scenario, evidence: Evidence, run: int, *, as_of: date = AS_OF) -> tuple[Snapshot, Posterior]:
    snapshot = take_snapshot(scenario, evidence, as_of)
    return snapshot, fit(scenario, snapshot, seed=run, sampling=SAMPLING, cores=1)


def standing(
    scenario: Scenario, snapshot: Snapshot, unknowns: Unknowns, weight: np.ndarray | None = None
) -> FittedModel:
    """What the checks work on, of draws that were made otherwise than by a fit."""
    diverging = np.zeros(len(unknowns["innovation"]), dtype=bool)
    return FittedModel.of(scenario, snapshot, Posterior(unknowns, 1, {"diverging": diverging}, {}, weight))
