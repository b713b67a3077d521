"""What could change a recorded forecast, told from what the ledger kept of it: for the report, cheap and read-only.

One pass through fewer futures than a question of its own would take serves signposts, sensitivity and the draws of the
page's panel; held drivers and left-out reports use fewer draws. Every number has the error that this leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from forecast.code import model_code_hash
from forecast.errors import ForecastError
from forecast.ledger.entry import ForecastEntry
from forecast.ledger.store import Ledger
from forecast.timegrid import shift
from forecast.workflow.case import DAYS_AHEAD
from forecast.workflow.kept import kept_draws, kept_evidence, kept_scenario

if TYPE_CHECKING:
    import numpy as np

    from forecast.evidence.records import Evidence
    from forecast.inference.posterior import Posterior
    from forecast.projection.outlook import Outlook
    from forecast.projection.present import Present
    from forecast.report.outlooks import (
        HeldDriverView,
        OutlookView,
        PanelView,
        ReportEffectView,
        SensitivityView,
        SignpostView,
    )

__all__ = ["outlook", "outlook_of"]

_PATHS = 3  # of each draw, instead of 16
_HELD_DRAWS = 100  # each with a path for every driver and level
_LEFT_OUT_DRAWS = 600  # of the fit
LEVELS = (-2.0, -1.0, 0.0, 1.0, 2.0)


def outlook(ledger: Ledger, entry: ForecastEntry) -> OutlookView:
    """Gather what could change a forecast, or say why it cannot be told."""
    from forecast.report.outlooks import OutlookView

    try:
        return _outlook(ledger, entry)
    except ForecastError as error:
        return OutlookView(why_not=str(error))


def _outlook(ledger: Ledger, entry: ForecastEntry) -> OutlookView:
    fit = ledger.forecast(entry.fit_id)
    if fit.model_code_hash != model_code_hash():
        raise ForecastError("the model's code has changed since the fit that this forecast rests on")
    present, knew = _present(ledger, fit, entry)
    return outlook_of(present, fit.as_of, knew)


def outlook_of(present: Present, fitted: date, knew: Evidence) -> OutlookView:
    """What could change a forecast, from its draws.

    Parameters
    ----------
    fitted, knew : date, Evidence
        As-of date of the fit that the draws come from, and what that knew.
    """
    from forecast.projection.outlook import Outlook
    from forecast.projection.supposed import suppose
    from forecast.report.outlooks import OutlookView
    from forecast.report.packing import pack_panel

    until = min(shift(present.snapshot.as_of, DAYS_AHEAD), present.horizon)
    noted = Outlook(present.scenario, present.draws, until)
    chance = present.project(watch=noted).on_path
    held_draws, held = _held(present)
    panel: PanelView = pack_panel(suppose(present, chance))
    return OutlookView(
        draws=len(present.draws),
        signposts_until=until,
        held_draws=held_draws,
        held=held,
        signposts=_signposts(present, noted, chance),
        sensitivity=_sensitivity(present, chance),
        effects=_effects(present, fitted, knew),
        panel=panel,
    )


def _present(ledger: Ledger, fit: ForecastEntry, entry: ForecastEntry) -> tuple[Present, Evidence]:
    """The draws that the forecast rests on, as they stood; also what their fit knew."""
    from forecast.evidence.snapshot import take_snapshot
    from forecast.inference.updating import reweight
    from forecast.model.spec import compile_spec
    from forecast.projection.present import LEAST_EFFECTIVE, Present

    scenario, knew, knows = kept_scenario(ledger, entry), kept_evidence(ledger, fit), kept_evidence(ledger, entry)
    then = take_snapshot(scenario, knew, fit.as_of, as_recorded=fit.as_recorded)
    now = take_snapshot(scenario, knows, entry.as_of, as_recorded=entry.as_recorded)
    posterior = kept_draws(ledger, fit)
    update = reweight(compile_spec(scenario), posterior, then, now, seed=fit.seed)
    if update.effective_draws < LEAST_EFFECTIVE:
        raise ForecastError(f"only {update.effective_draws:.0f} effective draws carry what was known")
    return Present(scenario, knows, now, update, entry.horizon, fit.seed, paths=_PATHS), knew


def _held(present: Present) -> tuple[int, tuple[HeldDriverView, ...]]:
    from forecast.projection.held import hold_drivers
    from forecast.report.outlooks import HeldDriverView

    found = hold_drivers(present, LEVELS, most_draws=_HELD_DRAWS)
    return found.n_draws, tuple(
        HeldDriverView(
            driver=name,
            level=level,
            difference=tuple(found.difference[k, i].tolist()),
            mcse=tuple(found.mcse[k, i].tolist()),
        )
        for k, name in enumerate(present.spec.drivers)
        for i, level in enumerate(LEVELS)
    )


def _signposts(present: Present, noted: Outlook, chance: np.ndarray) -> tuple[SignpostView, ...]:
    from forecast.projection.signposts import ranked
    from forecast.report.outlooks import SignpostView

    return tuple(
        SignpostView.model_validate(
            {
                **{name: getattr(item.signpost, name) for name in ("type", "driver", "sign")},
                **{name: getattr(item, name) for name in ("p_seen", "p_seen_mcse", "bits", "bits_mcse")},
                "if_seen": item.if_seen.tolist(),
                "if_not": item.if_not.tolist(),
            }
        )
        for item in ranked(present, noted, chance)
    )


def _sensitivity(present: Present, chance: np.ndarray) -> tuple[SensitivityView, ...]:
    """As the command of that name, on the draws that a question is answered on."""
    from forecast.projection.chances import Chances
    from forecast.projection.quantities import quantities
    from forecast.projection.sensitivity import halved_drivers, halved_priors
    from forecast.report.outlooks import SensitivityView

    index = present.selection.index
    chances = Chances(
        unknowns={name: values[index] for name, values in present.update.posterior.unknowns.items()},
        draws=present.draws,
        selection=present.selection,
        chance=chance.mean(axis=1),
        noise=chance.var(axis=1, ddof=1) / chance.shape[1],
        pareto_k=present.update.pareto_k if present.update.posterior.weight is not None else None,
    )
    rows = halved_priors(chances, quantities(present.scenario, present.spec))
    return tuple(
        SensitivityView.model_validate(
            {
                **{name: getattr(row, name) for name in ("parameter", "kind", "unit", "middle", "trusted")},
                **{name: getattr(row, name).tolist() for name in ("low", "high", "mcse")},
            }
        )
        for row in (*rows, *halved_drivers(chances, present.spec.drivers))
    )


def _effects(present: Present, fitted: date, knew: Evidence) -> tuple[ReportEffectView, ...]:
    from forecast.projection.explanation import leave_one_out
    from forecast.projection.stages import Known
    from forecast.report.outlooks import ReportEffectView

    if not present.evidence.reports:
        return ()
    found = leave_one_out(
        present.scenario,
        _thinned(present.update.fit),
        Known(fitted, knew),
        Known(present.snapshot.as_of, present.evidence),
        horizon=present.horizon,
        seed=present.seed,
    )
    return tuple(
        ReportEffectView(
            id=item.id, change=tuple((-item.change).tolist()), mcse=tuple(item.mcse.tolist()), rough=item.rough
        )
        for item in found
    )


def _thinned(fit: Posterior) -> Posterior:
    index = fit.selected(_LEFT_OUT_DRAWS).index
    unknowns, stats = ({name: values[index] for name, values in part.items()} for part in (fit.unknowns, fit.stats))
    return replace(fit, unknowns=unknowns, stats=stats)
