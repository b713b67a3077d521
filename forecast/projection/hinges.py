"""What the outcomes of a forecast hinge on, all of it from one projection of one set of draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.model.spec import compile_spec
from forecast.projection.chances import SHARED_PATHS, Chances, project_chances
from forecast.projection.power_scaling import Scaled, ScalingVerdict, log_components, power_scaled, scaling_verdicts
from forecast.projection.prior import prior_forecast
from forecast.projection.prior_share import PriorShare, prior_share
from forecast.projection.quantities import Quantity, quantities
from forecast.projection.sensitivity import Halved, halved_drivers, halved_priors
from forecast.scenario.types import Scenario

__all__ = ["Hinges", "find_hinges"]


@dataclass(frozen=True)
class Hinges:
    """What the outcomes of a forecast hinge on.

    Attributes
    ----------
    present : Chances
        The draws with their outcome probabilities.
    quantities : tuple of Quantity
        Every elicited quantity in the order of the scenario file.
    priors, drivers : tuple of Halved
        Each of these, and each driver's present level, cut in halves.
    scaled : tuple of Scaled
        The prior and its parts, the likelihood and its parts.
    verdicts : tuple of str
        Of each outcome.
    prior : PriorShare
        What is left of the prior.
    """

    present: Chances
    quantities: tuple[Quantity, ...]
    priors: tuple[Halved, ...]
    drivers: tuple[Halved, ...]
    scaled: tuple[Scaled, ...]
    verdicts: tuple[ScalingVerdict, ...]
    prior: PriorShare


def find_hinges(scenario: Scenario, snapshot: Snapshot, posterior: Posterior, *, horizon: date, seed: int) -> Hinges:
    """Cut every prior and driver in halves, scale prior and evidence, and compare with the prior forecast.

    Parameters
    ----------
    posterior : Posterior
        A fit to ``snapshot``, or draws of an earlier fit extended to its last step and weighted.
    horizon : date
        After the as-of date.
    seed : int
        Of the futures and of the prior draws.
    """
    spec = compile_spec(scenario)
    present = project_chances(scenario, spec, snapshot, posterior, horizon=horizon, seed=seed)
    elicited = quantities(scenario, spec)
    scaled = power_scaled(present, log_components(spec, snapshot, present, elicited))
    prior = prior_forecast(scenario, spec, horizon=horizon, seed=seed, history=snapshot, paths=SHARED_PATHS)
    return Hinges(
        present=present,
        quantities=elicited,
        priors=halved_priors(present, elicited),
        drivers=halved_drivers(present, spec.drivers),
        scaled=scaled,
        verdicts=scaling_verdicts(scaled, len(scenario.outcomes)),
        prior=prior_share(present, prior),
    )
