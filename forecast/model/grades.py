"""What a grade is worth: fixed weights, or weights learned around them; and the weight of a folded mark.

logit w = letter effect + digit effect, both ordered. Learning moves the common level and stretches or shrinks the gaps
between neighbouring letters and digits; F and 6 lie around the mean of the other five. A lone report only uses E[w], so
learning is weak.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.evidence.grades import DIGIT_EFFECTS, LETTER_EFFECTS, MAX_WEIGHT, fixed_weights
from forecast.model.spec import ModelSpec

__all__ = [
    "DIGIT_UNKNOWNS",
    "GAP_SD",
    "LETTER_UNKNOWNS",
    "LEVEL_SD",
    "UNKNOWN_SD",
    "add_grade_weights",
    "grade_weights",
    "mark_weights",
]

LETTER_UNKNOWNS = 6  # common level, four gaps from A to E, F
DIGIT_UNKNOWNS = 5  # four gaps from 1 to 5, 6
LEVEL_SD = 0.75  # of the common level, in logits: a factor of two in the odds
GAP_SD = 0.5  # of the log of a gap: between 0.4 and 2.3 times as wide
UNKNOWN_SD = 0.75  # of F and 6 around the mean of the others


def grade_weights(spec: ModelSpec, letter_z: np.ndarray, digit_z: np.ndarray) -> np.ndarray:
    """Weights by letter and digit for each draw.

    Parameters
    ----------
    letter_z, digit_z : ndarray, shapes (n, 6) and (n, 5)
        Standard normal unknowns; without columns when grades are not learned.

    Returns
    -------
    ndarray, shape (n, 6, 6)
    """
    if not spec.learn_grades:
        return np.broadcast_to(fixed_weights(), (len(letter_z), 6, 6))
    letters = _effects(np, LETTER_EFFECTS, letter_z[:, 1:]) + LEVEL_SD * letter_z[:, :1]
    digits = _effects(np, DIGIT_EFFECTS, digit_z)
    return np.minimum(1 / (1 + np.exp(-(letters[:, :, None] + digits[:, None, :]))), MAX_WEIGHT)


def add_grade_weights(spec: ModelSpec) -> Any:
    """Weights for the PyMC model on the stack, a tensor of shape (6, 6)."""
    import pymc as pm
    import pytensor.tensor as pt

    if not spec.learn_grades:
        return pt.as_tensor(fixed_weights())
    letter_z = pm.Normal("letter_z", shape=LETTER_UNKNOWNS)
    digit_z = pm.Normal("digit_z", shape=DIGIT_UNKNOWNS)
    letters = _effects(pt, LETTER_EFFECTS, letter_z[None, 1:])[0] + LEVEL_SD * letter_z[0]
    digits = _effects(pt, DIGIT_EFFECTS, digit_z[None, :])[0]
    weights = pt.minimum(pt.sigmoid(letters[:, None] + digits[None, :]), MAX_WEIGHT)
    return pm.Deterministic("grade_weight", weights, dims=("letter", "digit"))


def _effects(xp: Any, fixed: tuple[float, ...], z: Any) -> Any:
    """Effects of five ordered grades and the unknown one, shape (n, 6); their mean over the five stays as it is."""
    below = xp.cumsum(-np.diff(fixed) * xp.exp(GAP_SD * z[:, :4]), axis=1)  # how far 2..5 (or B..E) lie under the best
    best = float(np.mean(fixed)) + below.sum(axis=1, keepdims=True) / 5
    unknown = float(np.mean(fixed)) + UNKNOWN_SD * z[:, 4:]
    return xp.concatenate([best, best - below, unknown], axis=1)


def mark_weights(letter: Any, digit: Any, known: Any, weights: Any) -> Any:
    """Chance that each event's mark is genuine: 1 - prod(1 - w) over its independent origins, at most 0.99 if several.

    Parameters
    ----------
    letter, digit, known : arrays or tensors, shape (n, o)
        Grade of each origin, and whether there is one.
    weights : array or tensor, shape (..., 6, 6)
        By letter and digit.

    Returns
    -------
    array or tensor, shape (..., n)
    """
    together = 1 - (1 - weights[..., letter, digit] * known).prod(axis=-1)
    several = known.sum(axis=-1) > 1
    return together - several * (together - MAX_WEIGHT).clip(0, 1)
