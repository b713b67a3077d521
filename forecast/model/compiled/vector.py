"""The flat point that a sampler moves, and the unknowns of the model that it stands for.

Normal unknowns stand for themselves. A mean hazard h is log h = loc + scale u; a partial correlation on (0, 1) is given
by its log odds. Six shares of grades are Gamma variables g over their sum S, and log g a function of a nearly normal z
(see :mod:`forecast.model.compiled.grades`). The grades seen are conjugate to the shares' Dirichlet prior, so the Gamma
variables have them in their shapes already; S is an extra unknown that nothing depends on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.model.compiled.grades import log_gamma_variates
from forecast.model.draws import elicited_priors, partial_shape
from forecast.model.grades import DIGIT_UNKNOWNS, LETTER_UNKNOWNS
from forecast.model.marks import DIGIT_MIX, LETTER_MIX, grade_counts
from forecast.model.spec import ModelSpec

__all__ = ["Vector"]


@dataclass(frozen=True)
class Vector:
    """Order of the unknowns in a point.

    Attributes
    ----------
    parts : tuple of (str, shape)
        Names and shapes in the point, in order.
    hazard_loc, hazard_scale : ndarray
        Near mean and standard deviation of each log mean hazard, so that u is of order one.
    letter_shape, digit_shape : ndarray, shape (mixed, 6)
        Of the Gamma variables: prior weights plus the grades seen.
    """

    parts: tuple[tuple[str, tuple[int, ...]], ...]
    hazard_loc: np.ndarray
    hazard_scale: np.ndarray
    letter_shape: np.ndarray
    digit_shape: np.ndarray

    @classmethod
    def of(cls, spec: ModelSpec, snapshot: Snapshot) -> Vector:
        """Lay out the unknowns of a history."""
        learned, mixed = int(spec.learn_grades), len(spec.mix_type)
        letters, digits = grade_counts(spec, snapshot)
        return cls(
            (
                ("innovation", (snapshot.n_steps, len(spec.drivers))),
                *((f"{name}_z", (len(prior),)) for name, prior in elicited_priors(spec).items()),
                ("mean_hazard", (len(spec.base_shape),)),
                ("partial", (len(partial_shape(spec)),)),
                ("letter_z", (LETTER_UNKNOWNS * learned,)),
                ("digit_z", (DIGIT_UNKNOWNS * learned,)),
                ("letter_mix", (mixed, 6)),
                ("digit_mix", (mixed, 6)),
            ),
            np.log(spec.base_shape / spec.base_rate),
            1 / np.sqrt(spec.base_shape),
            letters + LETTER_MIX,
            digits + DIGIT_MIX,
        )

    def __len__(self) -> int:
        """Count the numbers in a point."""
        return sum(int(np.prod(shape)) for _, shape in self.parts)

    def unknowns(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Unknowns of the model, by name, from points of shape (n, len(self))."""
        raw = dict(self._split(points))
        raw["mean_hazard"] = np.exp(self.hazard_loc + self.hazard_scale * raw["mean_hazard"])
        raw["partial"] = 1 / (1 + np.exp(-raw["partial"]))
        for name, shape in self._mixes:
            log_gamma, _ = log_gamma_variates(raw[name], shape)
            raw[name] = np.exp(log_gamma - np.logaddexp.reduce(log_gamma, axis=-1, keepdims=True))
        return raw

    def log_jacobian(self, points: np.ndarray) -> np.ndarray:
        """Log determinant of unknowns and sums S by points, plus the log density of each S, Gamma; shape (n,)."""
        raw, unknowns = dict(self._split(points)), self.unknowns(points)
        total = (np.log(self.hazard_scale) + np.log(unknowns["mean_hazard"])).sum(axis=1)
        total += np.log(unknowns["partial"] * (1 - unknowns["partial"])).sum(axis=1)
        for name, shape in self._mixes:
            log_gamma, slope = log_gamma_variates(raw[name], shape)
            log_sum, order = np.logaddexp.reduce(log_gamma, axis=-1), shape.sum(axis=1)
            total += (log_gamma + np.log(slope)).sum(axis=(1, 2)) - 5 * log_sum.sum(axis=1)
            norm = np.array([math.lgamma(a) for a in order])
            total += ((order - 1) * log_sum - np.exp(log_sum) - norm).sum(axis=1)
        return np.asarray(total)

    def places(self, *names: str) -> np.ndarray:
        """Which numbers of a point belong to some of the parts, shape (len(self),)."""
        sizes = [int(np.prod(shape)) for _, shape in self.parts]
        return np.repeat([name in names for name, _ in self.parts], sizes)

    @property
    def _mixes(self) -> tuple[tuple[str, np.ndarray], ...]:
        return ("letter_mix", self.letter_shape), ("digit_mix", self.digit_shape)

    def _split(self, points: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        at = 0
        for name, shape in self.parts:
            size = int(np.prod(shape))
            yield name, points[:, at : at + size].reshape(len(points), *shape)
            at += size
