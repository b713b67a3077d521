"""Compose the blocks into one PyMC model: the definition of the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.evidence.snapshot import Snapshot
from forecast.model.data import Data, model_data
from forecast.model.drivers import add_drivers
from forecast.model.grades import add_grade_weights
from forecast.model.observations import add_judgements, add_reports, add_series
from forecast.model.spec import ModelSpec
from forecast.model.transitions import add_transitions

__all__ = ["build_model"]


def build_model(spec: ModelSpec, snapshot: Snapshot, weights: np.ndarray | None = None) -> pm.Model:
    """Build the PyMC model of a scenario given what was known on a day.

    Parameters
    ----------
    weights : ndarray, shape (6, 6), optional
        Share of genuine reports by Admiralty letter and digit, in place of the fixed or learned ones.

    Returns
    -------
    pymc.Model
        Elicited quantities are ``<name> = transform(<name>_z)`` with ``<name>_z`` standard normal.
    """
    with pm.Model(coords=_coords(spec, snapshot)) as model:
        drivers = add_drivers(spec, snapshot.n_steps)
        data = _data(model_data(spec, snapshot))
        add_reports(spec, data, drivers, add_grade_weights(spec) if weights is None else pt.as_tensor(weights))
        add_series(spec, data, drivers)
        add_judgements(data, drivers)
        add_transitions(spec, data, drivers)
    return model


def _data(arrays: Mapping[str, np.ndarray]) -> Data:
    def of(name: str) -> Any:
        known = pm.modelcontext(None).named_vars.get(name)
        return pm.Data(name, arrays[name]) if known is None else known

    return of


def _coords(spec: ModelSpec, snapshot: Snapshot) -> dict[str, list[str] | range]:
    pairs_of_signals = _pairs(spec, spec.signal_type, spec.signal_driver)
    pairs = zip(spec.ratio_edge, spec.ratio_driver, strict=True)
    return {
        "step": range(snapshot.n_steps),
        "driver": list(spec.drivers),
        "driver_pair": _driver_pairs(spec),
        "effect": [
            f"{spec.drivers[a]}->{spec.drivers[b]}" for a, b in zip(spec.influence_from, spec.influence_to, strict=True)
        ],
        "rated": [spec.events[e] for e in spec.rate_type],
        "loading_pair": _pairs(spec, spec.loading_type, spec.loading_driver),
        "signal_pair": pairs_of_signals,
        "seasonal_driver": [spec.drivers[k] for k in spec.driver_season_driver],
        "seasonal_event": [spec.events[e] for e in spec.rate_season_type],
        "dispersed_kind": [spec.events[e] for e in spec.dispersion_type],
        "levelled_signal": [pairs_of_signals[i] for i in spec.signal_level_of],
        "mixed": [spec.events[e] for e in spec.mix_type],
        "letter": list("ABCDEF"),
        "digit": list("123456"),
        "series": list(spec.series),
        "edge": list(spec.edges),
        "net_edge": [spec.edges[q] for q in spec.net_edge],
        "base_edge": [spec.edges[q] for q in spec.base_edge],
        "held_state": [spec.states[s] for s in spec.breaks_state],
        "aged_edge": [spec.edges[q] for q in spec.ageing_edge],
        "ratio_pair": [f"{spec.edges[q]}:{spec.drivers[k]}" for q, k in pairs],
    }


def _pairs(spec: ModelSpec, types: np.ndarray, drivers: np.ndarray) -> list[str]:
    return [f"{spec.events[e]}:{spec.drivers[k]}" for e, k in zip(types, drivers, strict=True)]


def _driver_pairs(spec: ModelSpec) -> list[str]:
    rows, columns = np.tril_indices(len(spec.drivers), -1)
    return [f"{spec.drivers[a]}~{spec.drivers[b]}" for a, b in zip(rows, columns, strict=True)]
