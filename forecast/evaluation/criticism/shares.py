"""Posterior predictive check of selected groups: which type each of their reports is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.evaluation.criticism.checks import Comparison
from forecast.evaluation.criticism.compare import among
from forecast.evaluation.criticism.family import Test
from forecast.evaluation.criticism.standing import FittedModel
from forecast.model.density import log_rates

__all__ = ["shares"]


def shares(model: FittedModel, *, rng: np.random.Generator) -> Test:
    """Which type each report of a selected group is, given when it was and how it is graded."""
    spec = model.spec
    found: list[Comparison] = []
    for group in np.unique(spec.group[spec.group >= 0]):
        members = np.flatnonzero(spec.group == group)
        rows = np.flatnonzero(np.isin(model.snapshot.report_type, members))
        if len(members) > 1 and len(rows):
            found += _of_group(model, members, rows, rng)
    return Test("shares", "Shares of types", "which types were reported", tuple(found))


def _of_group(
    model: FittedModel, members: np.ndarray, rows: np.ndarray, rng: np.random.Generator
) -> Iterator[Comparison]:
    """Of each type how many, how many later on, and along drivers; the last of two types says what the other says.

    The score of a log rate ratio is the sum over reports of (1[type] - p) q x: p the chance of the type, q that a
    report of it is genuine, x the driver's level. Types that a driver moves are also taken together, each by its log
    rate ratio: the score of a factor on all of them.
    """
    spec, pick, step = model.spec, model.of_replicate, model.snapshot.report_step[rows]
    weight, level = model.genuine_share[:, rows], model.draws.level[:, step]
    log_rate = log_rates(spec, model.draws, model.snapshot.n_steps)
    intensity, genuine = [], []
    for e in members:
        moved = weight * np.exp(np.einsum("nrk,nk->nr", level, model.draws.loading[:, e]))
        intensity.append(np.exp(log_rate(int(e))[:, step]) * (moved + 1 - weight))
        genuine.append(moved / (moved + 1 - weight))
    ladder = np.cumsum(intensity, axis=0)
    chosen = (rng.random((len(pick), len(rows))) * ladder[-1][pick] > ladder[:, pick]).sum(axis=0)
    typed = [(model.snapshot.report_type[rows] == e, chosen == i) for i, e in enumerate(members)]
    told = [spec.events[e] for e in (members if len(members) > 2 else members[:1])]
    half = np.arange(len(rows)) >= len(rows) // 2
    for name, (seen, made) in zip(told, typed, strict=False):
        yield among(f"{name}: of {len(rows)}", float(seen.sum()), made.sum(axis=1))
        yield among(f"{name}: of the later {half.sum()}", float(seen[half].sum()), made[:, half].sum(axis=1))
    apart = [[is_type - (intensity[i] / ladder[-1])[pick] for is_type in pair] for i, pair in enumerate(typed)]
    for k, driver in enumerate(spec.drivers):
        score = [
            np.stack([np.einsum("rm,rm->r", part, (share * level[:, :, k])[pick]) for part in pair])
            for pair, share in zip(apart, genuine, strict=True)
        ]
        for name, parts in zip(told, score, strict=False):
            yield among(f"{name} along {driver}", *parts)
        loading = model.draws.loading[pick][:, members, k]
        if loading.any(axis=0).sum() > 1:
            together = f"{', '.join(spec.events[e] for e in members)} along {driver}"
            yield among(together, *np.einsum("re,esr->sr", loading, np.array(score)))
