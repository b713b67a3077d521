"""Histories that go on from the present: states where they stand, and a fit to old and new evidence."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import made_fits
import numpy as np

from forecast.evaluation.criticism.simulated import RANKS, Setting, _shifted, further_histories, prior_histories
from forecast.evidence.records import Evidence, TransitionRecord
from forecast.evidence.snapshot import take_snapshot
from forecast.evidence.visible import visible_evidence
from forecast.model.draws import Draws, prior_unknowns
from forecast.model.simulate import simulate_states
from forecast.model.spec import compile_spec
from forecast.parallel.workers import SERIAL
from forecast.timegrid import DAYS_PER_YEAR, shift

PRESENT, UNTIL = date(2022, 8, 1), date(2022, 10, 31)
STOPPED = Evidence(
    transitions=(TransitionRecord(date(2022, 7, 4), "running", "stopped", *[date(2022, 7, 4)] * 2, "x", 2),)
)


def test_states_go_on_from_where_they_stand() -> None:
    """From `stopped` the chance to leave by a day is 1 - exp(-sum of daily hazards), along one path of the drivers."""
    scenario = made_fits.case()
    spec, rng = compile_spec(scenario), np.random.default_rng(4)
    draws = Draws.of(spec, prior_unknowns(spec, 1, scenario.grid.count(UNTIL), rng=rng))
    known = take_snapshot(scenario, STOPPED, PRESENT)
    exits = np.flatnonzero(spec.edge_from == spec.states.index("stopped"))
    days = [shift(PRESENT, i + 1) for i in range(60)]
    levels = np.array([draws.level[0, scenario.grid.index(day)] for day in days])
    hazard = np.exp(draws.log_hazard[0, exits] + levels @ draws.hazard_loading[0, exits].T).sum() / DAYS_PER_YEAR
    n, left = 2000, 0
    for _ in range(n):
        first = next(simulate_states(scenario, spec, draws, 0, until=days[-1], rng=rng, known=known), None)
        if first:
            left += 1
            assert (first.from_, first.date > PRESENT) == ("stopped", True)
    expected = -math.expm1(-hazard)
    assert 0.05 < expected < 0.95
    assert abs(left / n - expected) < 4 * math.sqrt(expected * (1 - expected) / n)


def test_the_days_to_come_are_like_the_last_ones() -> None:
    known = visible_evidence(made_fits.case(), made_fits.template(made_fits.case()), PRESENT)
    ahead = _shifted(known, PRESENT, shift(PRESENT, 60))
    last = [row for row in known.reports if row.date > shift(PRESENT, -60)]
    assert [row.date for row in ahead.reports] == [shift(row.date, 60) for row in last]
    assert all(PRESENT < row.date <= shift(PRESENT, 60) for row in ahead.reports)
    assert ahead.series
    for row in ahead.series:
        assert PRESENT < row.end <= shift(PRESENT, 60)
        assert row.reported == shift(row.end, 6)  # as late as the series always is


def test_both_kinds_of_history_give_ranks_of_all_that_is_asked() -> None:
    made = made_fits.make(made_fits.case(), 3, until=PRESENT)
    snapshot, posterior = made_fits.fitted(made.scenario, made.evidence, 3, as_of=PRESENT)
    known = visible_evidence(made.scenario, made.evidence, PRESENT)
    setting = Setting(made.scenario, replace(known), PRESENT, UNTIL, seed=1)
    told: list[str] = []
    (before,) = prior_histories(setting, 1, workers=SERIAL, progress=told.append)
    (after,) = further_histories(setting, snapshot, posterior, 1, workers=SERIAL, progress=told.append)
    assert before.truth.shape == before.mean.shape == (made.scenario.grid.count(PRESENT), 2)
    assert len(after.truth) == made.scenario.grid.count(shift(PRESENT, 45))  # half of the days left
    for history in (before, after):
        assert set(history.ranks) >= {"crew_anger at the end", "hazard running->stopped"}
        assert any(name.startswith("probability of ") for name in history.ranks)
        assert all(0 <= rank <= RANKS for rank in history.ranks.values())
        assert (history.low <= history.high).all()
    assert told[-1] == "1 of 1 histories simulated from the present fitted"
