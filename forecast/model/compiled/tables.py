"""A scenario and what was known on a day, as the fields that the kernels read."""

from __future__ import annotations

import math

import numpy as np

from forecast.evidence.grades import DIGIT_EFFECTS, LETTER_EFFECTS, fixed_weights
from forecast.evidence.snapshot import Snapshot
from forecast.model.compiled.layout import Field, Group
from forecast.model.compiled.vector import Vector
from forecast.model.data import model_data
from forecast.model.draws import elicited_priors, partial_shape
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import ModelSpec
from forecast.timegrid import DAYS_PER_YEAR

__all__ = ["model_fields"]

_LOG_2PI = math.log(2 * math.pi)


def model_fields(
    spec: ModelSpec, snapshot: Snapshot, weights: np.ndarray | None = None
) -> dict[Field, np.ndarray | float]:
    """Collect everything the density needs; the sampler's coordinates are the points themselves.

    Parameters
    ----------
    weights : ndarray, shape (6, 6), optional
        Share of genuine reports by letter and digit, in place of the fixed or learned ones.
    """
    vector = Vector.of(spec, snapshot)
    data = model_data(spec, snapshot)
    return {
        **_unknowns(spec, vector),
        **_drivers(spec, snapshot.n_steps),
        **_rates(spec, snapshot, data, vector),
        **_grades(spec, weights),
        **_marks(spec, data),
        **_measurements(data),
        **_states(spec, data),
    }


def _unknowns(spec: ModelSpec, vector: Vector) -> dict[Field, np.ndarray | float]:
    priors = elicited_priors(spec)
    if [name.upper() for name in priors] != [group.name for group in Group]:
        raise AssertionError("the groups of the kernels are not those of the model")
    normals = sum(int(np.prod(shape)) for name, shape in vector.parts if name.endswith("_z") or name == "innovation")
    shape = dict(vector.parts)["innovation"]
    constant = -normals * _LOG_2PI / 2
    constant += sum(a * math.log(b) - math.lgamma(a) for a, b in zip(spec.base_shape, spec.base_rate, strict=True))
    constant += float(np.log(vector.hazard_scale).sum())
    constant += sum(math.lgamma(2 * a) - 2 * math.lgamma(a) for a in partial_shape(spec))
    for alpha, shapes in ((LETTER_MIX, vector.letter_shape), (DIGIT_MIX, vector.digit_shape)):
        norm = math.lgamma(alpha.sum()) - sum(math.lgamma(a) for a in alpha)
        constant += sum(norm - math.lgamma(shape.sum()) for shape in shapes)
    return {
        Field.CONSTANT: float(constant),
        Field.GROUP_FIRST: np.cumsum([0, *(len(prior) for prior in priors.values())]),
        Field.PRIOR_LOC: np.concatenate([prior.loc for prior in priors.values()]),
        Field.PRIOR_SCALE: np.concatenate([prior.scale for prior in priors.values()]),
        Field.PRIOR_SIGN: np.concatenate([prior.sign for prior in priors.values()]),
        Field.HAZARD_LOC: vector.hazard_loc,
        Field.HAZARD_SCALE: vector.hazard_scale,
        Field.HAZARD_SHAPE: spec.base_shape,
        Field.HAZARD_RATE: spec.base_rate,
        Field.PARTIAL_SHAPE: partial_shape(spec),
        Field.CENTRE: np.zeros(len(vector)),
        Field.BASIS: np.zeros((0, len(vector) - math.prod(shape))),
        Field.SHRINK: np.zeros(0),
        Field.PULL: np.zeros((0, shape[0])),
        Field.PULL_DRIVER: np.zeros(0, dtype=int),
        Field.PULL_BY: np.zeros(0, dtype=int),
        Field.PATH_SCALE: np.ones(shape),
        Field.PATH_GAIN: np.zeros(shape),
        Field.PATH_AIM: np.zeros(shape),
    }


def _drivers(spec: ModelSpec, n_steps: int) -> dict[Field, np.ndarray | float]:
    return {
        Field.N_STEPS: n_steps,
        Field.N_DRIVERS: len(spec.drivers),
        Field.N_EVENTS: len(spec.events),
        Field.N_GROUPS: int(spec.group.max(initial=-1)) + 1,
        Field.START_LOC: spec.start.loc,
        Field.START_SCALE: spec.start.scale,
        Field.INFLUENCE_TO: spec.influence_to,
        Field.INFLUENCE_FROM: spec.influence_from,
        Field.CYCLIC: spec.cyclic,
        Field.DRIVER_SEASON_DRIVER: spec.driver_season_driver,
        Field.DRIVER_WAVE: spec.driver_wave(n_steps),
    }


def _rates(
    spec: ModelSpec, snapshot: Snapshot, data: dict[str, np.ndarray], vector: Vector
) -> dict[Field, np.ndarray | float]:
    shape = (snapshot.n_steps, len(spec.dispersion))
    counts, shares = np.zeros(shape), np.ones(shape)
    counts[data["dispersed_step"], data["dispersed"]] = data["dispersed_count"]
    shares[data["dispersed_step"], data["dispersed"]] = data["dispersed_share"]
    loading_first = np.searchsorted(spec.loading_type, np.arange(len(spec.events) + 1))
    moved_step, moved_type = np.nonzero(_told_about(spec, data) & (np.diff(loading_first) > 0))
    return {
        Field.RATE_TYPE: spec.rate_type,
        Field.RATE_SEASON_TYPE: spec.rate_season_type,
        Field.RATE_WAVE: spec.rate_wave(snapshot.n_steps),
        Field.LOADING_FIRST: loading_first,
        Field.MOVED_STEP: moved_step,
        Field.MOVED_TYPE: moved_type,
        Field.LOADING_DRIVER: spec.loading_driver,
        Field.MIX_TYPE: spec.mix_type,
        Field.LETTER_SHAPE: vector.letter_shape,
        Field.DIGIT_SHAPE: vector.digit_shape,
        Field.COMPLETE: np.flatnonzero(spec.complete),
        Field.EXPOSURE: data["exposure"],
        Field.DISPERSION_OF: _entry_of(spec.dispersion_type, len(spec.events)),
        Field.DISPERSED_COUNT: counts,
        Field.DISPERSED_SHARE: shares,
    }


def _told_about(spec: ModelSpec, data: dict[str, np.ndarray]) -> np.ndarray:
    """Where evidence depends on the rate of a type in a step, shape (T, E): silence, reports, their groups."""
    told = data["exposure"] > 0
    told[data["report_step"], data["report_type"]] = True
    for group in range(spec.group.max(initial=-1) + 1):
        members = spec.group == group
        told[np.ix_(told[:, members].any(axis=1), members)] = True
    return told


def _grades(spec: ModelSpec, weights: np.ndarray | None) -> dict[Field, np.ndarray | float]:
    return {
        Field.LEARN_GRADES: spec.learn_grades,
        Field.GRADE_WEIGHT: fixed_weights() if weights is None else weights,
        Field.LETTER_EFFECT: np.array(LETTER_EFFECTS),
        Field.DIGIT_EFFECT: np.array(DIGIT_EFFECTS),
    }


def _marks(spec: ModelSpec, data: dict[str, np.ndarray]) -> dict[Field, np.ndarray | float]:
    """Marks, with those of one type, step and grade that carry no direction counted together."""
    n = len(data["report_type"])
    grades = np.where(data["origin_known"] > 0, 6 * data["origin_letter"] + data["origin_digit"], -1)
    grades = -np.sort(-grades, axis=1)  # known origins first
    coded = np.bincount(data["coded_report"], minlength=n) > 0
    own = np.where(coded, np.arange(n), -1)  # a mark with a direction stays by itself
    rows = np.column_stack([data["report_step"], data["report_type"], own, grades])
    _, first, count = np.unique(rows, axis=0, return_index=True, return_counts=True)
    known = grades[first]
    mark_of = np.full(n, -1)
    mark_of[first] = np.arange(len(first))
    coded_mark = mark_of[data["coded_report"]]
    order = np.argsort(coded_mark, kind="stable")
    return {
        Field.MARK_TYPE: data["report_type"][first],
        Field.MARK_STEP: data["report_step"][first],
        Field.MARK_COUNT: count.astype(float),
        Field.MARK_SPURIOUS: data["spurious"][first].astype(float),
        Field.ORIGIN_FIRST: np.concatenate([[0], np.cumsum((known >= 0).sum(axis=1))]),
        Field.ORIGIN_GRADE: known[known >= 0],
        Field.GROUP_OF: spec.group,
        Field.CODED_FIRST: np.searchsorted(coded_mark[order], np.arange(len(first) + 1)),
        Field.CODED_STEP: data["coded_step"][order],
        Field.CODED_SIGNAL: data["coded_signal"][order],
        Field.CODED_VALUE: data["coded_value"][order].astype(float),
        Field.SIGNAL_DRIVER: spec.signal_driver,
        Field.SIGNAL_PUSH: spec.signal_push,
        Field.SIGNAL_LEVEL_OF: _entry_of(spec.signal_level_of, len(spec.signal)),
    }


def _measurements(data: dict[str, np.ndarray]) -> dict[Field, np.ndarray | float]:
    return {
        Field.SERIES_INDEX: data["series_index"],
        Field.SERIES_DRIVER: data["series_driver"],
        Field.SERIES_BEGIN: data["series_first"],
        Field.SERIES_END: data["series_last"],
        Field.SERIES_WEIGHTS: data["series_weights"],
        Field.SERIES_OBSERVED: data["series_observed"],
        Field.STEP_LENGTH: data["step_length"],
        Field.JUDGEMENT_STEP: data["judgement_step"],
        Field.JUDGEMENT_DRIVER: data["judgement_driver"],
        Field.JUDGEMENT_MEAN: data["judgement_mean"],
        Field.JUDGEMENT_SD: data["judgement_sd"],
    }


def _states(spec: ModelSpec, data: dict[str, np.ndarray]) -> dict[Field, np.ndarray | float]:
    held = spec.held_after[spec.breaks_state] / DAYS_PER_YEAR
    return {
        Field.NET_EDGE: spec.net_edge,
        Field.BASE_EDGE: spec.base_edge,
        Field.RATIO_FIRST: np.searchsorted(spec.ratio_edge, np.arange(len(spec.edges) + 1)),
        Field.RATIO_DRIVER: spec.ratio_driver,
        Field.COVARIANCE: spec.covariance,
        Field.BREAKS_OF: _entry_of(spec.breaks_state, len(spec.states))[spec.edge_to],
        Field.BREAKS_YEARS: held,
        Field.SPELL_BREAKS: data["spell_breaks"],
        Field.SPELL_YEARS: data["spell_years"],
        Field.AGEING_OF: _entry_of(spec.ageing_edge, len(spec.edges)),
        Field.AT_RISK: data["at_risk"],
        Field.TRANSITION_STEP: data["transition_step"],
        Field.TRANSITION_EDGE: data["transition_index"],
        Field.TRANSITION_LOG_AGE: data["transition_log_age"],
        Field.AGED_STEP: data["aged_day_step"],
        Field.AGED_EDGE: data["aged_day_edge"],
        Field.AGED_LOG_AGE: data["aged_day_log_age"],
    }


def _entry_of(index: np.ndarray, size: int) -> np.ndarray:
    """Which entry stands for each of ``size`` things, -1 for none."""
    entry = np.full(size, -1)
    entry[index] = np.arange(len(index))
    return entry
