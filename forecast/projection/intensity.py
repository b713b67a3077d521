"""Intensities of reports along simulated futures: of every type, genuine reports apart from others.

Reports of type e come at rho_e [w r(x) + 1 - w] a month, r(x) = exp(lambda_e . x), with w the share of its reports that
is genuine at neutral drivers; for selected types rho_e is a relative weight within the group.
"""

from __future__ import annotations

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.model.draws import Draws
from forecast.model.marks import DIGIT_MIX, LETTER_MIX
from forecast.model.spec import ModelSpec

__all__ = ["Intensities"]

_UNMODELLED_GRADE = ("B", "2")  # where a type's mix of grades is not modelled, as in forecast.model.simulate


class Intensities:
    """Intensities under S draws.

    Parameters
    ----------
    draws : Draws
    n_steps : int
        Up to where they may be asked for.
    """

    def __init__(self, spec: ModelSpec, draws: Draws, n_steps: int) -> None:
        self._spec, self._draws = spec, draws
        self._wave = spec.rate_wave(n_steps)
        self._genuine = self._genuine_share()

    def of_complete(self, kind: int, step: int, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Genuine and other reports a month of a complete type.

        Parameters
        ----------
        level : ndarray, shape (S, J, K)
            Drivers in the step on J paths of each draw.

        Returns
        -------
        genuine : ndarray, shape (S, J)
        spurious : ndarray, shape (S, 1)
        """
        rate, weight = self._rate(kind, step), self._genuine[kind][:, None]
        return rate * weight * self._ratio(kind, level), rate * (1 - weight)

    def shares(self, members: np.ndarray, step: int, level: np.ndarray) -> np.ndarray:
        """Chance that a report of a group is of each type, its grade not yet known, shape (S, J, members).

        The mean over grades as :mod:`forecast.model.marks` expects them, letter and digit independent.
        """
        rates = np.stack([np.broadcast_to(self._rate(int(e), step), level.shape[:2]) for e in members], axis=-1)
        genuine = rates * np.stack([self._ratio(int(e), level) for e in members], axis=-1)
        mix = np.outer(LETTER_MIX / LETTER_MIX.sum(), DIGIT_MIX / DIGIT_MIX.sum())
        share = np.zeros(rates.shape)
        for letter, digit in np.ndindex(mix.shape):
            weight = self._draws.weights[:, letter, digit, None, None]
            odds = weight * genuine + (1 - weight) * rates
            share += mix[letter, digit] * odds / odds.sum(axis=-1, keepdims=True)
        return share

    def _rate(self, kind: int, step: int) -> np.ndarray:
        """At neutral drivers, shape (S, 1)."""
        seasons = np.flatnonzero(self._spec.rate_season_type == kind)
        swing = self._draws.rate_season[:, seasons] @ self._wave[step, seasons]
        rate: np.ndarray = np.exp(self._draws.log_rate[:, kind] + swing)[:, None]
        return rate

    def _ratio(self, kind: int, level: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(np.einsum("njk,nk->nj", level, self._draws.loading[:, kind])))

    def _genuine_share(self) -> dict[int, np.ndarray]:
        """Share of a complete type's reports that are genuine at neutral drivers, shape (S,) each."""
        draws, spec = self._draws, self._spec
        alike = draws.weights[:, LETTERS.index(_UNMODELLED_GRADE[0]), DIGITS.index(_UNMODELLED_GRADE[1])]
        found = {int(e): alike for e in np.flatnonzero(spec.complete)}
        for m, e in enumerate(spec.mix_type):
            found[int(e)] = np.einsum("nl,nld,nd->n", draws.letter_mix[:, m], draws.weights, draws.digit_mix[:, m])
        return found
