"""What the checks of one fit work on: equally weighted draws, each used several times for replicates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior, Selection
from forecast.model.density import expected_reports_by_step
from forecast.model.draws import Draws, Unknowns
from forecast.model.grades import mark_weights
from forecast.model.spec import ModelSpec, compile_spec
from forecast.scenario.types import Scenario

__all__ = ["REPLICATES", "FittedModel"]

REPLICATES = 20_000  # the least two-sided chance is 1 in 10,000, enough to flag one of 40 comparisons of 12 tests
_DRAWS = 4000


@dataclass(frozen=True)
class FittedModel:
    """A fit and what it knew.

    Attributes
    ----------
    unknowns : mapping of str to ndarray
        n equally weighted draws.
    draws : Draws
    picked : Selection
        The distinct draws of the posterior among them.
    of_picked : ndarray of int, shape (n,)
        Which of these each is: by weight some are met several times, one after the other.
    """

    scenario: Scenario
    spec: ModelSpec
    snapshot: Snapshot
    unknowns: Unknowns
    draws: Draws
    picked: Selection
    of_picked: np.ndarray
    _memo: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, scenario: Scenario, snapshot: Snapshot, posterior: Posterior) -> FittedModel:
        """Take up to 4000 draws of a posterior, by weight where they have one."""
        spec = compile_spec(scenario)
        picked = posterior.selected(_DRAWS)
        of_picked = np.arange(len(picked.index))
        if picked.weight is not None:
            of_picked = np.repeat(of_picked, np.round(picked.weight * _DRAWS).astype(int))
        unknowns = {name: values[picked.index[of_picked]] for name, values in posterior.unknowns.items()}
        return cls(scenario, spec, snapshot, unknowns, Draws.of(spec, unknowns), picked, of_picked)

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.draws)

    def error(self, values: np.ndarray) -> np.ndarray:
        """Monte Carlo standard error of the mean of what was computed for each draw, shape (n, ...)."""
        return self.picked.error(values[np.unique(self.of_picked, return_index=True)[1]])

    def effective_draws(self, weight: np.ndarray) -> float:
        """Equally weighted distinct draws of the same variance as the n draws with weights that sum to 1."""
        return float(1 / np.sum(np.bincount(self.of_picked, weight) ** 2))

    @cached_property
    def of_replicate(self) -> np.ndarray:
        """Draw that each replicate comes from, shape (R,)."""
        return np.tile(np.arange(len(self)), -(-REPLICATES // len(self)))[:REPLICATES]

    def expected(self, kind: int) -> np.ndarray:
        """Expected reports of a complete type by step, shape (n, T)."""
        if kind not in self._memo:
            self._memo[kind] = expected_reports_by_step(self.spec, self.snapshot, self.draws)(kind)
        return self._memo[kind]

    def counted(self, kind: int) -> np.ndarray:
        """Events reported of a type by step, shape (T,)."""
        at = self.snapshot.report_step[self.snapshot.report_type == kind]
        return np.bincount(at, minlength=self.snapshot.n_steps)

    @cached_property
    def genuine_share(self) -> np.ndarray:
        """Share of genuine among reports graded like each mark, shape (n, marks)."""
        snapshot = self.snapshot
        share = mark_weights(snapshot.origin_letter, snapshot.origin_digit, snapshot.origin_known, self.draws.weights)
        return np.broadcast_to(share, (len(self), len(snapshot.report_type)))

    @cached_property
    def complete(self) -> list[int]:
        """Complete types that were covered by now."""
        return [int(e) for e in np.flatnonzero(self.spec.complete) if self.snapshot.exposure[:, e].any()]
