"""A fit and its updates: the posterior draws of a scenario given what was known on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.api.arguments import day_of, in_python_words, wrong_argument
from forecast.api.shown import Shown, Table
from forecast.errors import InputError, Problem
from forecast.evidence.records import Evidence
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.inference.settings import STANDARD_SAMPLING, Sampling
from forecast.inference.status import Diagnostics, Status
from forecast.inference.updating import Update, carry
from forecast.model.spec import compile_spec
from forecast.projection.present import Present
from forecast.projection.stages import Known
from forecast.scenario import rules
from forecast.scenario.file import key_text
from forecast.scenario.types import Scenario
from forecast.timegrid import shift
from forecast.workflow.case import Progress, settle_dates, silent
from forecast.workflow.stable import require_stable_prior

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import xarray as xr

    from forecast.evidence.snapshot import Snapshot
    from forecast.inference.posterior import Posterior

__all__ = ["Fit", "Sampled", "fit", "update"]


@dataclass(frozen=True)
class Sampled:
    """Draws as the sampler made them, with what they knew."""

    posterior: Posterior
    snapshot: Snapshot
    known: Known
    diagnostics: Diagnostics
    sampling: Sampling


@dataclass(frozen=True)
class Fit(Shown):
    """Posterior draws of a scenario given what was known on a day; made by :func:`fit` and :func:`update`.

    Attributes
    ----------
    scenario : Scenario
    evidence : Evidence
        What was known on the as-of date, cut from all that was given: later, withdrawn and replaced rows are out.
    as_of : date
    seed : int
        Of the sampler and of everything that is drawn from the fit.
    method : {"nuts", "reweight"}
        Whether the draws were sampled for this evidence, or are those of an earlier fit under importance weights.
    diagnostics : Diagnostics
        ``status``, ``reasons``, ``max_rhat``, ``min_ess_bulk``, ``min_ess_tail``, ``divergences``, ``draws``,
        ``min_bfmi``, and of reweighted draws ``pareto_k`` and ``effective_draws``.
    refit : str
        Why :func:`update` sampled anew; empty where it did not.
    earlier : Fit or None
        What it was updated from.
    """

    scenario: Scenario = field(repr=False)
    evidence: Evidence = field(repr=False)
    as_of: date
    seed: int
    method: Literal["nuts", "reweight"]
    diagnostics: Diagnostics
    refit: str
    earlier: Fit | None = field(repr=False)
    sampled: Sampled = field(repr=False)
    carried: Update = field(repr=False)
    snapshot: Snapshot = field(repr=False)

    @property
    def status(self) -> Status:
        """PASS, REVIEW or FAIL; of a FAIL nothing must be trusted."""
        return self.diagnostics.status

    @cached_property
    def tree(self) -> xr.DataTree:
        """The draws for ArviZ.

        Groups ``posterior`` and ``prior`` hold ``level`` (chain, draw, date, driver), on the scenario's scale where 0
        is neutral and 1 one stationary standard deviation, by the first day of each step; and ``parameter`` (chain,
        draw, key), every elicited number in the unit of its coordinate ``unit``, under its path in the scenario file.
        ``sample_stats`` holds ``diverging``, ``energy`` and ``n_steps`` (chain, draw), and for reweighted draws
        ``weight``, which sums to 1 and belongs to every mean and quantile over the posterior.
        """
        from forecast.api.trees import tree_of

        return tree_of(self.scenario, self.carried.posterior, self.snapshot.n_steps, seed=self.seed)

    def horizon(self, given: date | str | None) -> date:
        """The scenario's horizon unless given.

        Raises
        ------
        InputError
            When it does not lie after the as-of date.
        """
        until = day_of(given, "horizon") or self.scenario.horizon
        if until <= self.as_of:
            raise wrong_argument("horizon", f"{until} is not after the as-of date {self.as_of}")
        return until

    def present(self, horizon: date) -> Present:
        """Where it stands on its as-of date, for questions about the days until a horizon."""
        return Present(self.scenario, self.evidence, self.snapshot, self.carried, horizon, self.seed)

    def _tables(self) -> Iterator[Table]:
        from forecast.api.wording import diagnostics_text
        from forecast.report.words import format_date

        known = f"{len(self.snapshot.reports)} reports, {len(self.snapshot.series_values)} series values"
        origin = format_date(self.sampled.known.as_of)
        how = "sampled" if self.method == "nuts" else f"of the fit of {origin}, reweighted"
        rows = [
            ("As of", format_date(self.as_of)),
            ("Known", known),
            ("Draws", f"{len(self.carried.posterior)} in {self.carried.posterior.chains} chains, {how}"),
        ]
        again = [f"A new fit was needed: {self.refit}"] if self.refit else []
        yield Table(self.scenario.title, ("Fit", ""), rows, [diagnostics_text(self.diagnostics), *again])


def fit(
    scenario: Scenario,
    evidence: Evidence,
    *,
    as_of: date | str | None = None,
    seed: int,
    as_recorded: bool = False,
    draws: int = STANDARD_SAMPLING.draws,
    tune: int = STANDARD_SAMPLING.tune,
    chains: int = STANDARD_SAMPLING.chains,
    progress: Progress = silent,
) -> Fit:
    """Sample the posterior of a scenario's unknowns given what was known on a day: NUTS on the compiled density.

    Takes about ten seconds on two cores for a year of weeks with seven drivers; the first fit on a machine compiles the
    density, which takes half a minute more.

    Parameters
    ----------
    scenario, evidence : Scenario, Evidence
        The evidence may hold more than was known: the fit uses what was reported on or before ``as_of``.
    as_of : date or str, optional
        The last day on which anything was reported unless given.
    seed : int
        The same seed gives the same draws on one machine.
    as_recorded : bool
        Whether to use only what had also been entered by ``as_of``: the forecast as it could have been made then.
    draws, tune, chains : int
        Kept and tuning draws of each chain, and the number of chains, at least 2.
    progress : callable
        Told in a few words what is being done, as ``print`` would show; may be called from another thread.

    Returns
    -------
    Fit

    Raises
    ------
    InputError
        When the scenario breaks a rule or its drivers would be unstable, when the as-of date lies before its start or
        is not given and there is no evidence, or for fewer than two chains.

    Examples
    --------
    >>> fitted = fit(scenario, evidence, as_of="2023-04-10", seed=1)
    >>> fitted.status
    'PASS'
    >>> dict(fitted.tree["posterior"]["level"].sizes)
    {'chain': 4, 'draw': 1000, 'date': 41, 'driver': 3}
    """
    if chains < 2:
        raise wrong_argument("chains", "convergence cannot be judged with one chain: give at least 2")
    day = day_of(as_of, "as_of")
    until = max(scenario.horizon, shift(day, 1)) if day else scenario.horizon
    with in_python_words():
        dates = settle_dates(scenario, evidence, as_of=day, horizon=until)
    if broken := rules.problems(scenario):
        raise InputError(_place(broken))
    require_stable_prior(scenario, _place)
    known = visible_evidence(scenario, evidence, dates.as_of, as_recorded=as_recorded)
    snapshot = take_snapshot(scenario, known, dates.as_of, as_recorded=as_recorded)
    return _sampled(scenario, known, snapshot, seed, Sampling(draws, tune, chains), progress)


def update(
    fitted: Fit,
    evidence: Evidence,
    *,
    as_of: date | str | None = None,
    progress: Progress = silent,
) -> Fit:
    """Assimilate all that is known now into the draws of a fit, by importance weights; sample anew only where needed.

    The draws are extended to the new day by the drivers' dynamics and weighted, always against the fit that sampled
    them. A new fit is made where the weights cannot be trusted (Pareto k above min(0.7, 1 - 1/log10 S), or fewer
    effective draws than 10% and 400) or the status would get worse; ``refit`` says why.

    Parameters
    ----------
    fitted : Fit
        Made by :func:`fit` or :func:`update`.
    evidence : Evidence
        All there is now: new, late, corrected and withdrawn rows alike.
    as_of : date or str, optional
        On or after that of ``fitted``; the last day on which anything was reported unless given.
    progress : callable
        As for :func:`fit`.

    Returns
    -------
    Fit
        With ``earlier`` set to ``fitted``.

    Raises
    ------
    InputError
        When the as-of date lies before that of ``fitted``.

    Examples
    --------
    >>> updated = update(fitted, evidence, as_of="2023-04-13")
    >>> updated.method
    'reweight'
    """
    scenario, seed, sampled = fitted.scenario, fitted.seed, fitted.sampled
    day = day_of(as_of, "as_of")
    with in_python_words():
        until = max(scenario.horizon, shift(day, 1)) if day else scenario.horizon
        now = settle_dates(scenario, evidence, as_of=day, horizon=until).as_of
    if now < fitted.as_of:
        raise wrong_argument("as_of", f"{now} lies before {fitted.as_of}, the day of what is updated")
    recorded = fitted.snapshot.as_recorded
    known = visible_evidence(scenario, evidence, now, as_recorded=recorded)
    snapshot = take_snapshot(scenario, known, now, as_recorded=recorded)
    refit = "the last fit failed its diagnostics" if sampled.diagnostics.status == "FAIL" else ""
    if not refit:
        spec = compile_spec(scenario)
        carried = carry(spec, sampled.posterior, sampled.diagnostics, sampled.snapshot, snapshot, seed=seed)
        if not carried.refit:
            return Fit(
                scenario=scenario,
                evidence=known,
                as_of=now,
                seed=seed,
                method="reweight",
                diagnostics=carried.diagnostics,
                refit="",
                earlier=fitted,
                sampled=sampled,
                carried=carried.update,
                snapshot=snapshot,
            )
        refit = carried.refit
    progress(f"a new fit is needed: {refit}")
    made = _sampled(scenario, known, snapshot, seed, sampled.sampling, progress)
    return replace(made, refit=refit, earlier=fitted)


def _sampled(
    scenario: Scenario, known: Evidence, snapshot: Snapshot, seed: int, sampling: Sampling, progress: Progress
) -> Fit:
    from forecast.inference import fit as sampler
    from forecast.inference.diagnostics import diagnose
    from forecast.model.draws import Draws

    posterior = sampler.fit(scenario, snapshot, seed=seed, sampling=sampling, progress=progress)
    diagnostics = diagnose(posterior, Draws.of(compile_spec(scenario), posterior.unknowns))
    n = len(posterior)
    return Fit(
        scenario=scenario,
        evidence=known,
        as_of=snapshot.as_of,
        seed=seed,
        method="nuts",
        diagnostics=diagnostics,
        refit="",
        earlier=None,
        sampled=Sampled(posterior, snapshot, Known(snapshot.as_of, known), diagnostics, sampling),
        carried=Update(posterior, snapshot, posterior, np.zeros(n), -math.inf, float(n)),
        snapshot=snapshot,
    )


def _place(findings: Iterable[rules.Finding]) -> tuple[Problem, ...]:
    """Name the keys of a scenario in memory; there is no file."""
    return tuple(Problem("", 0, key_text(key), message) for key, message in findings)
