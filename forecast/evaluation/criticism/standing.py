"""What the checks of one fit work on: equally weighted draws, each used several times for replicates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecast.evidence.snapshot import Snapshot
from forecast.inference.posterior import Posterior
from forecast.model.density import expected_reports_by_step
from forecast.model.draws import Draws, Unknowns
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
    chains : int or None
        Of the draws, chain after chain; ``None`` where they were drawn by weight.
    """

    scenario: Scenario
    spec: ModelSpec
    snapshot: Snapshot
    unknowns: Unknowns
    draws: Draws
    chains: int | None
    _memo: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, scenario: Scenario, snapshot: Snapshot, posterior: Posterior) -> FittedModel:
        """Take up to 4000 draws of a posterior, by weight where they have one."""
        spec = compile_spec(scenario)
        picked = posterior.selected(_DRAWS)
        index = picked.index
        if picked.weight is not None:
            times = np.round(picked.weight * _DRAWS).astype(int)
            index = np.repeat(index, times)
        unknowns = {name: values[index] for name, values in posterior.unknowns.items()}
        chains = posterior.chains if picked.weight is None else None
        return cls(scenario, spec, snapshot, unknowns, Draws.of(spec, unknowns), chains)

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.draws)

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
    def complete(self) -> list[int]:
        """Complete types that were covered by now."""
        return [int(e) for e in np.flatnonzero(self.spec.complete) if self.snapshot.exposure[:, e].any()]
