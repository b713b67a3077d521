"""Prior predictive check: the data, and what an analyst calls plausible, beside what the prior says of them."""

from __future__ import annotations

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import REPLICATES
from forecast.evidence.snapshot import Snapshot
from forecast.model.density import expected_reports_by_step
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.marks import SERIES_TAIL_DF
from forecast.model.spec import ModelSpec
from forecast.projection.predictive import simulate_counts

__all__ = ["prior_predictive"]

_BATCH = 4000  # prior draws at a time: paths of all at once would take much memory


def prior_predictive(spec: ModelSpec, snapshot: Snapshot, *, rng: np.random.Generator) -> Test:
    """Compare numbers of reports, means of series and judgements with the prior.

    Their chances are exact: over truths from the prior they are uniform, but for ties.
    """
    made: dict[str, list[np.ndarray]] = {}
    found: dict[str, float] = {}
    for _ in range(REPLICATES // _BATCH):
        draws = Draws.of(spec, prior_unknowns(spec, _BATCH, snapshot.n_steps, rng=rng))
        for name, seen, values in _numbers(spec, snapshot, draws, rng):
            found[name] = seen
            made.setdefault(name, []).append(values)
    comparisons: list[Comparison] = [among(name, found[name], np.concatenate(parts)) for name, parts in made.items()]
    return Test("prior", "Prior predictive", "what the prior expects of the data", tuple(comparisons))


def _numbers(
    spec: ModelSpec, snapshot: Snapshot, draws: Draws, rng: np.random.Generator
) -> list[tuple[str, float, np.ndarray]]:
    """Name, number found and prior replicates of everything compared."""
    rows: list[tuple[str, float, np.ndarray]] = []
    expected = expected_reports_by_step(spec, snapshot, draws)
    for e in np.flatnonzero(spec.complete):
        if snapshot.exposure[:, e].any():
            counts = simulate_counts(spec, snapshot, expected(e), draws.dispersion, int(e), rng=rng)
            seen = float(np.sum(snapshot.report_type == e))
            rows.append((f"{spec.events[e]}: reports", seen, counts.sum(axis=1)))
    for m, name in enumerate(spec.series):
        index = np.flatnonzero(snapshot.series_index == m)
        if len(index):
            level = np.stack([draws.mean_over(snapshot, int(i), int(spec.series_driver[m])) for i in index], axis=1)
            noise = draws.series_noise[:, m, None] * rng.standard_t(SERIES_TAIL_DF, size=level.shape)
            values = draws.series_level[:, m, None] + draws.series_slope[:, m, None] * level + noise
            seen = float(spec.transformed(np.full(len(index), m), snapshot.series_value[index]).mean())
            rows.append((f"{name}: mean as modelled", seen, values.mean(axis=1)))
    for k, driver in enumerate(spec.drivers):
        index = np.flatnonzero(snapshot.judgement_driver == k)
        if len(index):
            at = snapshot.judgement_step[index]
            noise = snapshot.judgement_sd[index] * rng.normal(size=(len(draws), len(index)))
            values = (draws.level[:, at, k] + noise).mean(axis=1)
            rows.append((f"{driver}: mean of judgements", float(snapshot.judgement_mean[index].mean()), values))
    return rows
