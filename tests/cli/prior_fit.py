"""Puts a fit of the made-up case on record without sampling: prior draws, an exact posterior of no evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from forecast.code import code_version
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.inference.posterior import Posterior
from forecast.inference.status import judge
from forecast.ledger.entry import ForecastEntry
from forecast.model.draws import prior_unknowns
from forecast.model.spec import compile_spec
from forecast.projection.forecast import make_forecast
from forecast.workflow.case import Case, open_case
from forecast.workflow.keeping import keep
from forecast.workspace import Workspace

CHAINS, DRAWS = 4, 500


def record_prior_fit(workspace: Workspace, name: str, as_of: date, horizon: date, *, seed: int = 1) -> ForecastEntry:
    """Record a forecast that knows no evidence as if it had been fitted on a day."""
    full = open_case(workspace, name)
    case = Case(workspace, full.loaded, Evidence())
    snapshot = take_snapshot(case.scenario, case.evidence, as_of)
    spec, n = compile_spec(case.scenario), CHAINS * DRAWS
    unknowns = prior_unknowns(spec, n, snapshot.n_steps, rng=np.random.default_rng(seed))
    stats = {"diverging": np.zeros(n, dtype=bool), "energy": np.zeros(n), "n_steps": np.ones(n, dtype=np.uint64)}
    posterior = Posterior(unknowns, CHAINS, stats, {"compile": 0.0, "sample": 0.0})
    independent = judge(
        max_rhat=1.0, min_ess_bulk=float(n), min_ess_tail=float(n), divergences=0, draws=n, min_bfmi=1.0
    )
    forecast = make_forecast(
        case.scenario,
        snapshot,
        posterior,
        diagnostics=independent,
        horizon=horizon,
        seed=seed,
        scenario_hash=case.loaded.hash,
        code_version=code_version(),
    )
    entry, *_ = keep(case, snapshot, replace(forecast, method="nuts"), posterior)
    return entry
