"""What a forecast hangs on, from the draws of the last fit: prior ranges, drivers, prior against evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from forecast.errors import Problem
from forecast.inference.status import Diagnostics
from forecast.ledger.entry import ForecastEntry
from forecast.workflow.case import Case, Dates, Progress, date_warnings, silent
from forecast.workflow.present import ask
from forecast.workflow.stable import require_stable
from forecast.workspace import Workspace

if TYPE_CHECKING:  # loading the package must not load numpy
    from forecast.projection.chances import Chances
    from forecast.projection.power_scaling import Scaled, ScalingVerdict
    from forecast.projection.prior_share import PriorShare
    from forecast.projection.sensitivity import Halved

__all__ = ["SensitivityResult", "sensitivity"]


@dataclass(frozen=True)
class SensitivityResult:
    """What the outcomes of a forecast hang on.

    Attributes
    ----------
    fit : ForecastEntry
        Whose draws are used.
    dates : Dates
        As of when and until when.
    diagnostics : Diagnostics
        Of the draws at the as-of date.
    present : Chances
        The draws with their outcome probabilities.
    rows : tuple of Halved
        Every elicited quantity in the order of the scenario file, then every driver's present level.
    scaled : tuple of Scaled
        The prior and its parts, the likelihood and its parts.
    verdicts : tuple of str
        Of each outcome.
    prior : PriorShare
        What is left of the prior.
    warnings : tuple of Problem
        Of the dates.
    """

    case: Case
    fit: ForecastEntry
    dates: Dates
    diagnostics: Diagnostics
    present: Chances
    rows: tuple[Halved, ...]
    scaled: tuple[Scaled, ...]
    verdicts: tuple[ScalingVerdict, ...]
    prior: PriorShare
    warnings: tuple[Problem, ...]


def sensitivity(
    workspace: Workspace,
    name: str,
    *,
    as_of: date | None = None,
    horizon: date | None = None,
    as_recorded: bool = False,
    seed: int | None = None,
    refit: int = 0,
    progress: Progress = silent,
) -> SensitivityResult:
    """Say what the outcomes hang on as of a day, on draws of the last fit on or before it; nothing is recorded.

    Parameters
    ----------
    as_of, horizon : date, optional
        Of the forecast recorded last unless given.
    seed : int, optional
        Of the fit to use; of the last one unless given.
    refit : int
        How many quantities get fits of their own under both halves of their prior: those that the draws cannot carry
        first, then the largest.

    Raises
    ------
    InputError
        When there is no fit whose draws carry the evidence; says what to type.
    """
    from forecast.projection.hinges import find_hinges
    from forecast.projection.sensitivity import largest_first

    asked = ask(workspace, name, as_of=as_of, horizon=horizon, as_recorded=as_recorded, seed=seed, progress=progress)
    case, dates, fit = asked.case, asked.dates, asked.fit
    snapshot, carried = fit.carried(case, dates)
    if carried.refit:
        raise asked.unusable(carried.refit)
    seed = fit.entry.seed
    found = find_hinges(case.scenario, snapshot, carried.update.posterior, horizon=dates.horizon, seed=seed)
    rows = found.priors
    if refit:
        from forecast.workflow.refitting import refit_rows

        require_stable(case)
        chosen = {row.parameter for row in largest_first(rows)[:refit]}
        rows = refit_rows(
            rows,
            [quantity for quantity in found.quantities if quantity.key in chosen],
            case.scenario,
            snapshot,
            found.present,
            horizon=dates.horizon,
            seed=seed,
            progress=progress,
        )
    return SensitivityResult(
        case=case,
        fit=fit.entry,
        dates=dates,
        diagnostics=carried.diagnostics,
        present=found.present,
        rows=(*rows, *found.drivers),
        scaled=found.scaled,
        verdicts=found.verdicts,
        prior=found.prior,
        warnings=date_warnings(case, dates),
    )
