"""Every elicited quantity with what the evidence did to it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.inference.montecarlo import monte_carlo_error, weighted_mean, weighted_quantile, weighted_variance
from forecast.inference.posterior import Posterior
from forecast.model.draws import Unknowns
from forecast.model.grades import grade_weights
from forecast.model.spec import ModelSpec
from forecast.projection.quantities import Quantity, quantities
from forecast.projection.results import Assumption
from forecast.scenario.types import Scenario

__all__ = ["assumptions"]

_ENDS = (0.05, 0.95)


def assumptions(scenario: Scenario, spec: ModelSpec, posterior: Posterior, prior: Unknowns) -> tuple[Assumption, ...]:
    """Compare prior and posterior of every elicited quantity, in the order of the scenario file.

    Parameters
    ----------
    posterior, prior : Posterior, Unknowns
        Draws of both; the prior's own distributions are exact except for grades, where its draws are used.
    """
    compared = (_compare(quantity, posterior) for quantity in quantities(scenario, spec))
    return (*compared, *_grades(posterior, prior, spec))


def _compare(quantity: Quantity, posterior: Posterior) -> Assumption:
    raw = quantity.of(posterior.unknowns)
    before = np.sort([quantity.prior_quantile(end) for end in _ENDS])
    after = np.sort(quantity.shown(weighted_quantile(quantity.law.value(raw), _ENDS, posterior.weight)))
    return Assumption(
        key=quantity.key,
        unit=quantity.unit,
        prior=(float(before[0]), float(before[1])),
        posterior=(float(after[0]), float(after[1])),
        reason=getattr(quantity.reasoned, "reason", None) or "",
        source=getattr(quantity.reasoned, "source", None) or "",
        **_moved(quantity.law.standard(raw), posterior),
    )


def _moved(z: np.ndarray, posterior: Posterior) -> dict[str, float]:
    """Contraction and shift, with their Monte Carlo errors, of draws that the prior puts at mean 0 and variance 1."""
    shift = weighted_mean(z, posterior.weight)
    series = posterior.by_chain(np.stack([z, (z - shift) ** 2], axis=-1))
    weight = None if posterior.weight is None else posterior.by_chain(posterior.weight)
    shift_mcse, contraction_mcse = monte_carlo_error(series, weight)
    return {
        "contraction": float(1 - weighted_variance(z, posterior.weight)),
        "shift": float(shift),
        "contraction_mcse": float(contraction_mcse),
        "shift_mcse": float(shift_mcse),
    }


def _grades(posterior: Posterior, prior: Unknowns, spec: ModelSpec) -> Iterator[Assumption]:
    """Weights of the grades on the scale's diagonal, A1 to E5, and of F6, where they are learned."""
    if not spec.learn_grades:
        return
    before = grade_weights(spec, prior["letter_z"], prior["digit_z"])
    after = grade_weights(spec, posterior.unknowns["letter_z"], posterior.unknowns["digit_z"])
    for i, (letter, digit) in enumerate(zip(LETTERS, DIGITS, strict=True)):
        ends = [
            np.quantile(before[:, i, i], _ENDS),
            weighted_quantile(after[:, i, i], _ENDS, posterior.weight),
        ]
        logit = [np.log(weights[:, i, i] / (1 - weights[:, i, i])) for weights in (before, after)]
        yield Assumption(
            key=f"grades.{letter}{digit}",
            unit="share genuine",
            prior=(float(ends[0][0]), float(ends[0][1])),
            posterior=(float(ends[1][0]), float(ends[1][1])),
            reason="letters and digits keep their order; nobody has calibrated the scale",
            source="STANAG 2511",
            **_moved((logit[1] - logit[0].mean()) / logit[0].std(ddof=1), posterior),
        )
