"""Stan through PyStan: the same density as ``density.stan``, for the features that the shipped case uses."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import httpstan.cache
import numpy as np
import stan
from roads.cases import Case
from roads.road import Density, from_twin, run

from forecast.evidence.grades import fixed_weights
from forecast.inference.posterior import Posterior
from forecast.inference.settings import TARGET_ACCEPT, Sampling
from forecast.model.data import model_data
from forecast.model.draws import elicited_priors, prior_unknowns
from forecast.model.grades import mark_weights
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, SERIES_TAIL_DF
from forecast.model.spec import ModelSpec
from forecast.timegrid import DAYS_PER_YEAR

PROGRAM = Path(__file__).with_name("density.stan")
ABSENT = ("driver_season", "rate_season", "dispersion", "ageing")  # parts of the model that the program lacks


def density(case: Case) -> Density:
    """Evaluate the density through the server that PyStan starts for each call.

    That is no way to time a gradient: its time is that of a leapfrog step in a short run, as Stan's own clock gives it.
    """
    model = _build(case, 1)

    def at(unknowns: Mapping[str, np.ndarray]) -> np.ndarray:
        found = []
        for i in range(len(unknowns["innovation"])):
            point = {name: unknowns[name][i] for name in model.param_names}
            point["innovation"] = point["innovation"].T
            flat = model.unconstrain_pars({name: value.tolist() for name, value in point.items()})
            found.append(model.log_prob(flat, adjust_transform=False))
        return np.array(found)

    return Density(lambda: from_twin(case, at), lambda: _leapfrog_seconds(model))


def _leapfrog_seconds(model: Any) -> float:
    fit = model.sample(num_chains=1, num_warmup=100, num_samples=100, delta=TARGET_ACCEPT)
    elapsed = re.search(rb"([\d.e-]+) seconds \(Sampling\)", fit.stan_outputs[0])
    if elapsed is None:
        raise ValueError("Stan did not say how long it sampled")
    return float(elapsed[1]) / float(fit["n_leapfrog__"].sum())


def sample(case: Case, counts: Sampling, seed: int) -> Posterior:
    """Sample; a server's process for each chain, as many at a time as there are processors."""
    model = _build(case, seed)
    began = time.perf_counter()
    fit = model.sample(
        num_chains=counts.chains, num_warmup=counts.tune, num_samples=counts.draws, delta=TARGET_ACCEPT
    )  # fmt: skip
    seconds = time.perf_counter() - began
    template = prior_unknowns(case.spec, 1, 1, rng=np.random.default_rng(0))
    total = counts.chains * counts.draws
    unknowns = {name: np.empty((total, *values.shape[1:])) for name, values in template.items() if values.size == 0}
    for name in fit.param_names:
        drawn = _by_chain(fit[name], counts)
        if drawn.size:
            unknowns[name] = drawn.swapaxes(1, 2) if name == "innovation" else drawn
    stats = {"diverging": "divergent__", "energy": "energy__", "n_steps": "n_leapfrog__"}
    named = {name: _by_chain(fit[theirs], counts).reshape(total) for name, theirs in stats.items()}
    return Posterior(unknowns, counts.chains, named, {"sample": seconds})


def _by_chain(values: np.ndarray, counts: Sampling) -> np.ndarray:
    """From PyStan's (..., draws * chains), where the chain varies fastest, to (chains * draws, ...)."""
    split = values.reshape(*values.shape[:-1], counts.draws, counts.chains)
    return np.moveaxis(split, (-1, -2), (0, 1)).reshape(-1, *values.shape[:-1])


def _build(case: Case, seed: int) -> Any:
    def patient(*arguments: Any, **options: Any) -> Any:
        return run_process(*arguments, **options | {"timeout": 60})

    run_process = subprocess.run
    with mock.patch.object(subprocess, "run", patient):  # PyStan gives its translator 1 s: too little on a busy machine
        model = stan.build(PROGRAM.read_text(encoding="utf-8"), data=_data(case), random_seed=seed)
    kept = Path(httpstan.cache.model_directory(model.model_name)) / "fits"
    shutil.rmtree(kept, ignore_errors=True)  # it would answer a seed that it has seen with the draws that it kept
    return model


def _data(case: Case) -> dict[str, Any]:
    spec, data = case.spec, model_data(case.spec, case.snapshot)
    priors = elicited_priors(spec)
    lacks = [name for name in ABSENT if len(priors[name])]
    if lacks or spec.learn_grades or spec.shock_shape is not None:
        raise ValueError(f"the Stan program has no {', '.join(lacks) or 'learned grades or correlated shocks'}")
    out: dict[str, Any] = {
        "start_loc": spec.start.loc,
        "start_scale": spec.start.scale,
        **{
            f"{name}_{part}": getattr(prior, part).astype(float)
            for name, prior in priors.items()
            if name not in ABSENT
            for part in ("sign", "loc", "scale")
        },
        **_types(spec, data),
        **_reports(spec, data),
        **_series(data),
        **_states(spec, data),
    }
    sizes = {
        "T": case.snapshot.n_steps, "K": len(spec.drivers), "E": len(spec.events), "I": len(spec.influence),
        "R": len(spec.rate), "L": len(spec.loading), "G": len(spec.signal), "A": len(spec.signal_level),
        "X": len(spec.mix_type), "P": len(out["plain_type"]), "N": len(out["report_type"]),
        "C": len(out["coded_report"]), "S": len(out["selected"]), "M": len(out["member_type"]),
        "V": len(out["series_index"]), "J": len(spec.series), "W": len(out["series_step_weight"]),
        "U": len(out["judgement_step"]), "Q": len(spec.edges), "D": len(spec.net), "B": len(spec.base_shape),
        "H": len(spec.breaks), "Z": len(spec.ratio), "Y": len(out["risk_edge"]), "O": len(out["transition_edge"]),
    }  # fmt: skip
    return sizes | {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in out.items()}


def _types(spec: ModelSpec, data: Mapping[str, np.ndarray]) -> dict[str, Any]:
    plain = np.setdiff1d(np.flatnonzero(spec.complete), spec.mix_type)
    return {
        "influence_to": spec.influence_to + 1,
        "influence_from": spec.influence_from + 1,
        "rate_type": spec.rate_type + 1,
        "loading_type": spec.loading_type + 1,
        "loading_driver": spec.loading_driver + 1,
        "signal_level_of": spec.signal_level_of + 1,
        "mix_type": spec.mix_type + 1,
        "letter_prior": LETTER_MIX,
        "digit_prior": DIGIT_MIX,
        "letter_count": data["letter_count"],
        "digit_count": data["digit_count"],
        "weights": fixed_weights(),
        "plain_type": plain + 1,
        "plain_exposure": data["exposure"][:, plain].sum(axis=0),
        "exposure": data["exposure"][:, spec.mix_type].T,
    }


def _reports(spec: ModelSpec, data: Mapping[str, np.ndarray]) -> dict[str, Any]:
    kind, step, selected = data["report_type"], data["report_step"], data["selected"]
    weight = mark_weights(data["origin_letter"], data["origin_digit"], data["origin_known"], fixed_weights())
    row, member = np.nonzero(data["group_members"])
    return {
        "report_type": kind + 1,
        "report_step": step + 1,
        "weight": weight,
        "spurious": data["spurious"],
        "coded_report": data["coded_report"] + 1,
        "coded_step": data["coded_step"] + 1,
        "coded_signal": data["coded_signal"] + 1,
        "coded_driver": data["coded_driver"] + 1,
        "coded_push": data["coded_push"].astype(int),
        "coded_value": data["coded_value"],
        "selected": selected + 1,
        "group_size": np.bincount(row, minlength=len(selected)),
        "member_type": member + 1,
        "member_step": step[selected][row] + 1,
        "member_weight": weight[selected][row],
    }


def _series(data: Mapping[str, np.ndarray]) -> dict[str, Any]:
    weights = []
    periods = zip(data["series_first"], data["series_last"], data["series_weights"], strict=True)
    for first, last, (in_first, per_day, in_last) in periods:
        steps = np.zeros(last - first + 1)
        steps[1:-1] = per_day * data["step_length"][first + 1 : last]
        steps[0] += in_first
        steps[-1] += in_last  # 0 where the period lies in one step
        weights.append(steps)
    return {
        "series_index": data["series_index"] + 1,
        "series_driver": data["series_driver"] + 1,
        "series_first": data["series_first"] + 1,
        "series_last": data["series_last"] + 1,
        "series_observed": data["series_observed"],
        "series_step_weight": np.concatenate(weights) if weights else np.zeros(0),
        "series_df": SERIES_TAIL_DF,
        "judgement_step": data["judgement_step"] + 1,
        "judgement_driver": data["judgement_driver"] + 1,
        "judgement_mean": data["judgement_mean"],
        "judgement_sd": data["judgement_sd"],
    }


def _states(spec: ModelSpec, data: Mapping[str, np.ndarray]) -> dict[str, Any]:
    step, edge = np.nonzero(data["at_risk"])
    held = np.zeros(len(spec.states), dtype=int)
    held[spec.breaks_state] = np.arange(len(spec.breaks)) + 1
    return {
        "ratio_edge": spec.ratio_edge + 1,
        "ratio_driver": spec.ratio_driver + 1,
        "net_edge": spec.net_edge + 1,
        "base_edge": spec.base_edge + 1,
        "base_shape": spec.base_shape,
        "base_rate": spec.base_rate,
        "covariance": spec.covariance,
        "days_per_year_over_held": DAYS_PER_YEAR / spec.held_after[spec.breaks_state],
        "spell_breaks": data["spell_breaks"],
        "spell_years": data["spell_years"],
        "edge_held": held[spec.edge_to],
        "risk_edge": edge + 1,
        "risk_step": step + 1,
        "at_risk": data["at_risk"][step, edge],
        "transition_edge": data["transition_index"] + 1,
        "transition_step": data["transition_step"] + 1,
    }


if __name__ == "__main__":
    run(density, sample, ("pystan", "httpstan"))
