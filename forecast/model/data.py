"""What was known on a day as the arrays that the PyMC model takes: the same names and ranks whatever the evidence.

So one compiled model serves every history of the same length: another snapshot only swaps the data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.marks import SPURIOUS_DIRECTION_SD, coded_directions, grade_counts, group_members
from forecast.model.spec import ModelSpec
from forecast.model.spells import aged_days, log_ages

__all__ = ["Data", "model_data"]

Data = Callable[[str], Any]
"""Gives the tensor of a named array, adding it to the model when it is first asked for."""


def model_data(spec: ModelSpec, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Collect the arrays; all belong to the attributes of the same meaning in :class:`Snapshot`."""
    return {
        **_reports(spec, snapshot),
        **_counts(spec, snapshot),
        **_directions(spec, snapshot),
        "series_index": snapshot.series_index,
        "series_driver": spec.series_driver[snapshot.series_index],
        "series_first": snapshot.series_first,
        "series_last": snapshot.series_last,
        "series_weights": snapshot.series_weights,
        "series_observed": spec.transformed(snapshot.series_index, snapshot.series_value),
        "step_length": snapshot.step_length.astype(float),
        "judgement_step": snapshot.judgement_step,
        "judgement_driver": snapshot.judgement_driver,
        "judgement_mean": snapshot.judgement_mean,
        "judgement_sd": snapshot.judgement_sd,
        **_states(spec, snapshot),
    }


def _reports(spec: ModelSpec, snapshot: Snapshot) -> dict[str, np.ndarray]:
    selected = np.flatnonzero(~spec.complete[snapshot.report_type])
    return {
        "report_type": snapshot.report_type,
        "report_step": snapshot.report_step,
        "origin_letter": snapshot.origin_letter,
        "origin_digit": snapshot.origin_digit,
        "origin_known": snapshot.origin_known.astype(float),
        "selected": selected,
        "group_members": group_members(spec)[snapshot.report_type[selected]],
    }


def _counts(spec: ModelSpec, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Exposures and counts, the latter only where an over-dispersed type is exposed; and grades by type."""
    counts = np.zeros_like(snapshot.exposure)
    np.add.at(counts, (snapshot.report_step, snapshot.report_type), 1)
    step, which = np.nonzero(snapshot.exposure[:, spec.dispersion_type])
    kind = spec.dispersion_type[which]
    letters, digits = grade_counts(spec, snapshot)
    return {
        "exposure": snapshot.exposure,
        "dispersed_step": step,
        "dispersed": which,
        "dispersed_type": kind,
        "dispersed_share": snapshot.reported_share[step, kind],
        "dispersed_count": counts[step, kind],
        "letter_count": letters,
        "digit_count": digits,
    }


def _states(spec: ModelSpec, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Years at risk of each transition whose hazard does not age, changes of state, spells, and days at an age."""
    aged = aged_days(spec, snapshot)
    return {
        "at_risk": np.where(np.isinf(spec.age0), snapshot.state_years[:, spec.edge_from], 0.0),
        "transition_step": snapshot.transition_step,
        "transition_index": snapshot.transition_index,
        "transition_log_age": log_ages(spec, snapshot.transition_index, snapshot.transition_age),
        "spell_breaks": snapshot.breaks[spec.breaks_state].astype(float),
        "spell_years": snapshot.pending_years[spec.breaks_state],
        "aged_day_step": aged.step,
        "aged_day_edge": aged.edge,
        "aged_day_log_age": aged.log_age,
    }


def _directions(spec: ModelSpec, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Coded directions that a signal uses, and their log density if the report is spurious, by report."""
    coded = coded_directions(spec, snapshot)
    spurious = -0.5 * (coded.value / SPURIOUS_DIRECTION_SD) ** 2 - np.log(SPURIOUS_DIRECTION_SD * np.sqrt(2 * np.pi))
    return {
        "coded_report": coded.report,
        "coded_step": snapshot.report_step[coded.report],
        "coded_signal": coded.signal,
        "coded_driver": spec.signal_driver[coded.signal],
        "coded_push": spec.signal_push[coded.signal].astype(float),
        "coded_value": coded.value,
        "spurious": coded.sums(spurious),
    }
