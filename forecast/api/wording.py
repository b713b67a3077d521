"""Numbers of results in the words of the report."""

from __future__ import annotations

import math

from forecast.inference.status import Diagnostics
from forecast.report.words import format_difference, format_error

__all__ = ["diagnostics_text", "points"]


def points(difference: float, mcse: float) -> str:
    """Write a difference of probabilities in points with its Monte Carlo error; a dash where there is none."""
    if math.isnan(difference):
        return "\N{EN DASH}"
    return f"{format_difference(difference, mcse)} ± {format_error(mcse)}"


def diagnostics_text(found: Diagnostics) -> str:
    """Say how far draws can be trusted, and why."""
    text = (
        f"{found.status}: R-hat at most {found.max_rhat:.3f}, ESS at least {found.min_ess_bulk:.0f} bulk and "
        f"{found.min_ess_tail:.0f} tail, {found.divergences} divergences in {found.draws} draws"
    )
    if found.effective_draws is not None:
        k = "" if found.pareto_k is None else f", Pareto k {found.pareto_k:.2f}"
        text += f"; reweighted, {found.effective_draws:.0f} effective draws{k}"
    return text + "".join(f"; {reason}" for reason in found.reasons)
