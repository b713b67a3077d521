"""The mix of grades of each type, carried on exactly when reports come or go: it needs no weights.

But for silence, the mix of a type is kappa ~ Dir(alpha + n) after n reports by grade, which is g / sum(g) for
independent g_l ~ Gamma(alpha_l + n_l). A further report of grade l adds an exponential to g_l, and one that goes
multiplies it by a Beta(alpha_l + n_l - 1, 1) (how Gamma variables split: Johnson, Kotz and Balakrishnan 1994, ch. 17).
The two moves are each other's reverse, so that the probabilities of grades cancel from the weights of draws: the ratio
of likelihoods is taken without them, each likelihood at its own mix.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, grade_counts
from forecast.model.spec import ModelSpec

__all__ = ["carry_mixes"]

_STREAM = 6  # of random numbers that carry mixes on


def carry_mixes(
    spec: ModelSpec, mixes: Mapping[str, np.ndarray], then: Snapshot, now: Snapshot, *, seed: int
) -> dict[str, np.ndarray]:
    """Carry the mixes of draws on from what was known then to what is known now.

    Parameters
    ----------
    mixes : mapping
        ``letter_mix`` and ``digit_mix``, shape (n, mixed, 6) each, of draws given ``then``.
    seed : int
        Of the fit. A report draws from a stream named by its type, its grade and how many of the grade came before: the
        same counts always give the same mixes.

    Returns
    -------
    dict
        The two arrays; rows of types whose counts did not change are as they were.
    """
    carried = {}
    before, after = grade_counts(spec, then), grade_counts(spec, now)
    for scale, (name, alpha) in enumerate((("letter_mix", LETTER_MIX), ("digit_mix", DIGIT_MIX))):
        mix = mixes[name].copy()
        for m in np.flatnonzero(np.any(before[scale] != after[scale], axis=1)):
            mix[:, m] = _moved(mix[:, m], alpha, before[scale][m], after[scale][m], [seed, _STREAM, scale, int(m)])
        carried[name] = mix
    return carried


def _moved(mix: np.ndarray, alpha: np.ndarray, before: np.ndarray, after: np.ndarray, stream: list[int]) -> np.ndarray:
    """Move one type's mix, shape (n, 6), from some counts to others."""
    shape, n = alpha + before, len(mix)
    gamma = mix * np.random.default_rng(stream).gamma(shape.sum(), size=n)[:, None]
    for grade in np.flatnonzero(before != after):
        for count in range(int(before[grade]), int(after[grade])):
            gamma[:, grade] += np.random.default_rng([*stream, int(grade), count]).exponential(size=n)
        for count in range(int(before[grade]), int(after[grade]), -1):
            left = np.random.default_rng([*stream, int(grade), count]).beta(alpha[grade] + count - 1, 1, size=n)
            gamma[:, grade] *= left
    return gamma / gamma.sum(axis=1, keepdims=True)
