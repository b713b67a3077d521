"""New fits under both halves of some priors, in place of what the draws of one fit say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from forecast.evidence.snapshot import Snapshot
from forecast.inference.diagnostics import diagnose
from forecast.inference.fit import fit
from forecast.inference.posterior import Posterior
from forecast.model.draws import Draws
from forecast.model.spec import ModelSpec, compile_spec
from forecast.projection.chances import Chances, project_chances
from forecast.projection.halved_fits import HalfFit, fit_half, refitted
from forecast.projection.quantities import Quantity
from forecast.projection.sensitivity import Halved
from forecast.scenario.types import Scenario
from forecast.workflow.case import Progress

__all__ = ["refit_rows"]


def refit_rows(
    rows: Sequence[Halved],
    quantities: Sequence[Quantity],
    scenario: Scenario,
    snapshot: Snapshot,
    present: Chances,
    *,
    horizon: date,
    seed: int,
    progress: Progress,
) -> tuple[Halved, ...]:
    """Replace the rows of some quantities; a row whose fits fail is not to be trusted.

    Parameters
    ----------
    present : Chances
        Draws under the whole prior.
    seed : int
        Of the fits and of the futures, which are those of ``present``.
    """
    spec = compile_spec(scenario)

    def sample(moved: ModelSpec, known: Snapshot) -> Posterior:
        return fit(scenario, known, seed=seed, spec=moved, progress=progress)

    def half(quantity: Quantity, upper: bool) -> HalfFit:
        which = "upper" if upper else "lower"
        progress(f"a new fit under the {which} half of the prior of {quantity.key}")
        return fit_half(spec, snapshot, quantity, upper, present, sample)

    made = {row.parameter: row for row in rows}
    for quantity in quantities:
        halves = half(quantity, False), half(quantity, True)
        draws = [item.posterior for item in halves]
        low, high = (project_chances(scenario, spec, snapshot, item, horizon=horizon, seed=seed) for item in draws)
        sound = all(diagnose(item, Draws.of(spec, item.unknowns)).status != "FAIL" for item in draws)
        row = refitted(made[quantity.key], halves, (low, high))
        made[quantity.key] = replace(row, trusted=row.trusted and sound)
    return tuple(made.values())
