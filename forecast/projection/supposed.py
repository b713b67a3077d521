"""What it takes to weigh draws by one hypothetical report without the program: the parts of the model's density.

The report is dated on the as-of date. Of type e, grade g and direction d it has the likelihood of
:func:`forecast.model.density.report_log_likelihood`, a test holds the two equal:

    rate (w_g ratio N(d; mean, sd) + (1 - w_g) N(d; 0, s0)) / sum over e' of the group: rate' (w_g ratio' + 1 - w_g)

The denominator is there for types of a group alone, and both its sums, of rate' ratio' and of rate', do not depend on
the grade. So a few columns of numbers serve every grade and direction. Where counts cluster, one more in a step is
likelier the more there are: the ratio of two negative binomial terms of the silence belongs to the rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.evidence.events import outside_coverage
from forecast.model.density import expected_reports_by_step, log_rates
from forecast.projection.present import Present

__all__ = ["Supposed", "SupposedType", "suppose"]


@dataclass(frozen=True)
class SupposedType:
    """One type of report. S draws, G signals.

    Attributes
    ----------
    drivers : tuple of str
        On which a direction may be coded.
    group : int
        Place in ``Supposed.log_genuine``; -1 for a complete type.
    log_rate, log_ratio : ndarray, shape (S,)
    mean, sd : ndarray, shape (S, G)
        Of a genuine report's direction.
    """

    name: str
    drivers: tuple[str, ...]
    group: int
    log_rate: np.ndarray
    log_ratio: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


@dataclass(frozen=True)
class Supposed:
    """Draws ready to be weighed. S draws, O outcomes, R groups.

    Attributes
    ----------
    weight : ndarray, shape (S,)
        Before the report; sums to 1.
    chance : ndarray, shape (S, O)
        Of each outcome, mean over a draw's futures.
    inefficiency : ndarray, shape (O,)
        Squared Monte Carlo error of the probability over what as many independent draws would have, at least 1.
    log_genuine, log_all : ndarray, shape (S, R)
        Sums over a group of rate times ratio, and of the rate.
    grades : ndarray, shape (S, 6, 6)
        Share of genuine reports by letter and digit.
    """

    weight: np.ndarray
    chance: np.ndarray
    inefficiency: np.ndarray
    log_genuine: np.ndarray
    log_all: np.ndarray
    grades: np.ndarray
    types: tuple[SupposedType, ...]


def suppose(present: Present, chance: np.ndarray) -> Supposed:
    """Gather what a report on the as-of date would say: types covered that day which tell draws apart.

    Parameters
    ----------
    chance : ndarray, shape (S, J, O)
        Of each outcome along each future of each draw.
    """
    spec, draws, now = present.spec, present.draws, present.snapshot
    step = now.n_steps - 1
    rate_of = log_rates(spec, draws, now.n_steps)
    log_rate = np.empty((len(draws), len(spec.events)))
    for e in range(len(spec.events)):
        log_rate[:, e] = rate_of(e)[:, step]
    log_ratio = np.einsum("nek,nk->ne", draws.loading, draws.level[:, step])
    groups = [g for g in np.unique(spec.group[~spec.complete]) if np.sum(~spec.complete & (spec.group == g)) > 1]
    members = [~spec.complete & (spec.group == g) for g in groups]

    def total(values: np.ndarray) -> np.ndarray:
        sums = [np.logaddexp.reduce(values[:, inside], axis=1) for inside in members]
        return np.stack(sums, axis=1) if sums else np.empty((len(values), 0))

    types = []
    for e, name in enumerate(spec.events):
        signals = np.flatnonzero(spec.signal_type == e)
        place = -1 if spec.complete[e] else next((i for i, inside in enumerate(members) if inside[e]), None)
        tells = len(signals) or (spec.complete[e] and e in spec.loading_type) or (place is not None and place >= 0)
        if place is None or not tells or outside_coverage(present.scenario.events[name], now.as_of):
            continue
        drivers = [int(k) for k in spec.signal_driver[signals]]
        measured = [
            (draws.innovation if spec.signal_push[g] else draws.level)[:, step, k]
            for g, k in zip(signals, drivers, strict=True)
        ]
        columns = np.stack(measured, axis=1) if measured else np.empty((len(draws), 0))
        types.append(
            SupposedType(
                name=name,
                drivers=tuple(spec.drivers[k] for k in drivers),
                group=place,
                log_rate=log_rate[:, e] + _clustered(present, e),
                log_ratio=log_ratio[:, e],
                mean=draws.signal_level[:, signals] + draws.signal[:, signals] * columns,
                sd=draws.signal_noise[:, signals],
            )
        )
    own = present.selection.weight
    weight = np.full(len(draws), 1 / len(draws)) if own is None else own
    of_draw = chance.mean(axis=1)
    series = len(weight) * weight[:, None] * (of_draw - weight @ of_draw)
    alone = series.std(axis=0, ddof=1) / np.sqrt(len(weight))
    with np.errstate(invalid="ignore", divide="ignore"):
        inefficiency = np.nan_to_num((present.error(series) / alone) ** 2, nan=1.0)
    return Supposed(
        weight=weight,
        chance=of_draw,
        inefficiency=np.maximum(inefficiency, 1.0),
        log_genuine=total(log_rate + log_ratio),
        log_all=total(log_rate),
        grades=draws.weights,
        types=tuple(types),
    )


def _clustered(present: Present, e: int) -> np.ndarray:
    """Log ratio of what :func:`forecast.model.density.silence_log_likelihood` says of one report more in the last step.

    Of the negative binomial terms of mean m, size s = m / D' and n reports so far: log(n + s) + log(D' / (1 + D')) -
    log m. Zero for types whose counts do not cluster.
    """
    spec, draws, now = present.spec, present.draws, present.snapshot
    step = now.n_steps - 1
    dispersed = np.flatnonzero(spec.dispersion_type == e)
    if not len(dispersed) or not now.exposure[step, e]:
        return np.zeros(len(draws))
    seen = int(np.sum((now.report_type == e) & (now.report_step == step)))
    mean = expected_reports_by_step(spec, now, draws)(e)[:, step]
    thinned = draws.dispersion[:, dispersed[0]] * now.reported_share[step, e]
    clustered: np.ndarray = np.log(seen + mean / thinned) + np.log(thinned / (1 + thinned)) - np.log(mean)
    return clustered
