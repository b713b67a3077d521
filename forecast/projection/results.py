"""What a forecast consists of: frozen results that the ledger records and the report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from forecast.inference.status import Diagnostics, Status

__all__ = [
    "MAX_PARETO_K",
    "Assumption",
    "ClaimResult",
    "ClassRate",
    "Diagnostics",
    "DriverPaths",
    "Forecast",
    "OutcomeForecast",
    "OutcomePath",
    "OutcomeShift",
    "ReferenceClass",
    "Status",
    "Verdict",
]

FORMAT_VERSION = 1
MAX_PARETO_K = 0.7  # above it the error of importance sampling is not under control (Vehtari et al. 2024, JMLR 25(72))


@dataclass(frozen=True)
class OutcomeForecast:
    """The probability of one outcome at the horizon.

    Attributes
    ----------
    probability : float
        Mean over draws and their future paths.
    mcse : float
        Monte Carlo standard error of ``probability``.
    low80, high80 : float
        80% range over parameters and present drivers, future noise removed by shrinking.
    prior, prior_mcse : float
        The same probability knowing only which states were entered so far, before any other evidence, and its Monte
        Carlo standard error.
    """

    name: str
    title: str
    probability: float
    mcse: float
    low80: float
    high80: float
    prior: float
    prior_mcse: float


@dataclass(frozen=True)
class OutcomePath:
    """Probabilities by date, from the as-of date to the horizon.

    Attributes
    ----------
    dates : tuple of date
        End of each remaining step; the last is the horizon.
    outcomes, outcomes_mcse : ndarray, shape (dates, outcomes)
        Probability of each outcome if that date were the horizon, and its Monte Carlo standard error.
    states, states_mcse : ndarray, shape (dates, states)
        Probability of being in each state on that date.
    """

    dates: tuple[date, ...]
    outcome_names: tuple[str, ...]
    state_names: tuple[str, ...]
    outcomes: np.ndarray
    outcomes_mcse: np.ndarray
    states: np.ndarray
    states_mcse: np.ndarray


@dataclass(frozen=True)
class DriverPaths:
    """Each driver over time, on the scenario's scale (0 neutral, 1 one stationary standard deviation).

    Attributes
    ----------
    dates : tuple of date
        First day of each step, from the scenario's start to the horizon.
    n_observed : int
        How many of these steps lie at or before the as-of date.
    mean, low80, high80, prior_mean, prior_low80, prior_high80 : ndarray, shape (dates, drivers)
        Posterior (and its projection after the as-of date) and prior.
    now_mean, now_sd, prior_now_mean, prior_now_sd : ndarray, shape (drivers,)
        In the step of the as-of date.
    """

    dates: tuple[date, ...]
    names: tuple[str, ...]
    n_observed: int
    mean: np.ndarray
    low80: np.ndarray
    high80: np.ndarray
    prior_mean: np.ndarray
    prior_low80: np.ndarray
    prior_high80: np.ndarray
    now_mean: np.ndarray
    now_sd: np.ndarray
    prior_now_mean: np.ndarray
    prior_now_sd: np.ndarray


@dataclass(frozen=True)
class Assumption:
    """One elicited quantity with what the evidence did to it.

    Attributes
    ----------
    key : str
        Path in the scenario file, as in ``transitions.war->truce.within_12_months``.
    unit : str
        Unit of the numbers, as in ``weeks``, ``per month``, ``times``; empty for plain numbers.
    prior : (float, float)
        5% and 95% points of the prior.
    posterior : (float, float)
        5% and 95% points of the posterior.
    contraction : float
        1 - posterior variance / prior variance on the scale of the prior's normal; near 0: the evidence says nothing.
    shift : float
        Posterior mean less prior mean on that scale, in prior standard deviations; positive where the number is higher.
    contraction_mcse, shift_mcse : float
        Monte Carlo standard errors of both.
    """

    key: str
    unit: str
    prior: tuple[float, float]
    posterior: tuple[float, float]
    contraction: float
    reason: str
    source: str
    shift: float
    contraction_mcse: float
    shift_mcse: float


Verdict = Literal["not moved", "narrowed", "strengthened", "weakened", "moved up", "moved down"]


@dataclass(frozen=True)
class ClaimResult:
    """What somebody claims, and what the evidence did to the number that encodes it.

    Attributes
    ----------
    by, text : str
        Who claims what.
    assumption : Assumption
        The number that encodes it.
    verdict : Verdict
        By the rule of :func:`forecast.projection.claims.verdict`.
    """

    by: str
    text: str
    assumption: Assumption
    verdict: Verdict


@dataclass(frozen=True)
class ClassRate:
    """What a reference class says about one transition, with what is used instead of it.

    Attributes
    ----------
    transition : str
        As in ``war->truce``.
    events, exposure_years : int, float
        Of the class.
    used_events, used_exposure_years : int, float
        Of the class that the forecast uses.
    """

    transition: str
    events: int
    exposure_years: float
    used_events: int
    used_exposure_years: float
    reason: str
    source: str


@dataclass(frozen=True)
class OutcomeShift:
    """The probability of an outcome under another assumption, on the same draws as the forecast.

    Attributes
    ----------
    difference, difference_mcse : float
        ``probability`` less the forecast's, and its Monte Carlo standard error; the difference is paired, on the same
        futures with and without the assumption.
    """

    name: str
    probability: float
    difference: float
    difference_mcse: float


@dataclass(frozen=True)
class ReferenceClass:
    """Outcomes under another reference class.

    Attributes
    ----------
    instead_of : tuple of str
        Names of the classes that it replaces.
    rates : tuple of ClassRate
        The transitions that switch to it together; all others stay as they are.
    pareto_k : float or None
        Of the importance weights; ``None`` when they are all equal.
    trusted : bool
        Whether ``pareto_k`` is low enough; otherwise only a new fit can tell.
    """

    name: str
    instead_of: tuple[str, ...]
    rates: tuple[ClassRate, ...]
    outcomes: tuple[OutcomeShift, ...]
    pareto_k: float | None
    trusted: bool


@dataclass(frozen=True)
class Forecast:
    """One forecast, complete: what the ledger, the command line and the report are made from."""

    scenario: str
    title: str
    scenario_hash: str
    evidence_hash: str
    code_version: str
    as_of: date
    horizon: date
    seed: int
    method: Literal["nuts", "reweight"]
    outcomes: tuple[OutcomeForecast, ...]
    path: OutcomePath
    drivers: DriverPaths
    assumptions: tuple[Assumption, ...]
    diagnostics: Diagnostics
    n_reports: int
    n_series_values: int
    seconds: Mapping[str, float]
    reference_classes: tuple[ReferenceClass, ...] = ()
    claims: tuple[ClaimResult, ...] = ()
    as_recorded: bool = False  # of what was reported by the as-of date, only what had been entered by then

    @property
    def status(self) -> Status:
        """PASS, REVIEW or FAIL of the diagnostics."""
        return self.diagnostics.status
