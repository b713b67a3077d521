"""Draws and results of a forecast as one netCDF-4 file with named dimensions, which xarray and ArviZ open as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.exchange.files import write_file
from forecast.exchange.issued import Issued
from forecast.inference.posterior import Posterior
from forecast.ledger.entry import ForecastEntry
from forecast.model.draws import Draws, elicited_priors
from forecast.model.spec import compile_spec
from forecast.scenario.types import Scenario

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["export_netcdf"]

_NOTES = {
    "outcome_probability": "probability of each outcome if the date were the horizon",
    "outcome_probability_mcse": "Monte Carlo standard error of outcome_probability",
    "state_probability": "probability of being in each state on the date",
    "state_probability_mcse": "Monte Carlo standard error of state_probability",
    "low80": "lower end of the 80% range of the probability at the horizon over parameters and present drivers",
    "high80": "upper end of that range",
    "prior": "probability at the horizon before any evidence but the states entered so far",
    "prior_mcse": "Monte Carlo standard error of prior",
    "driver_mean": "posterior mean of each driver, projected after the as-of date; rounded to 5 decimals",
    "driver_low80": "10% point of each driver",
    "driver_high80": "90% point of each driver",
    "driver_prior_mean": "prior mean of each driver",
}


def export_netcdf(
    issued: Issued, folder: Path, *, fit: ForecastEntry, posterior: Posterior, scenario: Scenario, evidence: Evidence
) -> tuple[Path, ...]:
    """Write a tree: ``/posterior`` and ``/sample_stats`` are the draws of the fit, ``/results`` is the forecast.

    Quantities that the scenario elicits stand in ``/posterior`` on their natural scale beside the unknown ``<name>_z``,
    and so does ``level``, the drivers' paths. Dimensions and labels are those of the PyMC model, which is built for
    them.

    Parameters
    ----------
    fit : ForecastEntry
        Whose draws they are: the forecast itself, or the one that it reweights. The weights are not kept, so the draws
        are those of the fit; the root's attributes say which it is.
    posterior, scenario, evidence : Posterior, Scenario, Evidence
        As the ledger kept them for ``fit``.

    Returns
    -------
    tuple of Path
        The file.
    """
    import xarray as xr

    stats = {name: (("chain", "draw"), posterior.by_chain(values)) for name, values in posterior.stats.items()}
    tree = xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=_root(issued, fit)),
            "/posterior": _posterior(fit, posterior, scenario, evidence),
            "/sample_stats": xr.Dataset(stats),
            "/results": _results(issued),
        }
    )
    path = folder / f"{issued.stem}.nc"
    return (write_file(path, lambda draft: tree.to_netcdf(draft, engine="h5netcdf", encoding=_compressed(tree))),)


def _root(issued: Issued, fit: ForecastEntry) -> dict[str, Any]:
    own = fit.id == issued.entry.id
    told = "its own" if own else "of the fit it reweights, without its weights, which were not kept"
    known = {name: int(value) if isinstance(value, bool) else value for name, value in issued.identity().items()}
    return {**known, "draws": told, "fit_as_of": fit.as_of.isoformat()}


def _posterior(fit: ForecastEntry, posterior: Posterior, scenario: Scenario, evidence: Evidence) -> xr.Dataset:
    import xarray as xr

    from forecast.model.build import build_model

    spec = compile_spec(scenario)
    model = build_model(spec, take_snapshot(scenario, evidence, fit.as_of, as_recorded=fit.as_recorded))
    arrays = {
        **posterior.unknowns,
        **{name: prior.value(posterior.unknowns[f"{name}_z"]) for name, prior in elicited_priors(spec).items()},
        "level": Draws.of(spec, posterior.unknowns).level,
    }
    variables = {}
    for name, values in arrays.items():
        if values[0].size:  # what the scenario does not use has no element
            unnamed = [f"{name}_dim_{i}" for i in range(values.ndim - 1)]
            variables[name] = (("chain", "draw", *_dims(model, name, unnamed)), posterior.by_chain(values))
    used = {dim for dims, _ in variables.values() for dim in dims}
    labels = {dim: list(values) for dim, values in model.coords.items() if dim in used and values is not None}
    steps = [np.datetime64(scenario.grid.first_day(t), "ns") for t in labels.get("step", ())]
    coords: dict[str, Any] = {
        **labels,
        "chain": np.arange(posterior.chains),
        "draw": np.arange(len(posterior) // posterior.chains),
        **({"first_day": ("step", steps)} if steps else {}),
    }
    attrs = {"draws_of": fit.id, "fit_as_of": fit.as_of.isoformat(), "step": scenario.step, "durations": "in steps"}
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def _dims(model: Any, name: str, unnamed: list[str]) -> list[str]:
    """Names that the model gives to a variable's dimensions."""
    named: Mapping[str, Any] = model.named_vars_to_dims
    return [given or other for given, other in zip(named.get(name, unnamed), unnamed, strict=True)]


def _results(issued: Issued) -> xr.Dataset:
    import xarray as xr

    view = issued.view
    path, outcomes = view.path, view.outcomes
    by_date: dict[str, tuple[tuple[str, ...], Any]] = {
        "outcome_probability": (("outcome", "date"), np.array(path.outcomes)),
        "outcome_probability_mcse": (("outcome", "date"), np.array(path.outcomes_mcse)),
        "state_probability": (("state", "date"), np.array(path.states)),
        "state_probability_mcse": (("state", "date"), np.array(path.states_mcse)),
        **{
            name: (("outcome",), [getattr(outcome, name) for outcome in outcomes])
            for name in ("low80", "high80", "prior", "prior_mcse")
        },
        **{
            f"driver_{name}": (("driver", "step"), np.array([getattr(driver, name) for driver in view.drivers]))
            for name in ("mean", "low80", "high80", "prior_mean")
        },
    }
    variables = {name: (*content, {"long_name": _NOTES[name]}) for name, content in by_date.items()}
    coords = {
        "outcome": [outcome.name for outcome in outcomes],
        "state": list(path.state_names),
        "date": np.array(path.dates, dtype="datetime64[ns]"),
        "driver": [driver.name for driver in view.drivers],
        "step": np.arange(len(view.driver_dates)),
        "first_day": ("step", np.array(view.driver_dates, dtype="datetime64[ns]")),
    }
    return xr.Dataset(variables, coords=coords)


def _compressed(tree: xr.DataTree) -> dict[str, Any]:
    """Compression of every variable, by group."""
    return {
        node.path: {name: {"zlib": True, "complevel": 4} for name in node.data_vars}
        for node in tree.subtree
        if node.data_vars
    }
