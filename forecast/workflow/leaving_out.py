"""Taking out each report of a recorded forecast in turn: by weights, and on request by a new fit without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from forecast.code import code_version
from forecast.errors import Problem
from forecast.inference.settings import STANDARD_SAMPLING
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.scenario.types import Scenario
from forecast.suggest import did_you_mean
from forecast.workflow.case import Progress
from forecast.workflow.kept import errors_of, kept_draws, kept_evidence, kept_scenario, probabilities_of

if TYPE_CHECKING:  # loading the package must not load numpy: most commands do without
    from forecast.projection.explanation import LeftOut

__all__ = ["left_out", "unknown_reports"]


def unknown_reports(ledger: Ledger, entry: ForecastEntry, asked: Sequence[str]) -> list[Problem]:
    """What is wrong with reports that a fit is asked to do without."""
    if not asked:
        return []
    ids = [report.id for report in kept_evidence(ledger, entry).reports]
    return [
        Problem("", 0, "--refit", f"{name!r} is no report of the forecast {entry.short_id}{did_you_mean(name, ids)}")
        for name in asked
        if name not in ids
    ]


def left_out(ledger: Ledger, entry: ForecastEntry, refit: Sequence[str], progress: Progress) -> tuple[LeftOut, ...]:
    """Leave out each report of a forecast by weights, and some by a new fit without them."""
    from forecast.projection.explanation import in_order, leave_one_out
    from forecast.projection.stages import Known

    progress("taking out each report in turn")
    scenario, fit = kept_scenario(ledger, entry), ledger.forecast(entry.fit_id)
    found = leave_one_out(
        scenario,
        kept_draws(ledger, fit),
        Known(fit.as_of, kept_evidence(ledger, fit)),
        Known(entry.as_of, kept_evidence(ledger, entry)),
        horizon=entry.horizon,
        seed=fit.seed,
    )
    return in_order(
        [_refitted(ledger, scenario, entry, item, progress) if item.id in refit else item for item in found]
    )


def _refitted(ledger: Ledger, scenario: Scenario, entry: ForecastEntry, item: LeftOut, progress: Progress) -> LeftOut:
    """Leave out a report by a fit without it; errors of both fits add in squares, as if these were independent."""
    import numpy as np

    from forecast.evidence.snapshot import take_snapshot
    from forecast.inference.fit import fit
    from forecast.projection.forecast import make_forecast

    progress(f"a new fit without {item.id}")
    known = kept_evidence(ledger, entry)
    without = replace(known, reports=tuple(report for report in known.reports if report.id != item.id))
    snapshot = take_snapshot(scenario, without, entry.as_of)
    posterior = fit(scenario, snapshot, seed=entry.seed, sampling=STANDARD_SAMPLING, progress=progress)
    made = make_forecast(
        scenario,
        snapshot,
        posterior,
        horizon=entry.horizon,
        seed=entry.seed,
        scenario_hash=entry.scenario_hash,
        code_version=code_version(),
    )
    probability = np.array([outcome.probability for outcome in made.outcomes])
    error = np.array([outcome.mcse for outcome in made.outcomes])
    return replace(
        item,
        change=probability - probabilities_of(entry),
        mcse=np.hypot(error, errors_of(entry)),
        pareto_k=-math.inf,
        refit=made.status,
    )
