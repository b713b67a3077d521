"""Admiralty grades (STANAG 2511) and how much each is worth.

A grade is a source letter A-F and a content digit 1-6. Its weight w is the share of reports of that grade that are
genuine, that is, depend on the drivers: logit w = letter effect + digit effect, capped at 0.99. F and 6 mean unknown,
not bad: they sit at the mean of the other five. Nobody has calibrated the scale, so these are judgements.
"""

from __future__ import annotations

import numpy as np

__all__ = ["DIGITS", "DIGIT_EFFECTS", "LETTERS", "LETTER_EFFECTS", "MAX_WEIGHT", "fixed_weights", "grade_effects"]

LETTERS = "ABCDEF"
DIGITS = "123456"
MAX_WEIGHT = 0.99  # bounded away from 1 so that a withdrawn report can be divided out again

LETTER_EFFECTS = (1.5, 0.75, 0.0, -1.0, -2.0)  # A completely reliable .. E unreliable
DIGIT_EFFECTS = (2.0, 1.25, 0.25, -1.0, -2.5)  # 1 confirmed .. 5 improbable


def fixed_weights() -> np.ndarray:
    """Weights by letter and digit, shape (6, 6), from 0.97 for A1 to 0.01 for E5."""
    weights: np.ndarray = 1 / (1 + np.exp(-grade_effects()))
    return np.minimum(weights, MAX_WEIGHT)


def grade_effects() -> np.ndarray:
    """Logit of the weight by letter and digit before the cap, shape (6, 6)."""
    letters = np.array([*LETTER_EFFECTS, np.mean(LETTER_EFFECTS)])
    digits = np.array([*DIGIT_EFFECTS, np.mean(DIGIT_EFFECTS)])
    effects: np.ndarray = letters[:, None] + digits[None, :]
    return effects
