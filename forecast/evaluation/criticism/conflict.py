"""Conflict between prior and evidence: posterior means farther from the prior than a right model takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import linear_in_prior
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.projection.quantities import quantities

__all__ = ["conflict", "prior_comparisons"]


def conflict(model: FittedModel) -> Test:
    """Compare every elicited quantity, and of every driver how far and how violently it moved, with its prior."""
    elicited = quantities(model.scenario, model.spec)
    names = [quantity.key for quantity in elicited]
    values = [quantity.law.standard(quantity.of(model.unknowns)) for quantity in elicited]
    shocks = model.unknowns["innovation"][:, 1:]
    n_steps = shocks.shape[1]
    for k, driver in enumerate(model.spec.drivers if n_steps else ()):
        names += [f"{driver}: drift of its shocks", f"{driver}: size of its shocks"]
        values.append(shocks[:, :, k].sum(axis=1) / np.sqrt(n_steps))
        values.append(_standard_size((shocks[:, :, k] ** 2).sum(axis=1), n_steps))
    comparisons = prior_comparisons(model, names, np.stack(values, axis=1))
    return Test("conflict", "Prior against evidence", "the ranges given beforehand", tuple(comparisons))


def _standard_size(squares: np.ndarray, n: int) -> np.ndarray:
    """Sum of n squared standard normal numbers, as good as standard normal (Wilson and Hilferty 1931, PNAS 17)."""
    return (np.cbrt(squares / n) - (1 - 2 / (9 * n))) / np.sqrt(2 / (9 * n))


def prior_comparisons(model: FittedModel, names: Sequence[str], values: np.ndarray) -> list[Comparison]:
    """Compare posterior means of quantities with prior mean 0 and variance 1, independent of the data under the prior.

    Parameters
    ----------
    values : ndarray, shape (n, quantities)
    """
    mean, variance = values.mean(axis=0), values.var(axis=0, ddof=1)
    error, square_error = model.error(values), model.error((values - mean) ** 2)
    return [
        linear_in_prior(name, *map(float, row))
        for name, *row in zip(names, mean, variance, error, square_error, strict=True)
    ]
