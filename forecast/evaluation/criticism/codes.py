"""Posterior predictive checks of coded directions, and of grades by what reports of them were coded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.lasting import decayed
from forecast.evaluation.criticism.standing import FittedModel
from forecast.evidence.grades import LETTERS, grade_effects
from forecast.model.marks import SPURIOUS_DIRECTION_SD, CodedDirections, coded_directions

__all__ = ["directions_and_grades"]

_FEWEST_CODED = 3  # reports of a grade: fewer say nothing about it


def directions_and_grades(model: FittedModel, *, rng: np.random.Generator) -> tuple[Test, Test]:
    """Coded directions by type, and whether reports are as often genuine as their grades say."""
    coded = coded_directions(model.spec, model.snapshot)
    directions: list[Comparison] = []
    grades: list[Comparison] = []
    if len(coded.value):
        law = _Law.of(model, coded)
        made = law.simulated(rng)
        directions += _directions(model, coded, law, made)
        grades += _grades(model, coded, law, made)
    return (
        Test("directions", "Coded directions", "coded directions", tuple(directions)),
        Test("grades", "Grades against what reports say", "what the grades of reports say of them", tuple(grades)),
    )


@dataclass(frozen=True)
class _Law:
    """Of each code in each replicate: what it measures, mean and sd if genuine, and the chance before it is seen.

    All of shape (R, c).
    """

    measured: np.ndarray
    mean: np.ndarray
    noise: np.ndarray
    prior: np.ndarray

    @classmethod
    def of(cls, model: FittedModel, coded: CodedDirections) -> _Law:
        spec, snapshot, draws, pick = model.spec, model.snapshot, model.draws, model.of_replicate
        step, driver = snapshot.report_step[coded.report], spec.signal_driver[coded.signal]
        push = spec.signal_push[coded.signal]
        measured = np.where(push, draws.innovation[:, step, driver], draws.level[:, step, driver])
        mean = draws.signal_level[:, coded.signal] + draws.signal[:, coded.signal] * measured
        weight = model.genuine_share[:, coded.report]
        loading = draws.loading[:, snapshot.report_type[coded.report]]
        moved = weight * np.exp(np.einsum("nck,nck->nc", draws.level[:, step], loading))
        noise = draws.signal_noise[:, coded.signal]
        return cls(measured[pick], mean[pick], noise[pick], (moved / (moved + 1 - weight))[pick])

    def simulated(self, rng: np.random.Generator) -> np.ndarray:
        """Codes of replicates."""
        genuine = rng.random(self.prior.shape) < self.prior
        normal = rng.normal(size=self.prior.shape)
        return np.where(genuine, self.mean + self.noise * normal, SPURIOUS_DIRECTION_SD * normal)

    def genuine(self, code: np.ndarray) -> np.ndarray:
        """Chance that each report is genuine once its code is seen."""
        yes = self.prior * np.exp(-0.5 * ((code - self.mean) / self.noise) ** 2) / self.noise
        no = (1 - self.prior) * np.exp(-0.5 * (code / SPURIOUS_DIRECTION_SD) ** 2) / SPURIOUS_DIRECTION_SD
        return yes / (yes + no)


def _directions(model: FittedModel, coded: CodedDirections, law: _Law, made: np.ndarray) -> Iterator[Comparison]:
    """Mean, mean square, and the score of what a code shows of its driver: sum of q (y - mean) x / noise^2.

    q is the chance that the report is genuine once its code y is seen, x the level or push that it measures.
    """
    spec = model.spec
    along = [law.genuine(code) * (code - law.mean) / law.noise**2 * law.measured for code in (coded.value, made)]
    for g in np.unique(coded.signal):
        rows = coded.signal == g
        name = f"{spec.events[spec.signal_type[g]]} on {spec.drivers[spec.signal_driver[g]]}"
        yield among(f"{name}: mean code", float(coded.value[rows].mean()), made[:, rows].mean(axis=1))
        square, replicated = (
            (((code[..., rows] - law.mean[:, rows]) / law.noise[:, rows]) ** 2).mean(axis=1)
            for code in (coded.value, made)
        )
        yield among(f"{name}: mean square", square, replicated)
        yield among(f"{name}: codes along the driver", *(part[:, rows].sum(axis=1) for part in along))


def _grades(model: FittedModel, coded: CodedDirections, law: _Law, made: np.ndarray) -> Iterator[Comparison]:
    """Chance to be genuine once the code is seen, less that before: by letter, over all, and along what grades say.

    The difference is the derivative of the log likelihood by logit w, w being the share of genuine reports that a grade
    stands for. The sum over all reports is the score of a common shift of logit w; that along logit w, centred, is the
    score of a factor on its spread: not around 0 where better grades do not stand for more genuine reports.
    """
    letter, digit = model.snapshot.report_letter[coded.report], model.snapshot.report_digit[coded.report]
    found, replicates = (law.genuine(code) - law.prior for code in (coded.value, made))
    for i in range(len(LETTERS)):
        rows = letter == i
        if rows.sum() >= _FEWEST_CODED:
            name = f"grade {LETTERS[i]}: genuine more often than it says"
            yield among(name, found[:, rows].mean(axis=1), replicates[:, rows].mean(axis=1))
    yield among("all grades: genuine more often than they say", found.mean(axis=1), replicates.mean(axis=1))
    says = grade_effects()[letter, digit]
    if np.ptp(says):
        course = (says - says.mean()) / len(says)
        yield among("better grades: genuine more often than they say", found @ course, replicates @ course)
    yield among(
        "reports called spurious: agreement of their codes",
        *(_agreement(model, coded, law, c) for c in (coded.value, made)),
    )


def _agreement(model: FittedModel, coded: CodedDirections, law: _Law, code: np.ndarray) -> np.ndarray:
    """How far codes of reports that are said to be spurious go together, in each replicate.

    Given the drivers, the codes y of two reports are independent with means p m, p being the chance to be genuine
    before the code is seen. With d = (1 - p) (y - p m) it is the sum of d_i d_j rho^|t_i - t_j| over pairs of reports
    coded for one driver over the sum of d_i^2, rho the driver's persistence (0 for pushes). Above 0, reports follow
    one course that the fit did not believe: where the scores above learn nothing because it has not followed the codes.
    """
    doubted = (1 - law.prior) * (code - law.prior * law.mean)
    persistence = np.median(model.draws.persistence, axis=0)
    pairs = np.zeros(len(doubted))
    for g in np.unique(coded.signal):
        rows = np.flatnonzero(coded.signal == g)
        at = np.zeros((len(rows), model.snapshot.n_steps))
        at[np.arange(len(rows)), model.snapshot.report_step[coded.report[rows]]] = 1
        by_step = doubted[:, rows] @ at
        rho = 0.0 if model.spec.signal_push[g] else float(persistence[model.spec.signal_driver[g]])
        pairs += np.einsum("rt,rt->r", by_step, by_step + 2 * decayed(by_step, rho))
    return pairs / (doubted**2).sum(axis=1) - 1
