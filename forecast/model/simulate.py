"""The NumPy twin, part 3: simulate a history of evidence from one draw of the unknowns.

What the likelihood conditions on is taken from a template: dates and grades of selected reports, periods and
publication of series, dates and widths of judgements. Everything else is drawn anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.evidence.grades import DIGITS, LETTERS
from forecast.evidence.records import Evidence, Judgement, Report, SeriesValue, TransitionRecord
from forecast.evidence.snapshot import Snapshot, take_snapshot
from forecast.model.density import log_rates
from forecast.model.draws import Draws
from forecast.model.marks import SERIES_TAIL_DF, SPURIOUS_DIRECTION_SD
from forecast.model.spec import ModelSpec
from forecast.model.spells import log_ages
from forecast.scenario.priors import real
from forecast.scenario.types import EventType, Scenario
from forecast.timegrid import DAYS_PER_MONTH, DAYS_PER_YEAR, days_between, shift

__all__ = ["simulate_evidence", "simulate_states"]


@dataclass(frozen=True)
class _World:
    """One draw with what it takes to simulate from it."""

    scenario: Scenario
    spec: ModelSpec
    draws: Draws
    draw: int
    until: date
    weights: np.ndarray
    rng: np.random.Generator

    @property
    def n_steps(self) -> int:
        return self.scenario.grid.count(self.until)

    def ratio(self, kind: int, step: int) -> float:
        return float(np.exp(self.draws.loading[self.draw, kind] @ self.draws.level[self.draw, step]))


def simulate_evidence(
    scenario: Scenario,
    spec: ModelSpec,
    draws: Draws,
    draw: int,
    *,
    until: date,
    template: Evidence,
    weights: np.ndarray,
    rng: np.random.Generator,
    known: Snapshot | None = None,
) -> Evidence:
    """Simulate what would be in the files if one draw were the truth.

    Parameters
    ----------
    draws, draw : Draws, int
        The truth: its driver path must reach ``until``.
    until : date
        Events happen up to this day; their reports may be dated later.
    template : Evidence
        Gives dates and grades of selected reports, periods of series and dates and widths of judgements.
    weights : ndarray, shape (6, 6)
        Share of genuine reports by letter and digit.
    rng : numpy.random.Generator
        Source of randomness.
    known : Snapshot, optional
        From whose states the states go on; from the initial state on the first day unless given.
    """
    world = _World(scenario, spec, draws, draw, until, weights, rng)
    reports = [*_complete_reports(world), *_selected_reports(world, template.reports)]
    reports.sort(key=lambda row: row.date)
    return Evidence(
        reports=tuple(replace(row, id=f"sim-{i}", line=i + 2) for i, row in enumerate(reports)),
        series=tuple(_series(world, template)),
        judgements=tuple(_judgements(world, template)),
        transitions=tuple(simulate_states(scenario, spec, draws, draw, until=until, rng=rng, known=known)),
    )


def _complete_reports(world: _World) -> Iterator[Report]:
    for e in np.flatnonzero(world.spec.complete):
        event = list(world.scenario.events.values())[e]
        cells = _grade_cells(world, int(e))
        log_rate = log_rates(world.spec, world.draws, world.n_steps)(int(e))[world.draw]
        for t in range(world.n_steps):
            days = _covered_days(world, event, t)
            parts = np.stack([cells * world.weights * world.ratio(int(e), t), cells * (1 - world.weights)])
            mean = math.exp(log_rate[t]) * len(days) / DAYS_PER_MONTH * parts.sum()
            for i in np.flatnonzero(world.spec.dispersion_type == e):
                extra = world.draws.dispersion[world.draw, i]
                mean = world.rng.gamma(mean / extra, extra)  # negative binomial as a Poisson of a Gamma mean
            for choice in world.rng.choice(72, size=world.rng.poisson(mean), p=parts.ravel() / parts.sum()):
                spurious, cell = divmod(int(choice), 36)
                grade = LETTERS[cell // 6] + DIGITS[cell % 6]
                day = days[world.rng.integers(len(days))]
                yield _report(world, int(e), day, _draw_lag(world, event), grade, genuine=not spurious)


def _grade_cells(world: _World, kind: int) -> np.ndarray:
    """Mix of grades of a type, shape (6, 6); types whose mix the model leaves out are all B2."""
    for m in np.flatnonzero(world.spec.mix_type == kind):
        return np.outer(world.draws.letter_mix[world.draw, m], world.draws.digit_mix[world.draw, m])
    cells = np.zeros((6, 6))
    cells[LETTERS.index("B"), DIGITS.index("2")] = 1
    return cells


def _covered_days(world: _World, event: EventType, step: int) -> list[date]:
    if event.coverage.complete is None:
        return []
    first, last = event.coverage.complete
    begin = max(first, world.scenario.grid.first_day(step))
    end = min(world.until, world.scenario.grid.last_day(step), *([] if last == "ongoing" else [last]))
    return [shift(begin, i) for i in range(days_between(begin, end) + 1)]


def _draw_lag(world: _World, event: EventType) -> int:
    low, high = event.report_lag
    if low == high:
        return math.ceil(low)
    prior = real(low, high)
    while (lag := math.floor(world.rng.normal(prior.loc, prior.scale) + 0.5)) < 0:
        pass
    return lag


def _selected_reports(world: _World, template: Sequence[Report]) -> Iterator[Report]:
    names = list(world.scenario.events)
    log_rate = log_rates(world.spec, world.draws, world.n_steps)
    for row in template:
        kind, t = names.index(row.event_type), world.scenario.grid.index(row.date)
        if world.spec.complete[kind] or row.date > world.until:
            continue
        weight = world.weights[LETTERS.index(row.reliability), DIGITS.index(row.credibility)]
        members = np.flatnonzero(world.spec.group == world.spec.group[kind])
        rate = np.exp([log_rate(int(e))[world.draw, t] for e in members])
        ratio = np.array([world.ratio(int(e), t) for e in members])
        odds = rate * (weight * ratio + 1 - weight)
        chosen = world.rng.choice(len(members), p=odds / odds.sum())
        genuine = world.rng.random() < weight * ratio[chosen] / (weight * ratio[chosen] + 1 - weight)
        grade = row.reliability + row.credibility
        yield _report(world, int(members[chosen]), row.date, days_between(row.date, row.reported), grade, genuine)


def _report(world: _World, kind: int, day: date, lag: int, grade: str, genuine: bool) -> Report:
    spec, draws, t = world.spec, world.draws, world.scenario.grid.index(day)
    directions = {}
    for g in np.flatnonzero(spec.signal_type == kind):
        k = int(spec.signal_driver[g])
        measured = (draws.innovation if spec.signal_push[g] else draws.level)[world.draw, t, k]
        mean = draws.signal_level[world.draw, g] + draws.signal[world.draw, g] * measured
        spread = draws.signal_noise[world.draw, g]
        directions[spec.drivers[k]] = world.rng.normal(*((mean, spread) if genuine else (0.0, SPURIOUS_DIRECTION_SD)))
    known = shift(day, lag)
    return Report(
        id="", date=day, reported=known, entered=known, event_type=spec.events[kind], directions=directions,
        actor="", summary="simulated", source="simulation", reliability=grade[0], credibility=grade[1],
        verified="", same_as="", origin="", replaces="", withdrawn=None, line=0,
    )  # fmt: skip


def _series(world: _World, template: Evidence) -> Iterator[SeriesValue]:
    rows = tuple(row for row in template.series if row.end <= world.until)
    only = take_snapshot(
        world.scenario, Evidence(series=tuple(replace(row, reported=row.end) for row in rows)), world.until
    )
    series = list(world.scenario.series.values())
    for i, row in enumerate(only.series_values):
        m = only.series_index[i]
        mean = float(world.draws.mean_over(only, i, int(world.spec.series_driver[m]))[world.draw])
        noise = world.draws.series_noise[world.draw, m] * world.rng.standard_t(SERIES_TAIL_DF)
        scaled = world.draws.series_level[world.draw, m] + world.draws.series_slope[world.draw, m] * mean + noise
        months = (days_between(row.start, row.end) + 1) / DAYS_PER_MONTH
        value = float(world.spec.restore(int(m))(scaled)) * (months if series[m].aggregate == "sum" else 1)
        published = next(
            original.reported for original in rows if (original.series, original.end) == (row.series, row.end)
        )
        yield replace(row, value=value, reported=published)


def _judgements(world: _World, template: Evidence) -> Iterator[Judgement]:
    for row in template.judgements:
        if row.date <= world.until:
            t, k = world.scenario.grid.index(row.date), world.spec.drivers.index(row.driver)
            half = (row.high - row.low) / 2
            centre = world.draws.level[world.draw, t, k] + real(row.low, row.high).scale * world.rng.normal()
            yield replace(row, low=centre - half, high=centre + half)


def simulate_states(
    scenario: Scenario,
    spec: ModelSpec,
    draws: Draws,
    draw: int,
    *,
    until: date,
    rng: np.random.Generator,
    known: Snapshot | None = None,
) -> Iterator[TransitionRecord]:
    """Simulate the dated transitions of one history, day by day, up to and including ``until``.

    Hazards are constant within a day. A spell of a state with ``min_duration`` d can break on each of its first d days,
    the day of its beginning included, and is held from then on.
    """
    state, first = scenario.initial_state, 0
    entered, spell, began = 0, "", 0
    if known is not None:
        state, spell, first = known.state, known.spell or "", days_between(scenario.start, known.as_of) + 1
        entered, began = first - known.state_age, first - known.spell_age
    held_after = dict(zip(spec.states, spec.held_after.tolist(), strict=True))
    break_chance = dict(zip(spec.states, -np.expm1(-draws.break_hazard[draw] / DAYS_PER_YEAR), strict=True))
    for i in range(first, days_between(scenario.start, until) + 1):
        day = shift(scenario.start, i)
        if spell and i - began == held_after[spell]:
            state, entered, spell = spell, i, ""
        if not spell:
            level = draws.level[draw, scenario.grid.index(day)]
            exits = np.flatnonzero(spec.edge_from == spec.states.index(state))
            age = draws.ageing[draw, exits] * log_ages(spec, exits, np.array(i - entered))
            log_hazard = draws.log_hazard[draw, exits] + draws.hazard_loading[draw, exits] @ level + age
            hazard = np.exp(log_hazard) / DAYS_PER_YEAR
            if rng.random() >= -math.expm1(-hazard.sum()):
                continue
            to = spec.states[spec.edge_to[exits[rng.choice(len(exits), p=hazard / hazard.sum())]]]
            yield TransitionRecord(day, state, to, day, day, "simulation", 0)
            if not held_after[to]:
                state, entered = to, i
                continue
            spell, began = to, i
        if rng.random() < break_chance[spell]:
            yield TransitionRecord(day, spell, state, day, day, "simulation", 0)
            spell = ""
